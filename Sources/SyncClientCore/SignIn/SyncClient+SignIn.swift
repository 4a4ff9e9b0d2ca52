internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol

extension SyncClient {
    /// Asks the server for a code that the person confirms elsewhere.
    ///
    /// - Parameters:
    ///   - server: The address, `https://…`, or `http://` on this machine.
    ///   - deviceName: What the person calls this device.
    /// - Returns: What to show.
    /// - Throws: ``SyncFailure``.
    public func beginSignIn(
        server: String, deviceName: String
    ) async throws(SyncFailure) -> SignInPrompt {
        try checkOpen()
        let address = try ServerAddress(server)
        return try await SignInService(server: address, environment: environment)
            .begin(deviceName: deviceName, claimed: try await claimedDevice(at: address))
    }

    /// The name under which this device goes on, if it can.
    ///
    /// A copy must not keep the name that it shares, nor one whose writes have a gap.
    private func claimedDevice(
        at server: ServerAddress
    ) async throws(SyncFailure) -> DeviceID? {
        guard let session = try? signedIn(), session.server.description == server.description else {
            return nil
        }
        let state = try await session.store.read { try CacheState.load($0) }
        return state.isCopied || state.missingAfter != nil ? nil : state.device
    }

    /// Waits until the person has confirmed the code, then opens their cache.
    ///
    /// What an earlier sign-in of the same person left unsent is kept and sent
    /// under the new device's name. Other people's data on this machine stay
    /// where they are and are never sent.
    ///
    /// - Parameter prompt: What ``beginSignIn(server:deviceName:)`` gave.
    /// - Returns: Who is signed in.
    /// - Throws: ``SyncFailure``.
    public func completeSignIn(_ prompt: SignInPrompt) async throws(SyncFailure) -> Account {
        try checkOpen()
        let address = try ServerAddress(prompt.server)
        let tokens = try await SignInService(server: address, environment: environment)
            .complete(prompt)
        let credentials = Credentials(
            server: prompt.server, subject: tokens.subject, device: tokens.device,
            accessToken: tokens.access, refreshToken: tokens.refresh)
        // The old session must not read the new credentials of its own account.
        await replaceSession(with: nil)
        do throws(SyncFailure) {
            let session = try await makeSession(credentials)
            await replaceSession(with: session)
            return session.account
        } catch {
            // What is stored is good still: the sign-in before, or this one.
            if !isClosed, let stored = try? await Self.storedSession(directory, environment) {
                await replaceSession(with: stored)
            }
            throw error
        }
    }

    private func makeSession(_ credentials: Credentials) async throws(SyncFailure) -> ClientSession
    {
        let directory = directory
        try await environment.execution.offPool { () throws(SyncFailure) in
            try directory.prepare()
            let lock = try directory.lockSignIn()
            defer { lock.unlock() }
            try directory.save(credentials)
            CrashPoint.clientSignInSaved.reach()
            try directory.setCurrent(credentials.subject)
            CrashPoint.clientSignInCurrent.reach()
        }
        return try await ClientSession.open(
            credentials, directory: directory, environment: environment, isNew: true)
    }

    /// Ends the sign-in and erases the person's data from this device.
    ///
    /// Works offline; the server is told if it can be reached.
    ///
    /// - Parameter discardingUnsent: Whether writes that wait may be lost.
    /// - Throws: ``SyncFailure/unsentWrites(count:)`` if writes wait and are not
    ///   to be discarded; nothing has changed then.
    public func signOut(discardingUnsent: Bool = false) async throws(SyncFailure) {
        let session = try signedIn()
        try await session.store.read { try Self.checkUnsent(discardingUnsent, $0) }
        let credentials = try? await session.keeper.stored()
        await session.engine.stop()
        let directory = directory
        let subject = session.account.subject
        do throws(SyncFailure) {
            // Overwritten first: unlinking alone would leave the bytes on the disk. All under
            // the lock, or another program could store what is then removed.
            try await session.store.withWriter { connection in
                // Before anything is erased: it may have to wait, and give up.
                let lock = try directory.lockSignIn()
                defer { lock.unlock() }
                try connection.transaction(.immediate) { connection in
                    // What was stored since, perhaps by another program, is not lost either.
                    try Self.checkUnsent(discardingUnsent, connection)
                    try connection.execute(Self.erasure)
                }
                _ = try connection.checkpoint(.truncate)
                CrashPoint.clientSignOutErased.reach()
                try directory.erase(subject)
                try directory.clearCurrent(subject)
            }
        } catch {
            // What is left can be removed by another try, for the sign-in goes last.
            if (try? await session.keeper.stored()) == nil { await replaceSession(with: nil) }
            throw error
        }
        await replaceSession(with: nil)
        CrashPoint.clientSignOutRemoved.reach()
        if let credentials, let address = try? ServerAddress(credentials.server) {
            await SignInService(server: address, environment: environment)
                .revoke(credentials.refreshToken)
        }
    }

    /// Refuses where writes wait that would be lost.
    private static func checkUnsent(_ isDiscarding: Bool, _ connection: Connection) throws {
        guard !isDiscarding else { return }
        let state = try CacheState.load(connection)
        var count = 0
        try connection.run(
            "SELECT count(*) FROM outbox WHERE mid > ?",
            .integer(Int64(bitPattern: state.answeredMid))
        ) { count = Int($0.int64(0)) }
        guard count == 0 else { throw SyncFailure.unsentWrites(count: count) }
    }

    /// Empties the tables, and says so: where the files stay after all, because the program
    /// is killed, the mirror is fetched anew and what is written is numbered by the server.
    private static let erasure = """
        DELETE FROM row; DELETE FROM bucket; DELETE FROM name; DELETE FROM staged_page;
        DELETE FROM outbox; DELETE FROM outbox_row; DELETE FROM acknowledged; DELETE FROM outcome;
        DELETE FROM aside; DELETE FROM notice; DELETE FROM exported;
        DELETE FROM vacant;
        UPDATE state SET cursor = x'', staged_cursor = NULL, staged_is_whole = 0, repair = 0,
            synced_at = NULL, missing_after = NULL, undecided = '', is_adopting = 1,
            used_mid = max(used_mid, iif(next_mid < \(Limits.temporaryMid), next_mid - 1, 0)),
            next_mid = max(next_mid, \(Limits.temporaryMid)) WHERE id = 1;
        """
}
