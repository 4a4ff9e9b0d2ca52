import FaultVFS
import SQLiteKit
import Testing

@Suite("A power cut")
struct PowerCutTests {
    /// Goal: nothing that was acknowledged is lost, wherever the power goes.
    ///
    /// Method: cut it before the n-th change of the disk for every n that a run
    /// has, each time with another fate of the sectors, and open the file again.
    @Test("loses no commit that was synced, at every operation")
    func everyOperation() throws {
        let whole = SimulatedDisk()
        try Ledger.prepare(on: whole)
        let before = whole.changes
        #expect(Ledger.run(1...25, on: whole).failure == nil)
        let changes = whole.changes - before
        #expect(changes > 100)
        for cut in 0..<changes {
            let disk = SimulatedDisk()
            try Ledger.prepare(on: disk)
            disk.arm(DiskFault(.powerCut, after: cut))
            let ledger = Ledger.run(1...25, on: disk)
            #expect(ledger.failure != nil, "cut \(cut)")
            var random = SeededRandom(seed: 7, stream: "cut", UInt64(cut))
            disk.restart(&random)
            let found = try Ledger.inspect(disk)
            #expect(found.problems.isEmpty, "cut \(cut)")
            // A commit that was cut may be there or not; nothing else may.
            let extra = Array(found.rows.dropFirst(ledger.acknowledged.count))
            #expect(found.rows.starts(with: ledger.acknowledged), "cut \(cut)")
            #expect(extra.count <= 1, "cut \(cut)")
            #expect(disk.counts.powerCuts == 1)
        }
    }

    /// Goal: the disk is able to lose what was not synced; else the test above
    /// would pass on any disk.
    @Test("loses commits that were not synced")
    func unsynced() throws {
        var lost = 0
        var garbled = 0
        for seed in 0..<60 {
            let disk = SimulatedDisk()
            try Ledger.prepare(on: disk)
            disk.arm(DiskFault(.powerCut, after: 40 + seed))
            let ledger = Ledger.run(1...25, on: disk, isFull: false)
            var random = SeededRandom(seed: UInt64(seed))
            disk.restart(&random)
            let found = try Ledger.inspect(disk)
            #expect(found.problems.isEmpty)
            lost += max(0, ledger.acknowledged.count - found.rows.count)
            garbled += disk.counts.sectorsGarbled
        }
        #expect(lost > 20)
        #expect(garbled > 0)
    }

    @Test("leaves the same bytes for the same seed")
    func repeats() throws {
        func leftover(_ seed: UInt64) throws -> [[UInt8]?] {
            let disk = SimulatedDisk()
            disk.replace("/a", with: [UInt8](repeating: 1, count: 4_096))
            // Bytes alone: SQLite's own would carry its random salt.
            try disk.write([UInt8](repeating: 2, count: 3_000), to: "/a", at: 100)
            try disk.write([UInt8](repeating: 3, count: 3_000), to: "/a", at: 2_000)
            disk.cutPower()
            var random = SeededRandom(seed: seed)
            disk.restart(&random)
            return [disk.bytes(of: "/a")]
        }
        var different = Set<[[UInt8]?]>()
        for seed in 0..<20 as Range<UInt64> {
            let first = try leftover(seed)
            #expect(try leftover(seed) == first)
            different.insert(first)
        }
        #expect(different.count > 5)
    }

    @Test("takes a file whose name was never synced, now and then")
    func names() throws {
        var outcomes = Set<Bool>()
        for seed in 0..<20 as Range<UInt64> {
            let disk = SimulatedDisk()
            try disk.write([1, 2, 3], to: "/new", at: 0)
            #expect(disk.durableBytes(of: "/new") == nil)
            disk.cutPower()
            var random = SeededRandom(seed: seed)
            disk.restart(&random)
            outcomes.insert(disk.bytes(of: "/new") == nil)
        }
        #expect(outcomes.count == 2)
    }

    @Test("never takes bytes that were synced")
    func synced() throws {
        for seed in 0..<50 as Range<UInt64> {
            let disk = SimulatedDisk()
            try disk.write([UInt8](repeating: 9, count: 5_000), to: "/f", at: 0)
            try disk.sync("/f")
            try disk.write([UInt8](repeating: 8, count: 600), to: "/f", at: 1_000)
            disk.cutPower()
            var random = SeededRandom(seed: seed)
            disk.restart(&random)
            let bytes = try #require(disk.bytes(of: "/f"))
            #expect(bytes.count == 5_000)
            #expect(bytes[..<1_000].allSatisfy { $0 == 9 })
            #expect(bytes[1_600...].allSatisfy { $0 == 9 })
        }
    }
}
