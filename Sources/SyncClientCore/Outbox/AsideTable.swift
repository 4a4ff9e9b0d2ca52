internal import SQLiteKit
internal import SyncProtocol

/// Refused writes that only the person can decide about.
///
/// This device was away so long that the server may have forgotten a deletion:
/// to make the row again could undo it, to drop the write could lose work. Such a
/// write is kept here, and with it those that came after it on the same row.
enum AsideTable {
    /// Keeps a write that was refused, if it is one of these.
    static func keep(
        _ mid: UInt64, _ code: String, _ detail: String, _ connection: Connection
    ) throws {
        guard let code = RefusalCode(rawValue: code), [.createStale, .rowAbsent].contains(code)
        else { return }
        // An answer that is told again much later may not name the row any more.
        var rows = [detail]
        if detail.isEmpty {
            rows = try self.rows(of: mid, creating: code == .createStale, connection)
        }
        guard let row = try rows.first(where: { try code == .createStale || holds($0, connection) })
        else { return }
        try connection.run(
            """
            INSERT OR IGNORE INTO aside(chain, row, queued_at, mutation)
            SELECT chain, ?2, queued_at, mutation FROM outbox WHERE mid = ?1
            UNION ALL SELECT chain, ?2, queued_at, mutation FROM acknowledged WHERE mid = ?1
            """, .integer(Int64(bitPattern: mid)), .text(row))
    }

    /// The rows that a write is about, or those that it makes.
    private static func rows(
        of mid: UInt64, creating: Bool, _ connection: Connection
    ) throws -> [String] {
        var rows: [String] = []
        try connection.run(
            """
            SELECT mutation FROM outbox WHERE mid = ?1
            UNION ALL SELECT mutation FROM acknowledged WHERE mid = ?1
            """, .integer(Int64(bitPattern: mid))
        ) { row in
            rows = (OutboxTable.mutation(row, 0)?.operations ?? [])
                .filter { !creating || $0.operation == .create }.map(\.key.description)
        }
        return rows
    }

    /// Keeps the writes whose refusal came before it was known whose writes they were.
    static func keepRefused(_ connection: Connection) throws {
        var refused: [(mid: UInt64, code: String, detail: String)] = []
        try connection.run(
            """
            SELECT mid, code, detail FROM outcome
            WHERE status = 3 AND mid IN (SELECT mid FROM outbox) ORDER BY mid
            """
        ) { refused.append((UInt64(bitPattern: $0.int64(0)), $0.text(1), $0.text(2))) }
        for outcome in refused {
            try keep(outcome.mid, outcome.code, outcome.detail, connection)
        }
    }

    private static func holds(_ row: String, _ connection: Connection) throws -> Bool {
        var found = false
        try connection.run("SELECT 1 FROM aside WHERE row = ? LIMIT 1", .text(row)) { _ in
            found = true
        }
        return found
    }

    /// The writes kept for a row, or all, in the order they were made.
    static func entries(
        of row: String? = nil, _ connection: Connection
    ) throws -> [(row: String, entry: OutboxTable.Entry)] {
        var found: [(row: String, entry: OutboxTable.Entry)] = []
        try connection.run(
            """
            SELECT row, queued_at, mutation, chain FROM aside WHERE ?1 IS NULL OR row = ?1
            ORDER BY number
            """, row.map { .text($0) } ?? .null
        ) {
            let entry = try OutboxTable.entry($0, connection)
            guard entry.mutation.chain == UInt64(bitPattern: $0.int64(3)) else {
                throw SyncFailure.cacheDamaged(path: connection.path)
            }
            found.append(($0.text(0), entry))
        }
        return found
    }

    /// Whether a write is as it was stored, as far as anything here tells.
    ///
    /// No link before it stands in its row. While the write itself is kept among the
    /// acknowledged ones, under the name that it had, the link before it stands there. Later,
    /// or under a new name, only bytes that are no write any more are found out, and a link
    /// that is not the one beside it; what it says cannot be proven then.
    ///
    /// - Parameters:
    ///   - mutation: The write.
    ///   - chain: The link that stands beside it.
    ///   - connection: Where the acknowledged writes are.
    /// - Returns: Whether nothing speaks against it.
    /// - Throws: What the storage refuses.
    static func isWhole(
        _ mutation: Mutation, chain: UInt64, _ connection: Connection
    ) throws -> Bool {
        guard mutation.chain == chain else { return false }
        var isWhole = true
        try connection.run(
            "SELECT previous_chain FROM acknowledged WHERE chain = ?",
            .integer(Int64(bitPattern: chain))
        ) { isWhole = MutationChain.isLinked(mutation, after: UInt64(bitPattern: $0.int64(0))) }
        return isWhole
    }

    /// How many writes are not as they were stored.
    static func changed(_ connection: Connection) throws -> Int {
        var found: [(mutation: Mutation?, chain: UInt64)] = []
        try connection.run("SELECT chain, mutation FROM aside") {
            found.append((OutboxTable.mutation($0, 1), UInt64(bitPattern: $0.int64(0))))
        }
        var count = 0
        for (mutation, chain) in found {
            let isWhole = try mutation.map { try self.isWhole($0, chain: chain, connection) }
            if isWhole != true { count += 1 }
        }
        return count
    }

    /// Forgets the writes kept for a row.
    static func remove(_ row: String, _ connection: Connection) throws {
        try connection.run("DELETE FROM aside WHERE row = ?", .text(row))
    }
}
