/// A round that several callers wait for.
///
/// Whoever asks while a round runs joins it. A caller that is cancelled leaves
/// at once; the round itself is cancelled when nobody is left. Used on
/// ``SyncEngine`` only, which keeps it in turn.
struct SharedRound {
    /// Who waits, and how they want to be told.
    struct Waiter {
        let listener: SyncEngine.Listener
        let continuation: CheckedContinuation<Result<SyncReport, SyncFailure>, Never>
    }

    /// Tells this round from the one before and the one after.
    let id: UInt64
    /// Whether it compares everything with the server.
    let repairs: Bool
    private(set) var task: Task<Void, Never>?
    private var waiters: [UInt64: Waiter] = [:]
    private(set) var isAbandoned = false

    /// Creates a round that nobody waits for yet.
    init(id: UInt64, repairs: Bool) {
        self.id = id
        self.repairs = repairs
    }

    /// Those to tell how far the round is.
    var listeners: [SyncEngine.Listener] { waiters.values.map(\.listener) }

    /// Gives the round its work.
    mutating func start(_ task: Task<Void, Never>) {
        self.task = task
    }

    /// Adds somebody who waits.
    mutating func join(_ ticket: UInt64, _ waiter: Waiter) {
        waiters[ticket] = waiter
    }

    /// Lets one go who does not want to wait any longer.
    mutating func leave(_ ticket: UInt64) {
        guard let waiter = waiters.removeValue(forKey: ticket) else { return }
        waiter.continuation.resume(returning: .failure(.cancelled))
        guard waiters.isEmpty else { return }
        cancel()
    }

    /// Cancels the work; nobody can join any more.
    mutating func cancel() {
        isAbandoned = true
        task?.cancel()
    }

    /// Tells everybody who still waits, first come, first told.
    consuming func finish(_ result: Result<SyncReport, SyncFailure>) {
        for (_, waiter) in waiters.sorted(by: { $0.key < $1.key }) {
            waiter.continuation.resume(returning: result)
        }
    }
}
