internal import Dispatch
package import NetworkIO
internal import Synchronization

/// What a job may use while it runs inside the group's transaction.
package final class WriterContext {
    /// The transaction.
    package let transaction: any StoreTransaction

    /// The buckets of the group.
    let book: BucketBook

    /// The server's clock when the group began, in milliseconds since 1970.
    package let now: Int64

    /// Devices whose last mutation moved, with that mutation.
    var movedDevices: [DeviceNumber: UInt64] = [:]

    /// Whether rights or tokens ended, so that cached sessions are dropped.
    var endsSessions = false

    init(transaction: any StoreTransaction, now: Int64) {
        self.transaction = transaction
        self.book = BucketBook(transaction)
        self.now = now
    }
}

/// A piece of work for the writer.
package struct WriterJob: Sendable {
    /// What happens after the commit, on the loop that asked.
    package typealias Completion = @Sendable (LoopContext) -> Void

    /// The loop that asked.
    let loop: LoopHandle?

    /// Runs inside the transaction and gives what to do once it is durable.
    let run: @Sendable (WriterContext) throws -> Completion

    /// What to do if nothing was committed.
    let failed: Completion

    /// Creates a job.
    package init(
        loop: LoopHandle?, run: @escaping @Sendable (WriterContext) throws -> Completion,
        failed: @escaping Completion
    ) {
        self.loop = loop
        self.run = run
        self.failed = failed
    }
}

/// Lets many requests share one commit, and so one fsync.
///
/// One thread owns the store's writer. It takes all jobs that wait, runs them
/// in one transaction, commits, makes the new heads known, and only then lets
/// the answers go. A job that cannot run does not take its neighbours with it:
/// the group is undone and each job runs alone.
package final class GroupCommit: Sendable {
    /// What others are told after a commit, before any answer leaves.
    package struct Published: Sendable {
        /// The buckets that changed, as they are now.
        package var buckets: [BucketRecord]
        /// The devices whose last mutation moved.
        package var devices: [DeviceNumber: UInt64]
        /// Whether cached sessions must be dropped.
        package var endsSessions: Bool
    }

    private enum Work: Sendable {
        case job(WriterJob)
        case maintenance(@Sendable (any StoreWriter) -> Void)
    }

    private struct State {
        var waiting: [Work] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    /// The writer, where it has no thread of its own.
    private let stepped = Mutex<WriterBox?>(nil)
    private let limits: Limits
    private let metrics: Metrics
    private let wallClock: WallClock
    private let store: any ReplicaStore
    private let publish: @Sendable (Published) -> Void

    /// Creates the committer; ``start()`` opens the writer.
    package init(
        store: any ReplicaStore, limits: Limits, metrics: Metrics, wallClock: WallClock,
        publish: @escaping @Sendable (Published) -> Void
    ) {
        self.store = store
        self.limits = limits
        self.metrics = metrics
        self.wallClock = wallClock
        self.publish = publish
    }

    /// Opens the writer and starts its thread.
    package func start() throws {
        let writer = WriterBox(try store.makeWriter())
        try WorkerThread.start { [self] in run(writer) }
    }

    /// Opens the writer without a thread: ``step()`` does its work.
    package func startStepped() throws {
        let box = WriterBox(try store.makeWriter())
        stepped.withLock { $0 = box }
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

    /// Hands in a job.
    ///
    /// - Returns: False if too many wait, or the committer is closed; the job
    ///   is dropped then.
    package func submit(_ job: WriterJob) -> Bool {
        enqueue(.job(job))
    }

    /// Runs something with the writer, between groups, on the writer's thread.
    ///
    /// If the committer is closed, `body` runs with a writer that refuses.
    package func maintainLater(_ body: @escaping @Sendable (any StoreWriter) -> Void) {
        if !enqueue(.maintenance(body)) { body(ClosedWriter()) }
    }

    /// Finishes what waits and closes the writer.
    package func close() {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        if let box = stepped.withLock({ $0.take() }) {
            while !runGroup(box).wasEmpty {}
            return box.writer.close()
        }
        arrived.signal()
        ended.wait()
    }

    private func enqueue(_ work: Work) -> Bool {
        let accepted = state.withLock { state in
            guard !state.isClosed, state.waiting.count < limits.writerQueueMax else {
                return false
            }
            state.waiting.append(work)
            return true
        }
        if accepted { arrived.signal() }
        return accepted
    }

    // MARK: - The writer's thread

    /// Carries the writer to its thread.
    ///
    /// `@unchecked Sendable`: handed over once, before the thread starts.
    private final class WriterBox: @unchecked Sendable {
        var writer: any StoreWriter

        init(_ writer: any StoreWriter) {
            self.writer = writer
        }
    }

    private func run(_ box: WriterBox) {
        while true {
            arrived.wait()
            let (wasEmpty, isClosed) = runGroup(box)
            if wasEmpty && isClosed { break }
        }
        box.writer.close()
        ended.signal()
    }

    /// Takes all work that waits and does it.
    private func runGroup(_ box: WriterBox) -> (wasEmpty: Bool, isClosed: Bool) {
        let (work, isClosed) = state.withLock { state in
            let taken = Array(state.waiting.prefix(limits.groupJobsMax))
            state.waiting.removeFirst(taken.count)
            return (taken, state.isClosed)
        }
        var jobs: [WriterJob] = []
        for item in work {
            switch item {
            case .job(let job): jobs.append(job)
            case .maintenance(let body):
                commit(jobs, box)
                jobs.removeAll()
                body(box.writer)
            }
        }
        commit(jobs, box)
        return (work.isEmpty, isClosed)
    }

    private func commit(_ jobs: [WriterJob], _ box: WriterBox) {
        guard !jobs.isEmpty else { return }
        let now = wallClock.milliseconds()
        do {
            let (completions, published) = try box.writer.transaction { transaction in
                let context = WriterContext(transaction: transaction, now: now)
                let completions = try jobs.map { try $0.run(context) }
                try context.book.flush()
                return (
                    completions,
                    Published(
                        buckets: context.book.changedRecords, devices: context.movedDevices,
                        endsSessions: context.endsSessions)
                )
            }
            metrics.committed(jobs: jobs.count)
            publish(published)
            deliver(zip(jobs, completions).map { ($0.loop, $1) })
        } catch {
            metrics.commitFailed()
            if jobs.count > 1 {
                for job in jobs { commit([job], box) }
                return
            }
            metrics.log(.error, "store.commit_failed", "\(error)")
            deliver(jobs.map { ($0.loop, $0.failed) })
            reopen(box)
        }
    }

    /// After a failed commit the connection is not trusted with another.
    private func reopen(_ box: WriterBox) {
        box.writer.close()
        do {
            box.writer = try store.makeWriter()
        } catch {
            metrics.log(.error, "store.reopen_failed", "\(error)")
            box.writer = ClosedWriter()
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

/// Stands in while the store cannot be opened: every commit fails at once.
private final class ClosedWriter: StoreWriter {
    func transaction<Result>(
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        throw StoreFailure.closed
    }
    func checkpoint() throws { throw StoreFailure.closed }
    func backup(to path: String) throws { throw StoreFailure.closed }
    func verify() throws -> [String] { throw StoreFailure.closed }
    func close() {}
}
