internal import CSQLite

/// A refusal by SQLite, with the statement it was about.
///
/// The text never contains bound values, so it may go to a log.
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The full result code, for instance `SQLITE_IOERR_FSYNC`.
    package let extendedCode: Int32

    /// What SQLite says about it, without bound values.
    package let message: String

    /// The statement that failed, if there was one.
    package let sql: String?

    /// The first byte of the result code, for instance `SQLITE_IOERR`.
    package var primaryCode: Int32 { extendedCode & 0xff }

    /// The answer to any use of a connection after its end.
    package static let closed = SQLiteError(
        code: SQLITE_MISUSE, message: "the connection is closed", sql: nil)

    /// Whether the connection had been closed.
    package var isClosed: Bool { self == .closed }

    /// Whether somebody else held a lock; trying again may succeed.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    /// Whether an ``Interruption`` ended the statement.
    package var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }

    /// Whether the disk or a quota is full.
    package var isFull: Bool { primaryCode == SQLITE_FULL }

    /// Whether the file is damaged or not a database at all.
    package var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// Whether reading, writing or syncing the file failed.
    ///
    /// After a failed sync nothing is known about what reached the disk: close,
    /// reopen and check before anything is acknowledged again.
    package var isIO: Bool { primaryCode == SQLITE_IOERR || primaryCode == SQLITE_CANTOPEN }

    /// Whether a constraint of the schema refused the row.
    package var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }

    /// Whether a statement does not fit the schema, or the file says what SQLite does not know.
    package var isSchemaMismatch: Bool {
        [SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_FORMAT, SQLITE_SCHEMA].contains(primaryCode)
    }

    /// Whether the connection or the file may not be written.
    package var isReadOnly: Bool { primaryCode == SQLITE_READONLY }

    /// The stable code, for logs and tests.
    package var code: String { "sqlite.\(extendedCode)" }

    package var description: String {
        "SQLite \(extendedCode): \(message)" + (sql.map { " [\($0)]" } ?? "")
    }

    init(code: Int32, message: String, sql: String?) {
        self.extendedCode = code
        self.message = message
        self.sql = sql
    }

    /// Describes a result by its code alone, without text from the connection.
    init(code: Int32, sql: String?) {
        self.init(code: code, message: Self.text(of: code), sql: sql)
    }

    /// Reads the last failure of a connection.
    init(connection: OpaquePointer?, sql: String?) {
        let code = connection.map { sqlite3_extended_errcode($0) } ?? SQLITE_NOMEM
        let text = connection.flatMap { sqlite3_errmsg($0) }
        self.init(
            code: code, message: text.map { String(cString: $0) } ?? Self.text(of: code),
            sql: sql)
    }

    private static func text(of code: Int32) -> String {
        sqlite3_errstr(code).map { String(cString: $0) } ?? "error \(code)"
    }
}

/// Result codes that C defines by arithmetic, which Swift does not import.
package enum SQLiteCode {
    /// A read failed.
    package static let ioErrorRead = SQLITE_IOERR | 1 << 8
    /// A read returned too little.
    package static let ioErrorShortRead = SQLITE_IOERR | 2 << 8
    /// A write failed.
    package static let ioErrorWrite = SQLITE_IOERR | 3 << 8
    /// Syncing the file failed.
    package static let ioErrorSync = SQLITE_IOERR | 4 << 8
    /// Syncing the folder failed.
    package static let ioErrorFolderSync = SQLITE_IOERR | 5 << 8
    /// Shortening the file failed.
    package static let ioErrorTruncate = SQLITE_IOERR | 6 << 8
    /// Asking for the file's size or state failed.
    package static let ioErrorStatus = SQLITE_IOERR | 7 << 8
    /// The snapshot is too old to be written from.
    package static let busySnapshot = SQLITE_BUSY | 2 << 8
    /// Another process recovers the log.
    package static let busyRecovery = SQLITE_BUSY | 1 << 8
    /// A `CHECK` refused the row.
    package static let constraintCheck = SQLITE_CONSTRAINT | 1 << 8
    /// A foreign key refused the row.
    package static let constraintForeignKey = SQLITE_CONSTRAINT | 3 << 8
    /// A `NOT NULL` refused the row.
    package static let constraintNotNull = SQLITE_CONSTRAINT | 5 << 8
    /// A primary key refused the row.
    package static let constraintPrimaryKey = SQLITE_CONSTRAINT | 6 << 8
    /// A trigger refused the row.
    package static let constraintTrigger = SQLITE_CONSTRAINT | 7 << 8
    /// A `UNIQUE` refused the row.
    package static let constraintUnique = SQLITE_CONSTRAINT | 8 << 8
}
