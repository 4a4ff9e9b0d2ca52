import Foundation
import SQLiteKit
import Testing

@Suite("Free pages")
struct ScrubTests {
    private let canary = "CANARY-NAKHON-PHANOM"

    @Test("keep what was on them until they are scrubbed, and are still free afterwards")
    func scrubbed() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.sqlite")
        let writer = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        defer { writer.close() }
        try writer.execute("CREATE TABLE note(no INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        // Some of a page, some of many, and more pages than one row of zeros takes.
        let long = String(repeating: canary + " ", count: 20_000)
        for number in 0..<40 {
            try writer.run(
                "INSERT INTO note(text) VALUES (?1)",
                .text(number.isMultiple(of: 8) ? long : canary + " \(number)"))
        }
        try writer.run("INSERT INTO note(text) VALUES ('stays')")
        _ = try writer.checkpoint(.truncate)
        try writer.run("DELETE FROM note WHERE text <> 'stays'")
        _ = try writer.checkpoint(.truncate)
        // What deleting alone leaves behind: the reason for the scrubbing.
        #expect(try file(path).contains(canary))
        let free = try number("PRAGMA freelist_count", writer)
        #expect(free > 256)

        try writer.scrubFreePages()
        #expect(try !writer.checkpoint(.truncate).wasBusy)
        #expect(try !file(path).contains(canary) && file(path + "-wal").isEmpty)
        #expect(try number("PRAGMA freelist_count", writer) >= free)
        #expect(try number("PRAGMA secure_delete", writer) == 2)
        #expect(try number("SELECT count(*) FROM note WHERE text = 'stays'", writer) == 1)
        #expect(try writer.integrityCheck().isEmpty)
        // Nothing free is nothing to do.
        try writer.execute("VACUUM")
        try writer.scrubFreePages()
        #expect(try writer.integrityCheck().isEmpty)
    }

    private func file(_ path: String) throws -> String {
        String(decoding: try Files.read(path, bytesMax: 64 << 20), as: UTF8.self)
    }

    private func number(_ sql: StaticString, _ connection: Connection) throws -> Int64 {
        var found: Int64 = -1
        try connection.run(sql) { found = $0.int64(0) }
        return found
    }
}
