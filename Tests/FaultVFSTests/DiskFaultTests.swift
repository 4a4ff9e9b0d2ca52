import FaultVFS
import SQLiteKit
import Testing

@Suite("A disk fault")
struct DiskFaultTests {
    /// Every effect at every operation where it means something.
    static let faults: [DiskFault] = [
        DiskFault(.error, at: .open), DiskFault(.error, at: .read),
        DiskFault(.error, at: .write, of: .log, after: 9),
        DiskFault(.error, at: .write, of: .database), DiskFault(.error, at: .sync, of: .log),
        DiskFault(.error, at: .sync, of: .database), DiskFault(.error, at: .truncate, of: .log),
        DiskFault(.error, at: .delete), DiskFault(.full, at: .write, after: 12),
        DiskFault(.full, at: .sync), DiskFault(.short, at: .write, after: 11),
        DiskFault(.kill, after: 20), DiskFault(.powerCut, after: 20),
    ]

    @Test("fires, is counted, and is over", arguments: faults)
    func fires(fault: DiskFault) throws {
        let disk = SimulatedDisk()
        // Making the file is part of it: only then a journal is removed.
        disk.arm(fault)
        try? Ledger.prepare(on: disk)
        var random = SeededRandom(seed: 3)
        if disk.counts.faults.isEmpty { _ = Ledger.run(1...30, on: disk) }
        #expect(disk.counts.faults == [fault.effect: 1])
        #expect(disk.isDown == (fault.effect == .kill || fault.effect == .powerCut))
        if disk.isDown { disk.restart(&random) }
        try? Ledger.prepare(on: disk)
        #expect(Ledger.run(100...120, on: disk).failure == nil)
        #expect(try Ledger.inspect(disk).problems.isEmpty)
    }

    @Test("waits for its turn and its kind of file")
    func counting() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        disk.arm(DiskFault(.error, at: .sync, of: .log, after: 4))
        // One sync of the log for each commit.
        let ledger = Ledger.run(1...20, on: disk)
        #expect(ledger.acknowledged == [1, 2, 3, 4])
        #expect((ledger.failure as? SQLiteError)?.extendedCode == SQLiteCode.ioErrorSync)
        #expect((ledger.failure as? SQLiteError)?.isIO == true)
    }

    @Test("lasts as long as it is told to")
    func lasting() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        disk.arm(DiskFault(.error, at: .write, times: .max))
        for _ in 0..<3 { #expect(Ledger.run(1...2, on: disk).acknowledged.isEmpty) }
        disk.disarm()
        #expect(Ledger.run(1...2, on: disk).failure == nil)
    }

    /// Goal: no error at any operation, once or for ever, costs an acknowledged
    /// row or the soundness of the file.
    @Test(
        "never costs what was acknowledged, at every operation",
        arguments: [DiskFault.Effect.error, .full, .short], [1, Int.max])
    func everyOperation(effect: DiskFault.Effect, times: Int) throws {
        let whole = SimulatedDisk()
        try Ledger.prepare(on: whole)
        let before = whole.changes
        #expect(Ledger.run(1...12, on: whole).failure == nil)
        for number in 0..<(whole.changes - before) {
            let disk = SimulatedDisk()
            try Ledger.prepare(on: disk)
            disk.arm(DiskFault(effect, after: number, times: times))
            let ledger = Ledger.run(1...12, on: disk)
            disk.disarm()
            let found = try Ledger.inspect(disk)
            #expect(found.problems.isEmpty, "operation \(number)")
            let rows = Set(found.rows)
            #expect(ledger.acknowledged.allSatisfy { rows.contains($0) }, "operation \(number)")
        }
    }
}
