import Glibc
import NetworkIO
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

private let day: Int64 = 86_400_000

/// What may happen to a pass of retention while it runs.
@Suite("A pass of retention")
struct RetentionPassTests {
    /// A clock for dates that is set ahead at one of its readings.
    private final class LeapingClock: Sendable {
        private let state = Mutex<(now: Int64, untilLeap: Int, leap: Int64)>((noon, .max, 0))

        var wall: WallClock { WallClock(milliseconds: { self.read() }) }

        func set(_ now: Int64) { state.withLock { $0 = (now, .max, 0) } }

        func leap(by milliseconds: Int64, afterReadings count: Int) {
            state.withLock { ($0.untilLeap, $0.leap) = (count, milliseconds) }
        }

        private func read() -> Int64 {
            state.withLock { state in
                if state.untilLeap == 0 { state.now += state.leap }
                if state.untilLeap < .max { state.untilLeap -= 1 }
                return state.now
            }
        }
    }

    private static func vehicle(_ id: String, _ subject: String, asOf: Int64 = noon) -> String {
        #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":\#(asOf),"#
            + #""source_version":1,"body":{}}"#
    }

    private static func gone(_ answer: JSONValue) -> Int64? {
        answer["rows"]?.items?.last?["gone"]?.intValue
    }

    private static let retention: JSONValue = ["command": "retention", "dry_run": .integer(0)]

    private static func damage(_ running: RunningServer, _ sql: StaticString) throws {
        let store = try Connection(
            path: running.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        defer { store.close() }
        try store.run(sql)
    }

    /// Goal: a clock that is set ahead while a pass runs removes nothing that is not over.
    ///
    /// Method: ten rows are over and ten are not for another hundred days; rows go one by
    /// one, and the clock leaps by a year after some of them. Both in a server and alone.
    @Test(
        "ends where the clock leaps, and removes nothing by the new time", arguments: [true, false])
    func leap(isServed: Bool) throws {
        let clock = LeapingClock()
        let running = try RunningServer {
            $0.wallClock = clock.wall
            $0.limits.retentionRowsMax = 1
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feed(
            key,
            (0..<20).map {
                Self.vehicle("v\($0)", subject, asOf: noon + ($0 < 10 ? 0 : 100 * day))
            })
        if !isServed { running.stop() }
        func retain() throws -> JSONValue {
            guard !isServed else { return try running.admin(Self.retention) }
            return try JSON.parse(
                try TangRatServer.runAdmin(
                    Self.retention, directory: running.directory.path, wallClock: clock.wall))
        }
        func living() throws -> Int64 {
            let store = try Connection(
                path: running.directory.file("server.sqlite"), options: ConnectionOptions(.readOnly)
            )
            defer { store.close() }
            var count: Int64 = 0
            try store.run("SELECT sum(alive) FROM row") { count = $0.int64(0) }
            return count
        }
        clock.set(noon + 367 * day)
        clock.leap(by: 366 * day, afterReadings: isServed ? 5 : 1)
        let stopped = try retain()
        #expect(stopped["error"]?["code"] == "admin.retention")
        #expect(stopped["error"]?["message"]?.text?.contains("the clock was set by 3162") == true)
        let left = try living()
        #expect(left > 10 || !isServed && left >= 10)
        // Ten minutes are no leap: a clock is put right by a little while a pass runs.
        clock.set(noon + 367 * day)
        clock.leap(by: 599_000, afterReadings: isServed ? 5 : 1)
        #expect(Self.gone(try retain()) == left - 10)
        #expect(try living() == 10)
    }

    /// Method: the clock that never steps stands still, so a leap is as long as it is made.
    @Test("ends past ten minutes, and not at them", arguments: [600_000, 600_001] as [Int64])
    func leapEdge(milliseconds: Int64) throws {
        let clock = LeapingClock()
        let running = try RunningServer {
            $0.clock = TurnedClock().clock
            $0.wallClock = clock.wall
            $0.limits.retentionRowsMax = 1
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feed(key, (0..<20).map { Self.vehicle("v\($0)", subject) })
        clock.set(noon + 367 * day)
        clock.leap(by: milliseconds, afterReadings: 5)
        let answer = try running.admin(Self.retention)
        if milliseconds == Limits().retentionLeapMillisecondsMax {
            #expect(Self.gone(answer) == 20)
        } else {
            #expect(answer["error"]?["code"] == "admin.retention", "\(answer)")
        }
    }

    /// Goal: a damaged row keeps itself, and not all others for ever.
    @Test("passes over what cannot be read, says so, and goes on")
    func damage() throws {
        let lines = Mutex<[String]>([])
        let running = try RunningServer { configuration in
            configuration.log = { line in lines.withLock { $0.append(line) } }
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feed(key, (0..<6).map { Self.vehicle("v\($0)", subject) })
        let phone = try running.signIn(subject)
        try running.admin(["command": "device.revoke", "device": .string("\(phone.device)")])
        // A hash that is none, a table without a name, a bucket that is not there.
        try Self.damage(running, "UPDATE row SET hash = x'00' WHERE id = 'v1'")
        try Self.damage(running, "UPDATE row SET tab = 99999 WHERE id = 'v2'")
        try Self.damage(running, "UPDATE row SET bucket = 99999 WHERE id = 'v3'")
        running.advance(milliseconds: 367 * day)
        let answer = try running.admin(Self.retention)
        let last = try #require(answer["rows"]?.items?.last, "\(answer)")
        #expect(last["gone"] == .integer(3) && last["damaged"] == .integer(3))
        #expect(last["device_names"] == .integer(1))
        #expect(running.server.metrics.commits.commits > 0)
        let told = lines.withLock { $0.filter { $0.contains(#""store.damaged""#) } }
        #expect(told.count == 1 && told[0].contains("the last of 3"))
        for canary in [subject, "v1", "v2", "v3"] { #expect(!told.joined().contains(canary)) }
        #expect(!lines.withLock { $0.contains { $0.contains("store.commit_failed") } })
    }

    /// Goal: a damaged audit chain does not keep rows for ever, either.
    ///
    /// Method: a link is too short, so a pass cannot look for a cut. It ends all the same,
    /// and the next one begins with the rows again.
    @Test("ends where the audit chain cannot be read, and comes back to the rows")
    func damagedChain() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        running.server.noteAuditHead()
        try Self.damage(running, "UPDATE audit SET link = x'00' WHERE no = 1")
        running.advance(milliseconds: 800 * day)
        for id in ["v1", "v2"] {
            try running.feed(key, [Self.vehicle(id, subject)])
            let answer = try running.admin(Self.retention)
            let last = try #require(answer["rows"]?.items?.last, "\(answer)")
            #expect(last["gone"] == .integer(1) && last["damaged"] == .integer(1))
        }
    }

    /// Goal: a server that is started anew before its passes end still reaches every row.
    ///
    /// Method: leave the mark of a pass that was cut off behind the second row.
    @Test(
        "that was interrupted is gone on with by the server, and the next begins at the beginning")
    func interrupted() throws {
        let lines = Mutex<[String]>([])
        let running = try RunningServer {
            $0.limits.retentionLookMilliseconds = 5
            $0.limits.http.tickMilliseconds = 5
            $0.log = { line in lines.withLock { $0.append(line) } }
        }
        func passes() -> [String] {
            lines.withLock { $0.filter { $0.contains(#""retention.done""#) } }
        }
        func wait(for count: Int) throws {
            for _ in 0..<4_000 where passes().count < count {
                _ = try? Gate().wait(milliseconds: 5)
            }
            try #require(passes().count >= count)
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feed(key, (0..<4).map { Self.vehicle("v\($0)", subject) })
        try wait(for: 1)
        let now = noon + 367 * day
        var number: Int64 = 0
        let store = try Connection(
            path: running.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        try store.run("SELECT no FROM row WHERE id = 'v1'") { number = $0.int64(0) }
        var mark: [UInt8] = [0]
        mark.appendBigEndian(UInt64(number))
        mark.appendBigEndian(UInt64(now - day))
        try store.run(
            "INSERT OR REPLACE INTO value(name, value) VALUES ('retention_place', ?1)",
            .blob(mark))
        store.close()
        // The last pass that was finished was a year ago, but the clock was seen yesterday.
        running.advance(milliseconds: 367 * day)
        try wait(for: 2)
        #expect(passes()[1].contains("2 rows: vehicle 2"))
        running.advance(milliseconds: day)
        try wait(for: 3)
        #expect(passes()[2].contains("2 rows: vehicle 2"))
    }

    /// Goal: no loop waits for a file of heads, which may be large, or lie on a slow disk.
    ///
    /// Method: the file is a pipe that nobody writes to; the same loop answers meanwhile.
    @Test("reads the heads on a thread of its own")
    func heads() throws {
        let running = try RunningServer()
        let pipe = running.directory.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let answered = try Gate()
        let socket = TangRatServer.adminSocket(running.directory.path)
        try WorkerThread.start {
            let command = #"{"command":"retention","dry_run":1,"heads":"\#(pipe)"}"#
            let answer = try? HTTPTestClient(path: socket).post("/admin", command)
            if answer?.text.contains(#""rows""#) == true { answered.open() }
        }
        for _ in 0..<3 {
            #expect(try running.admin(["command": "person.list"])["rows"] != nil)
        }
        // Opening it ends the reading: no heads.
        let writer = open(pipe, O_WRONLY | O_CLOEXEC)
        #expect(writer >= 0)
        close(writer)
        #expect(answered.wait(milliseconds: 60_000))
    }

    @Test("says that a reader keeps the log, and empties it at the next command")
    func busy() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feed(key, [Self.vehicle("v", subject)])
        running.advance(milliseconds: 367 * day)
        let reader = try Connection(
            path: running.directory.file("server.sqlite"), options: ConnectionOptions(.readOnly))
        try reader.begin(.deferred)
        try reader.run("SELECT count(*) FROM row") { _ in }
        let kept = try running.admin(Self.retention)
        #expect(kept["error"]?["message"]?.text?.contains("a reader keeps the log") == true)
        reader.rollback()
        reader.close()
        // Nothing is left to remove, and the log is emptied all the same.
        #expect(Self.gone(try running.admin(Self.retention)) == 0)
        let log = running.directory.file("server.sqlite-wal")
        #expect(try Files.read(log, bytesMax: 1 << 20).isEmpty)
    }

    @Test("finds the heads of a store that nobody serves where they are said to lie")
    func elsewhere() throws {
        let place = try TemporaryDirectory()
        let file = place.file("heads.ndjson")
        let running = try RunningServer { $0.auditHeads = file }
        for _ in 0..<3 { _ = try running.addPerson() }
        running.server.noteAuditHead()
        _ = try running.addPerson()
        try running.admin(["command": "audit.publish"])
        running.stop()
        let later = WallClock(milliseconds: { noon + 733 * day })
        func retain(_ heads: String?) throws -> Int64? {
            var members: [(String, JSONValue)] = [
                ("command", "retention"), ("dry_run", .integer(0)),
            ]
            if let heads { members.append(("heads", .string(heads))) }
            let answer = try TangRatServer.runAdmin(
                .object(JSONObject(members)), directory: running.directory.path, wallClock: later)
            return try JSON.parse(answer)["rows"]?.items?.last?["audit_entries"]?.intValue
        }
        #expect(try retain(nil) == 0)
        #expect(try retain(file).map { $0 > 0 } == true)
    }

    /// Goal: what shows who was given a held person's rows is kept like all else about them.
    @Test("keeps entries of rights to what a held person has", arguments: ["grant", "revoke"])
    func heldRights(command: String) throws {
        let running = try RunningServer()
        let owner = try running.addPerson()
        let helper = try running.addPerson()
        func say(_ name: String) throws {
            let answer = try running.admin([
                "command": .string(name), "bucket": .string("person/\(owner)/transport"),
                "person": .string(helper),
            ])
            #expect(answer["error"] == nil, "\(answer)")
        }
        func retain() throws -> Int64? {
            try running.admin(["command": "audit.publish"])
            return try running.admin(Self.retention)["rows"]?.items?.last?["audit_entries"]?
                .intValue
        }
        if command == "revoke" { try say("grant") }
        running.server.noteAuditHead()
        _ = try running.addPerson()
        running.advance(milliseconds: 733 * day)
        // What tells of the owner alone is gone before the court asks.
        #expect(try retain().map { $0 > 0 } == true)
        try say(command)
        running.server.noteAuditHead()
        try running.admin([
            "command": "person.hold", "person": .string(owner), "reason": "court 12/2569",
        ])
        running.advance(milliseconds: 733 * day)
        #expect(try retain() == 0)
        try running.admin([
            "command": "person.release", "person": .string(owner), "reason": "court 12/2569",
        ])
        #expect(try retain().map { $0 > 0 } == true)
    }
}
