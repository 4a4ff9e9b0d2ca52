import Testing

@testable import SyncSimulation

/// Copies of a device that both send what waited in them.
@Suite("Copied and new devices in a world")
struct CopyWorldTests {
    /// Goal: two taps in two copies count twice, however alike they are.
    ///
    /// Method: both clocks are set to 1970, so that both stamps follow the last one, and
    /// both count the same under one number. The sums over what people did tell.
    @Test("count what each of them did, with clocks that were set back")
    func alike() {
        var script = Script()
        script.add(.device(0), .sync)
        script.add(.device(0), .count, [1, 5])
        script.add(.device(1), .cloneDisk, [0])
        for device in [0, 1] {
            script.add(.device(device), .clockSet, [Int64(SwarmMaker.clockOf1970)])
            script.add(.device(device), .count, [1, 7])
        }
        for device in [0, 1, 0, 1] { script.add(.device(device), .sync) }
        let result = World.run(script.plan)
        #expect(result.violation == nil)
        #expect(result.points.counts["device.cloned"] == 1)
        #expect(result.points.counts["write.count", default: 0] >= 3)
        #expect(result.points.counts["device.renamed", default: 0] > 0)
    }

    /// Goal: what one copy took off stays off, whichever name the addition came under.
    ///
    /// Method: the copy gets a new name and sends addition and removal. The server goes back to
    /// a backup that knows the first name alone; the original sends the addition first.
    @Test("take off what the server has under the other's name")
    func otherName() {
        var script = Script()
        script.add(.device(0), .sync)
        script.add(.admin, .backup)
        script.add(.device(0), .label, [1, 4])
        script.add(.device(1), .cloneDisk, [0])
        script.add(.device(1), .unlabel, [1, 4])
        script.add(.admin, .revoke, [0])
        script.add(.device(1), .signIn)
        script.add(.device(1), .sync)
        script.add(.admin, .restore, [1])
        for device in [0, 1, 0, 1] { script.add(.device(device), .sync) }
        let result = World.run(script.plan)
        #expect(result.violation == nil)
        #expect(result.points.counts["server.takenBefore", default: 0] > 0)
        #expect(result.points.counts["server.namedOtherwise", default: 0] > 0)
    }

    /// Goal: a new telephone gets all rows, page by page, though much older was purged.
    @Test("a new device comes through pages below a floor without a repair")
    func newDevice() {
        var script = Script(pageRows: 1)
        for row: Int64 in 0...4 { script.add(.device(0), .label, [row, row]) }
        script.add(.device(0), .sync)
        for row: Int64 in [0, 2] { script.add(.device(0), .delete, [row]) }
        script.add(.device(0), .sync)
        script.add(.admin, .compact, [0])
        script.add(.device(1), .newDisk)
        for _ in 0..<2 { script.add(.device(1), .sync) }
        let result = World.run(script.plan)
        #expect(result.violation == nil)
        let counts = result.points.counts
        #expect(counts["device.new"] == 1 && counts["server.purged"] == 1)
        #expect(counts["answer.page", default: 0] > 3 && counts["answer.restart"] == nil)
    }

    /// Actions two seconds apart, on two devices of one person.
    private struct Script {
        private(set) var plan: Plan

        init(pageRows: Int = 10_000) {
            plan = Plan(seed: 1, people: 1, owners: [0, 0], core: [0, 1])
            plan.options.isPrepared = 1
            plan.options.pageRows = pageRows
        }

        mutating func add(_ actor: Actor, _ verb: Verb, _ arguments: [Int64] = []) {
            let number = plan.actions.count + 1
            plan.actions.append(
                Action(
                    id: number, at: Int64(number) * 2_000, actor: actor, verb: verb,
                    arguments: arguments))
        }
    }
}
