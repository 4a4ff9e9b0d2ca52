internal import SyncProtocol

/// The access logs of citizens, brought up to date by an operator.
extension AdminCommands {
    /// Puts the next part of what own devices read into their access logs.
    func publishAccess() throws -> JSONValue {
        let report = try AccessPublishing(context: context, entriesMax: limits.accessEntriesMax)
            .run()
        return .object(
            JSONObject([
                ("entries", .integer(Int64(report.entries))),
                ("more", .integer(report.hasMore ? 1 : 0)), ("rows", .integer(Int64(report.rows))),
                ("through", .integer(report.through)),
            ]))
    }
}
