internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol

/// Writes the SQLite store: the one connection that writes and checkpoints.
final class SQLiteWriter: StoreWriter {
    /// The connection, open to tests of counts.
    let connection: Connection
    private let names: NameTable
    private let storageFailed: @Sendable () -> Void
    private(set) var hasFailed = false
    private var checkpoints: CheckpointMachine
    private let history: HistoryMark
    private let longReads: LongReads
    private let openReader: () throws -> Connection
    /// How many sign-ins are stored, once it was asked: nobody else writes.
    private var signIns: Int?

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - connection: The only one that writes.
    ///   - names: The names that all connections share.
    ///   - policy: How long the log may become.
    ///   - history: Tells this file from its copies.
    ///   - longReads: Knows the checks and copies that are under way.
    ///   - openReader: Opens a connection that reads the same file.
    ///   - storageFailed: Is told when it is not known what reached the disk.
    init(
        _ connection: Connection, _ names: NameTable, _ policy: CheckpointMachine.Policy,
        _ history: HistoryMark, _ longReads: LongReads,
        openReader: @escaping () throws -> Connection,
        storageFailed: @escaping @Sendable () -> Void
    ) {
        self.connection = connection
        self.names = names
        self.checkpoints = CheckpointMachine(policy)
        self.history = history
        self.longReads = longReads
        self.openReader = openReader
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
        // A check or copy reads for minutes: commits do not wait for it at every mark.
        case .restart: mode = longReads.areUnderWay ? .passive : .restart
        case .layOut:
            // With room for the group that passes the mark. Without it, commits are slower.
            try? connection.layOutLog(pages: checkpoints.policy.passivePages * 5 / 4)
            return nil
        }
        CrashPoint.serverCheckpointBefore.reach()
        let done = try guarded {
            try mode == .passive
                ? connection.checkpoint(mode)
                : foldLog(mode, waitingMilliseconds: checkpoints.policy.readersMillisecondsMax)
        }
        CrashPoint.serverCheckpointAfter.reach()
        return LogUpkeep(
            pages: pages, isWhole: !done.wasBusy && done.copiedPages == done.logPages)
    }

    /// How long readers are waited for between two looks at what has begun.
    private static let readersPartMilliseconds: Int32 = 20

    /// Copies the log, and waits for the readers that keep it from beginning anew.
    ///
    /// A check or a copy reads for minutes and is not waited for, also where it begins after
    /// this was decided on.
    private func foldLog(
        _ mode: Connection.CheckpointMode, waitingMilliseconds waiting: Int32
    ) throws(SQLiteError) -> Connection.Checkpoint {
        var left = longReads.areUnderWay ? 0 : waiting
        while true {
            let part = min(left, Self.readersPartMilliseconds)
            let done = try connection.checkpoint(mode, waitingMilliseconds: part)
            left -= part
            if !done.wasBusy || left <= 0 || longReads.areUnderWay { return done }
        }
    }

    private func emptyLog() throws(SQLiteError) -> Connection.Checkpoint {
        try foldLog(.truncate, waitingMilliseconds: connection.busyTimeoutMilliseconds)
    }

    func checkpoint() throws -> Bool {
        try guarded { try !emptyLog().wasBusy }
    }

    /// Tells what the storage did wrong from what the work did.
    private func guarded<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError where error.isIO || error.isCorrupt {
            hasFailed = true
            storageFailed()
            throw StoreFailure.storage("\(error)")
        } catch let error as SQLiteError where error.isFull || error.isReadOnly || error.isBusy {
            throw StoreFailure.storage("\(error)")
        }
    }

    func markHistory() throws { try guarded { try history.draw(connection) } }

    func beginCopy() throws -> any StoreCopy {
        CrashPoint.serverBackupBefore.reach()
        let copy = try SQLiteCopy(openReader(), longReads)
        do {
            // From here on the copy is an older state than this file, and nothing is
            // committed before that is marked.
            try guarded { try history.renew(connection) }
        } catch {
            copy.close()
            throw error
        }
        return copy
    }

    func verify() throws -> [String] {
        try connection.integrityCheck() + StoreAudit.recount(connection)
    }

    func scrub() throws -> Bool {
        try guarded {
            try connection.scrubFreePages()
            return try !emptyLog().wasBusy
        }
    }

    func close() { connection.close() }
}
