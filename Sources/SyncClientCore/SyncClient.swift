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
    let configuration: SyncConfiguration

    init(configuration: SyncConfiguration) {
        self.configuration = configuration
    }

    /// Opens the data directory and the cache of whoever is signed in.
    ///
    /// - Throws: ``SyncFailure`` where a file is damaged, foreign, made by a
    ///   newer version or open to other users; the file is left as it is.
    public static func open(
        _ configuration: SyncConfiguration = SyncConfiguration()
    ) async throws(SyncFailure) -> SyncClient {
        throw SyncFailure.closed
    }

    /// Closes the cache. The client answers everything with an error from then on.
    public func close() async {}

    /// Who is signed in, or nil.
    public var account: Account? { nil }
}

// MARK: - Signing in

extension SyncClient {
    /// Asks the server for a code that the person confirms elsewhere.
    ///
    /// - Parameters:
    ///   - server: The address, `https://…`, or `http://` on this machine.
    ///   - deviceName: What the person calls this device.
    public func beginSignIn(
        server: String, deviceName: String
    ) async throws(SyncFailure) -> SignInPrompt { throw .closed }

    /// Waits until the person has confirmed the code, then opens their cache.
    public func completeSignIn(_ prompt: SignInPrompt) async throws(SyncFailure) -> Account {
        throw .closed
    }

    /// Ends the sign-in and erases the person's data from this device.
    ///
    /// Works offline; the server is told if it can be reached.
    ///
    /// - Throws: ``SyncFailure/unsentWrites(count:)`` if writes wait and are not
    ///   to be discarded; nothing has changed then.
    public func signOut(discardingUnsent: Bool = false) async throws(SyncFailure) {}
}

// MARK: - Syncing

extension SyncClient {
    /// Sends what waits and fetches what is new, in one round.
    ///
    /// A second call while one runs joins it. What has arrived when a round is
    /// cut is kept, and the next round goes on from there.
    ///
    /// - Parameters:
    ///   - progress: Called after each page.
    ///   - trace: Called with each request and response.
    /// - Returns: What was moved.
    public func sync(
        progress: (@Sendable (SyncProgress) -> Void)? = nil,
        trace: (@Sendable (TraceEvent) -> Void)? = nil
    ) async throws(SyncFailure) -> SyncReport { throw .closed }

    /// Stays in sync until the caller stops listening.
    ///
    /// Syncs at once, then whenever the server says that something moved or a
    /// write is stored here, and after a pause when something fails. Ends after
    /// ``LiveEvent/stopped(_:)`` or ``LiveEvent/revoked``.
    public nonisolated func live(
        trace: (@Sendable (TraceEvent) -> Void)? = nil
    ) -> AsyncStream<LiveEvent> { AsyncStream { $0.finish() } }
}

// MARK: - Reading

extension SyncClient {
    /// Everything about the client's state in one value.
    public func status() async throws(SyncFailure) -> ClientStatus { throw .closed }

    /// The rows of a table as a screen shows them, ordered by the bytes of their ids.
    public func rows(_ table: String) async throws(SyncFailure) -> [SyncRow] { throw .closed }

    /// One row, or nil if there is none or it may not be read any more.
    public func row(_ table: String, _ id: String) async throws(SyncFailure) -> SyncRow? {
        throw .closed
    }

    /// The rows of some tables now, and again after each change.
    ///
    /// Changes that come while the last snapshot is being shown are put
    /// together. Commits of other processes are noticed as well.
    public nonisolated func observe(_ tables: String...) -> RowObservation {
        RowObservation(client: self, tables: tables)
    }

    /// How a write ended, or nil while it waits.
    public func outcome(of mid: UInt64) async throws(SyncFailure) -> WriteOutcome? { throw .closed }

    /// The outcomes known, newest first.
    public func outcomes(limit: Int = 200) async throws(SyncFailure) -> [WriteOutcome] {
        throw .closed
    }

    /// The mirror as canonical JSON lines, for comparing replicas.
    ///
    /// Confirmed rows come first, sorted by the bytes of table and id; writes
    /// that wait come after them, each as a `pending` line.
    ///
    /// - Parameter line: Called with each line, without a line feed.
    public func dumpCanonical(
        _ line: @Sendable ([UInt8]) -> Void
    ) async throws(SyncFailure) { throw .closed }

    /// Checks the cache: file, rights, counts and sums over all rows, clock.
    public func doctor() async throws(SyncFailure) -> DoctorReport { throw .closed }
}

// MARK: - Writing

extension SyncClient {
    /// Writes one preference, for instance `language`.
    @discardableResult
    public func setPreference(
        _ name: String, to value: FieldValue
    ) async throws(SyncFailure) -> QueuedWrite { throw .closed }

    /// Marks notifications as read; once read, read on every device.
    @discardableResult
    public func markRead(_ notifications: [String]) async throws(SyncFailure) -> QueuedWrite {
        throw .closed
    }

    /// Puts a service among the person's favourites.
    @discardableResult
    public func pin(_ service: String) async throws(SyncFailure) -> QueuedWrite { throw .closed }

    /// Takes a service out of the person's favourites.
    @discardableResult
    public func unpin(_ service: String) async throws(SyncFailure) -> QueuedWrite { throw .closed }

    /// Writes the person's own words about a row; nil leaves a part as it is.
    ///
    /// - Parameters:
    ///   - id: The annotation's id: the id of the row it is about.
    ///   - nickname: A name for it.
    ///   - note: A note. Two notes written apart are both kept and shown.
    ///   - addLabels: Labels to put on it.
    ///   - removeLabels: Labels to take off it.
    ///   - reminderDays: How many days before its end to be reminded.
    @discardableResult
    public func annotate(
        _ id: String, nickname: String? = nil, note: String? = nil, addLabels: [String] = [],
        removeLabels: [String] = [], reminderDays: Int? = nil
    ) async throws(SyncFailure) -> QueuedWrite { throw .closed }

    /// Starts a draft of a request and gives its id.
    ///
    /// - Parameters:
    ///   - service: The service's id.
    ///   - action: `new`, `renew`, `amend` or `cancel`.
    ///   - form: The fields known so far.
    public func createDraft(
        service: String, action: String, form: [String: FieldValue] = [:]
    ) async throws(SyncFailure) -> String { throw .closed }

    /// Changes fields of a draft, its statement or its attachments.
    @discardableResult
    public func editDraft(
        _ id: String, form: [String: FieldValue] = [:], statement: String? = nil,
        addAttachments: [String] = [], removeAttachments: [String] = []
    ) async throws(SyncFailure) -> QueuedWrite { throw .closed }

    /// Throws a draft away.
    @discardableResult
    public func deleteDraft(_ id: String) async throws(SyncFailure) -> QueuedWrite {
        throw .closed
    }

    /// Finds what is missing or wrong in a draft, without a network.
    public func checkDraft(_ id: String) async throws(SyncFailure) -> [FormProblem] {
        throw .closed
    }

    /// Hands a draft in as a request; it is sent with the next sync.
    ///
    /// The request appears at once under the draft's id in the state `queued`.
    /// The lawful time of receipt is the server's and comes with the receipt.
    @discardableResult
    public func submit(_ draft: String) async throws(SyncFailure) -> QueuedWrite { throw .closed }

    /// Takes a request back that has been handed in.
    @discardableResult
    public func withdraw(_ request: String) async throws(SyncFailure) -> QueuedWrite {
        throw .closed
    }
}
