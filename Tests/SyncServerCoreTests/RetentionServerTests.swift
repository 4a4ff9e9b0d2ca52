import NetworkIO
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

private let day: Int64 = 86_400_000

@Suite("Retention on a running server")
struct RetentionServerTests {
    private static let canary = "CANARY-NAKHON-SAWAN"

    private static func vehicle(_ id: String, _ subject: String, pages: Int = 0) -> String {
        let text = String(repeating: "\(canary) \(id) ", count: 1 + pages * 200)
        return #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":\#(noon),"#
            + #""source_version":1,"body":{"name":"\#(text)"}}"#
    }

    private struct World {
        let running: RunningServer
        let subject: String
        let key: String

        init(_ change: (inout TangRatServer.Configuration) -> Void = { _ in }) throws {
            running = try RunningServer(change)
            subject = try running.addPerson()
            key = try running.addAgency("dlt", ["vehicle"])
        }

        /// The last line of the answer, and those of the tables with something in them.
        func retain(dry: Bool = false) throws -> (last: JSONValue, tables: [String: Int64]) {
            let answer = try running.admin([
                "command": "retention", "dry_run": .integer(dry ? 1 : 0),
            ])
            let rows = try #require(answer["rows"]?.items, "\(answer)")
            var tables: [String: Int64] = [:]
            for row in rows.dropLast() {
                let count = row["gone"]?.intValue ?? 0
                if count > 0 { tables[row["table"]?.text ?? ""] = count }
            }
            return (try #require(rows.last), tables)
        }

        func command(_ name: String, reason: String = "court 12/2569") throws -> JSONValue {
            try running.admin([
                "command": .string(name), "person": .string(subject), "reason": .string(reason),
            ])
        }

        func files(with text: String) throws -> [String] {
            try ["server.sqlite", "server.sqlite-wal"].filter { name in
                let path = running.directory.file(name)
                guard Files.exists(path) else { return false }
                let bytes = try Files.read(path, bytesMax: 64 << 20)
                return bytes.firstRange(of: Array(text.utf8)) != nil
            }
        }

        func verified(_ command: JSONValue = ["command": "audit.verify"]) throws -> JSONValue {
            try #require(try running.admin(command)["rows"]?.items?.first)
        }
    }

    @Test("leaves nothing of a row in the files, in small commits with those of others")
    func files() throws {
        let world = try World { $0.limits.retentionRowsMax = 10 }
        try world.running.feed(
            world.key, (0..<40).map { Self.vehicle("v\($0)", world.subject, pages: $0 % 4) })
        world.running.advance(milliseconds: 367 * day)
        #expect(try world.files(with: Self.canary) != [])
        let dry = try world.retain(dry: true)
        #expect(dry.tables == ["vehicle": 40] && dry.last["dry_run"] == .integer(1))
        #expect(try world.files(with: Self.canary) != [])
        let before = world.running.server.metrics.commits.commits
        let done = try world.retain()
        #expect(done.tables == ["vehicle": 40] && done.last["gone"] == .integer(40))
        #expect(world.running.server.metrics.commits.commits >= before + 4)
        #expect(try world.files(with: Self.canary) == [])
        #expect(try world.verified(["command": "verify"])["sound"] == .integer(1))
        let text = try world.running.request("GET", "/metrics").text
        #expect(text.contains("\ntangrat_retention_rows_total 40\n"))
    }

    @Test("and erasure stop at a hold, which is in the audit chain with its reason")
    func hold() throws {
        let world = try World()
        try world.running.feed(world.key, [Self.vehicle("v", world.subject)])
        #expect(try world.command("person.release")["error"]?["code"] == "admin.not_held")
        #expect(
            try world.command("person.hold", reason: "for 1999900101791")["error"]?["code"]
                == "admin.reason")
        let held = try world.command("person.hold")["rows"]?.items?.first
        #expect(held?["held_ms"] == .integer(noon))
        world.running.advance(milliseconds: 367 * day)
        #expect(try world.command("person.erase")["error"]?["code"] == "admin.person_held")
        let kept = try world.retain()
        #expect(kept.last["held"] == .integer(1) && kept.last["gone"] == .integer(0))
        // Once more changes neither the hold nor since when it stands.
        #expect(
            try world.command("person.hold")["rows"]?.items?.first?["held_ms"] == .integer(noon))
        let listed = try world.running.admin(["command": "person.list"])["rows"]?.items
        #expect(listed?.first?["held_ms"] == .integer(noon))
        _ = try world.command("person.release")
        #expect(try world.retain().tables == ["vehicle": 1])
        #expect(try world.command("person.erase")["error"] == nil)
        let audit = try world.running.admin(["command": "audit.export", "after": .integer(0)])
        let entries = try #require(audit["rows"]?.items)
        let kinds = ["person_held", "person_released", "rows_expired", "person_erased"]
        let told = entries.compactMap { $0["kind"]?.text }.filter { kinds.contains($0) }
        #expect(told == ["person_held"] + kinds)
        #expect(entries.first { $0["kind"] == "person_held" }?["text"] == "court 12/2569")
        #expect(try world.verified()["sound"] == .integer(1))
    }

    @Test("runs by itself once a day, and not before the day is over")
    func daily() throws {
        let lines = Mutex<[String]>([])
        let world = try World {
            $0.limits.retentionLookMilliseconds = 5
            $0.limits.http.tickMilliseconds = 5
            $0.log = { line in lines.withLock { $0.append(line) } }
        }
        func passes() -> Int {
            lines.withLock { $0.count { $0.contains(#""retention.done""#) } }
        }
        /// Waits for so many looks; nothing is decided by how long they take.
        func look(_ count: UInt64) {
            let metrics = world.running.server.metrics
            let start = metrics.commits.commits
            for _ in 0..<4_000 where metrics.commits.commits < start + count {
                _ = try? Gate().wait(milliseconds: 5)
            }
            #expect(metrics.commits.commits >= start + count)
        }
        for _ in 0..<4_000 where passes() < 1 { look(1) }
        #expect(passes() == 1)
        look(10)
        world.running.advance(milliseconds: day - 1)
        look(10)
        #expect(passes() == 1)
        world.running.advance(milliseconds: 1)
        for _ in 0..<4_000 where passes() < 2 { look(1) }
        look(10)
        #expect(passes() == 2)
        // A week without it is made up for, and a longer leap of the clock is not believed.
        world.running.advance(milliseconds: 8 * day)
        for _ in 0..<4_000 where passes() < 3 { look(1) }
        #expect(passes() == 3)
        world.running.advance(milliseconds: 8 * day + 1)
        look(10)
        #expect(passes() == 3)
        #expect(lines.withLock { $0.contains { $0.contains(#""retention.clock""#) } })
        _ = try world.retain()
        world.running.advance(milliseconds: day)
        for _ in 0..<4_000 where passes() < 4 { look(1) }
        #expect(passes() == 4)
    }

    @Test("cuts the audit chain only behind a head that was written down, and it stays sound")
    func audit() throws {
        let world = try World()
        let running = world.running
        for _ in 0..<5 { _ = try running.addPerson() }
        running.server.noteAuditHead()
        let first = try #require(try world.verified()["entries"]?.intValue)
        _ = try running.addPerson()
        running.advance(milliseconds: 732 * day)
        // At the limit nothing goes; and neither while the access logs do not know of it.
        try running.admin(["command": "audit.publish"])
        #expect(try world.retain().last["audit_entries"] == .integer(0))
        running.advance(milliseconds: 1)
        #expect(try world.retain(dry: true).last["audit_entries"] == .integer(first))
        #expect(try world.verified()["first_entry"] == .integer(1))
        #expect(try world.retain().last["audit_entries"] == .integer(first))
        let found = try world.verified()
        #expect(found["sound"] == .integer(1), "\(found)")
        #expect(found["first_entry"] == .integer(first + 1))
        // What is between that head and the next waits for the next.
        #expect(try world.retain().last["audit_entries"] == .integer(0))
        let answer = try running.admin(["command": "audit.export", "after": .integer(0)])
        let entries = try #require(answer["rows"]?.items)
        #expect(entries.first?["entry"] == .integer(first + 1))
        #expect(entries.last?["kind"] == "entries_cut")
        running.stop()
        let path = running.directory.file("server.sqlite")
        let now = noon + 732 * day + 1
        func tampered(_ sql: StaticString) throws -> JSONValue {
            let copy = try TemporaryDirectory()
            for name in ["server.sqlite", "audit-heads.ndjson", "server.history"] {
                try Files.append(
                    try Files.read(running.directory.file(name), bytesMax: 64 << 20),
                    to: copy.file(name))
            }
            let store = try Connection(
                path: copy.file("server.sqlite"), options: ConnectionOptions(.readWriteCreate))
            try store.run(sql)
            _ = try store.checkpoint(.truncate)
            store.close()
            let answer = try TangRatServer.runAdmin(
                ["command": "audit.verify"], directory: copy.path,
                wallClock: WallClock(milliseconds: { now }))
            return try #require(try JSON.parse(answer)["rows"]?.items?.first)
        }
        #expect(Files.exists(path))
        #expect(try tampered("SELECT 1")["sound"] == .integer(1))
        for sql: StaticString in [
            "DELETE FROM value WHERE name = 'audit_cut'",
            "DELETE FROM audit WHERE no = (SELECT min(no) FROM audit)",
            "DELETE FROM audit WHERE no = (SELECT max(no) FROM audit)",
        ] {
            #expect(try tampered(sql)["sound"] == .integer(0), "\(sql)")
        }
    }

    @Test("keeps the chain from the first entry of who is under a hold")
    func heldEntries() throws {
        let world = try World()
        let running = world.running
        running.server.noteAuditHead()
        let before = try #require(try world.verified()["entries"]?.intValue)
        let held = try running.addPerson()
        running.server.noteAuditHead()
        try running.admin([
            "command": "person.hold", "person": .string(held), "reason": "court 12/2569",
        ])
        running.advance(milliseconds: 733 * day)
        try running.admin(["command": "audit.publish"])
        #expect(try world.retain().last["audit_entries"] == .integer(before))
        try running.admin([
            "command": "person.release", "person": .string(held), "reason": "court 12/2569",
        ])
        #expect(try world.retain().last["audit_entries"] == .integer(1))
        #expect(try world.verified()["sound"] == .integer(1))
    }

    @Test("works where no server runs")
    func alone() throws {
        let world = try World()
        try world.running.feed(world.key, [Self.vehicle("v", world.subject, pages: 3)])
        world.running.stop()
        let later = WallClock(milliseconds: { noon + 367 * day })
        let answer = try TangRatServer.runAdmin(
            ["command": "retention", "dry_run": .integer(0)],
            directory: world.running.directory.path, wallClock: later)
        let last = try #require(try JSON.parse(answer)["rows"]?.items?.last)
        #expect(last["gone"] == .integer(1))
        #expect(try world.files(with: Self.canary) == [])
    }
}
