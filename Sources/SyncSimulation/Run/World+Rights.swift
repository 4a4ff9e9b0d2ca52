internal import SyncProtocol

/// What an administrator does about rights to buckets.
extension World {
    /// The parts of people's data that rights are changed of: what they write, and what
    /// an agency writes.
    private static let domains = ["core", "transport"]

    /// Takes a right away, gives it back, or gives it for a time.
    func changeRight(_ action: Action) {
        let person = subjects[Int(action.argument(0).magnitude) % subjects.count]
        let domain = Self.domains[Int(action.argument(1).magnitude) % Self.domains.count]
        // Mostly a person's own; what people write is never another's.
        let owner =
            domain == "core"
            ? person
            : subjects[
                (Int(action.argument(0).magnitude) + Int(action.argument(2).magnitude))
                    % subjects.count]
        let part = BucketPart(owner: owner, domain: domain)
        guard action.verb == .giveRight else { return change(person, part, to: nil) }
        let duration = action.argument(3)
        change(
            person, part,
            to: duration > 0 ? .leased(server.wallMilliseconds + duration) : .given)
    }

    /// Gives everybody back what is theirs, and nothing else.
    func giveBackEverything() {
        for _ in 0..<50 {
            let rights = oracle.truth.rights
            guard let person = rights.keys.min(), let part = rights[person]?.keys.min() else {
                return
            }
            change(person, part, to: part.owner == person ? .given : nil)
            run(until: timeline.now + 1_000)
        }
        fail("I19", "rights cannot be given back: \(oracle.truth.rights)")
    }

    /// Asks the server; one at a time, so that it is known what became of it.
    private func change(_ person: String, _ part: BucketPart, to right: SpecialRight?) {
        guard server.server != nil, oracle.pendingRight == nil else { return }
        let asked = RightChange(person: person, part: part, right: right)
        var command: [(String, JSONValue)] = [
            ("command", .string(right == nil ? "revoke" : "grant")), ("person", .string(person)),
            ("bucket", .string(part.name)),
        ]
        if case .leased(let end) = right { command.append(("until_ms", .integer(end))) }
        oracle.askedFor(asked)
        server.admin(.object(JSONObject(command))) { [self] result in
            guard case .success = result else { return reached("admin.rightFailed") }
            oracle.answered(asked)
            switch right {
            case nil: reached("admin.withdrew")
            case .given: reached("admin.gave")
            default: reached("admin.leased")
            }
        }
    }
}
