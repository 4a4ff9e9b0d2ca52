internal import SQLiteKit
internal import SyncProtocol

extension SQLiteTransaction {
    func buckets(after number: BucketNumber, max: Int) throws -> [BucketRecord] {
        var found: [BucketRecord] = []
        try connection.statement(
            """
            SELECT no, name, person, epoch, head, floor, count, tombstones, sum, priority, purged
            FROM bucket WHERE no > ?1 ORDER BY no LIMIT ?2
            """
        ).run(.integer(number), .integer(Int64(max))) { found.append(try Self.bucket($0)) }
        return found
    }

    func lastMark(of bucket: BucketNumber, notAfter milliseconds: Int64) throws -> HeadMark? {
        try connection.statement(
            "SELECT at, head FROM mark WHERE bucket = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1"
        ).first(.integer(bucket), .integer(milliseconds)) {
            HeadMark(at: $0.int64(0), head: try Self.count($0, 1, "a mark"))
        }
    }

    func add(_ mark: HeadMark, of bucket: BucketNumber) throws {
        try connection.statement(
            "INSERT OR REPLACE INTO mark(bucket, at, head) VALUES (?1, ?2, ?3)"
        )
        .run(.integer(bucket), .integer(mark.at), .integer(Int64(mark.head)))
    }

    func removeMarks(of bucket: BucketNumber, before milliseconds: Int64) throws {
        try connection.statement("DELETE FROM mark WHERE bucket = ?1 AND at < ?2")
            .run(.integer(bucket), .integer(milliseconds))
    }

    func purge(
        _ bucket: BucketNumber, above floor: UInt64, through rev: UInt64, max: Int
    ) throws -> PurgedRows {
        var found: [(number: Int64, scope: Int64)] = []
        var purged = PurgedRows()
        try connection.statement(HotStatements.tombstonesBetween).run(
            .integer(bucket), .integer(Int64(floor)), .integer(Int64(rev)), .integer(Int64(max))
        ) { row in
            found.append((row.int64(0), row.int64(2)))
            purged.last = try Self.count(row, 1, "a revision")
        }
        let bury = try connection.statement(
            "UPDATE row SET bucket = ?2, rev = no, body = x'' WHERE no = ?1")
        for row in found {
            if row.scope == RowScope.feed.number {
                try bury.run(.integer(row.number), .integer(RowScope.buried))
            } else {
                try remove(row: row.number)
            }
        }
        purged.count = found.count
        return purged
    }
}
