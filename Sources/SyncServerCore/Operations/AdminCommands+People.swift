internal import SyncProtocol

/// What people have a right to: a copy of everything about them, and its end.
extension AdminCommands {
    /// Begins an export, or gives its next part.
    ///
    /// Without `export` it begins: the audit entry is written, and the answer has
    /// what is known of the person but the rows. Those come in the answers to
    /// `after` the number of the last row, under the entry's number.
    func exportPerson(_ command: JSONValue) throws -> [JSONValue] {
        let person = try findPerson(try text(command, "person"))
        let export = PersonExport(context: context, person: person, limits: limits)
        guard let number = command["export"]?.intValue else {
            return try export.begin(reason: try reason(command))
        }
        guard let entry = try export.opened(under: number) else {
            throw Refusal(
                code: "admin.export_unknown", message: "this export was not begun, or has ended",
                advice: "Begin it anew: tangrat-server person export SUBJECT --reason TEXT")
        }
        return try export.rows(after: command["after"]?.intValue ?? 0, under: entry)
    }

    /// Removes everything about a person.
    ///
    /// Once more it changes nothing, but lets the store be scrubbed again.
    func erasePerson(_ command: JSONValue) throws -> JSONValue {
        let why = try reason(command)
        let name = try text(command, "person")
        let person =
            if let known = try transaction.person(subject: name), known.erased != 0 {
                known
            } else {
                try findPerson(name)
            }
        guard person.held == 0 else {
            throw Refusal(
                code: "admin.person_held", message: "nothing of this person may be removed now",
                advice: "End the hold first, if that is right: tangrat-server release SUBJECT")
        }
        var report = PersonErasure.Report(at: person.erased)
        if person.erased == 0 {
            let machine = SignInMachine(context: context, limits: limits, secrets: secrets)
            report = try PersonErasure(context: context, signIns: machine).run(person, reason: why)
        }
        return .object(
            JSONObject([
                ("devices", .integer(Int64(report.devices))), ("erased_ms", .integer(report.at)),
                ("rows", .integer(Int64(report.rows))), ("subject", .string(person.subject)),
            ]))
    }

    /// Why, in words that go into the audit chain, which never names a person.
    func reason(_ command: JSONValue) throws -> String {
        let reason = try text(command, "reason")
        let compact = reason.unicodeScalars.filter { $0 != " " && $0 != "-" && $0 != "." }
        let digits = compact.split { $0.properties.numericType != .decimal }
        guard reason.utf8.count <= Self.reasonBytesMax, digits.allSatisfy({ $0.count < 13 }) else {
            throw Refusal(
                code: "admin.reason",
                message: "the reason is longer than \(Self.reasonBytesMax) bytes, or has a number"
                    + " of 13 digits",
                advice: "Name the request by its number in your register; it stays for years.")
        }
        return reason
    }

    /// The longest reason, in bytes.
    static let reasonBytesMax = 200
}
