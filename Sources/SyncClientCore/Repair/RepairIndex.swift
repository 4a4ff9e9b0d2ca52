internal import SQLiteKit
internal import SyncProtocol

/// What the mirror would hold if everything received so far were applied.
enum RepairIndex {
    /// Ends the transaction that was only made to look.
    private struct Undone: Error {
        var indexes: [String: RangeIndex]
    }

    /// Builds an index for each bucket held.
    ///
    /// Runs as the end of a round will: books recounted, pages applied. Then
    /// everything is undone.
    ///
    /// - Parameter connection: The writer, outside a transaction.
    /// - Returns: The hashes of the rows by the name of their bucket.
    /// - Throws: ``WireError`` where a page kept was damaged since, or an error
    ///   of the storage.
    static func build(_ connection: Connection) throws -> [String: RangeIndex] {
        do {
            try connection.transaction(.immediate) { connection in
                let state = try CacheState.load(connection)
                try Recount.run(connection)
                if state.stagedCursor != nil {
                    var applier = try PageApplier(
                        connection, replacesMirror: state.stagedIsWhole)
                    try StageTable.drain(connection) { try applier.apply($0) }
                }
                throw Undone(indexes: try read(connection))
            }
        } catch let undone as Undone {
            return undone.indexes
        }
        return [:]
    }

    private static func read(_ connection: Connection) throws -> [String: RangeIndex] {
        var entries: [Int64: [RangeIndex.Entry]] = [:]
        try connection.run("SELECT bucket_id, hash, rowid FROM row") { row in
            guard let hash = HashSum(row.blob(1)) else {
                throw SyncFailure.cacheDamaged(path: connection.path)
            }
            entries[row.int64(0), default: []].append(
                RangeIndex.Entry(hash: hash, reference: row.int64(2)))
        }
        var indexes: [String: RangeIndex] = [:]
        for bucket in try BucketTable.load(connection) {
            indexes[bucket.name] = RangeIndex(entries[bucket.id] ?? [])
        }
        return indexes
    }

    /// Whether anything is held that a repair can begin from.
    static func holdsAnything(_ connection: Connection) throws -> Bool {
        var found = false
        try connection.run(
            "SELECT EXISTS (SELECT 1 FROM row) OR EXISTS (SELECT 1 FROM staged_page)"
        ) { found = $0.int64(0) != 0 }
        return found
    }

    /// Whether the mirror holds rows.
    static func holdsRows(_ connection: Connection) throws -> Bool {
        var found = false
        try connection.run("SELECT EXISTS (SELECT 1 FROM row)") { found = $0.int64(0) != 0 }
        return found
    }
}
