internal import Synchronization

/// Gives out the access token and renews it.
///
/// The file is the truth, because another process may have renewed it. Renewing
/// happens only inside a round, which one process at a time can hold.
final class CredentialsKeeper: Sendable {
    /// Who is signed in.
    let account: Account

    private let directory: DataDirectory
    private let environment: SyncEnvironment
    private let used = Mutex("")

    init(account: Account, directory: DataDirectory, environment: SyncEnvironment) {
        self.account = account
        self.directory = directory
        self.environment = environment
    }

    /// The credentials as they are stored now.
    func stored() async throws(SyncFailure) -> Credentials {
        try await environment.execution.offPool { () throws(SyncFailure) in try self.read() }
    }

    /// The same, for a caller on a thread that may block.
    func read() throws(SyncFailure) -> Credentials {
        guard let credentials = try directory.credentials(account.subject) else {
            throw .signedOut
        }
        return credentials
    }

    /// The token to use.
    func accessToken() async throws(SyncFailure) -> String {
        try accessToken(of: try await stored())
    }

    /// The token of credentials that have just been read.
    func accessToken(of credentials: Credentials) throws(SyncFailure) -> String {
        guard !credentials.isExpired else { throw .signInExpired }
        used.withLock { $0 = credentials.accessToken }
        return credentials.accessToken
    }

    /// Gets a new access token after the one in use was refused.
    ///
    /// - Throws: ``SyncFailure/signInExpired`` where the server ends the
    ///   sign-in; that is remembered.
    func refresh() async throws(SyncFailure) {
        var credentials = try await stored()
        // Another process has been faster: its token has not been tried yet.
        guard credentials.accessToken == used.withLock({ $0 }) else { return }
        let service = SignInService(
            server: try ServerAddress(credentials.server), environment: environment)
        let directory = directory
        switch await service.refresh(credentials.refreshToken) {
        case .tokens(let tokens):
            guard tokens.subject == credentials.subject, tokens.device == credentials.device else {
                throw .answerUnusable(code: "oauth.identity")
            }
            try environment.reach(.refreshBefore)
            let old = credentials.accessToken
            credentials.accessToken = tokens.access
            credentials.refreshToken = tokens.refresh
            let renewed = credentials
            try await environment.execution.offPool { () throws(SyncFailure) in
                // Whoever does not give the lock back must not cost this device its sign-in: the
                // server knows the old tokens for a minute more only.
                let lock = try? directory.lockSignIn()
                defer { lock?.unlock() }
                // Another process can have signed in anew, or out, since the question.
                let stored = try directory.credentials(renewed.subject)
                if stored?.accessToken == old { try directory.save(renewed) }
            }
            try environment.reach(.refreshAfter)
        case .refused(let failure):
            // Where it cannot be remembered now, the next round learns it anew.
            if failure == .signInExpired { _ = try? await markExpired() }
            throw failure
        case .failed(let failure): throw failure
        case .pending: throw .answerUnusable(code: "oauth.pending")
        }
    }

    /// Remembers that the server has ended the sign-in, unless there is a newer one.
    ///
    /// Another process may have signed in meanwhile, which is what ends the older sign-in.
    ///
    /// - Parameter token: The access token that was good no more; nil for the last one used.
    /// - Returns: Whether it was that of the sign-in as it is stored.
    /// - Throws: What reading or writing the file throws.
    @discardableResult
    func markExpired(_ token: String? = nil) async throws(SyncFailure) -> Bool {
        try await environment.execution.offPool { () throws(SyncFailure) in
            let lock = try self.directory.lockSignIn()
            defer { lock.unlock() }
            var credentials = try self.read()
            guard credentials.accessToken == token ?? self.used.withLock({ $0 }) else {
                return false
            }
            credentials.isExpired = true
            try self.directory.save(credentials)
            return true
        }
    }
}
