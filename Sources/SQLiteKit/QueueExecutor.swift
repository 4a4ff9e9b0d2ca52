internal import Dispatch

/// Runs an actor's jobs on a queue of its own, where blocking harms nobody.
///
/// The cooperative pool is only as wide as the machine, and SQLite blocks.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }

    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}

/// Confines one connection to one queue.
actor ConnectionActor {
    private nonisolated let executor: any SerialExecutor
    private var connection: Connection?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Creates an actor on an executor, or on a queue of its own.
    init(label: String, on executor: (any SerialExecutor)? = nil) {
        self.executor = executor ?? QueueExecutor(label: label)
    }

    /// Opens the connection here, since opening blocks too.
    func open(
        path: String, options: ConnectionOptions,
        prepare: @Sendable (Connection) throws -> Void = { _ in }
    ) throws {
        let connection = try Connection(path: path, options: options)
        try prepare(connection)
        self.connection = connection
    }

    func perform<T: Sendable>(_ body: @Sendable (Connection) throws -> T) throws -> T {
        guard let connection else { throw SQLiteError.closed }
        return try body(connection)
    }

    func close() {
        connection?.close()
        connection = nil
    }
}
