import TestSupport
import Testing

@testable import SyncSimulation

@Suite("A plan")
struct PlanTests {
    @Test("is the same after it was written down and read", arguments: 1...30 as ClosedRange)
    func roundTrip(seed: Int) throws {
        var plan = Swarm.plan(seed: UInt64(seed))
        plan.exchangeFaults[ExchangeKey(action: 3, request: 1)] = ExchangeFault(.lostReply, 7)
        plan.expects = "I2"
        #expect(try Plan(json: plan.json) == plan)
    }

    @Test(
        "that cannot be carried out is refused",
        arguments: [
            "", "[]", "{}", #"{"seed":"1","people":1,"owners":[1],"core":[0]}"#,
            #"{"seed":"1","people":1,"owners":[0],"core":[1]}"#,
            #"{"seed":"1","people":1,"owners":[0],"core":[0],"actions":[{"id":1}]}"#,
            #"{"seed":"1","people":1,"owners":[0],"core":[0],"faults":[{"action":1}]}"#,
        ])
    func refused(text: String) {
        #expect(throws: Plan.Unreadable.self) { try Plan(json: Array(text.utf8)) }
    }

    @Test("of one seed is always the same one")
    func sameSeed() {
        #expect(Swarm.plan(seed: 5) == Swarm.plan(seed: 5))
        #expect(Swarm.plan(seed: 5) != Swarm.plan(seed: 6))
    }

    /// Goal: a person gets a short plan, and one that fails for the same reason.
    ///
    /// Method: a stand-in for the world that fails if three actions and one fault
    /// of a large plan are there, and for another reason if one of them is not.
    @Test("that fails is made as short as it can be, and keeps its reason")
    func shrinks() throws {
        var plan = Swarm.plan(seed: 11, size: 200)
        let key = ExchangeKey(action: 4, request: 0)
        plan.exchangeFaults[key] = ExchangeFault(.lostReply, 900)
        plan.exchangeFaults[ExchangeKey(action: 9, request: 0)] = ExchangeFault(.late, 40)
        let needed = Set(plan.actions.indices.filter { $0 % 40 == 3 }.map { plan.actions[$0].id })
        try #require(needed.count >= 2)
        var runs = 0
        func run(_ candidate: Plan) -> RunResult {
            runs += 1
            var result = RunResult(violation: nil, trace: TraceHash())
            result.exchangeFaults = candidate.exchangeFaults
            if Set(candidate.actions.map(\.id)).isSuperset(of: needed) {
                let hasFault = candidate.exchangeFaults[key] != nil
                result.violation = Violation(
                    invariant: hasFault ? "I2" : "I7", what: "", site: "here", at: .max)
            }
            return result
        }
        let shrunk = Shrinker.shrink(plan, by: run, while: { runs < 20_000 })
        let result = try #require(shrunk)
        #expect(Set(result.plan.actions.map(\.id)) == needed)
        #expect(Array(result.plan.exchangeFaults.keys) == [key])
        #expect(result.plan.exchangeFaults[key]?.amount == 0)
        #expect(result.plan.expects == "I2")
        #expect(result.plan.core.count == 1)
    }

    @Test("that does not fail is not shrunk")
    func soundPlan() {
        let result = Shrinker.shrink(
            Swarm.plan(seed: 1),
            by: { _ in RunResult(violation: nil, trace: TraceHash()) }, while: { true })
        #expect(result == nil)
    }
}
