internal import SyncProtocol

/// A citizen's data on this device, readable and writable without a network.
///
/// One value for the life of the process. Everything but signing in and
/// syncing works offline; reading never waits for the network, and a write that
/// was stored is never lost.
///
/// ```swift
/// let client = try await SyncClient.open()
/// for try await snapshot in client.observe("driving_licence") {
///     show(snapshot.rows)
/// }
/// ```
///
/// Several programs of one user may share a data directory at the same time.
public actor SyncClient {
    let environment: SyncEnvironment
    let directory: DataDirectory
    private var session: ClientSession?
    private(set) var isClosed = false

    private init(
        environment: SyncEnvironment, directory: DataDirectory, session: ClientSession?
    ) {
        self.environment = environment
        self.directory = directory
        self.session = session
    }

    /// Opens the data directory and the cache of whoever is signed in.
    ///
    /// - Parameter configuration: Where the data are.
    /// - Returns: A client, signed in or not.
    /// - Throws: ``SyncFailure`` where a file is damaged, foreign, made by a
    ///   newer version or open to other users; the file is left as it is.
    public static func open(
        _ configuration: SyncConfiguration = SyncConfiguration()
    ) async throws(SyncFailure) -> SyncClient {
        let environment = configuration.environment
        let directory = DataDirectory(
            path: configuration.dataDirectory, files: environment.files)
        return SyncClient(
            environment: environment, directory: directory,
            session: try await storedSession(directory, environment))
    }

    /// Opens the cache of whoever is signed in; nil if nobody is.
    static func storedSession(
        _ directory: DataDirectory, _ environment: SyncEnvironment
    ) async throws(SyncFailure) -> ClientSession? {
        let credentials = try await environment.execution.offPool {
            () throws(SyncFailure) -> Credentials? in
            try directory.prepare()
            guard let subject = try directory.current() else { return nil }
            return try directory.credentials(subject)
        }
        guard let credentials else { return nil }
        do throws(SyncFailure) {
            return try await ClientSession.open(
                credentials, directory: directory, environment: environment)
        } catch {
            // Another program may have signed out since the credentials were read.
            let isThere = try await environment.execution.offPool { () throws(SyncFailure) in
                try directory.credentials(credentials.subject) != nil
            }
            guard isThere, error != .signedOut else { return nil }
            throw error
        }
    }

    /// Closes the cache; the client answers everything with an error from then on.
    public func close() async {
        isClosed = true
        let ended = session
        session = nil
        await ended?.close()
    }

    /// Who is signed in, or nil.
    public var account: Account? { session?.account }

    /// The session, or the error that says why there is none.
    func signedIn() throws(SyncFailure) -> ClientSession {
        if isClosed { throw .closed }
        guard let session else { throw .signedOut }
        return session
    }

    /// Puts another session in the place of the present one, which is closed.
    func replaceSession(with new: ClientSession?) async {
        let old = session
        session = new
        await old?.close()
    }

    /// Takes the session away, so that nothing new begins on it.
    func takeSession() -> ClientSession? {
        defer { session = nil }
        return session
    }

    /// Throws if the client has been closed.
    func checkOpen() throws(SyncFailure) {
        if isClosed { throw .closed }
    }
}
