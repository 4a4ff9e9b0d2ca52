internal import SyncProtocol

/// Legal holds: while one stands, nothing about a person is removed.
extension AdminCommands {
    /// Begins a hold; a second one changes nothing and is written down as well.
    func hold(_ command: JSONValue) throws -> JSONValue {
        let person = try findPerson(try text(command, "person"))
        let why = try reason(command)
        let since = person.held == 0 ? context.now : person.held
        try transaction.hold(person.number, since: since)
        try context.audit.append(.personHeld, by: .operator, person: person.number, text: why)
        return Self.json(person, held: since)
    }

    /// Ends a hold: what is over goes with the next pass of retention.
    func release(_ command: JSONValue) throws -> JSONValue {
        let person = try findPerson(try text(command, "person"))
        let why = try reason(command)
        guard person.held > 0 else {
            throw Refusal(
                code: "admin.not_held", message: "there is no hold on this person",
                advice: "See: tangrat-server person list")
        }
        try transaction.hold(person.number, since: 0)
        try context.audit.append(.personReleased, by: .operator, person: person.number, text: why)
        return Self.json(person, held: 0)
    }

    private static func json(_ person: PersonRecord, held: Int64) -> JSONValue {
        .object(
            JSONObject([("held_ms", .integer(held)), ("subject", .string(person.subject))]))
    }
}
