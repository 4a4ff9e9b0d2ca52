internal import FaultVFS
internal import SyncProtocol

/// Compares the server's store with what must be in it.
extension Oracle {
    /// Looks at the rows that changed; at all of them after a start.
    func compareChangedRows(isWhole: Bool) throws {
        guard let eye = serverEye else { return }
        let rows = try eye.changedRows { bucketNames[$0] = $1 }
        var late = Late()
        for row in rows { compare(row, &late) }
        for receipt in late.receipts.sorted(by: { $0.number < $1.number }) { checkReceipt(receipt) }
        for (key, row) in late.marks { checkMark(row, key) }
        try compareVanished()
        if isWhole { compareCounts(rows) }
    }

    /// What can be judged only when all rows have been seen.
    private struct Late {
        var receipts: [Receipt] = []
        var marks: [(TrueKey, ServerEye.SeenRow)] = []
    }

    /// A receipt as the store shows it.
    private struct Receipt {
        var number: Int64
        var row: TrueRow
        var body: JSONValue
        var payload: JSONValue
    }

    private func compare(_ row: ServerEye.SeenRow, _ late: inout Late) {
        let parts = row.bucket.split(separator: "/")
        let subject = parts.first == "person" && parts.count == 3 ? String(parts[1]) : ""
        guard let policy = TablePolicy.all[row.table] else {
            return fail("I15", "a row of no table: \(row.table)/\(row.id)")
        }
        guard row.bucket == policy.bucket(subject: subject) else {
            return fail("I11", "\(row.table)/\(row.id) lies in \(row.bucket)")
        }
        let isCitizen = policy.writer == .citizen
        let key = TrueKey(table: row.table, id: row.id, scope: isCitizen ? subject : "")
        let found = TrueRow(
            table: row.table, id: row.id, owner: row.owner, asOf: row.asOf,
            sourceVersion: row.sourceVersion, body: row.isAlive || isCitizen ? row.body : [],
            isAlive: row.isAlive, subject: subject)
        if isCitizen {
            moment.revs[key] = (row.bucket, row.rev)
            if let known = truth.rows[key], known == found { return }
            return fail(
                "I6", "\(key) is \(Self.text(found)), must be \(Self.text(truth.rows[key]))")
        }
        let isOlder = truth.rows[key].map { $0.sourceVersion > found.sourceVersion } ?? false
        if !found.isAlive, truth.rows[key] != found, isOlder || !isSent(found, key) {
            late.marks.append((key, row))
            return
        }
        if compareFed(found, key, &late) { moment.revs[key] = (row.bucket, row.rev) }
    }

    /// A tombstone that nobody sent is what a row left in a bucket it moved out of.
    private func checkMark(_ row: ServerEye.SeenRow, _ key: TrueKey) {
        guard let home = moment.revs[key], home.bucket != row.bucket || row.rev < home.rev else {
            return fail(
                "I1",
                "\(key) is gone from \(row.bucket) at \(row.rev), and nobody removed it: \(moment.revs[key].map { "\($0)" } ?? "nowhere"), \(Self.text(truth.rows[key])), v\(row.sourceVersion)"
            )
        }
    }

    private func isSent(_ found: TrueRow, _ key: TrueKey) -> Bool {
        feed.lines(at: key, version: found.sourceVersion).contains { line in
            line.subject == found.subject && line.owner == found.owner && line.asOf == found.asOf
                && (line.body == nil) == !found.isAlive && line.body ?? [] == found.body
        }
    }

    /// Takes a row that agencies or the server wrote; gives whether it is as it may be.
    private func compareFed(_ found: TrueRow, _ key: TrueKey, _ late: inout Late) -> Bool {
        if let known = truth.rows[key] {
            if known == found { return true }
            guard found.sourceVersion > known.sourceVersion else {
                fail(
                    "I8",
                    "\(key) went from version \(known.sourceVersion) to \(found.sourceVersion)")
                return false
            }
        }
        if found.sourceVersion == 0, let submission = submitted[key.id] {
            return adopt(found, key, submission, &late)
        }
        guard isSent(found, key) || isNoteOfReading(found, key) else {
            fail("I15", "nobody sent \(Self.text(found))")
            return false
        }
        truth.put(found, at: key)
        world.points.count("feed.applied")
        return true
    }

    /// Takes the rows that the server makes of a submission.
    private func adopt(
        _ found: TrueRow, _ key: TrueKey, _ submission: (subject: String, payload: JSONValue),
        _ late: inout Late
    ) -> Bool {
        guard found.isAlive, found.subject == submission.subject else {
            fail("I11", "\(key) is not \(submission.subject)'s")
            return false
        }
        if key.table == "receipt" {
            guard let body = try? JSON.parse(found.body),
                let number = body["server_sequence"]?.intValue
            else {
                fail("I2", "the receipt \(found.id) cannot be read")
                return false
            }
            late.receipts.append(
                Receipt(number: number, row: found, body: body, payload: submission.payload))
        }
        truth.put(found, at: key)
        return true
    }

    private func checkReceipt(_ receipt: Receipt) {
        let hash = SHA256.hash(JSON.canonical(receipt.payload)).hex
        guard receipt.body["payload_sha256"]?.text == hash else {
            return fail("I2", "the receipt \(receipt.row.id) is not of what was handed in")
        }
        guard receipt.number == truth.receipts.count + 1,
            receipt.body["previous_sha256"]?.text == Hex.encode(truth.receipts.hash)
        else {
            return fail(
                "I2", "receipt \(receipt.number) does not follow \(truth.receipts.count)")
        }
        truth.receipts = (receipt.number, SHA256.hash(receipt.row.body).bytes)
        world.points.count("server.receipt")
    }

    /// Nothing that must be there is missing.
    private func compareCounts(_ rows: [ServerEye.SeenRow]) {
        var alive: Set<String> = []
        for row in rows where row.isAlive { alive.insert("\(row.bucket) \(row.table)/\(row.id)") }
        for key in truth.rows.keys.sorted() {
            guard let row = truth.rows[key], row.isAlive,
                let policy = TablePolicy.all[row.table]
            else { continue }
            let bucket = policy.bucket(subject: row.subject)
            if !alive.contains("\(bucket) \(row.table)/\(row.id)") {
                fail("I1", "\(key) is missing from the store")
            }
        }
    }

    /// Compares the whole store with the whole truth.
    func checkStore() {
        guard let eye = serverEye else { return fail("I19", "the server is down") }
        world.server.disk.unwatched {
            do {
                try readAudit(isWhole: false)
                try compareChangedRows(isWhole: false)
                checkAudit()
                try comparePurge(at: world.server.wallMilliseconds)
                let counts = try eye.bucketCounts()
                var expected: [String: UInt64] = [:]
                for row in truth.rows.values where row.isAlive {
                    guard let policy = TablePolicy.all[row.table] else { continue }
                    expected[policy.bucket(subject: row.subject), default: 0] += 1
                }
                for name in counts.keys.sorted() where counts[name] != expected[name, default: 0] {
                    fail(
                        "I6",
                        "\(name) counts \(counts[name] ?? 0) rows, \(expected[name, default: 0]) are alive"
                    )
                }
            } catch {
                fail("I1", "the store cannot be read: \(error)")
            }
        }
    }

    static func text(_ row: TrueRow?) -> String {
        guard let row else { return "nothing" }
        let body = String(decoding: row.body, as: UTF8.self)
        return
            "\(row.table)/\(row.id) of \(row.owner) \(row.subject.prefix(4)) v\(row.sourceVersion) "
            + "\(row.asOf) \(row.isAlive ? "alive" : "gone") \(body)"
    }
}
