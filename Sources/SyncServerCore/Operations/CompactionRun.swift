internal import SyncProtocol

/// A run of compaction: what the operator said, how far it is and what it has done.
///
/// It is kept in memory: one that is cut off has purged what it has purged, and the
/// next begins with the first bucket.
struct CompactionRun: Sendable {
    private let days: Int64
    private var place: Compaction.Place? = Compaction.Place()
    private var purged = 0
    private var buckets = 0

    /// Reads the command.
    ///
    /// - Throws: Why it is none.
    init(_ command: JSONValue) throws(AdminCommands.Refusal) {
        guard let days = command["days"]?.intValue, (0...36_500).contains(days) else {
            throw AdminCommands.Refusal(
                code: "admin.usage", message: "days is missing or not a number of days",
                advice: "See: tangrat-server help")
        }
        self.days = days
    }

    /// Whether a command is about compaction, which takes many transactions.
    static func isAsked(by command: JSONValue) -> Bool { command["command"]?.text == "compact" }

    /// Whether every bucket had its turn.
    var isDone: Bool { place == nil }

    /// Whether something has been done.
    var hasBegun: Bool { place?.began != nil }

    /// Does the next part.
    ///
    /// - Parameters:
    ///   - context: The group commit.
    ///   - limits: How large a part is.
    /// - Returns: The run behind it, once the group is committed.
    /// - Throws: What the store throws.
    func next(in context: WriterContext, _ limits: Limits) throws -> CompactionRun {
        guard let place else { return self }
        let report = try Compaction(context: context, limits: limits)
            .run(olderThan: days * RetentionPeriod.day, from: place)
        if report.purged > 0 {
            try context.audit.append(.rowsPurged, by: .operator, text: "\(report.purged)")
        }
        var run = self
        run.place = report.next
        run.purged += report.purged
        run.buckets += report.buckets
        return run
    }

    /// What was done, as the row of the answer.
    var rows: [JSONValue] {
        [
            .object(
                JSONObject([
                    ("buckets", .integer(Int64(buckets))), ("days", .integer(days)),
                    ("purged", .integer(Int64(purged))),
                ]))
        ]
    }
}
