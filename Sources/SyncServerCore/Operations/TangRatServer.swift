internal import CrashPoints
internal import HTTPWire
package import NetworkIO
internal import Synchronization

/// The whole server: store, writer, doors.
///
/// There is one for each process.
package final class TangRatServer: Sendable {
    /// How to run.
    package struct Configuration: Sendable {
        /// The data directory.
        package var directory: String
        /// Where to listen.
        package var address: ListenAddress
        /// The address under which people reach the server; where it listens if nil.
        package var publicURL: PublicURL?
        /// The number of event loops; the number of cores if nil.
        package var loops: Int?
        /// Every limit.
        package var limits = Limits()
        /// The file in which heads of the audit chain are written down; one beside the
        /// store if nil.
        package var auditHeads: String?
        /// Who proves who people are, beside the operator; nobody if nil.
        package var identity: (any IdentityProvider)?
        /// Whether a proxy on this machine writes the address of each asker into
        /// `X-Forwarded-For`, and nothing that it was given there.
        package var isBehindProxy = false
        /// The clock for deadlines and timers.
        package var clock = MonotonicClock.system
        /// The clock for dates.
        package var wallClock = WallClock.system
        /// How the store's file is opened.
        package var storage = StoreOptions()
        /// Where secrets come from.
        package var secrets = SecretSource.system
        /// Whether somebody steps the server, which then starts no thread.
        var isStepped = false
        /// Takes the lines of the log.
        package var log: @Sendable (String) -> Void = { _ in }

        /// Creates a configuration.
        package init(directory: String, address: ListenAddress) {
            self.directory = directory
            self.address = address
        }
    }

    let configuration: Configuration
    let store: any ReplicaStore
    let commits: GroupCommit
    private let heads: HeadCache
    private let sessions: SessionCache
    let ready: ReadyFlag
    private let publicAddress: PublicAddress
    let poker: Poker
    let front: HTTPServer
    private let admin: Mutex<HTTPServer?> = Mutex(nil)
    /// The head of the audit chain that was written down last.
    let notedHead: Mutex<AuditHead?> = Mutex(nil)
    /// The last entry of the audit chain that the citizens' access logs are known to tell of.
    let publishedAccess: Mutex<Int64> = Mutex(0)

    /// Whether a pass of retention is under way.
    let retains: Mutex<Bool> = Mutex(false)

    /// Whether a check or a copy of the store is under way.
    let inspects: Mutex<Bool> = Mutex(false)
    /// Whether the audit chain is being compared with heads.
    let verifiesAudit: Mutex<Bool> = Mutex(false)

    /// The counters and the log.
    package let metrics: Metrics

    /// The socket of the admin commands in a data directory.
    package static func adminSocket(_ directory: String) -> String {
        "\(directory)/admin.sock"
    }

    /// Opens the store of SQLite in the data directory; ``start()`` opens the doors.
    ///
    /// - Throws: What opening the store throws.
    package convenience init(_ configuration: Configuration) throws {
        let store = try SQLiteStore(
            directory: configuration.directory, options: configuration.storage,
            randomBytes: configuration.secrets.bytes)
        self.init(configuration, store: store)
        if store.isReplaced {
            metrics.log(
                .warning, "store.replaced",
                "the file is not the one that ran here last: a new history begins")
        }
        if let problem = store.historyProblem {
            metrics.log(.error, "store.not_writable", problem)
        }
    }

    /// Takes a store that is open; ``start()`` opens the doors.
    ///
    /// - Parameters:
    ///   - configuration: How to run; its directory holds the admin socket.
    ///   - store: What the server serves. It is the server's from now on, which
    ///     closes it when it stops, or when it could not start.
    package init(_ configuration: Configuration, store: any ReplicaStore) {
        self.configuration = configuration
        let clock = configuration.wallClock
        let metrics = Metrics(now: clock.milliseconds, write: configuration.log)
        let heads = HeadCache(peopleMax: configuration.limits.cachedPeopleMax)
        let sessions = SessionCache(sessionsMax: configuration.limits.cachedPeopleMax)
        let poker = Poker()
        let commits = GroupCommit(
            store: store, limits: configuration.limits, metrics: metrics, wallClock: clock,
            clock: configuration.clock
        ) { published in
            heads.publish(published)
            sessions.end(published.endedDevices)
            poker.poke(published)
        }
        self.store = store
        self.metrics = metrics
        self.heads = heads
        self.sessions = sessions
        self.commits = commits
        let ready = ReadyFlag()
        self.ready = ready
        let publicAddress = PublicAddress(
            configuration.publicURL ?? PublicURL(listening: configuration.address, port: 0))
        self.publicAddress = publicAddress
        let parts = ServiceParts(
            store: store, commits: commits, heads: heads, sessions: sessions,
            indexes: RangeIndexCache(rowsMax: configuration.limits.reconcileRowsMax),
            metrics: metrics, limits: configuration.limits, secrets: configuration.secrets,
            now: clock.milliseconds, publicURL: { publicAddress.url },
            isReady: { ready.isSet },
            holders: HolderLedger(
                requestsMax: configuration.limits.requestsPerTokenMax,
                rate: RequestRate(
                    burst: configuration.limits.requestsBurstMax,
                    perMinute: configuration.limits.requestsPerMinute)),
            watchers: WatcherRegistry(
                watchersMax: configuration.limits.watchersMax,
                perDeviceMax: configuration.limits.watchersPerDeviceMax),
            identity: configuration.identity,
            guesses: GuessLedger(limits: configuration.limits),
            signInRates: AddressRates(
                RequestRate(
                    burst: configuration.limits.signInsBurstMax,
                    perMinute: configuration.limits.signInsPerMinute),
                buckets: configuration.limits.addressBuckets),
            signInPlaces: SignInPlaces(limits: configuration.limits),
            tokenRates: AddressRates(
                RequestRate(
                    burst: configuration.limits.tokensBurstMax,
                    perMinute: configuration.limits.tokensPerMinute),
                buckets: configuration.limits.addressBuckets),
            isBehindProxy: configuration.isBehindProxy)
        var http = HTTPServer.Configuration(
            address: configuration.address, loopCount: configuration.loops)
        http.limits = configuration.limits.http
        http.clock = configuration.clock
        http.wallClock = clock
        // A feed may be of any length, for it is never held whole; every other
        // address says for itself what it takes.
        http.limits.wire.bodyBytesMax = 1 << 50
        front = HTTPServer(configuration: http) { context in
            SyncService(parts: parts, context: context, reader: try store.makeReader())
        }
        self.poker = poker
    }

    /// Opens the doors: the writer, the public address, the admin socket.
    ///
    /// - Throws: What kept a door shut. All are shut then, and the directory is free.
    package func start() throws {
        do {
            try commits.start()
        } catch {
            store.close()
            throw error
        }
        do {
            try openDoors()
        } catch {
            stop(drainMilliseconds: 0)
            throw error
        }
    }

    private func openDoors() throws {
        try front.start()
        // Port 0 is known only now.
        if configuration.publicURL == nil {
            publicAddress.url = PublicURL(listening: configuration.address, port: front.port)
        }
        poker.loops = front.loops
        var http = HTTPServer.Configuration(
            address: .unix(path: Self.adminSocket(configuration.directory)), loopCount: 1)
        http.limits.connectionsMax = configuration.limits.adminConnectionsMax
        let admin = HTTPServer(configuration: http) { [self] context in
            AdminService(server: self, context: context)
        }
        try admin.start()
        self.admin.withLock { $0 = admin }
        noteAuditHead()
        ready.isSet = true
    }

    /// The address under which people reach the server, once started.
    package var publicURL: PublicURL { publicAddress.url }

    /// The TCP port, once started.
    package var port: UInt16 { front.port }

    /// Finishes what is in flight and closes everything.
    ///
    /// - Returns: Whether every connection was gone within the time.
    @discardableResult
    package func stop(drainMilliseconds: Int64) -> Bool {
        ready.isSet = false
        let admin = self.admin.withLock { $0.take() }
        store.stopLongReads()
        let drained = front.drain(milliseconds: drainMilliseconds)
        admin?.drain(milliseconds: 1_000)
        front.stop()
        admin?.stop()
        CrashPoint.serverStopDrained.reach()
        commits.close()
        noteAuditHead()
        store.close()
        return drained
    }
}

/// Whether the server takes requests.
final class ReadyFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool {
        get { flag.load(ordering: .acquiring) }
        set { flag.store(newValue, ordering: .releasing) }
    }
}

/// Tells the loops what a commit changed, so that they wake their watchers.
final class Poker: Sendable {
    private let handles = Mutex<[LoopHandle]>([])

    var loops: [LoopHandle] {
        get { handles.withLock { $0 } }
        set { handles.withLock { $0 = newValue } }
    }

    func poke(_ published: GroupCommit.Published) {
        let everyone = published.buckets.contains { $0.person == 0 }
        let buckets = published.buckets.filter { $0.person != 0 }.map {
            LiveHub.Moved(bucket: $0.number, person: $0.person)
        }
        let rightsChanged = Array(Set(published.rightsChanged))
        let ended = published.endedDevices
        guard everyone || !buckets.isEmpty || !rightsChanged.isEmpty || !ended.isEmpty else {
            return
        }
        for loop in loops {
            loop.execute { context in
                guard let service = context.handler as? SyncService else { return }
                service.live.endSessions(of: ended)
                service.live.rightsChanged(of: rightsChanged)
                service.live.moved(buckets, everyone: everyone)
            }
        }
    }
}
