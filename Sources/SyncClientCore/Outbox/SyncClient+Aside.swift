internal import SQLiteKit
internal import SyncProtocol

/// Writes on one row that the person has to decide about.
///
/// The service refused them because the row may have been deleted while this
/// device was away for a long time.
public struct AsideWrites: Hashable, Sendable {
    /// The row, as `table/id`.
    public let row: String

    /// The writes, in the order they were made, with their old numbers.
    public let writes: [QueuedWrite]

    /// Creates a list.
    package init(row: String, writes: [QueuedWrite]) {
        self.row = row
        self.writes = writes
    }
}

extension SyncClient {
    /// The rows with writes that the person has to decide about, the oldest first.
    ///
    /// Those of a part that may not be read now are kept, and told of when it may be again.
    public func writesAside() async throws(SyncFailure) -> [AsideWrites] {
        try await readLeased { connection, now in
            var rows: [String] = []
            var writes: [String: [QueuedWrite]] = [:]
            for (row, entry) in try AsideTable.entries(connection)
            where try !entry.isHidden(now: now, connection) {
                if writes[row] == nil { rows.append(row) }
                writes[row, default: []].append(entry.queuedWrite)
            }
            return rows.map { AsideWrites(row: $0, writes: writes[$0] ?? []) }
        }
    }

    /// Makes the writes kept for a row anew, as of now.
    ///
    /// A copy of this device may keep them as well: made anew on both, they count once.
    ///
    /// - Parameter row: The row, as `table/id`.
    /// - Returns: The last write, as it is stored.
    /// - Throws: ``SyncFailure/rowAbsent(table:id:)`` if nothing is kept for it.
    @discardableResult
    public func useWritesAside(_ row: String) async throws(SyncFailure) -> QueuedWrite {
        let environment = environment
        return try await signedIn().store.write { connection in
            let wall = environment.wall.milliseconds()
            var state = try CacheState.load(connection)
            var last: OutboxTable.Entry?
            var renamed: [Dot: Dot] = [:]
            for (_, entry) in try AsideTable.entries(of: row, connection) {
                let mutation = entry.mutation
                // Made anew, it would be signed as what the person wrote.
                guard try AsideTable.isWhole(mutation, chain: mutation.chain, connection) else {
                    throw SyncFailure.cacheDamaged(path: connection.path)
                }
                last = try OutboxTable.appendAnew(
                    mutation, &renamed, &state, wallMilliseconds: wall,
                    random: environment.random, connection)
            }
            guard let last else { throw Self.nothingAside(row) }
            try AsideTable.remove(row, connection)
            try state.save(connection)
            try environment.reach(.writeBeforeCommit)
            return last.queuedWrite
        }
    }

    /// Forgets the writes kept for a row.
    ///
    /// - Parameter row: The row, as `table/id`.
    /// - Throws: ``SyncFailure/rowAbsent(table:id:)`` if nothing is kept for it.
    public func dropWritesAside(_ row: String) async throws(SyncFailure) {
        try await signedIn().store.write { connection in
            guard try !AsideTable.entries(of: row, connection).isEmpty else {
                throw Self.nothingAside(row)
            }
            try AsideTable.remove(row, connection)
        }
    }

    private static func nothingAside(_ row: String) -> SyncFailure {
        let parts = row.split(separator: "/", maxSplits: 1).map(String.init)
        return .rowAbsent(table: parts.first ?? "", id: parts.count > 1 ? parts[1] : "")
    }
}
