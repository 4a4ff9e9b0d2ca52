internal import HTTPWire
package import NetworkIO
internal import SQLiteKit
internal import Synchronization
package import SyncProtocol

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
        /// The limits of the machines.
        package var limits = Limits()
        /// The limits of the HTTP front.
        package var httpLimits = HTTPLimits()
        /// The clock for deadlines and timers.
        package var clock = MonotonicClock.system
        /// The clock for dates.
        package var wallClock = WallClock.system
        /// How the store's file is opened.
        package var storage = StoreOptions()
        /// Where secrets come from.
        package var secrets = SecretSource.system
        /// Takes the lines of the log.
        package var log: @Sendable (String) -> Void = { _ in }

        /// Creates a configuration.
        package init(directory: String, address: ListenAddress) {
            self.directory = directory
            self.address = address
        }
    }

    private let configuration: Configuration
    let store: SQLiteStore
    let commits: GroupCommit
    private let heads: HeadCache
    private let sessions: SessionCache
    let ready: ReadyFlag
    private let publicAddress: PublicAddress
    let poker: Poker
    let front: HTTPServer
    private let admin: Mutex<HTTPServer?> = Mutex(nil)

    /// The counters and the log.
    package let metrics: Metrics

    /// The socket of the admin commands in a data directory.
    package static func adminSocket(_ directory: String) -> String {
        "\(directory)/admin.sock"
    }

    /// Opens the store; ``start()`` opens the doors.
    package init(_ configuration: Configuration) throws {
        self.configuration = configuration
        let clock = configuration.wallClock
        let metrics = Metrics(now: clock.milliseconds, write: configuration.log)
        let store = try SQLiteStore(
            directory: configuration.directory, options: configuration.storage,
            randomBytes: configuration.secrets.bytes)
        let heads = HeadCache(peopleMax: configuration.limits.cachedPeopleMax)
        let sessions = SessionCache(sessionsMax: configuration.limits.cachedPeopleMax)
        let poker = Poker()
        let commits = GroupCommit(
            store: store, limits: configuration.limits, metrics: metrics, wallClock: clock
        ) { published in
            heads.publish(published)
            if published.endsSessions { sessions.endAll() }
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
            store: store, commits: commits, heads: heads, sessions: sessions, metrics: metrics,
            limits: configuration.limits, secrets: configuration.secrets,
            now: clock.milliseconds, publicURL: { publicAddress.url },
            isReady: { ready.isSet })
        var http = HTTPServer.Configuration(
            address: configuration.address, loopCount: configuration.loops)
        http.limits = configuration.httpLimits
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
        let admin = HTTPServer(
            configuration: .init(
                address: .unix(path: Self.adminSocket(configuration.directory)), loopCount: 1)
        ) { [self] context in
            AdminService(server: self, context: context)
        }
        try admin.start()
        self.admin.withLock { $0 = admin }
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
        let drained = front.drain(milliseconds: drainMilliseconds)
        admin?.drain(milliseconds: 1_000)
        front.stop()
        admin?.stop()
        commits.close()
        store.close()
        return drained
    }

    // MARK: - Admin

    /// Carries out a command of an operator; `done` is called on some thread.
    func runAdmin(
        _ command: JSONValue,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        let configuration = self.configuration
        let personKey = store.personKey
        if let maintenance = Self.maintenance(command) {
            commits.maintainLater { writer in done(maintenance(writer)) }
            return
        }
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                let result = try AdminCommands(
                    context: context, secrets: configuration.secrets,
                    limits: configuration.limits, personKey: personKey
                ).run(command)
                return { _ in done(result) }
            },
            failed: { _ in done(.failure(Self.storageRefusal)) })
        if !commits.submit(job) { done(.failure(Self.storageRefusal)) }
    }

    /// Carries out a command on a store that nobody serves.
    ///
    /// - Returns: The answer, `{"rows":[…]}` or `{"error":{…}}`.
    package static func runAdmin(
        _ command: JSONValue, directory: String, secrets: SecretSource = .system,
        wallClock: WallClock = .system
    ) throws -> [UInt8] {
        let store = try SQLiteStore(directory: directory, randomBytes: secrets.bytes)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        if let maintenance = maintenance(command) {
            return AdminService.body(maintenance(writer))
        }
        let result = try writer.transaction { transaction in
            let context = WriterContext(transaction: transaction, now: wallClock.milliseconds())
            return try AdminCommands(
                context: context, secrets: secrets, limits: Limits(), personKey: store.personKey
            ).run(command)
        }
        return AdminService.body(result)
    }

    private static let storageRefusal = AdminCommands.Refusal(
        code: "admin.storage", message: "the store could not be written",
        advice: "Look at the server's log.")

    /// Commands that need the writer itself, not a transaction.
    private static func maintenance(
        _ command: JSONValue
    ) -> (@Sendable (any StoreWriter) -> Result<[JSONValue], AdminCommands.Refusal>)? {
        switch command["command"]?.text {
        case "backup":
            let path = command["file"]?.text ?? ""
            return { writer in
                do {
                    try writer.backup(to: path)
                    return .success([.object(JSONObject([("file", .string(path))]))])
                } catch let error as FileError where error.isTaken {
                    return .failure(
                        AdminCommands.Refusal(
                            code: "admin.backup_exists", message: "there is a file \(path)",
                            advice: "Name a new file: a backup never replaces another."))
                } catch {
                    return .failure(
                        AdminCommands.Refusal(
                            code: "admin.backup", message: "the backup failed: \(error)",
                            advice: "Name a file in a directory that the server can write to."))
                }
            }
        case "verify":
            return { writer in
                do {
                    let problems = try writer.verify()
                    return .success([
                        .object(
                            JSONObject([
                                ("problems", .array(problems.map { .string($0) })),
                                ("sound", .integer(problems.isEmpty ? 1 : 0)),
                            ]))
                    ])
                } catch {
                    return .failure(
                        AdminCommands.Refusal(
                            code: "admin.verify", message: "the check failed: \(error)",
                            advice: "Restore from a backup; keep the file for analysis."))
                }
            }
        default: return nil
        }
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
        let people = Array(Set(published.buckets.map(\.person)))
        guard everyone || !people.isEmpty || published.endsSessions else { return }
        let endsSessions = published.endsSessions
        for loop in loops {
            loop.execute { context in
                guard let service = context.handler as? SyncService else { return }
                if endsSessions { service.endSessions() }
                service.live.moved(people: people, everyone: everyone)
            }
        }
    }
}
