internal import CSQLite
internal import Glibc

extension Connection {
    static func open(
        path: String, options: ConnectionOptions
    ) throws(SQLiteError) -> ConnectionCore {
        _ = countsNoMemory
        let access =
            options.mode == .readOnly
            ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        // NOMUTEX: the connection is confined, so SQLite's own locks would be waste.
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var handle: OpaquePointer?
        let gathering = options.mode == .readOnly ? nil : GatheringVFS(over: options.vfs)
        let result = sqlite3_open_v2(path, &handle, flags, gathering?.name ?? options.vfs)
        guard result == SQLITE_OK, let handle else {
            let error = SQLiteError(code: result, sql: nil)
            sqlite3_close(handle)
            withExtendedLifetime(gathering) {}
            throw error
        }
        let core = ConnectionCore(handle: handle, gathering)
        sqlite3_commit_hook(
            handle,
            { context in
                guard let context else { return 0 }
                Unmanaged<ConnectionCore>.fromOpaque(context).takeUnretainedValue().commits += 1
                return 0
            }, Unmanaged.passUnretained(core).toOpaque())
        return core
    }

    /// Takes note of the length of the log after each commit.
    ///
    /// SQLite has one place for this and for checkpoints of its own.
    func watchLog() {
        sqlite3_wal_hook(
            core.handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<ConnectionCore>.fromOpaque(context).takeUnretainedValue().logPages =
                    Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(core).toOpaque())
    }

    /// Makes the settings of the process, which count only before SQLite is used.
    ///
    /// Opening does so by itself; who registers a file system before that calls this first.
    package static func prepareProcess() { _ = countsNoMemory }

    /// Turns SQLite's count of its own memory off, once for the process.
    ///
    /// The count is behind one lock for all connections, taken twice for each
    /// allocation. A refusal only means that SQLite was used before; it is no error.
    private static let countsNoMemory: Void = {
        typealias Configure = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = dlsym(nil, "sqlite3_config") else { return }
        // WORKAROUND(docs/workarounds.md#11)
        // unsafeBitCast: C variadics are not imported; these arguments pass alike either way.
        _ = unsafeBitCast(symbol, to: Configure.self)(SQLITE_CONFIG_MEMSTATUS, 0)
    }()

    /// Makes every setting and reads each one back.
    func prepareSettings(_ options: ConnectionOptions) throws {
        sqlite3_busy_timeout(core.handle, options.busyTimeoutMilliseconds)
        try forbidCheckpointOnClose()
        try set("mmap_size", to: "0")
        // Temporary files would hold citizens' data outside the private folder.
        try set("temp_store", to: "2")
        try set("trusted_schema", to: "0")
        try set("cell_size_check", to: "1")
        try set("foreign_keys", to: "1")
        try set("cache_size", to: "-\(options.cacheKiB)")
        // A file of somebody else's must be refused before its header changes.
        if let identity = options.identity { try check(identity) }
        switch options.mode {
        case .readWriteCreate:
            try useWriteAheadLog()
            // Written as a word, since the number 2 would be taken as "on".
            _ = try pragma("secure_delete=\(options.secureDelete)")
            try require("secure_delete", is: options.secureDelete.rawValue)
            try set("wal_autocheckpoint", to: String(options.walAutocheckpointPages))
            try set("journal_size_limit", to: String(Limits.walKeptBytes))
        case .readOnly:
            try set("wal_autocheckpoint", to: "0")
            try set("query_only", to: "1")
        }
        try set("synchronous", to: "2")
        try require("journal_mode", is: "wal")
    }

    /// Refuses a file of another program, or of a newer version of this one.
    func check(_ identity: DatabaseIdentity) throws {
        let applicationID = Int64(try pragma("application_id")) ?? 0
        let version = Int64(try pragma("user_version")) ?? 0
        if applicationID != Int64(identity.applicationID) {
            let isNew = try applicationID == 0 && version == 0 && isEmpty()
            guard isNew else { throw DatabaseFault.foreignFile(applicationID: applicationID) }
        }
        guard version <= identity.versionMax else {
            throw DatabaseFault.schemaTooNew(found: version, known: identity.versionMax)
        }
    }

    /// The first column of a pragma's answer as text, empty without one.
    func pragma(_ text: String) throws(SQLiteError) -> String {
        let statement = try Statement(core, sql: "PRAGMA \(text)", isPersistent: false)
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : ""
    }

    private func set(_ name: String, to value: String) throws {
        _ = try pragma("\(name)=\(value)")
        try require(name, is: value)
    }

    private func require(_ name: String, is expected: String) throws {
        let found = try pragma(name)
        guard found == expected else {
            throw DatabaseFault.settingRefused(name: name, expected: expected, found: found)
        }
    }

    private func isEmpty() throws(SQLiteError) -> Bool {
        let statement = try Statement(
            core, sql: "SELECT count(*) FROM sqlite_schema", isPersistent: false)
        defer { statement.reset() }
        return try statement.step() && statement.int64(0) == 0
    }

    /// Changes to the log, trying again by hand: SQLite does not wait here.
    private func useWriteAheadLog() throws(SQLiteError) {
        var attempts = 1
        while true {
            do throws(SQLiteError) {
                _ = try pragma("journal_mode=WAL")
                return
            } catch {
                guard error.isBusy, attempts < Limits.busyRetriesMax else { throw error }
                attempts += 1
                usleep(10_000)
            }
        }
    }

    /// Keeps closing from checkpointing, so that only ``checkpoint(_:)`` does.
    private func forbidCheckpointOnClose() throws {
        typealias Configure =
            @convention(c) (OpaquePointer, Int32, Int32, UnsafeMutablePointer<Int32>) -> Int32
        guard let symbol = dlsym(nil, "sqlite3_db_config") else {
            throw SQLiteError(code: SQLITE_NOTFOUND, sql: "sqlite3_db_config")
        }
        // WORKAROUND(docs/workarounds.md#11)
        // unsafeBitCast: C variadics are not imported; these arguments pass alike either way.
        let configure = unsafeBitCast(symbol, to: Configure.self)
        var isOn: Int32 = 0
        let result = configure(core.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &isOn)
        guard result == SQLITE_OK, isOn == 1 else {
            throw DatabaseFault.settingRefused(
                name: "no_ckpt_on_close", expected: "1", found: String(isOn))
        }
    }
}
