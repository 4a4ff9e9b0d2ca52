internal import SQLiteKit
internal import SyncProtocol

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
    /// The file that was opened: a salvage puts another one in its place.
    private let identity: UInt64?

    /// Opens or makes the cache in a directory that exists.
    ///
    /// One that is damaged is salvaged first; a file that is no cache, or that of
    /// somebody else, is put aside.
    ///
    /// - Parameters:
    ///   - directory: The directory of the account.
    ///   - subject: Whose cache it is.
    ///   - device: The device's name with the server.
    ///   - isNew: Whether the device has just got this name, so that it may have none.
    ///   - environment: The world.
    /// - Returns: The open cache.
    /// - Throws: ``SyncFailure``.
    static func open(
        directory: String, subject: String, device: DeviceID, isNew: Bool,
        environment: SyncEnvironment
    ) async throws(SyncFailure) -> CacheStore {
        let path = directory + "/cache.sqlite"
        let lockPath = directory + "/writer.lock"
        let files = environment.files
        let salvage = CacheSalvage(
            directory: directory, subject: subject, device: device, environment: environment)
        // WORKAROUND(docs/workarounds.md#1): one writer at a time.
        let (lock, wasMissing, inLog) = try await environment.execution.offPool {
            () throws(SyncFailure) in
            try files.checkPrivate(path)
            try files.makeFile(lockPath)
            let lock: any HeldLock
            do throws(SyncFailure) {
                lock = try WriterLock.take(lockPath, files)
            } catch {
                // The directory went while this waited.
                let isGone = try files.identity(directory + "/credentials") == nil
                throw isGone ? .signedOut : error
            }
            do throws(SyncFailure) {
                // Another program may have signed out since they were read.
                guard try files.identity(directory + "/credentials") != nil else {
                    throw .signedOut
                }
                let inLog = try salvage.prepare()
                return (lock, try files.isEmpty(path), inLog)
            } catch {
                lock.unlock()
                throw error
            }
        }
        defer { lock.unlock() }
        var reason: CacheSalvage.Reason?
        do throws(SyncFailure) {
            let store = try await opened(path, lockPath, directory, environment)
            do throws(SyncFailure) {
                if try await store.isForeign(to: subject, device) {
                    reason = .foreign
                } else if try await !store.takeBack(inLog) {
                    reason = .log
                } else {
                    if wasMissing, !isNew { try await store.noteMissing(salvage) }
                    return store
                }
            } catch {
                await store.database.close()
                throw error
            }
            await store.database.close()
        } catch {
            switch error {
            case .cacheDamaged: reason = .damaged
            case .cacheForeign: reason = .foreign
            default: throw error
            }
        }
        let found = reason ?? .damaged
        try await environment.execution.offPool { () throws(SyncFailure) in
            try salvage.run(found, inLog: inLog)
        }
        return try await opened(path, lockPath, directory, environment)
    }

    private static func opened(
        _ path: String, _ lockPath: String, _ directory: String, _ environment: SyncEnvironment
    ) async throws(SyncFailure) -> CacheStore {
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
            let identity = try environment.files.identity(path)
            return CacheStore(directory, lockPath, database, identity, environment)
        } catch {
            throw StorageErrors.failure(error, path: path)
        }
    }

    /// Whether it is somebody else's cache; one that says nothing becomes this person's.
    ///
    /// The caller holds the writer's lock.
    private func isForeign(
        to subject: String, _ device: DeviceID
    ) async throws(SyncFailure) -> Bool {
        do {
            return try await database.withWriter { connection in
                var state = try CacheState.load(connection)
                guard state.subject.isEmpty else { return state.subject != subject }
                // Caches of earlier versions tell by the device, which may have a new name, and by
                // the names of their buckets, where some of other people may be among one's own.
                // In doubt it is put aside: nobody may see or send what is another's.
                if state.device != device {
                    var buckets: [Substring: Int] = [:]
                    try connection.run("SELECT name FROM bucket WHERE name LIKE 'person/%'") {
                        let parts = $0.text(0).split(separator: "/")
                        if parts.count > 1 { buckets[parts[1], default: 0] += 1 }
                    }
                    let own = buckets.removeValue(forKey: subject[...]) ?? 0
                    guard own > buckets.values.max() ?? -1 else { return true }
                }
                state.subject = subject
                try connection.transaction(.immediate) { try state.save($0) }
                return false
            }
        } catch {
            throw StorageErrors.failure(error, path: database.path)
        }
    }

    /// Takes writes back that SQLite does not see in the log.
    private func takeBack(_ found: [RawWrites.Write]) async throws(SyncFailure) -> Bool {
        guard !found.isEmpty else { return true }
        do {
            return try await database.withWriter { connection in
                try connection.transaction(.immediate) {
                    try CacheSalvage.takeBack(found, $0)
                }
            }
        } catch {
            throw StorageErrors.failure(error, path: database.path)
        }
    }

    /// Takes note that a device had a cache and has none any more.
    private func noteMissing(_ salvage: CacheSalvage) async throws(SyncFailure) {
        let notice = CacheNotice(
            kind: .missing, atMilliseconds: environment.wall.milliseconds(), kept: 0, lost: nil)
        let nonce = environment.random.next()
        do {
            try await database.withWriter { connection in
                try connection.transaction(.immediate) { connection in
                    var state = try CacheState.load(connection)
                    state.device = salvage.device
                    state.nonce = nonce
                    state.lastChain = nonce
                    state.isAdopting = true
                    state.nextMid = Limits.temporaryMid
                    // Any number may have been used.
                    state.usedMid = Limits.temporaryMid - 1
                    try state.save(connection)
                    try NoticeTable.append(notice, connection)
                }
            }
        } catch {
            throw StorageErrors.failure(error, path: database.path)
        }
    }

    private init(
        _ directory: String, _ lockPath: String, _ database: Database, _ identity: UInt64?,
        _ environment: SyncEnvironment
    ) {
        self.directory = directory
        self.lockPath = lockPath
        self.database = database
        self.identity = identity
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
                let lock: any HeldLock
                do throws(SyncFailure) {
                    lock = try WriterLock.take(lockPath, files)
                } catch {
                    // A sign-out takes the lock's own file away.
                    try checkIsInPlace()
                    throw error
                }
                defer { lock.unlock() }
                try checkIsInPlace()
                return try body(connection)
            }
        } catch {
            throw failure(error)
        }
    }

    /// Refuses to work on a file that another program has replaced by a salvage, or removed by
    /// a sign-out: nobody would see it.
    private func checkIsInPlace() throws(SyncFailure) {
        guard try environment.files.identity(database.path) != identity else { return }
        let isSignedOut = try environment.files.identity(directory + "/credentials") == nil
        throw isSignedOut ? .signedOut : .cacheReplaced
    }

    /// What an error says; damage is noted, so that the next opening salvages.
    private func failure(_ error: any Error) -> SyncFailure {
        let failure = StorageErrors.failure(error, path: database.path)
        guard case .cacheDamaged = failure else { return failure }
        do throws(SyncFailure) {
            try noteDamage()
        } catch {
            // A note that cannot be written is written the next time.
            if [.cacheReplaced, .signedOut].contains(error) { return error }
        }
        return failure
    }

    /// Lets the next opening salvage the cache.
    func noteDamage() throws(SyncFailure) {
        try checkIsInPlace()
        try environment.files.write(
            Array(CacheSalvage.Reason.damaged.rawValue.utf8), to: CacheSalvage.note(in: directory))
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
            return try await database.withWriter { connection in
                try checkIsInPlace()
                return try connection.transaction(.deferred, body)
            }
        } catch {
            throw failure(error)
        }
    }

    /// Runs `body` on one snapshot.
    func read<T: Sendable>(
        _ body: @Sendable (Connection) throws -> T
    ) async throws(SyncFailure) -> T {
        do {
            return try await database.read { connection in
                try checkIsInPlace()
                return try body(connection)
            }
        } catch {
            throw failure(error)
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
