internal import SQLiteKit
internal import SyncProtocol

/// Reads a copy of a damaged cache through SQLite, as far as it can be read.
///
/// A table is read from its beginning until the damage, then from its end. A row
/// of the mirror counts if it has the hash that stands beside it.
struct DamagedCache {
    /// How many writes of the past could be read and are not as they were stored.
    struct Lost {
        /// Copies of writes that the server has.
        var acknowledged = 0
        /// Writes that waited for the person's decision.
        var aside = 0
    }

    private let connection: Connection?

    /// Opens a copy; one that cannot be opened has nothing to read.
    init(copy path: String, _ options: ConnectionOptions) {
        connection = try? Connection(path: path, options: options)
        // A cache of an earlier version is read like one of this version.
        _ = try? connection.map { try CacheSchema.migrations.apply(to: $0) }
    }

    func close() { connection?.close() }

    /// The row of numbers, if it can be read.
    var state: CacheState? { connection.flatMap { try? CacheState.load($0) } }

    /// The writes that wait and are as they were made, by name.
    func waiting() -> [Dot: RawWrites.Write] {
        var found: [Dot: RawWrites.Write] = [:]
        for order in ["ASC", "DESC"] {
            let sql = "SELECT previous_chain, queued_at, mutation FROM outbox ORDER BY mid \(order)"
            let isComplete = each(sql) { row in
                guard let mutation = OutboxTable.mutation(row, 2) else { return }
                let previous = UInt64(bitPattern: row.int64(0))
                guard MutationChain.isLinked(mutation, after: previous) else { return }
                let entry = OutboxTable.Entry(
                    mid: mutation.mid, queuedAt: row.int64(1), mutation: mutation)
                let write = RawWrites.Write(entry: entry, previousChain: previous)
                found[write.dot] = write
            }
            if isComplete { break }
        }
        return found
    }

    /// Whether a write found in an old page was sent, or has another number since.
    ///
    /// Not where it waits under this number: what stands in its row may be damaged, and what
    /// was found is whole.
    func isNumberedAnew(_ write: RawWrites.Write, _ state: CacheState?) -> Bool {
        guard let connection, let state else { return false }
        if write.entry.mid >= Limits.temporaryMid, !state.isAdopting,
            write.dot.device == state.device
        {
            return true
        }
        var isOver = false
        try? connection.run(
            """
            SELECT NOT EXISTS (SELECT 1 FROM outbox WHERE chain = ?1)
                AND (EXISTS (SELECT 1 FROM exported WHERE chain = ?1)
                    OR EXISTS (SELECT 1 FROM acknowledged WHERE chain = ?1))
            """, .integer(Int64(bitPattern: write.entry.mutation.chain))
        ) { isOver = $0.int64(0) != 0 }
        return isOver
    }

    /// Copies what was written before, what became of it, and what the person was told.
    ///
    /// - Returns: How many writes are left out, because they are not as they were stored.
    /// - Throws: What the storage of the new cache refuses.
    func copyHistory(to target: Connection) throws -> Lost {
        var lost = Lost()
        lost.acknowledged = try copy(
            "acknowledged", "mid, previous_chain, chain, queued_at, acknowledged_at, mutation",
            "iiiiib", to: target
        ) { OutboxTable.proven($0, 5, after: 1, chain: 2) != nil }
        try copy("outcome", "mid, status, received_at, code, detail", "iiitt", to: target)
        lost.aside = try copyAside(to: target)
        try copy("notice", "number, at, kept, kind, export, file, detail", "iiitttt", to: target)
        try copy("exported", "chain", "i", to: target)
        try copy("vacant", "mid", "i", to: target)
        return lost
    }

    /// Copies what the person has to decide about; the acknowledged writes are there already.
    ///
    /// - Returns: How many writes are left out.
    /// - Throws: What the storage of the new cache refuses.
    private func copyAside(to target: Connection) throws -> Int {
        // Taken from among the acknowledged ones, where the same write is as it was stored.
        var mended: Set<Int64> = []
        let changed = try copy(
            "aside", "number, chain, queued_at, row, mutation", "iiitb", to: target
        ) { row in
            let chain = UInt64(bitPattern: row.int64(1))
            if let mutation = OutboxTable.mutation(row, 4),
                try AsideTable.isWhole(mutation, chain: chain, target)
            {
                return true
            }
            try target.run(
                """
                INSERT OR IGNORE INTO aside(number, chain, queued_at, row, mutation)
                SELECT ?1, chain, queued_at, ?2, mutation FROM acknowledged WHERE chain = ?3
                """, .integer(row.int64(0)), .text(row.text(3)), .integer(row.int64(1)))
            if target.changes > 0 { mended.insert(row.int64(0)) }
            return false
        }
        return changed - mended.count
    }

    /// Copies the rows that have the hash that stands beside them.
    func copyMirror(to target: Connection) throws {
        try copy("name", "id, text", "it", to: target)
        try copy(
            "bucket", "id, epoch, head, count, priority, lease_until, number, name, sum",
            "iiiiiiitb", to: target)
        var names: [Int64: String] = [:]
        try target.run("SELECT id, text FROM name") { names[$0.int64(0)] = $0.text(1) }
        try copy(
            "row",
            "rowid, table_id, bucket_id, owner_id, rev, as_of, source_version, id, hash, body",
            "iiiiiiitbb", to: target
        ) { row in
            guard let table = names[row.int64(1)], let owner = names[row.int64(3)] else {
                return false
            }
            let hash = RowHash.hash(
                key: RowKey(table: table, id: row.text(7)), owner: owner, asOf: row.int64(5),
                sourceVersion: row.int64(6), body: row.blob(9))
            return HashSum(row.blob(8)) == hash
        }
    }

    // MARK: - Copying

    /// Copies a table from both ends; kinds are i for integers, t for text, b for bytes.
    ///
    /// - Returns: How many rows could be read and are not right.
    /// - Throws: What the storage of the new cache refuses.
    @discardableResult
    private func copy(
        _ table: String, _ columns: String, _ kinds: String, to target: Connection,
        where isRight: (Statement) throws -> Bool = { _ in true }
    ) throws -> Int {
        let kinds = Array(kinds.utf8)
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        let insert = try target.prepare(
            "INSERT OR IGNORE INTO \(table)(\(columns)) VALUES (\(marks))")
        let key = columns.prefix { $0 != "," }
        // By key, which is the first column and a number: from both ends one is met twice.
        var wrong: Set<Int64> = []
        for order in ["ASC", "DESC"] {
            var failure: (any Error)?
            let isComplete = each("SELECT \(columns) FROM \(table) ORDER BY \(key) \(order)") {
                guard failure == nil else { return }
                do {
                    if try isRight($0) {
                        try write($0, kinds, with: insert)
                    } else {
                        wrong.insert($0.int64(0))
                    }
                } catch let error as SQLiteError where error.isConstraint {
                    // Not a row of a sound cache.
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if isComplete { break }
        }
        return wrong.count
    }

    private func write(_ row: Statement, _ kinds: [UInt8], with insert: Statement) throws {
        try insert.use { insert in
            for (column, kind) in kinds.enumerated() {
                let position = column + 1
                switch kind {
                case UInt8(ascii: "i"): try insert.bind(position, row.int64(column))
                case UInt8(ascii: "t"): try insert.bind(position, row.text(column))
                default: try insert.bind(position, row.blob(column))
                }
            }
            _ = try insert.step()
        }
    }

    /// Gives rows until the damage.
    ///
    /// - Returns: Whether there was none.
    @discardableResult
    private func each(_ sql: String, _ body: (Statement) -> Void) -> Bool {
        guard let statement = try? connection?.prepare(sql) else { return false }
        do {
            try statement.use { statement in
                while try statement.step() { body(statement) }
            }
            return true
        } catch {
            return false
        }
    }
}
