internal import CSQLite
internal import Glibc

extension Connection {
    /// How much a checkpoint insists on.
    package enum CheckpointMode: Sendable {
        /// Copies what no reader needs, without waiting.
        case passive
        /// Waits for readers and copies everything, so that the log can begin anew.
        case restart
        /// Waits for readers, copies everything and empties the log file.
        case truncate
    }

    /// What a checkpoint achieved.
    package struct Checkpoint: Hashable, Sendable {
        /// Pages in the log.
        package let logPages: Int
        /// Pages of them that are in the database file now.
        package let copiedPages: Int
        /// Whether a reader kept it from finishing.
        package let wasBusy: Bool
    }

    /// Makes the log's file as long as so many pages, so that commits do not lengthen it.
    ///
    /// SQLite takes what follows the last commit for nothing: zeros carry no salt of it.
    /// A simulated disk has no journal to spare, and is left as it is.
    ///
    /// - Parameter pages: How many pages the log is going to have.
    /// - Throws: ``FileError`` if there is no space; the file is as it was then.
    /// - Precondition: This is the writing connection, outside of a transaction.
    package func layOutLog(pages: Int) throws {
        precondition(isWriter, "only the writing connection writes the log")
        guard vfs == nil else { return }
        let frameBytes = (Int(try pragma("page_size")) ?? 4_096) + 24
        try Files.extend(path + "-wal", toBytes: 32 + pages * frameBytes)
    }

    /// Moves the log into the database file.
    ///
    /// - Parameters:
    ///   - mode: How much to insist.
    ///   - waiting: How long to wait for readers, in milliseconds; as for any lock if nil.
    /// - Returns: What was achieved.
    /// - Throws: ``SQLiteError``; a reader that does not end is no error.
    /// - Precondition: This is the writing connection.
    package func checkpoint(
        _ mode: CheckpointMode, waitingMilliseconds waiting: Int32? = nil
    ) throws(SQLiteError) -> Checkpoint {
        precondition(isWriter, "only the writing connection checkpoints")
        guard !core.isClosed else { throw .closed }
        if let waiting { sqlite3_busy_timeout(core.handle, waiting) }
        defer {
            if waiting != nil { sqlite3_busy_timeout(core.handle, busyTimeoutMilliseconds) }
        }
        var logPages: Int32 = 0
        var copiedPages: Int32 = 0
        let code =
            switch mode {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        let result = sqlite3_wal_checkpoint_v2(
            core.handle, "main", code, &logPages, &copiedPages)
        guard result == SQLITE_OK || result & 0xff == SQLITE_BUSY else {
            throw SQLiteError(connection: core.handle, sql: "PRAGMA wal_checkpoint")
        }
        return Checkpoint(
            logPages: Int(logPages), copiedPages: Int(copiedPages), wasBusy: result != SQLITE_OK)
    }

    /// Makes durable what a process that was killed has left in the log.
    ///
    /// Its last transactions can be whole in the log and not synced: everybody who
    /// opens the file sees them, and a power cut takes them. So they must be on the
    /// disk before anybody is told of them. A checkpoint syncs the log before it
    /// copies anything; a log that is empty costs nothing.
    ///
    /// - Throws: ``SQLiteError``; that there is no room for the copy is no error.
    /// - Precondition: This is the writing connection.
    package func makeLogDurable() throws(SQLiteError) {
        do throws(SQLiteError) {
            _ = try checkpoint(.passive)
        } catch {
            guard error.isFull else { throw error }
        }
    }

    /// Everything a full check finds wrong; nothing where all is well.
    ///
    /// - Complexity: Reads the whole file and compares every index.
    package func integrityCheck() throws(SQLiteError) -> [String] {
        try findings("PRAGMA integrity_check")
    }

    /// Everything a check without comparing indexes finds wrong.
    package func quickCheck() throws(SQLiteError) -> [String] {
        try findings("PRAGMA quick_check")
    }

    /// How SQLite would run a statement, one line for each step.
    ///
    /// A test of a hot path looks for `SCAN` in here.
    package func explainQueryPlan(_ sql: String) throws(SQLiteError) -> [String] {
        try rows("EXPLAIN QUERY PLAN \(sql)", column: 3)
    }

    /// Copies the database as it is now to a new file that only its owner can read.
    ///
    /// The copy is of one moment, that of an open transaction if there is one, and
    /// the writer goes on meanwhile where this is a reader. The file appears under
    /// its name when it is complete and on the disk.
    ///
    /// - Parameters:
    ///   - target: The new file.
    ///   - part: Called before each part is copied; what it throws ends the copy.
    /// - Throws: `FileError` with `EEXIST` if there is a file of that name: an
    ///   older backup is never replaced. `SQLiteError` if copying fails.
    package func backup(to target: String, eachPart part: () throws -> Void = {}) throws {
        // A simulated disk has no rights, and nobody else sees the file grow.
        guard vfs == nil else { return try copy(to: target, part) }
        try Files.checkIsFree(target)
        let partial = target + ".partial"
        try? Files.remove(partial)
        try Files.createPrivateFile(partial)
        do {
            try copy(to: partial, part)
            try Files.moveIntoFreePlace(partial, as: target)
        } catch {
            try? Files.remove(partial)
            throw error
        }
    }

    /// Fixes the moment that an open transaction reads, which its beginning alone does not.
    ///
    /// - Precondition: A transaction is open.
    package func fixMoment() throws(SQLiteError) {
        precondition(isInTransaction, "a moment needs a transaction")
        _ = try rows("SELECT count(*) FROM sqlite_schema", column: 0)
    }

    private func copy(to path: String, _ part: () throws -> Void) throws {
        guard !isInTransaction else { return try copyPages(to: path, part) }
        try transaction(.deferred) { connection in
            try connection.fixMoment()
            try connection.copyPages(to: path, part)
        }
    }

    private func copyPages(to path: String, _ part: () throws -> Void) throws {
        var target: OpaquePointer?
        defer { sqlite3_close(target) }
        // On a real disk the file is there already, with the rights it must have.
        let creates = vfs == nil ? 0 : SQLITE_OPEN_CREATE
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | creates
        guard sqlite3_open_v2(path, &target, flags, vfs) == SQLITE_OK,
            let backup = sqlite3_backup_init(target, "main", core.handle, "main")
        else { throw SQLiteError(connection: target, sql: "backup") }
        var retries = 0
        var result = SQLITE_OK
        while result == SQLITE_OK {
            do {
                try part()
            } catch {
                sqlite3_backup_finish(backup)
                throw error
            }
            result = sqlite3_backup_step(backup, Limits.backupStepPages)
            guard result & 0xff == SQLITE_BUSY, retries < Limits.busyRetriesMax else { continue }
            retries += 1
            result = SQLITE_OK
            usleep(10_000)
        }
        let finished = sqlite3_backup_finish(backup)
        guard result == SQLITE_DONE, finished == SQLITE_OK else {
            throw SQLiteError(code: result == SQLITE_DONE ? finished : result, sql: "backup")
        }
    }

    private func findings(_ sql: String) throws(SQLiteError) -> [String] {
        do throws(SQLiteError) {
            return try rows(sql, column: 0).filter { $0 != "ok" }
        } catch {
            // Damage to the schema itself ends the check instead of a line of it.
            guard error.isCorrupt else { throw error }
            return [error.message]
        }
    }

    private func rows(_ sql: String, column: Int) throws(SQLiteError) -> [String] {
        let statement = try Statement(core, sql: sql, isPersistent: false)
        defer { statement.reset() }
        var rows: [String] = []
        while try statement.step() { rows.append(statement.text(column)) }
        return rows
    }
}
