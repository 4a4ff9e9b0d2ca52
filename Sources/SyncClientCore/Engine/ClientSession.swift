internal import SyncProtocol

/// Everything that belongs to the person who is signed in.
final class ClientSession: Sendable {
    let account: Account
    let server: ServerAddress
    let store: CacheStore
    let keeper: CredentialsKeeper
    let engine: SyncEngine

    /// Opens the cache of an account and takes its device name over.
    ///
    /// Where writes are kept under another name, the first round does that.
    ///
    /// - Parameters:
    ///   - credentials: The account and its device.
    ///   - directory: Where the accounts are.
    ///   - environment: The world.
    ///   - isNew: Whether the device has just got its name, and may have no cache.
    /// - Returns: The session.
    /// - Throws: ``SyncFailure``.
    static func open(
        _ credentials: Credentials, directory: DataDirectory, environment: SyncEnvironment,
        isNew: Bool = false
    ) async throws(SyncFailure) -> ClientSession {
        let server = try ServerAddress(credentials.server)
        let path = try directory.account(credentials.subject)
        try await environment.execution.offPool { () throws(SyncFailure) in
            try directory.files.makeDirectory(path)
            try directory.files.makeFile(path + "/sync.lock")
        }
        let store = try await CacheStore.open(
            directory: path, subject: credentials.subject, device: credentials.device,
            isNew: isNew, environment: environment)
        let device = credentials.device
        let nonce = environment.random.next()
        do throws(SyncFailure) {
            let known = try await store.read { try CacheState.load($0).device }
            if known != device {
                try await store.write { connection in
                    var state = try CacheState.load(connection)
                    // Under a new name there is no gap.
                    state.missingAfter = nil
                    // Otherwise the cursor stays with the older name, under which a round of
                    // another process may be on its way: both are changed at one time.
                    if try !OutboxTable.keepsAny(connection) {
                        // A cursor belongs to the device it was made for.
                        try StageTable.clear(&state, connection)
                        state.cursor = []
                        try OutboxTable.renumber(
                            for: device, nonce: nonce, &state, now: 0, connection)
                    }
                    try state.save(connection)
                }
            }
        } catch {
            await store.close()
            throw error
        }
        // What cannot be erased now keeps nobody from reading; the next round tries again.
        try? await store.finishErasure()
        let keeper = CredentialsKeeper(
            account: credentials.account, directory: directory, environment: environment)
        return ClientSession(
            credentials.account, server, store, keeper,
            SyncEngine(store: store, keeper: keeper, server: server))
    }

    private init(
        _ account: Account, _ server: ServerAddress, _ store: CacheStore,
        _ keeper: CredentialsKeeper, _ engine: SyncEngine
    ) {
        self.account = account
        self.server = server
        self.store = store
        self.keeper = keeper
        self.engine = engine
    }

    /// Ends the round that runs and closes the cache.
    func close() async {
        await engine.stop()
        await store.close()
    }
}
