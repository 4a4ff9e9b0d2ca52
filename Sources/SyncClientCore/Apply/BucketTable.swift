internal import SQLiteKit
internal import SyncProtocol

/// What is really held of each bucket: the count and sum over its rows.
struct HeldBucket: Hashable, Sendable {
    /// The number in this database.
    var id: Int64
    /// The name.
    var name: String
    /// The server's number, by which it names a bucket that is held.
    var number: UInt64
    /// The server's epoch, by which a replaced history is noticed.
    var epoch: UInt64
    /// The newest revision.
    var head: UInt64
    /// The number of rows held.
    var count: Int64
    /// The sum of their hashes.
    var sum: HashSum
    /// The order in which it is sent.
    var priority: UInt64
    /// When the right to read ends, or 0.
    var leaseUntil: UInt64
}

/// Reading and writing of ``HeldBucket``.
enum BucketTable {
    /// All buckets by name.
    static func load(_ connection: Connection) throws -> [HeldBucket] {
        var buckets: [HeldBucket] = []
        try connection.run(
            """
            SELECT id, name, epoch, head, count, sum, priority, lease_until, number
            FROM bucket ORDER BY name
            """
        ) { row in
            // A sum that is none agrees with nothing, so the next checkpoint tells.
            let sum = HashSum(row.blob(5)) ?? .zero
            buckets.append(
                HeldBucket(
                    id: row.int64(0), name: row.text(1),
                    number: UInt64(bitPattern: row.int64(8)),
                    epoch: UInt64(bitPattern: row.int64(2)),
                    head: UInt64(bitPattern: row.int64(3)), count: row.int64(4), sum: sum,
                    priority: UInt64(bitPattern: row.int64(6)),
                    leaseUntil: UInt64(bitPattern: row.int64(7))))
        }
        return buckets
    }

    /// Makes an empty bucket.
    static func insert(_ state: BucketState, _ connection: Connection) throws -> HeldBucket {
        try connection.run(
            """
            INSERT INTO bucket(name, epoch, head, count, sum, priority, lease_until, number)
            VALUES (?, ?, 0, 0, ?, ?, ?, ?)
            """,
            .text(state.name), .integer(Int64(bitPattern: state.epoch)), .blob(HashSum.zero.bytes),
            .integer(Int64(bitPattern: state.priority)),
            .integer(Int64(bitPattern: state.leaseUntil)),
            .integer(Int64(bitPattern: state.index)))
        return HeldBucket(
            id: connection.lastInsertRowID, name: state.name, number: state.index,
            epoch: state.epoch, head: 0, count: 0, sum: .zero, priority: state.priority,
            leaseUntil: state.leaseUntil)
    }

    /// Writes everything but the name.
    static func save(_ bucket: HeldBucket, _ connection: Connection) throws {
        try connection.run(
            """
            UPDATE bucket SET epoch = ?, head = ?, count = ?, sum = ?, priority = ?, lease_until = ?,
                number = ? WHERE id = ?
            """,
            .integer(Int64(bitPattern: bucket.epoch)), .integer(Int64(bitPattern: bucket.head)),
            .integer(bucket.count), .blob(bucket.sum.bytes),
            .integer(Int64(bitPattern: bucket.priority)),
            .integer(Int64(bitPattern: bucket.leaseUntil)),
            .integer(Int64(bitPattern: bucket.number)), .integer(bucket.id))
    }

    /// Removes a bucket with all its rows; the bytes are overwritten.
    ///
    /// - Returns: The number of rows removed.
    static func remove(_ id: Int64, _ connection: Connection) throws -> Int {
        try connection.run("DELETE FROM row WHERE bucket_id = ?", .integer(id))
        let removed = connection.changes
        try connection.run("DELETE FROM bucket WHERE id = ?", .integer(id))
        return removed
    }
}
