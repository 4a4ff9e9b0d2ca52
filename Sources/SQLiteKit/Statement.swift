internal import CSQLite

/// A prepared statement that lives on its connection's thread.
///
/// Prepare once, run many times. Parameters count from one and columns from
/// zero, as in SQLite. ``run(_:forEachRow:)`` and ``first(_:_:)`` are for most
/// code. A hot path binds inside ``use(_:)``, which clears the bindings at its
/// end, so that one caller's values never reach the next caller's run:
///
/// ```swift
/// try insert.use { insert in
///     try insert.bind(1, id)
///     try insert.bindBlob(2, bytes)
///     _ = try insert.step()
/// }
/// ```
///
/// Closing the connection ends its statements too; any later use throws.
package final class Statement {
    /// The text, kept for error messages.
    package let sql: String

    /// The number of parameters.
    package let parameterCount: Int

    let handle: OpaquePointer
    let core: ConnectionCore
    /// Whether a run has begun and has not been reset.
    private var isRunning = false

    init(_ core: ConnectionCore, sql: String, isPersistent: Bool) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        let flags = isPersistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        var handle: OpaquePointer?
        var hasMore = false
        let result = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let result = sqlite3_prepare_v3(core.handle, text, -1, flags, &handle, &tail)
            hasMore = tail.map { Self.hasText($0) } ?? false
            return result
        }
        guard result == SQLITE_OK, let handle else {
            throw SQLiteError(connection: core.handle, sql: sql)
        }
        precondition(!hasMore, "more than one statement: \(sql)")
        self.sql = sql
        self.parameterCount = Int(sqlite3_bind_parameter_count(handle))
        self.handle = handle
        self.core = core
        core.statementHandles.insert(handle)
    }

    deinit {
        // A closed connection has finalized all its statements already.
        guard !core.isClosed else { return }
        core.statementHandles.remove(handle)
        sqlite3_finalize(handle)
    }

    /// Runs the statement to its end, calling `body` once for each row.
    ///
    /// - Precondition: There is one value for each parameter.
    package func run(
        _ values: SQLiteValue..., forEachRow body: (Statement) throws -> Void = { _ in }
    ) throws {
        try use { statement in
            try bind(values)
            while try statement.step() { try body(statement) }
        }
    }

    /// Runs the statement and returns what `body` makes of the first row, if any.
    ///
    /// - Precondition: There is one value for each parameter.
    package func first<T>(_ values: SQLiteValue..., body: (Statement) throws -> T) throws -> T? {
        try use { statement in
            try bind(values)
            return try statement.step() ? try body(statement) : nil
        }
    }

    /// Lends the statement for one run and resets it afterwards.
    ///
    /// Bytes bound without copying must stay valid until this returns.
    ///
    /// - Precondition: No run is in progress; a statement cannot run in itself.
    package func use<T>(_ body: (Statement) throws -> T) throws -> T {
        precondition(!isRunning, "already running: \(sql)")
        defer { reset() }
        return try body(self)
    }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    package func step() throws(SQLiteError) -> Bool {
        guard !core.isClosed else { throw .closed }
        if !isRunning {
            isRunning = true
            core.statementsRun += 1
        }
        let result = sqlite3_step(handle)
        if result == SQLITE_ROW { return true }
        if result == SQLITE_DONE { return false }
        let error = failure()
        // Resetting at once gives up the locks of a failed run.
        reset()
        throw error
    }

    /// Ends a run and clears the bindings.
    package func reset() {
        guard !core.isClosed else { return }
        isRunning = false
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func failure() -> SQLiteError {
        let error = SQLiteError(connection: core.handle, sql: sql)
        // The text of a general error may quote a parameter, as FTS5's does.
        guard error.primaryCode == SQLITE_ERROR, parameterCount > 0 else { return error }
        return SQLiteError(code: error.extendedCode, sql: sql)
    }

    private static func hasText(_ tail: UnsafePointer<CChar>) -> Bool {
        var rest = tail
        while rest.pointee != 0 {
            switch UInt8(bitPattern: rest.pointee) {
            case 0x20, 0x09, 0x0a, 0x0d, UInt8(ascii: ";"): rest += 1
            default: return true
            }
        }
        return false
    }
}
