/// One database file for the life of a process: one writer and a few readers.
///
/// Each unit of work is one `await` with a synchronous body, since a hop to the
/// writer's queue costs more than several rows:
///
/// ```swift
/// try await database.write { connection in
///     try connection.run("UPDATE outbox SET sent = 1 WHERE id = ?", .integer(id))
/// }
/// ```
///
/// A body must not wait for another call of the same database: the writer would
/// wait for itself. After ``close()`` every call throws ``SQLiteError/closed``.
package final class Database: Sendable {
    /// The file.
    package let path: String

    private let writer: ConnectionActor
    private let readers: ReaderPool

    /// Opens a file, migrates it and makes readers ready.
    ///
    /// - Parameters:
    ///   - path: The file; its folder must exist.
    ///   - migrations: What the schema is and what marks the file as ours.
    ///   - readerCount: How many reads can run at once.
    ///   - options: Options of the writer; readers share what applies to them.
    ///   - executor: Where the work runs; on a queue for each connection if nil.
    /// - Returns: The open database.
    /// - Throws: What opening a ``Connection`` throws, or what a migration throws.
    package static func open(
        at path: String, migrations: Migrations, readerCount: Int = 2,
        options: ConnectionOptions = ConnectionOptions(.readWriteCreate),
        on executor: (any SerialExecutor)? = nil
    ) async throws -> Database {
        precondition(
            readerCount >= 1 && readerCount <= Limits.readersMax, "\(readerCount) readers")
        let writer = ConnectionActor(label: "database.writer", on: executor)
        var options = options
        options.mode = .readWriteCreate
        options.identity = migrations.identity
        try await writer.open(path: path, options: options) { connection in
            try connection.makeLogDurable()
            try migrations.apply(to: connection)
        }
        options.mode = .readOnly
        var readers: [ConnectionActor] = []
        do {
            for number in 1...readerCount {
                let reader = ConnectionActor(label: "database.reader.\(number)", on: executor)
                readers.append(reader)
                try await reader.open(path: path, options: options)
            }
        } catch {
            for reader in readers { await reader.close() }
            await writer.close()
            throw error
        }
        return Database(path: path, writer: writer, readers: ReaderPool(readers))
    }

    /// The queue of the writer, for an actor that works with it all the time.
    ///
    /// A call from such an actor to ``withWriter(_:)`` changes no thread, and its
    /// own code may block. Valid as long as the database.
    package var writerExecutor: UnownedSerialExecutor { writer.unownedExecutor }

    private init(path: String, writer: ConnectionActor, readers: ReaderPool) {
        self.path = path
        self.writer = writer
        self.readers = readers
    }

    /// Runs `body` in a writing transaction; when this returns, it is on the disk.
    ///
    /// Writes run one after another, in the order they arrive.
    package func write<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws -> T {
        try await writer.perform { try $0.transaction(.immediate, body) }
    }

    /// Runs `body` on the writer without a transaction, for checkpoints and such.
    package func withWriter<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws -> T {
        try await writer.perform(body)
    }

    /// Runs `body` on one snapshot, beside the writer and other readers.
    ///
    /// - Throws: ``DatabaseFault/tooManyReaders`` where too many wait already.
    package func read<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws -> T {
        let reader = try await readers.borrow()
        defer { readers.giveBack(reader) }
        return try await reader.perform { try $0.transaction(.deferred, body) }
    }

    /// Ends the database: running work finishes, waiting reads are refused.
    ///
    /// Readers close before the writer, which empties the log into the file last.
    package func close() async {
        await readers.close()
        // A log that stays is no loss: the next opening reads it.
        _ = try? await writer.perform { try $0.checkpoint(.truncate) }
        await writer.close()
    }
}
