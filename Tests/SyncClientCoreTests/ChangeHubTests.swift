import Synchronization
import Testing

@testable import SyncClientCore

@Suite("Telling of changes")
struct ChangeHubTests {
    private struct Trouble: Error {}

    /// A hub over a number that a test moves; it counts how often it is asked.
    private final class Source: Sendable {
        let state = Mutex((version: Int64(1), asked: 0, failing: Set<Int>()))

        func hub() -> ChangeHub {
            ChangeHub(monotonic: TestClock()) { [self] in
                try state.withLock { state in
                    state.asked += 1
                    if state.failing.contains(state.asked) { throw Trouble() }
                    return state.version
                }
            }
        }

        func waitUntilAsked(_ times: Int) async {
            while state.withLock({ $0.asked }) < times, !Task.isCancelled { await Task.yield() }
        }
    }

    @Test(
        "begins with a look, because somebody may have committed while it began",
        .timeLimit(.minutes(5)))
    func firstLook() async {
        let source = Source()
        let hub = source.hub()
        var changes = hub.changes().makeAsyncIterator()
        // The number moved before it was asked for the first time.
        source.state.withLock { $0.version = 2 }
        #expect(await changes.next() != nil)
        hub.close()
    }

    @Test("goes on after the storage was busy for a moment", .timeLimit(.minutes(5)))
    func busy() async {
        let source = Source()
        source.state.withLock { $0.failing = [1, 3, 4] }
        let hub = source.hub()
        var changes = hub.changes().makeAsyncIterator()
        await source.waitUntilAsked(6)
        #expect(await changes.next() != nil)
        await source.waitUntilAsked(8)
        source.state.withLock { $0.version = 2 }
        #expect(await changes.next() != nil)
        hub.close()
        #expect(await changes.next() == nil)
    }

    @Test("asks nobody while nobody listens", .timeLimit(.minutes(5)))
    func idle() async {
        let source = Source()
        let hub = source.hub()
        do {
            var changes = hub.changes().makeAsyncIterator()
            _ = await changes.next()
        }
        hub.changed()
        var asked = -1
        // Ends when a look at two moments finds no question between them.
        while asked != source.state.withLock({ $0.asked }), !Task.isCancelled {
            asked = source.state.withLock { $0.asked }
            for _ in 0..<1_000 { await Task.yield() }
        }
        hub.close()
    }
}
