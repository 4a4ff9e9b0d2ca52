internal import SyncProtocol

/// Rights to buckets: grants, ends, withdrawals.
extension AdminCommands {
    /// Gives a person a bucket, for ever or until a moment.
    func grant(_ command: JSONValue) throws -> JSONValue {
        let (person, bucket) = try personAndBucket(command)
        var until: Int64 = 0
        if let given = command["until_ms"] {
            guard let moment = given.intValue, moment > context.now, moment < 1 << 47 else {
                throw Refusal(
                    code: "admin.until", message: "the end is not a moment to come",
                    advice: "Give --until 2026-12-31, or a time with its zone.")
            }
            until = moment
        }
        if bucket.person == person.number, until == 0 {
            try transaction.removeRight(to: bucket.number, of: person.number)
        } else {
            try transaction.save(
                RightRecord(bucket: bucket.number, until: until), of: person.number)
        }
        context.rightsChanged.append(person.number)
        try context.audit.append(
            .bucketGranted, by: .operator, person: person.number,
            text: until > 0 ? "\(bucket.name) until \(until)" : bucket.name)
        return Self.json(bucket.name, person, until: until)
    }

    /// Takes a bucket away from a person; their devices erase it.
    func withdraw(_ command: JSONValue) throws -> JSONValue {
        let (person, bucket) = try personAndBucket(command)
        if bucket.person == person.number {
            try transaction.save(RightRecord(bucket: bucket.number, until: -1), of: person.number)
        } else {
            try transaction.removeRight(to: bucket.number, of: person.number)
        }
        context.rightsChanged.append(person.number)
        try context.audit.append(
            .bucketWithdrawn, by: .operator, person: person.number, text: bucket.name)
        return Self.json(bucket.name, person, until: -1)
    }

    /// The rights of a person that are not as usual.
    func listRights(_ command: JSONValue) throws -> [JSONValue] {
        let person = try findPerson(try text(command, "person"))
        return try transaction.rights(of: person.number).compactMap { right in
            try transaction.bucket(right.bucket).map {
                Self.json($0.name, person, until: right.until)
            }
        }
    }

    private func personAndBucket(
        _ command: JSONValue
    ) throws -> (person: PersonRecord, bucket: BucketRecord) {
        let person = try findPerson(try text(command, "person"))
        let name = try text(command, "bucket")
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let domains = Set(TablePolicy.all.values.filter { !$0.isPublic }.map(\.domain))
        guard parts.count == 3, parts[0] == "person", domains.contains(parts[2]),
            let owner = try transaction.person(subject: parts[1]), owner.erased == 0
        else {
            throw Refusal(
                code: "admin.bucket", message: "there is no bucket \(name)",
                advice: "Name it as person/SUBJECT/DOMAIN; domains: "
                    + domains.sorted().joined(separator: ", "))
        }
        // A device has one row under a key, and what citizens write has keys of their own.
        let isWritten = TablePolicy.all.values.contains {
            $0.writer == .citizen && $0.domain == parts[2]
        }
        guard owner.number == person.number || !isWritten else {
            throw Refusal(
                code: "admin.bucket_own",
                message: "\(name) holds what its person writes, and is only theirs",
                advice: "Grant another domain.")
        }
        let number = try context.book.number(named: name, person: owner.number)
        guard let bucket = try transaction.bucket(number) else {
            throw StoreFailure.inconsistent("bucket \(number) is missing")
        }
        return (person, bucket)
    }

    private static func json(_ bucket: String, _ person: PersonRecord, until: Int64) -> JSONValue {
        .object(
            JSONObject([
                ("bucket", .string(bucket)), ("subject", .string(person.subject)),
                ("until_ms", until > 0 ? .integer(until) : .null),
                ("withdrawn", .integer(until < 0 ? 1 : 0)),
            ]))
    }
}
