internal import Dispatch
internal import NetworkIO
internal import Synchronization

/// Runs the worlds of many seeds, on one thread or several.
///
/// Each world is confined to the thread that made it; only the sums are shared.
final class SeedRuns: Sendable {
    /// What one seed came to.
    struct Outcome {
        var seed: UInt64
        var result: RunResult
        var violation: Violation?
        var wasReplayed = false
    }

    private struct State {
        var next: UInt64
        var isOver = false
        var working = 0
    }

    private let state: Mutex<State>
    private let last: UInt64
    private let plan: @Sendable (UInt64) -> Plan
    private let replayEvery: UInt64
    private let results = Mutex<[Outcome]>([])
    /// Counts outcomes, and threads that have ended.
    private let arrived = DispatchSemaphore(value: 0)

    /// Creates the runs.
    ///
    /// - Parameters:
    ///   - seeds: The seeds, in order.
    ///   - replayEvery: One seed in so many is run twice.
    ///   - plan: Makes the plan of a seed.
    init(
        _ seeds: ClosedRange<UInt64>, replayEvery: UInt64,
        plan: @escaping @Sendable (UInt64) -> Plan
    ) {
        state = Mutex(State(next: seeds.lowerBound))
        last = seeds.upperBound
        self.plan = plan
        self.replayEvery = replayEvery
    }

    /// Runs one plan, some of them twice.
    static func judge(_ plan: Plan, records: Bool, replayEvery: UInt64) -> Outcome {
        let result = World.run(plan, records: records)
        var outcome = Outcome(seed: plan.seed, result: result, violation: result.violation)
        guard outcome.violation == nil, plan.seed % replayEvery == 0 else { return outcome }
        outcome.wasReplayed = true
        let again = World.run(plan)
        if again.trace != result.trace {
            outcome.violation = Violation(
                invariant: "I20", what: "\(result.trace), then \(again.trace)", site: "replay",
                at: 0)
        }
        return outcome
    }

    /// Begins on so many threads.
    ///
    /// - Throws: `SystemError` if a thread cannot be had.
    func start(threads: Int) throws {
        for _ in 0..<threads {
            state.withLock { $0.working += 1 }
            do {
                try WorkerThread.start { [self] in work() }
            } catch {
                state.withLock { $0.working -= 1 }
                stop()
                throw error
            }
        }
    }

    /// Begins no more worlds.
    func stop() { state.withLock { $0.isOver = true } }

    /// Waits for what comes out next; nil once all threads have ended and all is taken.
    func take() -> [Outcome]? {
        if state.withLock({ $0.working > 0 }) { arrived.wait() }
        // Asked first: whoever works may still add something.
        let isWorking = state.withLock { $0.working > 0 }
        let taken = results.withLock { results in
            defer { results = [] }
            return results
        }
        return taken.isEmpty && !isWorking ? nil : taken
    }

    private func work() {
        while let seed = nextSeed() {
            let outcome = Self.judge(plan(seed), records: false, replayEvery: replayEvery)
            results.withLock { $0.append(outcome) }
            arrived.signal()
        }
        state.withLock { $0.working -= 1 }
        arrived.signal()
    }

    private func nextSeed() -> UInt64? {
        state.withLock { state in
            guard !state.isOver, state.next <= last else { return nil }
            defer {
                if state.next == last { state.isOver = true } else { state.next += 1 }
            }
            return state.next
        }
    }
}
