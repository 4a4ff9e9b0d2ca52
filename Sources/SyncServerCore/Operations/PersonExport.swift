internal import SyncProtocol

/// Everything about a person, as lines that programs read.
///
/// Rows are told in the order of the store's numbers, which they keep for life:
/// each row that is there from beginning to end is told once, however long it
/// takes and whatever is written meanwhile.
///
/// No row leaves that an entry of the audit chain does not cover. The entry of the
/// beginning has the revisions of then; a row that was written since stands in
/// another one, committed with the part in which it leaves.
struct PersonExport {
    let context: WriterContext
    let person: PersonRecord
    let limits: Limits

    private var transaction: any StoreTransaction { context.transaction }

    /// Writes the audit entry and the person's access log.
    ///
    /// - Returns: Lines of what is known but for the rows; `number` is 0 in each.
    /// - Throws: What the store throws.
    func begin(reason: String) throws -> [JSONValue] {
        var ranges = AuditRanges()
        var count = 0
        let buckets = try ownBuckets()
        for bucket in buckets {
            try transaction.rows(in: bucket.number, after: 0) { row in
                guard row.isAlive else { return true }
                ranges.add(row.rev, of: bucket.number)
                count += 1
                return true
            }
        }
        // What the person is told is one of the person's rows, and leaves with them.
        let entry = try context.audit.next()
        _ = context.book.takeTouched()
        try AccessLog(context).tellOfExport(of: person, rows: count, reason: reason, entry: entry)
        for told in context.book.takeTouched().ranges { ranges.add(told.last, of: told.bucket) }
        try context.audit.append(
            .personExported, by: .operator, person: person.number, ranges: ranges, text: reason)
        var lines = [
            line(
                "export",
                [
                    ("added_ms", .integer(person.added)), ("at_ms", .integer(context.now)),
                    ("export", .integer(entry)), ("reason", .string(reason)),
                    ("subject", .string(person.subject)),
                ])
        ]
        lines += try devices() + signIns() + rights()
        lines += buckets.map { line("bucket", [("bucket", .string($0.name))]) }
        return lines
    }

    /// The entry under which an export of this person was begun, not too long ago.
    func opened(under number: Int64) throws -> AuditEntry? {
        guard number > 0 else { return nil }
        var opened: AuditEntry?
        try transaction.auditRecords(after: number - 1) { record in
            guard record.number == number else { return false }
            // A damaged one is for `audit verify` to tell.
            if let entry = try? record.entry.withUnsafeBytes({ try AuditEntry($0) }),
                entry.kind == .personExported, entry.person == person.number,
                context.now - entry.at <= limits.personExportMilliseconds
            {
                opened = entry
            }
            return false
        }
        return opened
    }

    /// The next rows, in the order of their numbers; none after the last.
    ///
    /// - Parameters:
    ///   - last: The number of the last row that was given.
    ///   - entry: What the export was begun under.
    /// - Returns: Lines; those that the entry does not cover are in another one then.
    /// - Throws: What the store throws.
    func rows(after last: Int64, under entry: AuditEntry) throws -> [JSONValue] {
        var places: [(number: Int64, bucket: String)] = []
        for bucket in try ownBuckets() {
            try transaction.marks(in: bucket.number, after: 0) { mark in
                if mark.isAlive, mark.number > last { places.append((mark.number, bucket.name)) }
            }
        }
        var lines: [JSONValue] = []
        var later = AuditRanges()
        var bytes = 0
        for place in places.sorted(by: { $0.number < $1.number }) {
            guard bytes < limits.personExportBytesMax else { break }
            guard let row = try transaction.record(ofRow: place.number) else { continue }
            bytes += row.body.count
            let isCovered = entry.ranges.contains { range in
                range.bucket == row.bucket && row.rev <= range.last
            }
            if !isCovered { later.add(row.rev, of: row.bucket) }
            lines.append(
                line(
                    "row", number: row.number,
                    [
                        ("as_of", .integer(row.asOf)),
                        ("body", try JSON.parse(row.body, limits: .document)),
                        ("bucket", .string(place.bucket)), ("id", .string(row.key.id)),
                        ("owner", .string(row.owner)), ("rev", .integer(Int64(clamping: row.rev))),
                        ("source_version", .integer(row.sourceVersion)),
                        ("table", .string(row.key.table)),
                    ]))
        }
        if !later.isEmpty {
            try context.audit.append(
                .personExported, by: .operator, person: person.number, ranges: later,
                text: entry.text)
        }
        return lines
    }

    private func ownBuckets() throws -> [BucketRecord] {
        try transaction.buckets(of: person.number).filter { $0.person == person.number }
            .sorted { $0.number < $1.number }
    }

    private func devices() throws -> [JSONValue] {
        try transaction.devices(of: person.number).flatMap { device in
            let id = JSONValue.string(device.id.description)
            let one = line(
                "device",
                [
                    ("added_ms", .integer(device.added)), ("device", id),
                    ("mutations", .integer(Int64(clamping: device.lastMid))),
                    ("name", .string(device.name)), ("revoked_ms", .integer(device.revoked)),
                ])
            // Neither a token nor its hash: whoever holds the file would hold the right.
            return [one]
                + (try transaction.tokens(of: device.number)).map { token in
                    line(
                        "token",
                        [
                            ("device", id), ("expires_ms", .integer(token.expires)),
                            ("use", token.kind == .access ? "access" : "refresh"),
                            ("used_ms", .integer(token.used)),
                        ])
                }
        }
    }

    private func signIns() throws -> [JSONValue] {
        try transaction.signIns(of: person.number).map { signIn in
            line(
                "sign_in",
                [
                    ("expires_ms", .integer(signIn.expires)), ("name", .string(signIn.deviceName)),
                ])
        }
    }

    private func rights() throws -> [JSONValue] {
        try transaction.rights(of: person.number).compactMap { right in
            try transaction.bucket(right.bucket).map { bucket in
                line(
                    "right",
                    [
                        ("bucket", .string(bucket.name)),
                        ("until_ms", right.until > 0 ? .integer(right.until) : .null),
                        ("withdrawn", .integer(right.until < 0 ? 1 : 0)),
                    ])
            }
        }
    }

    private func line(
        _ kind: String, number: Int64 = 0, _ members: [(String, JSONValue)]
    ) -> JSONValue {
        .object(
            JSONObject([("kind", .string(kind)), ("number", .integer(number))] + members))
    }
}
