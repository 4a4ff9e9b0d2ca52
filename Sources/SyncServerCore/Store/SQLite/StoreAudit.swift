internal import SQLiteKit
internal import SyncProtocol

/// Recounts what the store keeps counts of.
enum StoreAudit {
    /// Recounts every bucket.
    ///
    /// - Parameters:
    ///   - connection: Reads; in one transaction where somebody else writes.
    ///   - eachBucket: Called before each bucket; what it throws ends the work.
    /// - Returns: What is wrong.
    /// - Throws: `SQLiteError`, or what `eachBucket` throws.
    static func recount(
        _ connection: Connection, eachBucket: () throws -> Void = {}
    ) throws -> [String] {
        var problems: [String] = []
        var buckets: [BucketRecord] = []
        try connection.run(
            """
            SELECT no, name, person, epoch, head, floor, count, tombstones, sum, priority, purged
            FROM bucket ORDER BY no
            """
        ) { row in
            do {
                buckets.append(try SQLiteMoment.bucket(row))
            } catch StoreFailure.inconsistent(let what) {
                problems.append("\(row.text(1)): \(what)")
            }
        }
        for bucket in buckets {
            try eachBucket()
            var count: UInt64 = 0
            var tombstones: UInt64 = 0
            var sum = HashSum.zero
            var last: UInt64 = 0
            try connection.run(
                """
                SELECT r.rev, r.alive, r.hash, t.text, r.id, o.text, r.as_of, r.source_version,
                    r.body
                FROM row r JOIN name t ON t.no = r.tab JOIN name o ON o.no = r.owner
                WHERE r.bucket = ?1 ORDER BY r.rev
                """, .integer(bucket.number)
            ) { row in
                last = UInt64(clamping: row.int64(0))
                guard row.int64(1) != 0 else {
                    tombstones += 1
                    return
                }
                let hash = RowHash.hash(
                    key: RowKey(table: row.text(3), id: row.text(4)), owner: row.text(5),
                    asOf: row.int64(6), sourceVersion: row.int64(7), body: row.blob(8))
                if HashSum(row.blob(2)) != hash {
                    problems.append("\(bucket.name): a row at revision \(last) has changed")
                }
                count += 1
                sum += hash
            }
            if count != bucket.count || tombstones != bucket.tombstones || sum != bucket.sum {
                problems.append("\(bucket.name): count or sum does not agree with its rows")
            }
            if last > bucket.head {
                problems.append("\(bucket.name): a row stands above the head")
            }
        }
        try findLeftBehind(connection) { problems.append($0) }
        return problems
    }

    /// A row leaves a tombstone in a bucket that it left, and never in the one it is in.
    private static func findLeftBehind(
        _ connection: Connection, _ found: (String) -> Void
    ) throws {
        try connection.run(
            """
            SELECT b.name, m.rev FROM row m JOIN row r ON r.id = m.id AND r.tab = m.tab
                AND r.scope = 0 AND r.bucket = m.bucket JOIN bucket b ON b.no = m.bucket
            WHERE m.scope < 0 ORDER BY b.no, m.rev
            """
        ) { found("\($0.text(0)): the row of the tombstone at revision \($0.int64(1)) is here") }
    }
}
