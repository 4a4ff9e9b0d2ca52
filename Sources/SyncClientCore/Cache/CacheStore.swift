internal import SQLiteKit

/// One person's cache: a database and the rules for sharing it.
///
/// Any number of processes read at once. Whoever writes or checkpoints holds the
/// writer's lock for that one transaction: this version of SQLite can lose
/// transactions when two connections write or checkpoint one log.
final class CacheStore: Sendable {
    /// The directory of the account.
    let directory: String

    /// Who wants to know of changes.
    let hub: ChangeHub

    /// The world.
    let environment: SyncEnvironment

    private let database: Database
    private let lockPath: String

    /// Opens or makes the cache in a directory that exists.
    static func open(
        directory: String, environment: SyncEnvironment
    ) async throws(SyncFailure) -> CacheStore {
        let path = directory + "/cache.sqlite"
        let lockPath = directory + "/writer.lock"
        let files = environment.files
        // WORKAROUND(docs/workarounds.md#1): one writer at a time.
        let lock = try await environment.execution.offPool { () throws(SyncFailure) in
            try files.checkPrivate(path)
            try files.makeFile(lockPath)
            return try WriterLock.take(lockPath, files)
        }
        defer { lock.unlock() }
        do {
            var options = ConnectionOptions(.readWriteCreate)
            options.secureDelete = .on
            options.walAutocheckpointPages = environment.execution.logPagesMax
            options.vfs = environment.execution.vfs
            options.cacheKiB = Limits.cacheKiB
            let database = try await Database.open(
                at: path, migrations: CacheSchema.migrations,
                readerCount: environment.execution.readerCount, options: options,
                on: environment.execution.database)
            return CacheStore(directory, lockPath, database, environment)
        } catch {
            throw StorageErrors.failure(error, path: path)
        }
    }

    private init(
        _ directory: String, _ lockPath: String, _ database: Database,
        _ environment: SyncEnvironment
    ) {
        self.directory = directory
        self.lockPath = lockPath
        self.database = database
        self.environment = environment
        let monotonic = environment.monotonic
        hub = ChangeHub(monotonic: monotonic, executor: environment.execution.tasks) {
            try await database.withWriter { connection in
                var version: Int64 = 0
                try connection.run("PRAGMA data_version") { version = $0.int64(0) }
                return version
            }
        }
    }

    /// Runs `body` in one writing transaction that is on the disk on return.
    func write<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws(SyncFailure) -> T {
        let result: T = try await withWriter { connection in
            try connection.transaction(.immediate, body)
        }
        hub.changed()
        return result
    }

    /// Runs `body` on the writer, under the writer's lock, without a transaction.
    func withWriter<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws(SyncFailure) -> T {
        let files = environment.files
        let lockPath = lockPath
        do {
            return try await database.withWriter { connection in
                // On the writer's own thread, where waiting harms nobody.
                let lock = try WriterLock.take(lockPath, files)
                defer { lock.unlock() }
                return try body(connection)
            }
        } catch {
            throw StorageErrors.failure(error, path: database.path)
        }
    }

    /// The queue of the writer, on which the engine works.
    var writerExecutor: UnownedSerialExecutor { database.writerExecutor }

    /// Runs `body` on one snapshot of the writer's connection.
    ///
    /// For the engine, which is on the writer's queue already and so changes no
    /// thread; others read beside the writer.
    func readOnWriter<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws(SyncFailure) -> T {
        do {
            return try await database.withWriter { try $0.transaction(.deferred, body) }
        } catch {
            throw StorageErrors.failure(error, path: database.path)
        }
    }

    /// Runs `body` on one snapshot.
    func read<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws(SyncFailure) -> T {
        do {
            return try await database.read(body)
        } catch {
            throw StorageErrors.failure(error, path: database.path)
        }
    }

    /// Closes the database; everything after fails with ``SyncFailure/closed``.
    func close() async {
        hub.close()
        let files = environment.files
        let lockPath = lockPath
        // Closing empties the log into the file, which is the writer's work.
        // Without the lock the log stays, and the next opening reads it.
        let lock = try? await environment.execution.offPool { () throws(SyncFailure) in
            try WriterLock.take(lockPath, files)
        }
        await database.close()
        lock?.unlock()
    }
}

/// The right to write, taken with a bounded wait.
enum WriterLock {
    static func take(
        _ path: String, _ files: any FileOperations
    ) throws(SyncFailure) -> any HeldLock {
        var waited: Int64 = 0
        while true {
            if let lock = try files.tryLock(path) { return lock }
            guard waited < Limits.writerWaitMilliseconds else { throw .busyElsewhere }
            files.pause(milliseconds: 5)
            waited += 5
        }
    }
}
