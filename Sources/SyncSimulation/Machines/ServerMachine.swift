internal import FaultVFS
internal import NetworkIO
internal import SyncProtocol
internal import SyncServerCore

/// The machine that the server runs on: its disk, its clock, its connections.
///
/// The server's loop and its writer take turns on the world's thread. Between an
/// arrival and the commit some virtual time passes, so that jobs gather in one
/// group as they do on real threads.
///
/// `@unchecked Sendable`: the server's clocks reach it through closures, and all
/// of it stays on the world's thread.
final class ServerMachine: @unchecked Sendable {
    static let directory = "/srv"
    static let databasePath = "/srv/server.sqlite"

    let disk: SimulatedDisk
    /// The server that runs, or nil while the machine is down.
    private(set) var server: SteppedServer?
    /// Which run it is.
    private(set) var run = 0
    /// What the machine's clock is ahead of the world's, in milliseconds.
    var clockOffset: Int64 = 0
    /// How long the next crash keeps it down, in milliseconds.
    var downtime: Int64 = 500

    /// What is done to the disk when it is up again, before the server starts.
    var whileDown: (() -> Void)?

    /// Whether the next start begins a new history whatever the file says.
    private var startsNewHistory = false

    private unowned let world: World
    private var connections: [SimulatedConnection] = []
    private var random: SeededRandom
    private var commitIsPlanned = false
    private var turnIsPlanned = false
    private var tickIsPlanned = false
    private var restartIsPlanned = false
    private var secrets: SeededRandom

    init(_ world: World) {
        self.world = world
        disk = SimulatedDisk(seed: world.plan.seed)
        random = SeededRandom(seed: world.plan.seed, stream: "server")
        secrets = SeededRandom(seed: world.plan.seed, stream: "secrets")
    }

    /// The time of day here, in milliseconds since 1970.
    var wallMilliseconds: Int64 { World.epoch + world.timeline.now + clockOffset }

    // MARK: - Up and down

    /// Starts the server on what the disk holds.
    func start() {
        guard server == nil, !disk.isDown else { return }
        run += 1
        var configuration = TangRatServer.Configuration(
            directory: Self.directory, address: .unix(path: ""))
        let options = world.plan.options
        configuration.limits.pageRowsMax = options.pageRows
        configuration.limits.feedBatchLinesMax = options.feedBatch
        configuration.limits.accessTokenMilliseconds = options.tokenLife
        configuration.storage = StoreOptions(
            vfs: disk.name, files: smallFiles, logPages: options.serverLogPages)
        configuration.wallClock = WallClock(milliseconds: { [unowned self] in wallMilliseconds })
        configuration.clock = MonotonicClock(milliseconds: { [unowned world] in
            world.timeline.now
        })
        configuration.secrets = SecretSource { [unowned self] count in secrets.bytes(count) }
        do {
            if startsNewHistory {
                try SQLiteStore(
                    directory: Self.directory, options: configuration.storage,
                    randomBytes: configuration.secrets.bytes, startsNewHistory: true
                ).close()
                startsNewHistory = false
            }
            let started = try SteppedServer(configuration)
            server = started
            world.reached("server.started")
            world.note("server", "starts, run \(run)")
            world.oracle.serverStarted(started)
        } catch {
            world.note("server", "cannot start: \(error)")
            world.reached("server.startFailed")
            if disk.isDown { return crashed() }
            world.timeline.schedule(after: 1_000) { [self] in start() }
        }
    }

    /// The files beside the database.
    private var smallFiles: SmallFiles {
        let disk = Confined(disk)
        return SmallFiles(
            read: { path in
                guard !disk.value.isDown else { throw SimulatedDisk.Refusal.failed }
                return disk.value.bytes(of: path)
            },
            write: { bytes, path in try disk.value.replaceAtomically(path, with: bytes) })
    }

    /// Notices that a fault has stopped the machine.
    ///
    /// A step can notice it twice, and the disk comes back once.
    func crashed() {
        guard !restartIsPlanned else { return }
        restartIsPlanned = true
        let old = server
        server = nil
        let cut = connections
        connections = []
        commitIsPlanned = false
        turnIsPlanned = false
        tickIsPlanned = false
        old?.stop()
        for connection in cut { world.network.closed(connection) }
        world.oracle.serverStopped()
        world.note("server", "is down")
        world.reached("server.crashed")
        world.timeline.schedule(after: downtime) { [self] in
            restartIsPlanned = false
            var lottery = SeededRandom(
                seed: world.plan.seed, stream: "serverDisk", UInt64(run))
            disk.restart(&lottery)
            whileDown?()
            whileDown = nil
            start()
        }
    }

    /// Stops the machine now.
    func crash(power: Bool) {
        guard server != nil else { return }
        if power { disk.cutPower() } else { disk.kill() }
        crashed()
    }

    /// Puts another database in place of this one, as an operator does.
    ///
    /// - Parameters:
    ///   - bytes: The database.
    ///   - isAnnounced: Whether the server is told, as `tangrat-server restore` does.
    func replaceDatabase(with bytes: [UInt8], isAnnounced: Bool) {
        guard server != nil else { return }
        startsNewHistory = isAnnounced
        crash(power: false)
        for suffix in ["-wal", "-journal", "-shm"] {
            disk.replace(Self.databasePath + suffix, with: nil)
        }
        disk.replace(Self.databasePath, with: bytes)
    }

    // MARK: - Bytes

    /// Accepts a connection, or refuses it.
    func connect(window: Int) -> SimulatedConnection? {
        guard let server else { return nil }
        let stream = ServerStream(window: window)
        guard let number = server.connect(stream) else { return nil }
        let connection = SimulatedConnection(
            stream: stream, number: number, serverRun: run, openedAt: world.timeline.now)
        connections.append(connection)
        planTick()
        return connection
    }

    /// Bytes have arrived.
    func receive(
        _ bytes: ArraySlice<UInt8>, on connection: SimulatedConnection, isLast: Bool
    ) {
        guard let server, connection.serverRun == run, !connection.stream.isClosed,
            !connection.isBroken
        else { return }
        connection.stream.deliver(bytes)
        if isLast, let exchange = connection.exchange, exchange.fault?.kind != .cutRequest {
            world.oracle.arriving(exchange)
        }
        server.turn([(connection.number, .readable)])
        stepped()
    }

    /// The other end has gone.
    func hangUp(_ connection: SimulatedConnection) {
        guard !connection.isBroken else { return }
        connection.isBroken = true
        connections.removeAll { $0 === connection }
        // The server learns of it a moment later: this may be in the middle of its step.
        world.timeline.schedule(after: 1) { [self] in
            guard let server, connection.serverRun == run, !connection.stream.isClosed else {
                return
            }
            connection.stream.endInput()
            let isPolite = connection.number % 2 == 0
            server.turn([(connection.number, isPolite ? .peerEnded : .broken)])
            stepped()
        }
    }

    /// How many connections there are that neither side has ended.
    var connectionCount: Int { connections.count }

    // MARK: - Steps

    /// Lets the server look at its deadlines.
    ///
    /// Without a connection here nothing else makes it, and those that it has ended stay.
    func lookAround() {
        server?.turn()
        stepped()
    }

    /// Looks at what a step of the server came to, and plans the next ones.
    private func stepped() {
        guard !disk.isDown else { return crashed() }
        collect()
        guard let server else { return }
        if server.hasWork { planTurn() }
        if server.hasJobs { planCommit() }
        planTick()
    }

    private func collect() {
        var unblocked: [(UInt64, Readiness)] = []
        for connection in connections where !connection.isBroken {
            let stream = connection.stream
            let isBlocked = stream.isBlocked
            if stream.hasOutput { take(stream.takeOutput(), of: connection) }
            if isBlocked, !stream.isClosed { unblocked.append((connection.number, .writable)) }
        }
        let ended = connections.filter { $0.stream.isClosed || $0.stream.outputEnded }
        connections.removeAll { $0.stream.isClosed || $0.stream.outputEnded }
        for connection in ended { world.network.closed(connection) }
        if !unblocked.isEmpty {
            world.timeline.schedule(after: 1) { [self] in
                server?.turn(unblocked)
                stepped()
            }
        }
    }

    private func take(_ bytes: [UInt8], of connection: SimulatedConnection) {
        world.trace("server.sent", Int64(bytes.count), bytes)
        do {
            if connection.exchange?.isLive == true {
                return try world.network.heard(bytes, on: connection)
            }
            guard let reply = try connection.reader.push(bytes) else {
                // An answer is true of a moment before it began to leave.
                if connection.moments.isEmpty {
                    connection.moments = world.oracle.moments(of: connection.exchange)
                }
                return
            }
            let moments =
                connection.moments.isEmpty
                ? world.oracle.moments(of: connection.exchange) : connection.moments
            connection.moments = []
            if let exchange = connection.exchange {
                world.oracle.answered(exchange, reply.response, at: moments)
            }
            world.network.replied(reply, on: connection)
        } catch {
            world.fail("HTTP", "the server's answer cannot be read: \(error)")
        }
    }

    private func planTurn() {
        guard !turnIsPlanned else { return }
        turnIsPlanned = true
        let planned = run
        world.timeline.schedule(after: 0) { [self] in
            guard planned == run, let server else { return }
            turnIsPlanned = false
            server.turn()
            stepped()
        }
    }

    private func planCommit() {
        guard !commitIsPlanned else { return }
        commitIsPlanned = true
        let planned = run
        let delay = Int64(random.next(in: 0...Int(world.plan.options.commitMax)))
        world.timeline.schedule(after: delay) { [self] in
            guard planned == run, let server else { return }
            commitIsPlanned = false
            world.oracle.committing(now: wallMilliseconds)
            _ = server.commit()
            guard !disk.isDown else { return crashed() }
            world.oracle.committed()
            stepped()
        }
    }

    /// Commits what waits, without a pause.
    func commitNow() {
        guard let server, server.hasJobs else { return }
        world.oracle.committing(now: wallMilliseconds)
        _ = server.commit()
        guard !disk.isDown else { return crashed() }
        world.oracle.committed()
        stepped()
    }

    private func planTick() {
        guard !tickIsPlanned, let due = server?.tickIsDueAt, !connections.isEmpty else { return }
        tickIsPlanned = true
        let planned = run
        world.timeline.schedule(at: due) { [self] in
            guard planned == run, let server else { return }
            tickIsPlanned = false
            server.turn()
            stepped()
        }
    }

    /// Stops the server for good, at the end of a run.
    func end() {
        let old = server
        server = nil
        connections = []
        old?.stop()
        world.oracle.serverStopped()
    }

    // MARK: - Operators

    /// Gives a command to the server; it is dropped while the machine is down.
    func admin(
        _ command: JSONValue,
        done: @escaping (Result<[JSONValue], SteppedServer.AdminProblem>) -> Void
    ) {
        guard let server else { return }
        let handler = Confined(done)
        server.admin(command) { handler.value($0) }
        stepped()
    }
}
