internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol

/// One run of the client on a device, from its start to its end or its death.
///
/// After its death every wait ends with an error and every disk operation fails,
/// so that what was suspended unwinds and is forgotten. Nothing it does then
/// reaches the world.
///
/// `@unchecked Sendable`: the client's own types ask for it, and all of it stays
/// on the world's thread.
final class Program: @unchecked Sendable {
    let device: Device
    /// Which run of the device's programs it is.
    let number: Int
    /// Whether it runs beside another one on the same files.
    let isSecond: Bool
    private(set) var isDead = false
    /// The client, once it is open.
    private(set) var client: SyncClient?
    /// Whether a round runs.
    private(set) var isSyncing = false
    /// The action that uses the network now.
    var networkAction = 0
    /// Where the client is to be stopped.
    var stop: (point: FaultPoint, skip: Int, power: Bool)?

    let tasks: ProgramTaskExecutor
    private let connections: ProgramSerialExecutor
    unowned let world: World
    /// Listens to the live channel, if somebody asked for that.
    var listening: Task<Void, Never>?
    private var requests: [Int: Int] = [:]
    private var sleepers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    private var lastSleeper: UInt64 = 0
    private var exchanges: [Exchange] = []
    private var ids: SeededRandom
    private var hasAskedForHistory = false

    init(_ world: World, _ device: Device, number: Int, isSecond: Bool = false) {
        self.world = world
        self.device = device
        self.number = number
        self.isSecond = isSecond
        tasks = ProgramTaskExecutor(world.jobs)
        connections = ProgramSerialExecutor(world.jobs)
        ids = SeededRandom(
            seed: world.plan.seed, stream: "ids", UInt64(device.index), UInt64(number))
    }

    // MARK: - Life

    /// Opens the client.
    func open() {
        let configuration = SyncConfiguration(dataDirectory: "/data", environment: environment)
        start(
            { try await SyncClient.open(configuration) },
            then: { [self] result in
                switch result {
                case .success(let opened):
                    client = opened
                    world.note(device.name, isSecond ? "opens a second time" : "opens")
                    world.opened(self)
                case .failure(let error): device.openFailed(self, "\(error)")
                }
            })
    }

    /// Closes the client, then calls `done`.
    ///
    /// A program that opens its files still, or is closing them already, is left alone: ended
    /// in the midst of that it would go on to write, as no process does that has ended.
    func close(_ done: @escaping () -> Void) {
        guard let closing = client else { return }
        client = nil
        stopListening()
        start({ await closing.close() }, then: { _ in done() })
    }

    /// Ends everything that waits; the world hears nothing from here any more.
    func die() {
        guard !isDead else { return }
        isDead = true
        client = nil
        isSyncing = false
        stopListening()
        for id in sleepers.keys.sorted() {
            sleepers.removeValue(forKey: id)?.resume(throwing: CancellationError())
        }
        let pending = exchanges
        exchanges = []
        for exchange in pending { exchange.finish(.notSent(reason: "dead")) }
        world.network.disconnect(endpoint)
        device.giveBackLocks(of: self)
        world.oracle.programEnded(device)
    }

    /// Runs one piece of work as a task of this program.
    ///
    /// - Parameters:
    ///   - body: The work.
    ///   - then: Called with what it came to, unless the program has died.
    ///   - died: Called in its place if the program has died.
    func start<T: Sendable>(
        _ body: @escaping @Sendable () async throws -> T,
        then: @escaping (Result<T, any Error>) -> Void, orDied died: @escaping () -> Void = {}
    ) {
        let handler = Confined((then: then, died: died))
        _ = Task(executorPreference: tasks) { [self] in
            let result: Result<T, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            if isDead { handler.value.died() } else { handler.value.then(result) }
        }
    }

    /// Runs a round; `then` is called with what it came to.
    func sync(for action: Int, then: @escaping (Result<SyncReport, any Error>) -> Void) {
        guard let client, !isSyncing else { return }
        isSyncing = true
        networkAction = action
        start({ try await client.sync() }) { [self] result in
            isSyncing = false
            then(result)
        }
    }

    // MARK: - The client's world

    var environment: SyncEnvironment {
        let clock = ProgramClock(program: self)
        var environment = SyncEnvironment(
            wall: clock, monotonic: clock, random: ProgramRandom(program: self),
            transport: ProgramTransport(program: self), files: ProgramFiles(program: self),
            faults: ProgramFaults(program: self))
        environment.execution.tasks = tasks
        environment.execution.database = connections
        environment.execution.blocksInPlace = true
        environment.execution.vfs = device.disk.name
        environment.execution.readerCount = 1
        environment.execution.logPagesMax = world.plan.options.deviceLogPages
        return environment
    }

    var monotonicMilliseconds: Int64 { world.timeline.now }

    func nextRandom() -> UInt64 { ids.next() }

    func sleep(milliseconds: Int64) async throws {
        try Task.checkCancellation()
        guard !isDead else { throw CancellationError() }
        lastSleeper += 1
        let id = lastSleeper
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                sleepers[id] = continuation
                world.timeline.schedule(after: milliseconds) { [self] in
                    sleepers.removeValue(forKey: id)?.resume()
                }
            }
        } onCancel: {
            sleepers.removeValue(forKey: id)?.resume(throwing: CancellationError())
        }
    }

    func send(_ request: Request) async -> TransportOutcome {
        guard !isDead else { return .notSent(reason: "dead") }
        // What waits may have a new name now, and is gone when the round is over.
        if hasAskedForHistory { world.oracle.look(at: device, mirror: false) }
        hasAskedForHistory = request.path == "/v1/devices/replace"
        return await withCheckedContinuation { continuation in
            let exchange = makeExchange(request) { [self] outcome in
                if !isDead { world.oracle.received(outcome, by: device, request) }
                continuation.resume(returning: outcome)
            }
            world.network.begin(exchange, from: endpoint)
        }
    }

    /// A request of this program, which ends with it.
    func makeExchange(
        _ request: Request, completion: @escaping (TransportOutcome) -> Void
    ) -> Exchange {
        let count = requests[networkAction, default: 0]
        requests[networkAction] = count + 1
        device.requests += 1
        let exchange = Exchange(
            sender, ExchangeKey(action: networkAction, request: count),
            method: request.method.rawValue, path: request.path, bearer: request.bearer,
            contentType: request.contentType, accept: request.accept ?? "*/*",
            body: request.body, number: device.requests, deadline: request.deadlineMilliseconds,
            bytesMax: request.responseBytesMax
        ) { [self] outcome in
            exchanges.removeAll { $0.isDone }
            completion(outcome)
        }
        exchanges.append(exchange)
        return exchange
    }

    var endpoint: Endpoint { isSecond ? device.secondEndpoint : device.endpoint }

    private var sender: Exchange.Sender {
        isSecond ? .second(device.index) : .device(device.index)
    }

    func reached(_ point: FaultPoint) throws {
        guard let stop, stop.point == point else { return }
        guard stop.skip == 0 else {
            self.stop?.skip -= 1
            return
        }
        self.stop = nil
        world.note(device.name, "is stopped at \(point.rawValue)")
        world.points.count(named: "device.stoppedAt.\(point.rawValue)")
        if stop.power { device.disk.cutPower() } else { device.disk.kill() }
        throw Stopped()
    }

    private struct Stopped: Error {}

}

/// The clocks of a program's device.
private struct ProgramClock: WallClock, MonotonicClock {
    let program: Program

    func milliseconds() -> Int64 { program.device.wallMilliseconds }

    func nanoseconds() -> UInt64 { UInt64(program.monotonicMilliseconds) * 1_000_000 }

    func sleep(milliseconds: Int64) async throws {
        try await program.sleep(milliseconds: milliseconds)
    }
}

/// The random numbers of a program, from the seed.
private struct ProgramRandom: RandomSource {
    let program: Program

    func next() -> UInt64 { program.nextRandom() }
}

/// The network as a program sees it.
private struct ProgramTransport: Transport {
    let program: Program

    func send(_ request: Request) async -> TransportOutcome { await program.send(request) }

    func listen(_ request: Request) -> AsyncStream<LiveSignal> { program.listen(request) }
}

/// The points at which a program can be stopped.
private struct ProgramFaults: FaultInjector {
    let program: Program

    func reached(_ point: FaultPoint) throws { try program.reached(point) }
}
