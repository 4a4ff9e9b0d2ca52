import FaultVFS
import SQLiteKit
import Testing

@Suite("A simulated disk")
struct SimulatedDiskTests {
    @Test("carries a database with a writer and readers")
    func works() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        let writer = try Ledger.writer(on: disk)
        let reader = try Ledger.reader(on: disk)
        try writer.run("INSERT INTO entry VALUES (1, x'00')")
        var seen = 0
        try reader.transaction(.deferred) { connection in
            try connection.run("SELECT count(*) FROM entry") { seen = Int($0.int64(0)) }
            #expect(seen == 1)
            try writer.run("INSERT INTO entry VALUES (2, x'00')")
            // One snapshot: what was committed after it began is not in it.
            try connection.run("SELECT count(*) FROM entry") { seen = Int($0.int64(0)) }
            #expect(seen == 1)
            #expect(try writer.checkpoint(.truncate).wasBusy)
        }
        try reader.run("SELECT count(*) FROM entry") { seen = Int($0.int64(0)) }
        #expect(seen == 2)
        let done = try writer.checkpoint(.truncate)
        #expect(!done.wasBusy)
        reader.close()
        writer.close()
        #expect(try Ledger.inspect(disk).rows == [1, 2])
        #expect(disk.bytes(of: Ledger.path)?.isEmpty == false)
        #expect(disk.paths == [Ledger.path, Ledger.path + "-wal"])
    }

    @Test("lets one connection write at a time")
    func oneWriter() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        let first = try Ledger.writer(on: disk)
        let second = try Ledger.writer(on: disk)
        try first.begin(.immediate)
        let error = #expect(throws: SQLiteError.self) { try second.begin(.immediate) }
        #expect(error?.isBusy == true)
        first.rollback()
        try second.begin(.immediate)
        second.rollback()
    }

    @Test("keeps everything when a process is killed")
    func kill() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        // Not synced on purpose: the system still has what the process wrote.
        let ledger = Ledger.run(1...20, on: disk, isFull: false)
        disk.kill()
        var random = SeededRandom(seed: 1)
        disk.restart(&random)
        #expect(ledger.failure == nil)
        #expect(try Ledger.inspect(disk).rows == ledger.acknowledged)
        #expect(disk.counts.kills == 1)
    }

    @Test("gives errors to the program that was killed, and room to the next")
    func deadProgram() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        let old = try Ledger.writer(on: disk)
        try old.begin(.immediate)
        try old.run("INSERT INTO entry VALUES (1, x'00')")
        disk.kill()
        #expect(throws: SQLiteError.self) { try old.commit() }
        var random = SeededRandom(seed: 2)
        disk.restart(&random)
        let new = try Ledger.writer(on: disk)
        try new.run("INSERT INTO entry VALUES (2, x'00')")
        old.rollback()
        #expect(throws: SQLiteError.self) { try old.run("INSERT INTO entry VALUES (3, x'00')") }
        old.close()
        try new.run("INSERT INTO entry VALUES (4, x'00')")
        new.close()
        #expect(try Ledger.inspect(disk).rows == [2, 4])
    }

    @Test("has a size")
    func capacity() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        disk.capacityBytes = disk.usedBytes + 40_000
        let full = Ledger.run(1...100, on: disk)
        #expect((full.failure as? SQLiteError)?.isFull == true)
        #expect(!full.acknowledged.isEmpty)
        #expect(disk.counts.refusedBySize > 0)
        disk.disarm()
        let found = try Ledger.inspect(disk)
        #expect(found.rows == full.acknowledged)
        #expect(found.problems.isEmpty)
        let next = (full.acknowledged.last ?? 0) + 1
        #expect(Ledger.run(next...next + 5, on: disk).failure == nil)
    }

    @Test("shows bits that have turned")
    func corruption() throws {
        let disk = SimulatedDisk()
        try Ledger.prepare(on: disk)
        #expect(Ledger.run(1...30, on: disk).failure == nil)
        let size = try #require(disk.bytes(of: Ledger.path)?.count)
        for offset in stride(from: 4_096, to: size, by: 300) {
            disk.corrupt(Ledger.path, at: offset, mask: 0x55)
        }
        let reader = try Ledger.reader(on: disk)
        #expect(try !reader.integrityCheck().isEmpty)
    }

    @Test("tells SQLite the time it was given")
    func clock() throws {
        let disk = SimulatedDisk()
        disk.milliseconds = 1_795_235_035_000
        let writer = try Ledger.writer(on: disk)
        var seconds: Int64 = 0
        try writer.run("SELECT unixepoch()") { seconds = $0.int64(0) }
        #expect(seconds == 1_795_235_035)
    }
}
