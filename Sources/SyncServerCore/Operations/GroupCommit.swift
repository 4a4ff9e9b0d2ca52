internal import CrashPoints
internal import Dispatch
package import NetworkIO
internal import Synchronization

/// Lets many requests share one commit, and so one fsync.
///
/// One thread owns the store's writer. It takes all jobs that wait, runs them
/// in one transaction, commits, makes the new heads known, and only then lets
/// the answers go. The log is folded into the file behind the answers.
///
/// ## When a commit fails
///
/// - The writer is closed before anything else: a connection whose commit or
///   sync failed is never used again, and opening it anew is where the store
///   makes sure of what reached the disk.
/// - A job that cannot run does not take its neighbours with it: the group is
///   undone and each job runs alone.
/// - If the storage fails, what waits is answered "not taken" until a writer
///   can be opened and a commit succeeds. Readers go on meanwhile, and nobody
///   has to restart anything.
package final class GroupCommit: Sendable {
    /// What others are told after a commit, before any answer leaves.
    package struct Published: Sendable {
        /// The buckets that changed, as they are now.
        package var buckets: [BucketRecord]
        /// The devices whose last mutation moved.
        package var devices: [DeviceNumber: UInt64]
        /// The devices whose rights ended.
        package var endedDevices: Set<DeviceNumber> = []
        /// The people whose rights changed.
        package var rightsChanged: [PersonNumber] = []
    }

    private enum Work: Sendable {
        case job(WriterJob)
        case maintenance(@Sendable (any StoreWriter) -> Void)
    }

    private enum Phase {
        case new
        case running
        case closed
    }

    private struct State {
        var waiting: [Work] = []
        /// When each of them came, by the clock that never steps.
        var since: [Int64] = []
        var phase = Phase.new
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    /// The writer, where it has no thread of its own.
    private let stepped = Mutex<WriterBox?>(nil)
    private let limits: Limits
    private let metrics: Metrics
    private let wallClock: WallClock
    private let clock: MonotonicClock
    private let store: any ReplicaStore
    private let publish: @Sendable (Published) -> Void

    /// Creates the committer; ``start()`` opens the writer.
    package init(
        store: any ReplicaStore, limits: Limits, metrics: Metrics, wallClock: WallClock,
        clock: MonotonicClock = .system,
        publish: @escaping @Sendable (Published) -> Void
    ) {
        self.store = store
        self.limits = limits
        self.metrics = metrics
        self.wallClock = wallClock
        self.clock = clock
        self.publish = publish
    }

    /// Opens the writer and starts its thread.
    ///
    /// - Throws: What opening the writer throws, or `StoreFailure.closed`.
    package func start() throws {
        // WORKAROUND(docs/workarounds.md#1): the only writer of the file.
        let box = WriterBox(store, at: clock.milliseconds())
        _ = try box.open()
        let mayRun = state.withLock { state in
            guard state.phase == .new else { return false }
            state.phase = .running
            return true
        }
        guard mayRun else {
            box.drop()
            throw StoreFailure.closed
        }
        do {
            try WorkerThread.start { [self] in run(box) }
        } catch {
            box.drop()
            state.withLock { $0.phase = .new }
            throw error
        }
    }

    /// Opens the writer without a thread: ``step()`` does its work.
    package func startStepped() throws {
        let box = WriterBox(store, at: clock.milliseconds())
        _ = try box.open()
        stepped.withLock { $0 = box }
        state.withLock { $0.phase = .running }
    }

    /// Runs one group on the caller's thread.
    ///
    /// - Returns: Whether there was anything to do.
    /// - Precondition: ``startStepped()`` was called.
    package func step() -> Bool {
        guard let box = stepped.withLock({ $0 }) else { preconditionFailure("not stepped") }
        return !runGroup(box).wasEmpty
    }

    /// Whether anything waits for the writer.
    package var hasWork: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// How many jobs wait for the writer.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// How much waits for the writer, and how long the oldest of it has.
    var pressure: Admission.Pressure {
        let (waiting, since) = state.withLock { ($0.waiting.count, $0.since.first) }
        guard let since else { return Admission.Pressure() }
        return Admission.Pressure(
            waiting: waiting, oldestMilliseconds: clock.milliseconds() - since)
    }

    /// Hands in a job.
    ///
    /// - Returns: False if too many wait, or the committer is closed; the job
    ///   is dropped then.
    package func submit(_ job: WriterJob) -> Bool {
        offer(job) == nil
    }

    /// Hands in a job.
    ///
    /// - Returns: Why it was dropped, `StoreFailure.busy` or `.closed`; nil if it was taken.
    package func offer(_ job: WriterJob) -> StoreFailure? {
        enqueue(.job(job))
    }

    /// Runs something with the writer, between groups, on the writer's thread.
    ///
    /// If it cannot run, `body` is given a writer that does nothing but throw why:
    /// `StoreFailure.busy` if too much waits, `.closed`, or what keeps it from opening.
    package func maintainLater(_ body: @escaping @Sendable (any StoreWriter) -> Void) {
        if let refusal = enqueue(.maintenance(body)) { body(RefusingWriter(refusal)) }
    }

    /// Finishes what waits, folds the log into the file and closes the writer.
    ///
    /// What waits for a writer that was never started is answered "not taken".
    package func close() {
        let (phase, dropped) = state.withLock { state in
            let phase = state.phase
            state.phase = .closed
            guard phase == .new else { return (phase, [Work]()) }
            defer { (state.waiting, state.since) = ([], []) }
            return (phase, state.waiting)
        }
        switch phase {
        case .closed: return
        case .new:
            for work in dropped {
                switch work {
                case .job(let job): deliver([(job.loop, job.failed)])
                case .maintenance(let body): body(RefusingWriter(.closed))
                }
            }
        case .running:
            guard let box = stepped.withLock({ $0.take() }) else {
                arrived.signal()
                return ended.wait()
            }
            while !runGroup(box).wasEmpty {}
            finish(box)
        }
    }

    /// Takes work in, or tells why not.
    private func enqueue(_ work: Work) -> StoreFailure? {
        let now = clock.milliseconds()
        let (refusal, isFirst) = state.withLock { state -> (StoreFailure?, Bool) in
            guard state.phase != .closed else { return (.closed, false) }
            guard state.waiting.count < limits.writerQueueMax else { return (.busy, false) }
            state.waiting.append(work)
            state.since.append(now)
            return (nil, state.waiting.count == 1)
        }
        // The writer looks again before it sleeps: only the first of many must wake it.
        if isFirst { arrived.signal() }
        return refusal
    }

    // MARK: - The writer's thread

    private func run(_ box: WriterBox) {
        while true {
            let (wasEmpty, isClosed) = runGroup(box)
            guard wasEmpty else { continue }
            if isClosed { break }
            arrived.wait()
        }
        finish(box)
        ended.signal()
    }

    private func finish(_ box: WriterBox) {
        box.finish { metrics.log(.warning, "store.checkpoint_failed", "\($0)") }
    }

    /// Takes all work that waits and does it.
    private func runGroup(_ box: WriterBox) -> (wasEmpty: Bool, isClosed: Bool) {
        let (work, isClosed) = state.withLock { state in
            let taken = Array(state.waiting.prefix(limits.groupJobsMax))
            state.waiting.removeFirst(taken.count)
            state.since.removeFirst(taken.count)
            return (taken, state.phase == .closed)
        }
        var jobs: [WriterJob] = []
        for item in work {
            switch item {
            case .job(let job): jobs.append(job)
            case .maintenance(let body):
                commit(jobs, box)
                jobs.removeAll()
                maintain(body, box)
            }
        }
        commit(jobs, box)
        return (work.isEmpty, isClosed)
    }

    private func maintain(_ body: @Sendable (any StoreWriter) -> Void, _ box: WriterBox) {
        do {
            let writer = try box.open()
            body(writer)
            // The next commit is on a connection that has made sure of what was acknowledged.
            if writer.hasFailed { failed(StoreFailure.storage("maintenance"), box) }
        } catch {
            body(RefusingWriter(error))
        }
    }

    private func commit(_ jobs: [WriterJob], _ box: WriterBox) {
        var waiting = jobs[...]
        while !waiting.isEmpty {
            do {
                waiting = waiting.dropFirst(try transact(waiting, box))
            } catch {
                failed(error, box)
                if waiting.count > 1 { commitSingly(waiting, box) } else { notTaken(waiting) }
                waiting = []
            }
            maintainLog(box)
            markHistory(box)
        }
    }

    /// Tries each job of a failed group alone, until the storage itself is what fails.
    private func commitSingly(_ jobs: ArraySlice<WriterJob>, _ box: WriterBox) {
        for index in jobs.indices {
            do {
                _ = try transact(jobs[index...index], box)
            } catch {
                failed(error, box)
                if case StoreFailure.storage = error { return notTaken(jobs[index...]) }
                notTaken(jobs[index...index])
            }
        }
    }

    /// Runs jobs in one transaction, and lets their answers go once it is durable.
    ///
    /// - Returns: How many were run; the others are for the next transaction, because these
    ///   have done so much that their answers shall not wait longer.
    private func transact(_ jobs: ArraySlice<WriterJob>, _ box: WriterBox) throws -> Int {
        let now = wallClock.milliseconds()
        let (completions, published, entries) = try box.open().transaction { transaction in
            let context = WriterContext(
                transaction: transaction, now: now,
                lineage: box.hasNotedHistory ? nil : store.lineage)
            var completions: [WriterJob.Completion] = []
            // The first is run whatever the limit is, or it would never be.
            for job in jobs
            where completions.isEmpty || context.workBytes < limits.groupWorkBytesMax {
                // What one job changed is never told of as another's.
                _ = context.book.takeTouched()
                completions.append(try job.run(context))
            }
            try context.book.flush()
            CrashPoint.serverCommitBefore.reach()
            return (
                completions,
                Published(
                    buckets: context.book.changedRecords, devices: context.movedDevices,
                    endedDevices: context.endedDevices,
                    rightsChanged: context.rightsChanged),
                context.audit.entries
            )
        }
        CrashPoint.serverCommitAfter.reach()
        metrics.committed(jobs: completions.count, auditEntries: entries)
        if entries > 0 { box.hasNotedHistory = true }
        if !box.lastFailure.isEmpty {
            box.lastFailure = ""
            metrics.log(.info, "store.commits_again")
        }
        publish(published)
        CrashPoint.serverReplyBefore.reach()
        deliver(zip(jobs, completions).map { ($0.loop, $1) })
        return completions.count
    }

    /// After a failed commit the connection is not trusted with another.
    private func failed(_ error: any Error, _ box: WriterBox) {
        metrics.commitFailed()
        box.drop()
        // The first says why; a disk that stays full would otherwise fill the log as well.
        if box.lastFailure != "\(error)" {
            box.lastFailure = "\(error)"
            metrics.log(.error, "store.commit_failed", "\(error)")
        }
    }

    private func notTaken(_ jobs: some Sequence<WriterJob>) {
        deliver(jobs.map { ($0.loop, $0.failed) })
    }

    private func maintainLog(_ box: WriterBox) {
        if let writer = box.writer { metrics.logHolds(pages: writer.logPages) }
        do {
            guard let upkeep = try box.writer?.maintainLog() else { return }
            metrics.folded(upkeep)
        } catch {
            metrics.log(.error, "store.checkpoint_failed", "\(error)")
            box.drop()
        }
    }

    /// Marks the history now and then, for copies of the file that nobody tells the server of.
    ///
    /// Only behind a commit: a copy of a store that was not written to since is no older state.
    private func markHistory(_ box: WriterBox) {
        let now = clock.milliseconds()
        guard let writer = box.writer, now - box.markedAt >= limits.historyMarkMilliseconds else {
            return
        }
        // Also where it fails: nothing is lost by it, and the log is not filled.
        box.markedAt = now
        do {
            try writer.markHistory()
        } catch {
            guard !writer.hasFailed else { return failed(error, box) }
            metrics.log(.error, "store.mark_failed", "\(error)")
        }
    }

    /// One wake-up for each loop, however many answers it gets.
    private func deliver(_ completions: [(loop: LoopHandle?, run: WriterJob.Completion)]) {
        var byLoop: [Int: (handle: LoopHandle, runs: [WriterJob.Completion])] = [:]
        for (loop, run) in completions {
            guard let loop else { continue }
            byLoop[loop.index, default: (loop, [])].runs.append(run)
        }
        for (handle, runs) in byLoop.values {
            handle.execute { context in
                for run in runs { run(context) }
            }
        }
    }
}
