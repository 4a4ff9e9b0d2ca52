internal import CSQLite

/// One connection to one database file, confined to one thread or executor.
///
/// ## What is always true
///
/// - The journal is a write-ahead log and `synchronous` is `FULL`, read back
///   after they were set: with `NORMAL` a power cut loses every commit since the
///   last checkpoint.
/// - Only a writing connection checkpoints, and never by closing. SQLite before
///   3.51.3 can lose transactions when two connections write or checkpoint the
///   same log, so there must be one writing connection for each file: within a
///   process by structure, between processes by ``FileLock``.
/// - The library's own locks are off, so the type is not `Sendable`.
package final class Connection {
    /// The file.
    package let path: String

    /// The SQLite file system it uses, if not the real one.
    let vfs: String?

    /// Whether this is the connection that writes and checkpoints.
    package let isWriter: Bool

    let core: ConnectionCore
    /// How long any lock is waited for.
    package let busyTimeoutMilliseconds: Int32
    /// Keyed by the address of the text, which a literal keeps for ever.
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]

    /// Opens a file and asserts its settings.
    ///
    /// - Throws: ``SQLiteError``, ``DatabaseFault`` where the file is refused, or
    ///   ``FileError`` where it is not safe to use.
    package init(path: String, options: ConnectionOptions) throws {
        self.path = path
        self.vfs = options.vfs
        self.isWriter = options.mode == .readWriteCreate
        if isWriter && options.vfs == nil { try Files.ensurePrivateFile(path) }
        busyTimeoutMilliseconds = options.busyTimeoutMilliseconds
        core = try Self.open(path: path, options: options)
        do {
            try prepareSettings(options)
            if isWriter && options.walAutocheckpointPages == 0 { watchLog() }
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    /// Whether the connection was closed.
    package var isClosed: Bool { core.isClosed }

    /// Statements run since opening, for tests of counts.
    package var statementsRun: Int { core.statementsRun }

    /// Writing transactions committed since opening, for tests of counts.
    package var commits: Int { core.commits }

    /// Pages in the log after the last commit, where the caller checkpoints.
    package var logPages: Int { core.logPages }

    /// Rows the last statement inserted, changed or deleted.
    package var changes: Int { core.isClosed ? 0 : Int(sqlite3_changes64(core.handle)) }

    /// The key of the row inserted last.
    package var lastInsertRowID: Int64 {
        core.isClosed ? 0 : sqlite3_last_insert_rowid(core.handle)
    }

    /// Whether a transaction is open.
    package var isInTransaction: Bool {
        !core.isClosed && sqlite3_get_autocommit(core.handle) == 0
    }

    /// What ends the work of this connection, from any thread.
    ///
    /// - Precondition: The connection is open.
    package var interruption: Interruption {
        if let known = core.interruption { return known }
        precondition(!core.isClosed, "\(path) is closed")
        let made = Interruption(core.handle)
        core.interruption = made
        return made
    }

    /// The statement of a literal, prepared at its first use and kept.
    ///
    /// - Complexity: A look-up by address; the text is not compared.
    package func statement(_ sql: StaticString) throws(SQLiteError) -> Statement {
        guard !core.isClosed else { throw .closed }
        if let known = statements[sql.utf8Start] { return known }
        let statement = try Statement(core, sql: sql.description, isPersistent: true)
        statements[sql.utf8Start] = statement
        return statement
    }

    /// The texts of all statements of literals that have run, for tests of their plans.
    package var preparedTexts: [String] { statements.values.map(\.sql) }

    /// Prepares a statement for the caller to keep, as a stored property perhaps.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(core, sql: sql, isPersistent: true)
    }

    /// Runs a literal once, calling `body` for each row.
    package func run(
        _ sql: StaticString, _ values: SQLiteValue...,
        forEachRow body: (Statement) throws -> Void = { _ in }
    ) throws {
        try statement(sql).use { statement in
            try statement.bind(values)
            while try statement.step() { try body(statement) }
        }
    }

    /// Runs a script of any number of statements, for schemas and migrations.
    package func execute(_ script: String) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        guard sqlite3_exec(core.handle, script, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteError(connection: core.handle, sql: script)
        }
    }

    /// Ends the connection and its statements; the log stays for the next opening.
    ///
    /// An open transaction is rolled back. Closing twice does nothing.
    package func close() {
        guard !core.isClosed else { return }
        statements.removeAll()
        // Statements kept elsewhere see `isClosed` and leave their handles alone.
        // SQLite's own list is no use: FTS5 keeps statements there that it finalizes itself.
        for handle in core.statementHandles { sqlite3_finalize(handle) }
        core.statementHandles = []
        core.isClosed = true
        core.interruption?.forget()
        let result = sqlite3_close(core.handle)
        precondition(result == SQLITE_OK, "closing \(path): \(result)")
        core.gathering = nil
    }
}

/// What a connection shares with its statements, which may outlive it.
final class ConnectionCore {
    /// Valid until `isClosed`.
    let handle: OpaquePointer
    var isClosed = false
    /// Every statement that exists, for closing to finalize.
    var statementHandles: Set<OpaquePointer> = []
    var statementsRun = 0
    var commits = 0
    var logPages = 0
    /// Made when somebody asks for it.
    var interruption: Interruption?
    /// The file system of a writing connection, which goes with it.
    var gathering: GatheringVFS?

    init(handle: OpaquePointer, _ gathering: GatheringVFS?) {
        self.handle = handle
        self.gathering = gathering
    }
}
