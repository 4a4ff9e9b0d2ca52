internal import CrashPoints
internal import SQLiteKit

/// A copy of the store's file, read by a connection of its own.
///
/// `@unchecked Sendable`: the writer begins it and hands it to the one thread that
/// carries it out and closes it.
final class SQLiteCopy: StoreCopy, @unchecked Sendable {
    private let connection: Connection
    private let longReads: LongReads

    /// Fixes the moment.
    ///
    /// - Parameters:
    ///   - connection: Reads the file; the copy's own from here on.
    ///   - longReads: Is told of it.
    /// - Throws: `SQLiteError`; the connection is closed then.
    init(_ connection: Connection, _ longReads: LongReads) throws {
        self.connection = connection
        self.longReads = longReads
        do {
            try connection.begin(.deferred)
            try connection.fixMoment()
        } catch {
            connection.close()
            throw error
        }
        longReads.began(connection)
    }

    func write(to path: String) throws {
        do {
            try longReads.guarding(connection) { isDue in
                try connection.backup(to: path, eachPart: isDue)
            }
        } catch let error as FileError where error.isTaken {
            throw StoreFailure.taken(path)
        }
        CrashPoint.serverBackupCopied.reach()
    }

    func close() {
        longReads.ended(connection)
        connection.close()
    }

    // Where no thread could be begun for it.
    deinit { close() }
}
