internal import Synchronization

/// Tells listeners that the cache has changed: "look again", and nothing more.
///
/// Commits of this process are told at once. Those of other processes are found
/// by asking SQLite twice a second, and only while somebody listens.
final class ChangeHub: Sendable {
    private enum Topic {
        case changes
        case writes
    }

    private struct Listener {
        var topic: Topic
        var continuation: AsyncStream<Void>.Continuation
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
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
    func changed() { tell(.changes) }

    /// A write was stored here that is to be sent.
    func written() { tell(.writes) }

    /// Signals for each change, at most one waiting.
    func changes() -> AsyncStream<Void> { listen(.changes) }

    /// Signals for each write stored here, at most one waiting.
    func writes() -> AsyncStream<Void> { listen(.writes) }

    /// Ends all streams.
    func close() {
        let ended = state.withLock { state in
            state.isClosed = true
            state.poll?.cancel()
            state.poll = nil
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in ended { listener.continuation.finish() }
    }

    private func tell(_ topic: Topic) {
        // Told outside the lock: a listener may call back.
        let listeners = state.withLock { $0.listeners.values.filter { $0.topic == topic } }
        for listener in listeners { listener.continuation.yield() }
    }

    private func listen(_ topic: Topic) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.nextID += 1
            state.listeners[state.nextID] = Listener(topic: topic, continuation: continuation)
            if topic == .changes, state.poll == nil {
                state.poll = Task(executorPreference: executor) { [weak self] in await self?.pollUntilCancelled() }
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

    private func remove(_ id: Int) {
        let idle = state.withLock { state -> Task<Void, Never>? in
            state.listeners[id] = nil
            guard !state.listeners.values.contains(where: { $0.topic == .changes }) else {
                return nil
            }
            defer { state.poll = nil }
            return state.poll
        }
        idle?.cancel()
    }

    private func pollUntilCancelled() async {
        var last = try? await version()
        while !Task.isCancelled {
            do {
                try await monotonic.sleep(milliseconds: Limits.observeMilliseconds)
                let now = try await version()
                if now != last { changed() }
                last = now
            } catch {
                return
            }
        }
    }
}
