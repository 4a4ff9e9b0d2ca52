internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol

/// Puts a backup in the place of a store.
///
/// The backup is copied and checked first; only then is the store replaced, by
/// one renaming. What was there is kept beside it. A crash at any step leaves
/// the old store or the new one, whole, under the name that counts.
enum StoreRestore {
    /// Replaces the store.
    ///
    /// - Parameters:
    ///   - file: The backup.
    ///   - directory: The data directory.
    ///   - now: Names what is kept, in milliseconds since 1970.
    /// - Returns: The file that was there before, if there was one.
    /// - Throws: `StoreFailure` if a server holds the directory, or the file is
    ///   not a sound backup.
    static func run(_ file: String, into directory: String, now: Int64) throws -> String? {
        try Files.createDirectory(directory)
        let lockPath = "\(directory)/server.lock"
        guard let lock = try FileLock.tryAcquire(lockPath) else {
            throw StoreFailure.inUse("a server is using the data directory \(directory)")
        }
        defer { lock.release() }
        let name = SQLiteStore.applicationFile
        let fresh = "\(name).restoring"
        try removeAll("\(directory)/\(fresh)")
        let kept: String?
        do {
            try copy(file, to: "\(directory)/\(fresh)")
            CrashPoint.serverRestoreCopied.reach()
            try check(fresh, in: directory)
            CrashPoint.serverRestoreChecked.reach()
            kept = try keep("\(directory)/\(name)", directory, now)
        } catch {
            try? removeAll("\(directory)/\(fresh)")
            throw error
        }
        CrashPoint.serverRestoreKept.reach()
        // A log that stays would be taken for the new file's own.
        try Files.remove("\(directory)/\(name)-wal")
        try Files.remove("\(directory)/\(name)-shm")
        CrashPoint.serverRestoreCleared.reach()
        try Files.moveIntoPlace("\(directory)/\(fresh)", as: "\(directory)/\(name)")
        CrashPoint.serverRestoreMoved.reach()
        return kept
    }

    private static func copy(_ file: String, to path: String) throws {
        do {
            let source = try Connection(path: file, options: ConnectionOptions(.readOnly))
            defer { source.close() }
            var isStore = false
            try source.run("SELECT 1 FROM value WHERE name = 'lineage'") { _ in isStore = true }
            guard isStore else { throw StoreFailure.unusable("\(file) is not a backup") }
            try source.backup(to: path)
        } catch let error as SQLiteError {
            // The statement that failed is for us, and not for who named the wrong file. A disk
            // that is full says nothing against the backup.
            throw StoreFailure.unusable(
                error.isSchemaMismatch || error.isCorrupt
                    ? "\(file) is not a backup: it is no file of this server"
                    : "\(file) cannot be copied: \(error.message)")
        }
    }

    /// Brings the copy up to date and looks at all of it.
    private static func check(_ fresh: String, in directory: String) throws {
        let connection = try SQLiteStore.openWriter(directory, file: fresh)
        defer { connection.close() }
        try ServerSchema.migrations.apply(to: connection)
        let problems = try connection.integrityCheck() + StoreAudit.recount(connection)
        if let first = problems.first {
            throw StoreFailure.unusable("the backup is damaged: \(first)")
        }
        let done = try connection.checkpoint(.truncate)
        guard !done.wasBusy else { throw StoreFailure.inUse("another program reads the copy") }
        connection.close()
        try Files.remove("\(directory)/\(fresh)-wal")
        try Files.remove("\(directory)/\(fresh)-shm")
    }

    /// Gives what is there a second name, with all that its log holds.
    private static func keep(
        _ path: String, _ directory: String, _ now: Int64
    ) throws -> String? {
        guard Files.exists(path) else { return nil }
        let kept = "\(path).before-\(now)"
        do {
            let old = try SQLiteStore.openWriter(directory)
            defer { old.close() }
            // What a reader keeps in the log would be missing from what is kept.
            guard try !old.checkpoint(.truncate).wasBusy else {
                throw StoreFailure.inUse("another program reads the store")
            }
        } catch StoreFailure.inUse(let who) {
            throw StoreFailure.inUse(who)
        } catch {
            // It cannot be opened, which may be why it is replaced: its log stays with it.
            if Files.exists("\(path)-wal") {
                try Files.addName("\(path)-wal", as: "\(kept)-wal")
            }
        }
        try Files.addName(path, as: kept)
        return kept
    }

    private static func removeAll(_ path: String) throws {
        for end in ["", "-wal", "-shm", ".partial"] { try Files.remove(path + end) }
    }
}
