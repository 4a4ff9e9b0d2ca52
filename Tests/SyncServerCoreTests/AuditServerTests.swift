import Glibc
import NetworkIO
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("What a server writes into the audit chain")
struct AuditServerTests {
    /// The entries, oldest first, as an operator reads them.
    private static func entries(_ running: RunningServer) throws -> [JSONValue] {
        let answer = try running.admin(["command": "audit.export", "after": .integer(0)])
        return try #require(answer["rows"]?.items)
    }

    private static func kinds(_ entries: some Sequence<JSONValue>) -> [String] {
        entries.compactMap { $0["kind"]?.text }
    }

    private static func vehicle(_ id: String, _ subject: String, version: Int = 1) -> String {
        #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"#
            + #""source_version":\#(version),"body":{"n":\#(version)}}"#
    }

    /// A person with a device that holds everything.
    private struct World {
        let running: RunningServer
        let subject: String
        let phone: SignedIn
        let key: String
        var client = SimulatedClient()

        init(_ change: (inout TangRatServer.Configuration) -> Void = { _ in }) throws {
            running = try RunningServer(change)
            subject = try running.addPerson()
            phone = try running.signIn(subject)
            key = try running.addAgency("dlt", ["vehicle", "service"])
            try running.feed(key, [AuditServerTests.vehicle("v1", subject)])
            try phone.pull(running, &client)
        }
    }

    @Test("one entry for everything that was disclosed, written or decided")
    func everything() throws {
        var world = try World()
        let entries = try Self.entries(world.running)
        #expect(
            Self.kinds(entries) == [
                "history_began", "person_added", "sign_in_approved", "device_added",
                "agency_added", "rows_fed", "rows_read",
            ])
        let device = "device:\(world.phone.device)"
        #expect(entries[3]["actor"]?.text == device)
        #expect(entries[3]["subject"]?.text == world.subject)
        #expect(entries[5]["actor"]?.text == "agency:dlt")
        let read = entries[6]
        #expect(read["actor"]?.text == device && read["text"]?.text == "sync")
        let rows = try #require(read["rows"]?.items)
        #expect(rows.count == 1)
        #expect(rows[0]["count"] == .integer(1))
        #expect(rows[0]["from_rev"] == .integer(1) && rows[0]["to_rev"] == .integer(1))
        #expect(rows[0]["bucket"]?.text?.contains(world.subject) == true)

        // What discloses nothing writes nothing: unchanged, everyone's rows, a refused cursor.
        for _ in 0..<3 { try world.phone.pull(world.running, &world.client) }
        try world.running.feed(
            world.key, [#"{"table":"service","id":"s","as_of":1,"source_version":1,"body":{}}"#])
        try world.phone.pull(world.running, &world.client)
        #expect(world.client.view.count == 2)
        #expect(Self.kinds(try Self.entries(world.running).dropFirst(7)) == ["rows_fed"])

        // A row that goes is disclosed too, and only what is new is.
        try world.running.feed(
            world.key,
            [
                #"{"table":"vehicle","id":"v1","subject":"\#(world.subject)","as_of":1,"#
                    + #""source_version":2,"deleted":1}"#, Self.vehicle("v2", world.subject),
            ])
        try world.phone.pull(world.running, &world.client)
        let later = try Self.entries(world.running).dropFirst(8)
        // Lines that come in two batches are told of by two entries.
        #expect(Set(Self.kinds(later.dropLast())) == ["rows_fed"])
        #expect(later.last?["kind"] == "rows_read")
        let range = try #require(later.last?["rows"]?.items?.first)
        #expect(range["from_rev"] == .integer(2) && range["to_rev"] == .integer(3))
        #expect(range["count"] == .integer(2))
        let verified = try world.running.admin(["command": "audit.verify"])["rows"]?.items?.first
        #expect(verified?["sound"] == .integer(1))
        #expect(verified?["entries"] == .integer(Int64(8 + later.count)))
    }

    @Test("how often an agency named somebody who is not known, also where nothing changed")
    func unknownSubjects() throws {
        let world = try World()
        let before = try Self.entries(world.running).count
        // One batch, and one commit: the connection has one line after the other.
        try world.running.feed(world.key, [Self.vehicle("v7", "nobody")])
        try world.running.feed(world.key, [Self.vehicle("v1", world.subject)])
        let later = try Self.entries(world.running).dropFirst(before)
        #expect(Self.kinds(later) == ["rows_fed"])
        let entry = try #require(later.first)
        #expect(entry["text"] == "subjects_unknown 1" && entry["actor"] == "agency:dlt")
        #expect(entry["rows"] == nil && entry["subject"] == nil)
        try world.running.feed(
            world.key, [Self.vehicle("v7", "nobody"), Self.vehicle("v8", world.subject)])
        let both = try Self.entries(world.running).dropFirst(before + 1)
        #expect(both.contains { $0["text"] == "subjects_unknown 1" })
        #expect(both.contains { $0["rows"] != nil })
    }

    /// Goal: no agency learns who is known without an entry.
    ///
    /// Method: lines that change nothing whoever they name: the answer is the same for somebody
    /// and for nobody, or the entry tells of it.
    @Test("how often a version was used again; what a row alone decides asks for nobody")
    func askedInVain() throws {
        let world = try World()
        let running = world.running
        let other = try running.addAgency("oic", ["vehicle"])
        let newer = Self.vehicle("mine", world.subject, version: 5)
        try running.feed(world.key, [newer])
        let before = try Self.entries(running).count
        for (key, word) in [(world.key, "stale"), (other, "feed.owner_foreign")] {
            let told = try ["nobody", world.subject].map { subject in
                let line = Self.vehicle("mine", subject)
                return try running.request(
                    "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
                    Array(line.utf8)
                ).text
            }
            #expect(told[0] == told[1] && told[0].contains(word), "\(told)")
        }
        #expect(try Self.entries(running).count == before)
        let altered = newer.replacing("\"as_of\":1", with: "\"as_of\":2")
        let moved = try running.feed(world.key, [altered])
        #expect(moved["refused"] == 1, "\(moved)")
        let later = try Self.entries(running).dropFirst(before)
        #expect(later.map { $0["text"]?.text } == ["versions_reused 1"])
    }

    @Test("the mutations of a push with the rows they touched, in the push's own commit")
    func pushes() throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        var writing = WritingDevice(
            DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
        let first = writing.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
        let second = writing.next([RowOperation(RowKey(table: "annotation", id: "b"), .create)])
        var request = SyncRequest()
        request.rowsMax = 0
        let frames = [
            Frame.sync(request), .push(PushHeader(baseChain: 77)), .mutation(first),
            .mutation(second),
        ]
        let before = running.server.metrics.commits.commits
        _ = try phone.sync(running, frames)
        #expect(running.server.metrics.commits.commits == before + 1)
        // Repeated, it takes nothing and writes no entry.
        _ = try phone.sync(running, frames)
        let written = try Self.entries(running).filter { $0["kind"] == "rows_written" }
        #expect(written.count == 1)
        #expect(written[0]["first_mutation"] == .integer(1))
        #expect(written[0]["mutations"] == .integer(2))
        #expect(written[0]["rows"]?.items?.first?["count"] == .integer(2))
    }

    @Test("what a repair sends")
    func repairs() throws {
        let world = try World()
        var body: [UInt8] = []
        var writer = JSONFrameWriter()
        writer.append(.reconcile(ReconcileRequest()), to: &body)
        let bucket = try #require(
            try Self.entries(world.running).last?["rows"]?.items?[0]["bucket"]?.text)
        writer.append(
            .items(ItemsClaim(bucket: bucket, range: .whole, hashes: [])), to: &body)
        let answer = try world.running.request(
            "POST", "/v1/reconcile",
            [
                "Authorization": "Bearer \(world.phone.token)",
                "Content-Type": "application/json",
            ], body)
        #expect(answer.text.contains(#""table":"vehicle""#), "\(answer.text)")
        let last = try #require(try Self.entries(world.running).last)
        #expect(last["kind"] == "rows_read" && last["text"]?.text == "repair")
        #expect(last["rows"]?.items?.first?["count"] == .integer(1))
    }

    @Test("decisions about rights: tokens renewed and used twice, a device's end, an agency's")
    func rights() throws {
        let world = try World()
        let running = world.running
        func refresh(_ token: String) throws -> JSONValue {
            try JSON.parse(
                try running.client().post(
                    "/v1/oauth/token", "grant_type=refresh_token&refresh_token=\(token)"
                ).body)
        }
        let start = try Self.entries(running).count
        #expect(try refresh(world.phone.refresh)["access_token"] != nil)
        running.advance(milliseconds: Limits().refreshGraceMilliseconds + 1)
        #expect(try refresh(world.phone.refresh)["error"] == "invalid_grant")
        #expect(try refresh("trr_nobody")["error"] == "invalid_grant")
        let tablet = try running.signIn(world.subject)
        try running.admin([
            "command": "device.revoke", "device": .string(tablet.device.description),
        ])
        try running.admin(["command": "agency.revoke", "code": "dlt"])
        let entries = try Self.entries(running).dropFirst(start)
        #expect(
            Self.kinds(entries) == [
                "tokens_renewed", "token_reused", "device_revoked", "sign_in_approved",
                "device_added", "device_revoked", "agency_revoked",
            ])
        let ended = entries.filter { $0["kind"] == "device_revoked" }
        #expect(ended.map { $0["actor"]?.text } == ["server", "operator"])
        #expect(
            ended.map { $0["device"]?.text } == [
                world.phone.device.description, tablet.device.description,
            ])
    }

    @Test("nothing of a person but ids")
    func idsOnly() throws {
        let world = try World()
        let store = try Connection(
            path: world.running.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        defer { store.close() }
        var bytes: [UInt8] = []
        try store.run("SELECT entry FROM audit") { bytes += $0.blob(0) }
        #expect(!bytes.isEmpty)
        let text = String(decoding: bytes, as: UTF8.self)
        for canary in ["v1", world.phone.token, world.phone.refresh, world.key] {
            #expect(!text.contains(canary))
        }
    }

    @Test("is written before the answer leaves: without an entry nothing is disclosed")
    func failsClosed() throws {
        let world = try World()
        // A lock of another program keeps the writer out, as a disk that is full would.
        let other = try Connection(
            path: world.running.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        defer { other.close() }
        try other.begin(.immediate)
        let refused = try world.phone.sync(world.running, [.sync(SyncRequest())])
        #expect(refused.status == 503)
        #expect(!refused.text.contains("vehicle"))
        // What did not leave is not counted as sent.
        func sent() throws -> Substring? {
            try world.running.request("GET", "/metrics").text.split(separator: "\n")
                .first { $0.hasPrefix("tangrat_rows_sent_total ") }
        }
        let before = try sent()
        _ = try world.phone.sync(world.running, [.sync(SyncRequest())])
        #expect(try sent() == before)
        // Who has everything is told so all the same.
        let unchanged = try decodeFrames(
            try world.phone.sync(world.running, [.sync(world.client.request)]).body)
        #expect(unchanged.last == .unchanged(ackedMid: 0))
        other.rollback()
        let again = try world.phone.sync(world.running, [.sync(SyncRequest())])
        #expect(again.status == 200)
    }

    @Test("an answer of an export ends with the entry that fills it", arguments: [0, 1])
    func exportBytes(fewer: Int) throws {
        let fixture = try ServerFixture()
        func count(after start: Int64) throws -> [JSONValue] {
            try AuditCommands(
                reading: AuditReading(reader: fixture.reader, partMax: 10_000),
                lineage: fixture.store.lineage, heads: AuditWitnessFile(path: ""), now: noon
            ).run(["command": "audit.export", "after": .integer(start)]).get()
        }
        func append(_ text: String) throws -> AuditRecord {
            try fixture.write { try $0.audit.append(.rowsPurged, by: .operator, text: text) }
            var last: AuditRecord?
            try fixture.read { snapshot in
                let head = try snapshot.auditHead().number
                try snapshot.auditRecords(after: head - 1) { record in
                    last = record
                    return false
                }
            }
            return try #require(last)
        }
        let first = try append(String(repeating: "x", count: 500_000))
        let start = first.number - 1
        // What an entry of some length adds to its text is found out, and then made up for.
        let added = first.entry.count - 500_000
        let rest = AuditCommands.exportBytesMax - first.entry.count - added - fewer
        let second = try append(String(repeating: "y", count: rest))
        #expect(first.entry.count + second.entry.count == AuditCommands.exportBytesMax - fewer)
        let third = try append("z")
        #expect(try count(after: start).count == 2 + fewer)
        #expect(try count(after: third.number - 1).count == 1)
    }

    @Test("a file of heads that is too long is not read", arguments: [0, 1])
    func headsBytes(more: Int) throws {
        let place = try TemporaryDirectory()
        let file = place.file("heads.ndjson")
        let head = AuditHead(number: 7, link: SHA256.hash([1]))
        let lineage = try #require(Lineage([UInt8](repeating: 1, count: 16)))
        let witness = AuditWitness(at: noon, lineage: lineage, head: head)
        try AuditWitnessFile(path: file).append(witness)
        let size = try Files.read(file, bytesMax: 4_096).count
        let short = AuditWitnessFile(path: file, bytesMax: size - more)
        if more == 0 {
            #expect(try short.read().witnesses.map(\.head.number) == [7])
        } else {
            #expect(throws: (any Error).self) { try short.read() }
        }
    }

    /// Method: what a full disk leaves of a line stands before the next head.
    @Test("a head that was cut off in its file spoils no other")
    func tornHead() throws {
        let place = try TemporaryDirectory()
        let file = AuditWitnessFile(path: place.file("heads.ndjson"))
        let lineage = try #require(Lineage([UInt8](repeating: 1, count: 16)))
        func append(_ number: Int64) throws {
            let head = AuditHead(number: number, link: SHA256.hash([UInt8(number)]))
            try file.append(AuditWitness(at: noon, lineage: lineage, head: head))
        }
        try append(7)
        try Files.append(Array(#"{"at_ms":17950000"#.utf8), to: file.path)
        try append(8)
        try append(9)
        let read = try file.read()
        #expect(read.witnesses.map(\.head.number) == [7, 8, 9])
        #expect(read.unreadable == 1 && read.badLine == 2)
    }

    /// Method: nobody asks for it; how long it takes decides nothing.
    @Test("its head is written down by the server itself, each time that it moved")
    func headsInTime() throws {
        let world = try World { $0.limits.auditHeadMilliseconds = 5 }
        let file = AuditWitnessFile(
            path: TangRatServer.auditHeads(world.running.directory.path))
        func written() throws -> [Int64] { try file.read().witnesses.map(\.head.number) }
        func wait(for number: Int64) throws {
            for _ in 0..<4_000 {
                if try written().last == number { return }
                _ = try? Gate().wait(milliseconds: 5)
            }
            Issue.record("\(number) is not written down")
        }
        try wait(for: 7)
        _ = try world.running.addPerson()
        try wait(for: 8)
        let numbers = try written()
        #expect(numbers == Set(numbers).sorted())
    }

    @Test("its head goes to a second place, and what was cut off since is told by it")
    func heads() throws {
        let place = try TemporaryDirectory()
        let file = place.file("heads.ndjson")
        let lines = Mutex<[String]>([])
        let world = try World { configuration in
            configuration.auditHeads = file
            configuration.log = { line in lines.withLock { $0.append(line) } }
        }
        world.running.server.noteAuditHead()
        // It did not move: nothing is written.
        world.running.server.noteAuditHead()
        let written = try AuditWitnessFile(path: file).read()
        #expect(written.witnesses.map(\.head.number) == [7] && written.badLine == nil)
        #expect(lines.withLock { $0.count { $0.contains(#""audit.head""#) } } == 1)
        #expect(try mode(file) == 0o600)
        // Also where a server runs: a service may see another /tmp than who asks.
        for command in ["audit.verify", "retention"] {
            let missing = try world.running.admin(
                ["command": .string(command), "heads": .string(place.file("typo.ndjson"))])
            #expect(missing["error"]?["code"] == "admin.audit_heads", "\(command): \(missing)")
        }
        world.running.stop()
        let directory = world.running.directory.path

        func verify(_ heads: String?) throws -> JSONValue {
            var members: [(String, JSONValue)] = [("command", "audit.verify")]
            if let heads { members.append(("heads", .string(heads))) }
            let answer = try JSON.parse(
                try TangRatServer.runAdmin(.object(JSONObject(members)), directory: directory))
            return try #require(answer["rows"]?.items?.first)
        }
        #expect(try verify(file)["sound"] == .integer(1))
        let store = try Connection(
            path: "\(directory)/server.sqlite", options: ConnectionOptions(.readWriteCreate))
        try store.run("DELETE FROM audit WHERE no > 5")
        store.close()
        #expect(try verify(nil)["sound"] == .integer(1))
        let cut = try verify(file)
        #expect(cut["sound"] == .integer(0) && cut["first_bad_entry"] == .integer(6))
        // A line that is none hides no head from the comparison.
        try Files.append(Array("{}\n".utf8), to: file)
        let beside = try verify(file)
        #expect(beside["sound"] == .integer(0) && beside["unreadable_heads"] == .integer(1))
        // A file that is none is refused, and not taken for one without heads.
        let other = place.file("other.ndjson")
        try Files.append(Array("{}\n".utf8), to: other)
        let refused = try TangRatServer.runAdmin(
            ["command": "audit.verify", "heads": .string(other)], directory: directory)
        #expect(try JSON.parse(refused)["error"]?["code"] == "admin.audit_heads")
        // Nor is one that is not there, if somebody named it.
        for command in ["audit.verify", "retention"] {
            let missing = try TangRatServer.runAdmin(
                ["command": .string(command), "heads": .string(place.file("typo.ndjson"))],
                directory: directory)
            #expect(try JSON.parse(missing)["error"]?["code"] == "admin.audit_heads", "\(command)")
        }
        #expect(cut["heads_file"] == 1)
        #expect(try verify(nil)["heads_file"] == 0)
    }

    @Test("is exported around an entry that cannot be read, which is told")
    func exportOfDamaged() async throws {
        let world = try World()
        world.running.stop()
        let directory = world.running.directory.path
        let store = try Connection(
            path: "\(directory)/server.sqlite", options: ConnectionOptions(.readWriteCreate))
        try store.run("UPDATE audit SET entry = x'ff' WHERE no = 2")
        store.close()
        let answer = try JSON.parse(
            try TangRatServer.runAdmin(
                ["command": "audit.export", "after": .integer(0)], directory: directory))
        let rows = try #require(answer["rows"]?.items)
        #expect(rows.count > 2 && rows[1]["entry"] == 2 && rows[1]["unreadable"] == 1)
        #expect(rows.count { $0["unreadable"] == nil } == rows.count - 1)
        // Who reads the lines alone would not miss what is not in them.
        let ended = await #expect(
            processExitsWith: .exitCode(1),
            observing: [\.standardErrorContent, \.standardOutputContent]
        ) { [directory = directory as String] in
            ServerProgram.main(["audit", "export", "--data", directory])
        }
        let result = try #require(ended)
        let told = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(told.contains("1 of the entries cannot be read"), "\(told)")
        let lines = result.standardOutputContent.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count >= rows.count)
    }

    @Test("is not said to be exported where a full disk took no line of it")
    func exportOnFullDisk() async throws {
        let world = try World()
        world.running.stop()
        let directory = world.running.directory.path
        let ended = await #expect(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) { [directory = directory as String] in
            let full = open("/dev/full", O_WRONLY)
            guard dup2(full, STDOUT_FILENO) == STDOUT_FILENO else { exit(3) }
            ServerProgram.main(["audit", "export", "--data", directory])
        }
        let told = String(decoding: try #require(ended).standardErrorContent, as: UTF8.self)
        #expect(told.contains("output.failed") && told.contains("No space left"), "\(told)")
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        #expect(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }

    @Test("a restored store goes on with the chain, and says that a history began")
    func restore() throws {
        let place = try TemporaryDirectory()
        let world = try World()
        let backup = place.file("backup.sqlite")
        try world.running.admin(["command": "backup", "file": .string(backup)])
        _ = try world.running.signIn(world.subject)
        world.running.stop()
        let directory = world.running.directory.path
        _ = try TangRatServer.restore(backup, directory: directory)
        _ = try TangRatServer.runAdmin(["command": "person.add"], directory: directory)
        let answer = try JSON.parse(
            try TangRatServer.runAdmin(
                ["command": "audit.export", "after": .integer(0)], directory: directory))
        let kinds = Self.kinds(answer["rows"]?.items ?? [])
        #expect(kinds.suffix(3) == ["store_copied", "history_began", "person_added"])
        // The heads of the history that was left are no loss: the chain tells of the restore.
        let verified = try JSON.parse(
            try TangRatServer.runAdmin(["command": "audit.verify"], directory: directory))
        let found = try #require(verified["rows"]?.items?.first)
        #expect(found["sound"] == .integer(1) && found["set_aside_heads"] == .integer(1))
    }

    @Test("is exported in parts")
    func parts() throws {
        let world = try World { $0.limits.auditReadMax = 3 }
        var numbers: [Int64] = []
        while true {
            let answer = try world.running.admin([
                "command": "audit.export", "after": .integer(numbers.last ?? 0),
            ])
            let rows = try #require(answer["rows"]?.items)
            guard !rows.isEmpty else { break }
            #expect(rows.count <= 3)
            numbers += rows.compactMap { $0["entry"]?.intValue }
        }
        #expect(numbers == Array(1...7))
        let verified = try world.running.admin(["command": "audit.verify"])["rows"]?.items?.first
        #expect(verified?["entries"] == .integer(7))
    }
}
