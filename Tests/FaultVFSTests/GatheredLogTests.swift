import FaultVFS
import Foundation
import SQLiteKit
import Testing

@Suite("A transaction's way to the log")
struct GatheredLogTests {
    private let path = "/a.sqlite"

    private func open(_ disk: SimulatedDisk, cacheKiB: Int = 4_096) throws -> Connection {
        var options = ConnectionOptions(.readWriteCreate)
        options.vfs = disk.name
        options.cacheKiB = cacheKiB
        options.walAutocheckpointPages = 0
        let writer = try Connection(path: path, options: options)
        try writer.execute(
            "CREATE TABLE IF NOT EXISTS page(no INTEGER PRIMARY KEY, fill TEXT NOT NULL) STRICT")
        return writer
    }

    private func reader(_ disk: SimulatedDisk) throws -> Connection {
        var options = ConnectionOptions(.readOnly)
        options.vfs = disk.name
        return try Connection(path: path, options: options)
    }

    /// Inserts rows of about a page each.
    private func fill(_ numbers: Range<Int>, in writer: Connection) throws {
        for number in numbers {
            try writer.run(
                "INSERT INTO page VALUES (?1, ?2)", .integer(Int64(number)),
                .text(String(repeating: "\(number % 10)", count: 3_900)))
        }
    }

    private func count(_ connection: Connection) throws -> Int64 {
        var found: Int64 = -1
        try connection.run("SELECT count(*) FROM page") { found = $0.int64(0) }
        return found
    }

    @Test("is one sync, and one write for each 31 pages and what is left")
    func counts() throws {
        let disk = SimulatedDisk()
        let writer = try open(disk)
        defer { writer.close() }
        try writer.transaction(.immediate) { _ in try fill(0..<2, in: writer) }
        for (first, pages, writes) in [(10, 25, 1), (40, 5, 1), (50, 45, 2), (100, 80, 3)] {
            let before = disk.counts.operations
            try writer.transaction(.immediate) { _ in
                try fill(first..<first + pages, in: writer)
            }
            let after = disk.counts.operations
            #expect(after[.write, default: 0] - before[.write, default: 0] == writes)
            #expect(after[.sync, default: 0] - before[.sync, default: 0] == 1)
        }
        #expect(try count(reader(disk)) == 157)
    }

    /// The file system for Unix takes a longer write than 128 KiB for a full disk.
    @Test("may be longer than a write of the real file system", arguments: [20, 35, 63, 400])
    func realFiles(pages: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "gathered.\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.sqlite").path
        var options = ConnectionOptions(.readWriteCreate)
        options.walAutocheckpointPages = 0
        let writer = try Connection(path: path, options: options)
        defer { writer.close() }
        try writer.execute(
            "CREATE TABLE page(no INTEGER PRIMARY KEY, fill TEXT NOT NULL) STRICT")
        try writer.transaction(.immediate) { _ in try fill(0..<pages, in: writer) }
        try writer.transaction(.immediate) { _ in try fill(pages..<pages + 30, in: writer) }
        let reader = try Connection(path: path, options: ConnectionOptions(.readOnly))
        defer { reader.close() }
        #expect(try count(reader) == Int64(pages + 30))
        #expect(try reader.integrityCheck().isEmpty)
        #expect(try !writer.checkpoint(.truncate).wasBusy)
        #expect(try writer.integrityCheck().isEmpty)
    }

    @Test("is read back by its own connection, and by nobody else before it ends")
    func spills() throws {
        let disk = SimulatedDisk()
        // The cache holds 16 pages: most of the transaction is in the log before it ends.
        let writer = try open(disk, cacheKiB: 64)
        defer { writer.close() }
        let reader = try reader(disk)
        defer { reader.close() }
        try writer.transaction(.immediate) { _ in
            for first in stride(from: 0, to: 600, by: 100) {
                for part in stride(from: first, to: first + 100, by: 4) {
                    try fill(part..<part + 4, in: writer)
                    #expect(try count(writer) == Int64(part + 4))
                }
                // Pages that are in the log already are changed there.
                try writer.run(
                    "UPDATE page SET fill = fill || 'x' WHERE no % 7 = 0 AND no >= ?1",
                    .integer(Int64(first)))
                #expect(try count(writer) == Int64(first + 100))
                #expect(try count(reader) == 0)
            }
            #expect(try writer.integrityCheck().isEmpty)
        }
        #expect(try count(reader) == 600)
        #expect(try reader.integrityCheck().isEmpty)
        _ = try writer.checkpoint(.truncate)
        #expect(try writer.integrityCheck().isEmpty)
    }

    @Test("leaves nothing behind when it is rolled back")
    func rolledBack() throws {
        let disk = SimulatedDisk()
        let writer = try open(disk, cacheKiB: 64)
        try fill(0..<3, in: writer)
        struct Stop: Error {}
        for round in 0..<5 {
            #expect(throws: Stop.self) {
                try writer.transaction(.immediate) { _ in
                    try fill(100..<100 + 60 * (round + 1), in: writer)
                    throw Stop()
                }
            }
            try fill(10 + round..<11 + round, in: writer)
            #expect(try count(reader(disk)) == Int64(4 + round))
        }
        disk.kill()
        writer.close()
        var random = SeededRandom(seed: 1)
        disk.restart(&random)
        let opened = try open(disk)
        defer { opened.close() }
        #expect(try count(opened) == 8)
        #expect(try opened.integrityCheck().isEmpty)
    }

    @Test("ends as a whole or not at all where a write fails, and the next one goes on")
    func failures() throws {
        for effect in [DiskFault.Effect.full, .short, .error] {
            for after in 0..<12 {
                let disk = SimulatedDisk()
                let writer = try open(disk, cacheKiB: 64)
                try fill(0..<3, in: writer)
                disk.arm(DiskFault(effect, at: .write, of: .log, after: after))
                var acknowledged: Int64 = 3
                for round in 1...8 {
                    let first = round * 1_000
                    let pages = [1, 5, 90, 40][round % 4]
                    do {
                        try writer.transaction(.immediate) { _ in
                            try fill(first..<first + pages, in: writer)
                        }
                        acknowledged += Int64(pages)
                    } catch {}
                    #expect(
                        try count(reader(disk)) == acknowledged,
                        "\(effect) after \(after), round \(round)")
                }
                #expect(disk.counts.faults[effect] == 1)
                #expect(try writer.integrityCheck().isEmpty)
                writer.close()
                let opened = try open(disk)
                #expect(try count(opened) == acknowledged)
                opened.close()
            }
        }
    }

    /// What left the cache before a rollback is of nobody: the next who writes may be another
    /// process, and whatever the first one does then must not come over that.
    @Test("leaves the work of another writer alone after it was rolled back")
    func twoWriters() throws {
        struct Stop: Error {}
        for pages in [17, 30, 31, 32, 60, 200] {
            let disk = SimulatedDisk()
            let first = try open(disk, cacheKiB: 64)
            try fill(0..<20, in: first)
            let second = try open(disk, cacheKiB: 64)
            // From now on the log is not read before it is written to.
            _ = try first.checkpoint(.truncate)
            #expect(throws: Stop.self) {
                try first.transaction(.immediate) { _ in
                    try fill(1_000..<1_000 + pages, in: first)
                    throw Stop()
                }
            }
            try second.transaction(.immediate) { _ in try fill(100..<150, in: second) }
            #expect(try count(first) == 70, "\(pages)")
            first.close()
            #expect(try second.integrityCheck().isEmpty, "\(pages)")
            disk.kill()
            second.close()
            var random = SeededRandom(seed: 1)
            disk.restart(&random)
            let opened = try open(disk)
            #expect(try count(opened) == 70, "\(pages)")
            #expect(try opened.integrityCheck().isEmpty)
            opened.close()
        }
    }

    /// A full disk undoes one statement, and the transaction may go on.
    @Test("keeps what it had before a statement that found no room")
    func statementWithoutRoom() throws {
        for after in 0..<40 {
            let disk = SimulatedDisk()
            let writer = try open(disk, cacheKiB: 64)
            try fill(0..<60, in: writer)
            var hasEnded = false
            do {
                try writer.transaction(.immediate) { _ in
                    try fill(100..<160, in: writer)
                    disk.arm(DiskFault(.full, at: .write, of: .log, after: after))
                    try? writer.savepoint { part in
                        try part.run("INSERT INTO page SELECT no + 5000, fill FROM page")
                    }
                    disk.disarm()
                }
                hasEnded = true
            } catch {}
            let found = try count(writer)
            #expect(found == (hasEnded ? 120 : 60) || hasEnded && found == 240, "after \(after)")
            #expect(try writer.integrityCheck().isEmpty, "after \(after)")
            disk.kill()
            writer.close()
            var random = SeededRandom(seed: 1)
            disk.restart(&random)
            let opened = try open(disk)
            #expect(try count(opened) == found, "after \(after)")
            #expect(try opened.integrityCheck().isEmpty, "after \(after)")
            opened.close()
        }
    }

    @Test("is whole where its last sector is filled up")
    func padded() throws {
        let disk = SimulatedDisk()
        disk.tearsNeighbours = true
        let writer = try open(disk)
        for round in 0..<40 {
            try writer.transaction(.immediate) { _ in
                try fill(round * 100..<round * 100 + 1 + round, in: writer)
            }
            let reader = try reader(disk)
            #expect(try count(reader) == count(writer), "round \(round)")
            reader.close()
        }
        disk.kill()
        writer.close()
        var random = SeededRandom(seed: 1)
        disk.restart(&random)
        let opened = try open(disk)
        #expect(try count(opened) == 820)
        #expect(try opened.integrityCheck().isEmpty)
        opened.close()
    }

    /// Ours sync each commit; what others see must not hang on that.
    @Test("is there for all when it has ended, also without a sync")
    func unsynced() throws {
        let disk = SimulatedDisk()
        let writer = try open(disk)
        defer { writer.close() }
        try writer.execute("PRAGMA synchronous=NORMAL")
        // About the 31 pages that fit into one write, and twice as many.
        for (number, pages) in ([1, 2, 5] + Array(26...36) + Array(56...66)).enumerated() {
            try writer.transaction(.immediate) { _ in
                try fill(number * 100..<number * 100 + pages, in: writer)
            }
            let reader = try reader(disk)
            #expect(try count(reader) == count(writer), "\(pages)")
            #expect(try reader.integrityCheck().isEmpty, "\(pages)")
            reader.close()
        }
        // One page alone, and the first of a log that begins anew.
        _ = try writer.checkpoint(.restart)
        try writer.transaction(.immediate) { _ in
            try writer.run("UPDATE page SET fill = 'short' WHERE no = 0")
        }
        var found = ""
        try reader(disk).run("SELECT fill FROM page WHERE no = 0") { found = $0.text(0) }
        #expect(found == "short")
    }
}
