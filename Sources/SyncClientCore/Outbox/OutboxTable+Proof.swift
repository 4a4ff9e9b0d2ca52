internal import SQLiteKit
internal import SyncProtocol

/// Whether writes are still as this device stored them.
///
/// A write proves itself: its link of the chain is a hash over what it does and the link
/// before, which stands in its own row. So a row whose predecessor is gone, because it was
/// sent long ago or could not be read, proves itself as well.
extension OutboxTable {
    /// The tables that hold writes with the link before each.
    enum Stored {
        case outbox
        case acknowledged

        fileprivate var select: StaticString {
            switch self {
            case .outbox:
                """
                SELECT previous_chain, queued_at, mutation, chain FROM outbox
                WHERE mid > ? ORDER BY mid
                """
            case .acknowledged:
                """
                SELECT previous_chain, queued_at, mutation, chain FROM acknowledged
                WHERE mid > ? ORDER BY mid
                """
            }
        }
    }

    /// The write in a column, or nil where the bytes are none any more.
    static func mutation(_ row: Statement, _ column: Int) -> Mutation? {
        row.withBlob(column) { try? MutationCodec.decode($0) }
    }

    /// The write in a column, or nil where the bytes are not those that were stored.
    ///
    /// - Parameters:
    ///   - row: A row of one of the tables.
    ///   - column: Where the write is.
    ///   - link: Where the link before it is.
    ///   - chain: Where its own link is, beside it.
    /// - Returns: The write.
    static func proven(
        _ row: Statement, _ column: Int, after link: Int, chain: Int
    ) -> Mutation? {
        guard let mutation = mutation(row, column),
            mutation.chain == UInt64(bitPattern: row.int64(chain)),
            MutationChain.isLinked(mutation, after: UInt64(bitPattern: row.int64(link)))
        else { return nil }
        return mutation
    }

    /// All writes of a table, in order, with the link before each.
    ///
    /// For whoever gives them other links, or judges by what they do: behind a new link
    /// nobody can tell any more that the storage had changed a write.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - mid: The number after which to begin, or nil for all.
    ///   - connection: The connection.
    /// - Returns: The writes.
    /// - Throws: ``SyncFailure/cacheDamaged(path:)`` where one is not as it was stored.
    static func proven(
        in table: Stored, after mid: UInt64? = nil, _ connection: Connection
    ) throws -> [(entry: Entry, previous: UInt64)] {
        var found: [(entry: Entry, previous: UInt64)] = []
        try each(in: table, after: mid, connection) { entry, previous in
            guard let entry else { throw SyncFailure.cacheDamaged(path: connection.path) }
            found.append((entry, previous))
        }
        return found
    }

    /// How many writes of a table are not as they were stored.
    static func changed(in table: Stored, _ connection: Connection) throws -> Int {
        var count = 0
        try each(in: table, after: nil, connection) { entry, _ in
            if entry == nil { count += 1 }
        }
        return count
    }

    private static func each(
        in table: Stored, after mid: UInt64?, _ connection: Connection,
        _ body: (_ entry: Entry?, _ previous: UInt64) throws -> Void
    ) throws {
        try connection.run(
            table.select, .integer(mid.map { Int64(bitPattern: $0) } ?? .min)
        ) { row in
            let entry = proven(row, 2, after: 0, chain: 3).map {
                Entry(mid: $0.mid, queuedAt: row.int64(1), mutation: $0)
            }
            try body(entry, UInt64(bitPattern: row.int64(0)))
        }
    }
}
