internal import SQLiteKit
internal import SyncProtocol

/// Makes the books agree with the rows that are really there.
///
/// Hashes each row anew from its bytes, so that what the storage has changed is
/// seen as what it is now: a row that the server does not have.
enum Recount {
    /// Writes true hashes, counts and sums, and removes rows that belong to nothing.
    static func run(_ connection: Connection) throws {
        try connection.run(
            """
            DELETE FROM row WHERE bucket_id NOT IN (SELECT id FROM bucket)
                OR table_id NOT IN (SELECT id FROM name)
                OR owner_id NOT IN (SELECT id FROM name)
            """)
        var books: [Int64: RangeSum] = [:]
        var wrong: [(rowID: Int64, hash: HashSum)] = []
        try connection.run(
            """
            SELECT row.rowid, row.bucket_id, name.text, row.id, owner.text, row.as_of,
                row.source_version, row.body, row.hash
            FROM row JOIN name ON name.id = row.table_id
                JOIN name AS owner ON owner.id = row.owner_id
            """
        ) { row in
            let hash = Self.hash(row, from: 2)
            if HashSum(row.blob(8)) != hash { wrong.append((row.int64(0), hash)) }
            books[row.int64(1), default: .zero].count += 1
            books[row.int64(1), default: .zero].sum += hash
        }
        for (rowID, hash) in wrong {
            try connection.run(
                "UPDATE row SET hash = ? WHERE rowid = ?", .blob(hash.bytes), .integer(rowID))
        }
        for var bucket in try BucketTable.load(connection) {
            let book = books[bucket.id] ?? .zero
            bucket.count = Int64(clamping: book.count)
            bucket.sum = book.sum
            try BucketTable.save(bucket, connection)
        }
    }

    /// The hash of a row from its table, id, owner, time, version and body, in this order.
    static func hash(_ row: Statement, from column: Int) -> HashSum {
        row.withText(column) { table in
            row.withText(column + 1) { id in
                row.withText(column + 2) { owner in
                    row.withBlob(column + 5) { body in
                        RowHash.hash(
                            table: table, id: id, owner: owner, asOf: row.int64(column + 3),
                            sourceVersion: row.int64(column + 4), body: body)
                    }
                }
            }
        }
    }
}
