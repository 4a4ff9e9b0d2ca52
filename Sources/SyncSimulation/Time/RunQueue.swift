internal import FaultVFS
internal import Glibc

/// The jobs of all tasks of a simulated world, run on the world's own thread.
///
/// `@unchecked Sendable`: executors must be, yet every call comes from the one
/// thread that made the queue. A call from any other means that work escaped to
/// a real thread, and stops the program: a run could not be repeated any more.
final class RunQueue: @unchecked Sendable {
    private enum Job {
        case task(UnownedJob, ProgramTaskExecutor)
        case serial(UnownedJob, ProgramSerialExecutor)
    }

    private var jobs: [Job] = []
    private var next = 0
    private var random: SeededRandom
    private let thread = pthread_self()

    /// How many jobs have run.
    private(set) var jobsRun = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: "schedule")
    }

    fileprivate func add(_ job: UnownedJob, _ executor: ProgramTaskExecutor) {
        check()
        jobs.append(.task(job, executor))
    }

    fileprivate func add(_ job: UnownedJob, _ executor: ProgramSerialExecutor) {
        check()
        jobs.append(.serial(job, executor))
    }

    func check() {
        precondition(pthread_equal(thread, pthread_self()) != 0, "work escaped the simulation")
    }

    /// Runs jobs until none is ready, in an order that the seed decides.
    ///
    /// - Parameter ran: Called after each one.
    func drain(_ ran: () -> Void) {
        while next < jobs.count {
            // Mostly the oldest; now and then one of the next few overtakes it.
            if jobs.count - next > 1, random.chance(perMille: 250) {
                let other = random.next(in: next...min(jobs.count - 1, next + 3))
                jobs.swapAt(next, other)
            }
            let job = jobs[next]
            next += 1
            if next == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                next = 0
            }
            jobsRun += 1
            switch job {
            case .task(let job, let executor):
                job.runSynchronously(on: executor.asUnownedTaskExecutor())
            case .serial(let job, let executor):
                job.runSynchronously(on: executor.asUnownedSerialExecutor())
            }
            ran()
        }
    }
}

/// Runs the tasks of one simulated program.
final class ProgramTaskExecutor: TaskExecutor {
    private let queue: RunQueue

    init(_ queue: RunQueue) {
        self.queue = queue
    }

    func enqueue(_ job: consuming ExecutorJob) {
        queue.add(UnownedJob(job), self)
    }
}

/// Runs the database connections of one simulated program.
final class ProgramSerialExecutor: SerialExecutor {
    private let queue: RunQueue

    init(_ queue: RunQueue) {
        self.queue = queue
    }

    func enqueue(_ job: consuming ExecutorJob) {
        queue.add(UnownedJob(job), self)
    }

    func checkIsolated() {
        queue.check()
    }
}
