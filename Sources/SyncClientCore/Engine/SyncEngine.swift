internal import SQLiteKit
internal import SyncProtocol

/// Obeys ``SyncRoundMachine``: sends, keeps, applies and waits as it says.
///
/// One round at a time: a second caller joins the ``SharedRound`` that runs, and
/// another process waits for its end.
///
/// It runs on the queue of the cache's writer, with which it works most. There
/// it may block on files, and a step costs no change of threads; only the wait
/// for the network leaves the queue to others.
actor SyncEngine {
    /// Who listens to a round.
    struct Listener: Sendable {
        var progress: (@Sendable (SyncProgress) -> Void)?
        var trace: (@Sendable (TraceEvent) -> Void)?
    }

    let store: CacheStore
    let keeper: CredentialsKeeper
    let server: ServerAddress
    let environment: SyncEnvironment
    private var running: SharedRound?
    private var lastID: UInt64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { store.writerExecutor }

    init(store: CacheStore, keeper: CredentialsKeeper, server: ServerAddress) {
        self.store = store
        self.keeper = keeper
        self.server = server
        self.environment = store.environment
    }

    /// Who listens to the round that runs.
    var listeners: [Listener] { running?.listeners ?? [] }

    /// How many wait for the round that runs.
    var callers: Int { listeners.count }

    /// Runs a round, or joins the one that runs.
    ///
    /// Cancelling a caller does not cancel the round for others who wait for it.
    /// A round that only syncs does not answer who asked for a repair.
    func sync(
        _ listener: Listener, repairs: Bool = false
    ) async throws(SyncFailure) -> SyncReport {
        while let running, running.isAbandoned || repairs && !running.repairs {
            await running.task?.value
        }
        lastID += 1
        let ticket = lastID
        let id = running?.id ?? ticket
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = SharedRound.Waiter(listener: listener, continuation: continuation)
                // No `await` stands between the question above and this claim.
                let isFirst = running == nil
                if isFirst { running = SharedRound(id: id, repairs: repairs) }
                running?.join(ticket, waiter)
                if isFirst { start(id, repairs: repairs) }
            }
        } onCancel: {
            _ = Task(executorPreference: environment.execution.tasks) {
                await self.leave(id, ticket)
            }
        }
        return try result.get()
    }

    /// Cancels the round that runs, and waits for it.
    func stop() async {
        running?.cancel()
        await running?.task?.value
    }

    private func start(_ id: UInt64, repairs: Bool) {
        // Begins at once, on the queue where this runs; it may even end here.
        let task = Task.immediate(executorPreference: environment.execution.tasks) {
            let result = await self.attempt(repairs: repairs)
            guard let ended = self.running, ended.id == id else { return }
            self.running = nil
            ended.finish(result)
        }
        if running?.id == id { running?.start(task) }
    }

    private func leave(_ id: UInt64, _ ticket: UInt64) {
        guard running?.id == id else { return }
        running?.leave(ticket)
    }

    private func attempt(repairs: Bool) async -> Result<SyncReport, SyncFailure> {
        do throws(SyncFailure) {
            return .success(try await round(repairs: repairs))
        } catch {
            return .failure(error)
        }
    }

    // MARK: - One round

    private func round(repairs: Bool) async throws(SyncFailure) -> SyncReport {
        let lock = try await takeRoundLock()
        defer { lock.unlock() }
        var round = Round(startedAt: environment.monotonic.nanoseconds())
        if repairs {
            let held = try await store.readOnWriter { try CacheState.load($0).device }
            _ = try await takesName(insteadOf: held, &round)
        }
        var action = round.machine.begin(repairs: repairs)
        while true {
            if Task.isCancelled { throw .cancelled }
            let event: SyncRoundMachine.Event
            switch action {
            case .send: event = try await send(&round)
            case .push: event = try await send(&round, withoutRows: true)
            case .stage:
                event = await caught { () throws(SyncFailure) in try await self.stage(&round) }
            case .apply:
                event = await caught { () throws(SyncFailure) in try await self.apply(&round) }
            case .settle:
                event = await caught { () throws(SyncFailure) in try await self.settle(&round) }
            case .beginRepair(let bucket):
                event = await caught { () throws(SyncFailure) in
                    try await self.beginRepair(of: bucket, &round)
                }
            case .reconcile: event = try await reconcile(&round)
            case .dropCursor:
                let device = round.device
                try await store.write { try RoundApplier.dropCursor(of: device, $0) }
                event = .cursorDropped
            case .offerAgain(let mid): event = await offerAgain(mid, round.device)
            case .refresh:
                event = await caught { () throws(SyncFailure) in
                    try await self.keeper.refresh()
                    return .refreshed
                }
            case .wait(let milliseconds):
                do {
                    try await environment.monotonic.sleep(milliseconds: milliseconds)
                } catch {
                    throw .cancelled
                }
                event = .pauseOver
            case .finish:
                round.report.repairs = round.machine.repairs
                round.report.mended = round.mended
                round.report.milliseconds = milliseconds(since: round.startedAt)
                round.report.heldBack = (round.machine.heldBackAfter ?? round.missingAfter)
                    .map(SyncFailure.writesMissing)
                return round.report
            case .stop(let failure):
                // A mark that cannot be stored is learnt anew; why it ended is what counts here.
                if failure == .signInExpired { _ = try? await keeper.markExpired() }
                if failure == .deviceCopied {
                    let device = round.device
                    try await store.write { connection in
                        var state = try CacheState.load(connection, as: device)
                        state.isCopied = true
                        try state.save(connection)
                    }
                }
                throw failure
            }
            action = round.machine.handle(event)
        }
    }

    /// What one round carries from step to step.
    struct Round {
        var machine = SyncRoundMachine()
        var report = SyncReport()
        let startedAt: UInt64
        /// The name that the device has in it; 0 before it is looked at.
        var device = DeviceID(0)
        /// The last write of which the answer can tell.
        var last: UInt64 = 0
        var bytes: [UInt8] = []
        var scan: PageScan?
        var writesSent = 0
        /// The lowest priority that the pages kept were asked for.
        var priorityMax: UInt64 = 9
        /// Whether a kept page announced rows that were not asked for.
        var announcesMore = false
        /// What the store knew of a gap at the end of the last step.
        var missingAfter: UInt64?
        var rowsReceived = 0
        var fraction = 0.0
        var repair: RepairMachine?
        var mended = 0
        /// Whether something of an earlier withdrawal was left to erase at the last request.
        var wasErasing = false

        init(startedAt: UInt64) {
            self.startedAt = startedAt
        }
    }

    func caught(
        _ body: () async throws(SyncFailure) -> SyncRoundMachine.Event
    ) async -> SyncRoundMachine.Event {
        do throws(SyncFailure) {
            return try await body()
        } catch {
            switch error {
            case .verificationFailed(let bucket): return .verificationFailed(bucket: bucket)
            case .answerUnusable(let code):
                return .unusable(code: code, random: environment.random.next())
            default: return .failed(error)
            }
        }
    }

    private func send(
        _ round: inout Round, withoutRows: Bool = false
    ) async throws(SyncFailure) -> SyncRoundMachine.Event {
        let holdsBack = round.machine.heldBackAfter != nil
        let priority = round.priorityMax
        func request() async throws(SyncFailure) -> RequestPlan {
            try await store.readOnWriter {
                try RoundApplier.request(
                    $0, holdingBack: holdsBack, withoutRows: withoutRows,
                    goingOnUpTo: priority)
            }
        }
        var plan = try await request()
        if round.device.number == 0, try await takesName(insteadOf: plan.device, &round) {
            plan = try await request()
        }
        // What is left of an earlier round holds no write back; it stays noted.
        if plan.mustErase { try? await store.finishErasure(waitingMilliseconds: 0) }
        round.wasErasing = plan.mustErase
        if plan.priorityMax != priority { round.announcesMore = false }
        round.priorityMax = plan.priorityMax
        round.last = plan.last
        if withoutRows, plan.writes == 0 { return .settled(writesWait: false) }
        guard withoutRows || !plan.needsRepair else { return .repairNeeded }
        switch await exchange(plan.body, at: "/v1/sync", &round) {
        case .failure(let event): return event
        case .success(let response):
            let event = take(response, plan.writes, &round)
            switch event {
            case .answered(.error), .answered(.restart):
                // Writes before the failure keep their outcomes.
                let settled = await caught { () throws(SyncFailure) in
                    try await self.settle(&round)
                }
                if case .settled = settled { return event }
                return settled
            default: return event
            }
        }
    }

    // MARK: -

    func milliseconds(since start: UInt64) -> Int64 {
        Int64(clamping: (environment.monotonic.nanoseconds() &- start) / 1_000_000)
    }

    /// Gives the cache the name under which the device is signed in, if it has another.
    ///
    /// Another process may have signed in since this one opened the cache: it is the
    /// first round afterwards, in whichever of them, that changes the name.
    ///
    /// - Returns: Whether the name was changed.
    private func takesName(
        insteadOf held: DeviceID, _ round: inout Round
    ) async throws(SyncFailure) -> Bool {
        let device = try keeper.read().device
        round.device = device
        guard held != device else { return false }
        let service = SignInService(server: server, environment: environment)
        try await NameChange(store: store, keeper: keeper, service: service, device: device).run()
        return true
    }

    /// Takes the right to run a round, waiting for another process's round to end.
    private func takeRoundLock() async throws(SyncFailure) -> any HeldLock {
        let path = store.directory + "/sync.lock"
        var waited: Int64 = 0
        while true {
            if let lock = try environment.files.tryLock(path) { return lock }
            guard waited < Limits.roundWaitMilliseconds else { throw .busyElsewhere }
            do {
                try await environment.monotonic.sleep(milliseconds: 50)
            } catch {
                throw .cancelled
            }
            waited += 50
        }
    }
}
