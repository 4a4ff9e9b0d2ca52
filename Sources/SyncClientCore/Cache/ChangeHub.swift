internal import Synchronization

/// Tells listeners that the cache has changed: "look again", and nothing more.
///
/// Commits of this process are told at once. Those of other processes are found
/// by asking SQLite for its `data_version` twice a second, and only while
/// somebody listens: the question reads shared memory and costs microseconds,
/// and it is SQLite's own word on what is committed, which a watch on the log
/// file would have to be followed by anyway.
final class ChangeHub: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextID = 0
        var poll: Task<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let monotonic: any MonotonicClock
    private let executor: (any TaskExecutor)?
    private let version: @Sendable () async throws -> Int64

    /// Creates a hub.
    ///
    /// - Parameters:
    ///   - monotonic: For the pauses between questions.
    ///   - executor: Where the questions are asked.
    ///   - version: A number that changes when another process commits.
    init(
        monotonic: any MonotonicClock, executor: (any TaskExecutor)? = nil,
        version: @escaping @Sendable () async throws -> Int64
    ) {
        self.monotonic = monotonic
        self.executor = executor
        self.version = version
    }

    /// Something was committed here.
    func changed() {
        // Told outside the lock: a listener may call back.
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield() }
    }

    /// Signals for each change, at most one waiting; a signal may come without one.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            if state.poll == nil {
                state.poll = Task(executorPreference: executor) { [weak self] in
                    await self?.pollUntilCancelled()
                }
            }
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        return stream
    }

    /// Ends all streams.
    func close() {
        let ended = state.withLock { state in
            state.isClosed = true
            state.poll?.cancel()
            state.poll = nil
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in ended { listener.finish() }
    }

    private func remove(_ id: Int) {
        let idle = state.withLock { state -> Task<Void, Never>? in
            state.listeners[id] = nil
            guard state.listeners.isEmpty else { return nil }
            defer { state.poll = nil }
            return state.poll
        }
        idle?.cancel()
    }

    private func pollUntilCancelled() async {
        // Nothing is known at first, so the first answer is told: somebody may
        // have committed after the listener looked and before this question.
        var last: Int64?
        while !Task.isCancelled {
            // A file that is busy for a moment is asked again the next time.
            if let now = try? await version(), now != last {
                last = now
                changed()
            }
            do {
                try await monotonic.sleep(milliseconds: Limits.observeMilliseconds)
            } catch {
                return
            }
        }
    }
}
