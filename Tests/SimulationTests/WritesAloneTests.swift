import Testing

@testable import SyncSimulation

/// A device whose answers are of no use sends what waits by itself.
@Suite("Writes that are sent alone in a world")
struct WritesAloneTests {
    /// Goal: they count once, whichever requests before and among them took effect.
    ///
    /// Method: some of a round's first answers are a hotel's page, with and without the
    /// request's having arrived; the sums over what people did tell.
    @Test(
        "count once, whichever of the requests before them arrived",
        arguments: [ExchangeFault.Kind.proxyInstead, .proxyAfter], 0...4)
    func once(kind: ExchangeFault.Kind, changesAt: Int) {
        var plan = Plan(seed: 1, people: 1, owners: [0, 0], core: [0, 1])
        plan.options.isPrepared = 1
        func add(_ actor: Actor, _ verb: Verb, _ arguments: [Int64] = []) {
            let number = plan.actions.count + 1
            plan.actions.append(
                Action(
                    id: number, at: Int64(number) * 20_000, actor: actor, verb: verb,
                    arguments: arguments))
        }
        add(.device(0), .sync)
        for _ in 0..<3 { add(.device(0), .count, [1, 7]) }
        add(.device(1), .count, [1, 5])
        add(.device(1), .sync)
        add(.device(0), .sync)
        let round = plan.actions.count
        let other: ExchangeFault.Kind = kind == .proxyAfter ? .proxyInstead : .proxyAfter
        for request in 0..<3 {
            // Answer 6 of a proxy is 200 with a page of HTML.
            plan.exchangeFaults[ExchangeKey(action: round, request: request)] = ExchangeFault(
                request < changesAt ? kind : other, 6)
        }
        // One that is of no use among the pushes as well.
        if changesAt == 4 {
            plan.exchangeFaults[ExchangeKey(action: round, request: 3)] = ExchangeFault(kind, 6)
        }
        add(.device(1), .sync)
        add(.device(0), .sync)
        let result = World.run(plan)
        #expect(result.violation == nil)
        #expect(result.points.counts["sync.failed.sync.answer_unusable"] == 1)
        #expect(result.points.counts["answer.pushed", default: 0] > 0)
    }
}
