internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol

/// Writes the SQLite store: the one connection that writes and checkpoints.
final class SQLiteWriter: StoreWriter {
    /// The connection, open to tests of counts.
    let connection: Connection
    private let names: NameTable
    private let storageFailed: @Sendable () -> Void
    private var checkpoints: CheckpointMachine
    private let history: HistoryMark
    /// How many sign-ins are stored, once it was asked: nobody else writes.
    private var signIns: Int?

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - connection: The only one that writes.
    ///   - names: The names that all connections share.
    ///   - policy: How long the log may become.
    ///   - history: Tells this file from its copies.
    ///   - storageFailed: Is told when it is not known what reached the disk.
    init(
        _ connection: Connection, _ names: NameTable, _ policy: CheckpointMachine.Policy,
        _ history: HistoryMark,
        storageFailed: @escaping @Sendable () -> Void
    ) {
        self.connection = connection
        self.names = names
        self.checkpoints = CheckpointMachine(policy)
        self.history = history
        self.storageFailed = storageFailed
    }

    func transaction<Result>(
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        let transaction = SQLiteTransaction(connection, names, signIns: signIns)
        defer { if transaction.overwritesRemoved { try? connection.overwriteFreedPages(false) } }
        let result = try guarded {
            try history.renewIfDue(connection)
            return try connection.transaction(.immediate) { _ in try body(transaction) }
        }
        transaction.committed()
        signIns = transaction.signIns
        return result
    }

    var logPages: Int { connection.logPages }

    func maintainLog() throws -> LogUpkeep? {
        let pages = connection.logPages
        let mode: Connection.CheckpointMode
        switch checkpoints.committed(logPages: pages) {
        case .nothing: return nil
        case .passive: mode = .passive
        case .restart: mode = .restart
        case .layOut:
            // With room for the group that passes the mark. Without it, commits are slower.
            try? connection.layOutLog(pages: checkpoints.policy.passivePages * 5 / 4)
            return nil
        }
        CrashPoint.serverCheckpointBefore.reach()
        let done = try guarded {
            try connection.checkpoint(
                mode, waitingMilliseconds: checkpoints.policy.readersMillisecondsMax)
        }
        CrashPoint.serverCheckpointAfter.reach()
        return LogUpkeep(
            pages: pages, isWhole: !done.wasBusy && done.copiedPages == done.logPages)
    }

    func checkpoint() throws -> Bool {
        try guarded { try !connection.checkpoint(.truncate).wasBusy }
    }

    /// Tells what the storage did wrong from what the work did.
    private func guarded<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError where error.isIO || error.isCorrupt {
            storageFailed()
            throw StoreFailure.storage("\(error)")
        } catch let error as SQLiteError where error.isFull || error.isReadOnly || error.isBusy {
            throw StoreFailure.storage("\(error)")
        }
    }

    func backup(to path: String) throws {
        CrashPoint.serverBackupBefore.reach()
        do {
            try connection.backup(to: path)
        } catch let error as FileError where error.isTaken {
            throw StoreFailure.taken(path)
        }
        CrashPoint.serverBackupCopied.reach()
        // From here on the copy is an older state than this file.
        try guarded { try history.renew(connection) }
    }

    func verify() throws -> [String] {
        try connection.integrityCheck() + StoreAudit.recount(connection)
    }

    func scrub() throws -> Bool {
        try guarded {
            try connection.scrubFreePages()
            return try !connection.checkpoint(.truncate).wasBusy
        }
    }

    func close() { connection.close() }
}

/// Recounts what the store keeps counts of.
enum StoreAudit {
    static func recount(_ connection: Connection) throws -> [String] {
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
