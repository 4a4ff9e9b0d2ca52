internal import Synchronization

/// Lends a fixed number of readers; whoever finds none waits in line.
///
/// Nothing is resumed while the lock is held.
final class ReaderPool: Sendable {
    private typealias Waiter = CheckedContinuation<ConnectionActor, any Error>

    private struct State {
        var free: [ConnectionActor]
        var waiters: [Waiter] = []
        var isClosed = false
    }

    private let readers: [ConnectionActor]
    private let state: Mutex<State>

    init(_ readers: [ConnectionActor]) {
        self.readers = readers
        self.state = Mutex(State(free: readers))
    }

    /// Takes a reader, waiting for one if all are lent.
    func borrow() async throws -> ConnectionActor {
        let reader = try state.withLock { state in
            if state.isClosed { throw SQLiteError.closed }
            return state.free.popLast()
        }
        if let reader { return reader }
        return try await withCheckedThrowingContinuation { waiter in
            let answer: Result<ConnectionActor, any Error>? = state.withLock { state in
                if state.isClosed { return .failure(SQLiteError.closed) }
                // One may have come back since the first look.
                if let reader = state.free.popLast() { return .success(reader) }
                guard state.waiters.count < Limits.readersWaitingMax else {
                    return .failure(DatabaseFault.tooManyReaders)
                }
                state.waiters.append(waiter)
                return nil
            }
            if let answer { waiter.resume(with: answer) }
        }
    }

    /// Returns a reader, to the first in line if there is one.
    func giveBack(_ reader: ConnectionActor) {
        let waiter = state.withLock { state -> Waiter? in
            if state.waiters.isEmpty {
                state.free.append(reader)
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.resume(returning: reader)
    }

    /// Refuses those in line, then closes each reader once its work is done.
    func close() async {
        let waiters = state.withLock { state -> [Waiter] in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(throwing: SQLiteError.closed) }
        for reader in readers { await reader.close() }
    }
}
