import Foundation
import SyncSimulation
import TestSupport
import Testing

/// Worlds from seeds: the same ones, new ones, and all that ever failed.
///
/// The longest of the tests here has 30 s of processor time; on a machine that is
/// slow or busy it runs fewer worlds, never fewer than it must.
@Suite("A simulated world", .serialized)
struct SeedTests {
    /// Actions in a plan at most: small worlds, for there are many of them.
    private static let size = 60

    /// Goal: what no test has tried before is tried with every run of the tests.
    ///
    /// Method: seeds that begin at a random number. A failure prints the command
    /// that runs it again, and with `--shrink` makes a plan for `Regressions` of it.
    @Test("from seeds that nobody has tried breaks no invariant")
    func freshSeeds() {
        let first = UInt64.random(in: 1...UInt64(UInt32.max))
        let start = Self.processorSeconds
        var worlds = 0
        while worlds < 200 || worlds < 400 && Self.processorSeconds - start < 25 {
            let seed = first + UInt64(worlds)
            worlds += 1
            guard let violation = World.run(Swarm.plan(seed: seed, size: Self.size)).violation
            else { continue }
            Issue.record(
                """
                \(violation)
                tangrat-qa simulate --seed \(seed) --size \(Self.size) --shrink --out \
                Tests/SimulationTests/Regressions
                """)
            return
        }
    }

    @Test("from one seed is the same each time, to the last byte", arguments: 1...6 as ClosedRange)
    func repeats(seed: Int) {
        let plan = Swarm.plan(seed: UInt64(seed), size: Self.size)
        let first = World.run(plan)
        let second = World.run(plan, records: true)
        #expect(first.trace == second.trace)
        #expect(first.points.counts == second.points.counts)
        #expect(first.requests > 0)
    }

    @Test("from another seed is another one")
    func differs() {
        let traces = (1...4).map { World.run(Swarm.plan(seed: $0, size: 20)).trace.value }
        #expect(Set(traces).count == traces.count)
    }

    @Test("that failed once does not fail again", arguments: regressions)
    func regression(path: String) throws {
        let plan = try Plan(json: try Repository.bytes(of: path))
        #expect(!plan.expects.isEmpty, "a plan says what it showed")
        let result = World.run(plan)
        #expect(result.violation == nil, "\(path): \(result.violation?.description ?? "")")
    }

    static let regressions = Repository.files(under: "Tests/SimulationTests/Regressions")
        .filter { $0.hasSuffix(".json") }

    /// Goal: a run in which nothing happens proves nothing.
    @Test("meets faults, and comes to rest after them")
    func reachesPlaces() {
        var points = Points()
        for seed in 1...30 as ClosedRange<UInt64> {
            points.add(World.run(Swarm.plan(seed: seed, size: Self.size)).points)
        }
        for name in [
            "answer.checkpoint", "answer.page", "answer.unchanged", "device.atCheckpoint",
            "device.crashed", "device.shown", "feed.applied", "network.reused", "server.crashed",
            "server.refused", "server.taken", "sync.done", "fault.network.lostReply",
        ] {
            #expect(points.counts[name, default: 0] > 0, "\(name) was never reached")
        }
    }

    /// The time this process has used a processor, in seconds.
    private static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
