internal import SyncProtocol

/// Goes through the chain in parts, so that no moment is held for long.
struct AuditReading {
    let reader: any StoreReader
    /// How many entries are read at one moment.
    let partMax: Int

    /// Gives the records above a number in order until `body` says stop.
    ///
    /// - Throws: What the store or `body` throws.
    func records(after start: Int64, _ body: (AuditRecord) throws -> Bool) throws {
        var after = start
        while true {
            var count = 0
            var goesOn = true
            try reader.snapshot { snapshot in
                try snapshot.auditRecords(after: after) { record in
                    count += 1
                    after = record.number
                    goesOn = try body(record)
                    return goesOn && count < partMax
                }
            }
            guard goesOn, count == partMax else { return }
        }
    }

    /// Goes through the whole chain.
    ///
    /// - Parameters:
    ///   - lineage: The history that the store is in.
    ///   - witnesses: Heads that were written down elsewhere.
    ///   - now: The clock, in milliseconds since 1970.
    /// - Returns: What was found.
    /// - Throws: What the store throws.
    func verify(
        _ lineage: Lineage, _ witnesses: [AuditWitness], at now: Int64
    ) throws -> AuditVerification {
        while true {
            let cut = try reader.snapshot { try $0.auditCut() }
            var verification = AuditVerification(
                lineage: lineage, witnesses: witnesses, cut: cut, now: now)
            try records(after: cut?.head.number ?? 0) { verification.add($0) }
            verification.finish()
            // What is missing may have been cut off meanwhile.
            guard verification.problem != nil,
                try reader.snapshot({ try $0.auditCut() }) != cut
            else { return verification }
        }
    }

    /// An entry with ids as an operator reads them.
    ///
    /// - Parameters:
    ///   - record: The entry.
    ///   - snapshot: Tells the names of buckets and people.
    /// - Returns: A JSON object.
    /// - Throws: What the store throws, `WireError` if the entry is none.
    static func json(_ record: AuditRecord, in snapshot: any StoreSnapshot) throws -> JSONValue {
        let entry = try record.entry.withUnsafeBytes { try AuditEntry($0) }
        var members: [(String, JSONValue)] = [
            ("actor", .string(entry.actor.description)), ("at_ms", .integer(entry.at)),
            ("entry", .integer(record.number)), ("kind", .string(entry.kind.word)),
            ("link", .string(record.link.hex)),
        ]
        if let device = entry.device { members.append(("device", .string(device.description))) }
        if entry.person != 0 {
            members.append(("subject", .string(try snapshot.person(entry.person)?.subject ?? "")))
        }
        if entry.mutations.count > 0 {
            members.append(("mutations", .integer(Int64(clamping: entry.mutations.count))))
            members.append(("first_mutation", .integer(Int64(clamping: entry.mutations.first))))
        }
        if !entry.ranges.isEmpty {
            members.append(
                (
                    "rows",
                    .array(
                        try entry.ranges.map { range in
                            .object(
                                JSONObject([
                                    (
                                        "bucket",
                                        .string(try snapshot.bucket(range.bucket)?.name ?? "")
                                    ),
                                    ("count", .integer(Int64(clamping: range.rows))),
                                    ("from_rev", .integer(Int64(clamping: range.first))),
                                    ("to_rev", .integer(Int64(clamping: range.last))),
                                ]))
                        })
                ))
        }
        if !entry.text.isEmpty { members.append(("text", .string(entry.text))) }
        return .object(JSONObject(members))
    }
}
