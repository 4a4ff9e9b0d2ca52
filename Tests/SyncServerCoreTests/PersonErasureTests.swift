import Glibc
import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Whether some bytes stand in others.
private func holds(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { place in
        wanted.withUnsafeBytes { wanted in
            guard let start = place.baseAddress, let first = wanted.first,
                let pattern = wanted.baseAddress
            else { return false }
            var from = 0
            while from + wanted.count <= place.count,
                let hit = memchr(start + from, Int32(first), place.count - from)
            {
                let offset = UnsafeRawPointer(hit) - start
                guard offset + wanted.count <= place.count else { return false }
                if memcmp(start + offset, pattern, wanted.count) == 0 { return true }
                from = offset + 1
            }
            return false
        }
    }
}

/// Goal: after an erasure nothing of the person is in any file of the server, the
/// books hold, and every device that comes learns that the rows are gone.
@Suite("The erasure of a person")
struct PersonErasureTests {
    private static let pid = "1999900101791"
    /// What must not be found; no two share a beginning.
    private static let canary = "CANARY-KHON-KAEN"

    private static func line(
        _ table: String, _ id: String, _ whose: String, version: Int = 1, padding: Int = 0
    ) -> String {
        let text = String(repeating: "\(canary) \(id) \(version) ", count: 1 + padding)
        return #"{"table":"\#(table)","id":"\#(id)",\#(whose),"as_of":1,"#
            + #""source_version":\#(version),"body":{"name":"\#(text)"}}"#
    }

    private struct World {
        let running: RunningServer
        let subject: String
        let other: String
        let phone: SignedIn
        let tablet: SignedIn
        let key: String

        init() throws {
            running = try RunningServer()
            let added = try running.admin([
                "command": "person.add", "pid": .string(PersonErasureTests.pid),
            ])
            subject = try #require(added["rows"]?.items?[0]["subject"]?.text)
            other = try running.addPerson()
            phone = try running.signIn(subject)
            tablet = try running.signIn(other)
            key = try running.addAgency("dlt", ["vehicle", "profile"])
            try running.admin([
                "command": "grant", "bucket": .string("person/\(subject)/transport"),
                "person": .string(other),
            ])
        }

        func erase(_ name: String) throws -> JSONValue {
            try running.admin([
                "command": "person.erase", "person": .string(name), "reason": "request 9",
            ])
        }

        /// The files of the store in which some bytes stand.
        func files(with text: String) throws -> [String] {
            try ["server.sqlite", "server.sqlite-wal"].filter { name in
                let path = running.directory.file(name)
                guard Files.exists(path) else { return false }
                return holds(try Files.read(path, bytesMax: 64 << 20), Array(text.utf8))
            }
        }
    }

    /// Rows of every size, changed and removed many times, and words of the person's own.
    private func live(in world: World) throws {
        let whose = #""subject":"\#(world.subject)""#
        let foreign = #""subject":"\#(world.other)""#
        for version in 1...6 {
            var lines: [String] = []
            for number in 0..<60 {
                // From a few bytes to several pages, another size each time.
                let padding = (number * 7 + version * 31) % 17 * (number % 5 == 0 ? 40 : 3)
                lines.append(
                    Self.line(
                        "vehicle", "v\(number)", whose, version: version, padding: padding))
                lines.append(
                    #"{"table":"vehicle","id":"o\#(number)",\#(foreign),"as_of":1,"#
                        + #""source_version":\#(version),"body":{"n":"other \#(version)"}}"#)
            }
            lines.append(Self.line("profile", "p", whose, version: version))
            try world.running.feed(world.key, lines)
        }
        try world.running.feed(
            world.key,
            (50..<60).map {
                #"{"table":"vehicle","id":"v\#($0)",\#(whose),"as_of":1,"source_version":7,"deleted":1}"#
            })
        var writing = WritingDevice(
            DeviceRecord(number: 0, id: world.phone.device, person: 0, name: "", added: 0))
        let key = RowKey(table: "annotation", id: "vehicle:v1")
        let gone = RowKey(table: "annotation", id: "vehicle:v2")
        let note = JSONValue.string(Self.canary + " nickname")
        let mutations = [
            writing.next([
                RowOperation(key, .create), RowOperation(key, .set(field: "nickname", value: note)),
            ]),
            writing.next([
                RowOperation(gone, .create),
                RowOperation(gone, .set(field: "nickname", value: note)),
            ]),
            writing.next([RowOperation(gone, .delete)]),
        ]
        let frames =
            [Frame.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
            + mutations.map { .mutation($0) }
        let pushed = try decodeFrames(try world.phone.sync(world.running, frames).body)
        #expect(
            pushed.contains { frame in
                if case .outcomes(let range) = frame { range.status != .refused } else { false }
            })
    }

    @Test("leaves nothing in the files, and takes the rows from every device that comes")
    func everything() throws {
        let world = try World()
        try live(in: world)
        var helper = SimulatedClient()
        try world.tablet.pull(world.running, &helper)
        let granted = "person/\(world.subject)/transport"
        #expect(helper.view[granted]?.count == 50)
        let tag = try FeedRecord.tag(Self.pid, world.running.server.store.personKey)
        #expect(try !world.files(with: Self.canary).isEmpty)

        let answer = try world.erase(Self.pid)
        let report = try #require(answer["rows"]?.items?.first, "\(answer)")
        #expect(report["devices"] == .integer(1) && report["erased_ms"] == .integer(noon))
        #expect((report["rows"]?.intValue ?? 0) >= 52)

        #expect(try world.files(with: Self.canary) == [])
        let database = world.running.directory.file("server.sqlite")
        #expect(try Files.read(database + "-wal", bytesMax: 64 << 20).isEmpty)
        #expect(try !holds(Files.read(database, bytesMax: 64 << 20), tag.bytes))
        // The other person's rows are all there.
        try world.tablet.pull(world.running, &helper)
        #expect(helper.view[granted] == nil)
        #expect(helper.view["person/\(world.other)/transport"]?.count == 60)
        #expect(try world.phone.sync(world.running, [.sync(SyncRequest())]).status == 401)
        let refreshed = try world.running.client().post(
            "/v1/oauth/token", "grant_type=refresh_token&refresh_token=\(world.phone.refresh)")
        #expect(try JSON.parse(refreshed.body)["error"] == "invalid_grant")
        let verified = try world.running.admin(["command": "verify"])["rows"]?.items?.first
        #expect(verified?["sound"] == .integer(1), "\(String(describing: verified))")
        let audit = try world.running.admin(["command": "audit.export", "after": .integer(0)])
        let entry = try #require(audit["rows"]?.items?.first { $0["kind"] == "person_erased" })
        #expect(entry["text"] == "request 9" && entry["subject"]?.text == world.subject)
        // A later read of what is left adds nothing to it.
        try world.running.admin(["command": "audit.publish"])
        #expect(try world.files(with: Self.canary) == [])
    }

    @Test("ends the way back: no sign-in, no right, no feed; the number is somebody new's")
    func nobody() throws {
        let world = try World()
        let whose = #""subject":"\#(world.subject)""#
        try world.running.feed(world.key, [Self.line("vehicle", "v1", whose, version: 5)])
        // A sign-in that was approved and not fetched yet goes, too.
        let client = try world.running.client()
        let started = try JSON.parse(
            try client.post("/v1/oauth/device_authorization", "client_id=a&device_name=b").body)
        try world.running.admin([
            "command": "approve", "user_code": started["user_code"] ?? "",
            "person": .string(world.subject),
        ])
        _ = try world.erase(world.subject)
        let code = try #require(started["device_code"]?.text)
        let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=\(code)"
        #expect(try JSON.parse(try client.post("/v1/oauth/token", grant).body)["error"] != nil)
        for command in ["device.list", "grants", "person.export"] {
            let answer = try world.running.admin([
                "command": .string(command), "person": .string(world.subject), "reason": "r",
            ])
            #expect(answer["error"]?["code"] == "admin.person_erased", "\(command)")
        }
        let refused = try world.running.admin([
            "command": "grant", "bucket": .string("person/\(world.subject)/transport"),
            "person": .string(world.other),
        ])
        #expect(refused["error"]?["code"] == "admin.bucket")
        let fed = try world.running.feed(
            world.key, [Self.line("vehicle", "v1", whose, version: 6)])
        #expect(fed["refused"] == .integer(1))
        // Who comes again is somebody new, and the agency's next feed brings their rows.
        let again = try world.running.admin(["command": "person.add", "pid": .string(Self.pid)])
        let fresh = try #require(again["rows"]?.items?[0]["subject"]?.text)
        #expect(fresh != world.subject && again["rows"]?.items?[0]["new"] == .integer(1))
        let back = try world.running.feed(
            world.key, [Self.line("vehicle", "v1", #""pid":"\#(Self.pid)""#, version: 5)])
        #expect(back["applied"] == .integer(1), "\(back)")
        var view = SimulatedClient()
        try world.running.signIn(fresh).pull(world.running, &view)
        #expect(view.view["person/\(fresh)/transport"]?.count == 1)
        let verified = try world.running.admin(["command": "verify"])["rows"]?.items?.first
        #expect(verified?["sound"] == .integer(1))
    }

    @Test("can be given again, and works where no server runs")
    func again() throws {
        let world = try World()
        let whose = #""subject":"\#(world.subject)""#
        try world.running.feed(world.key, [Self.line("vehicle", "v1", whose)])
        world.running.stop()
        let directory = world.running.directory.path
        func erase() throws -> JSONValue {
            let answer = try TangRatServer.runAdmin(
                [
                    "command": "person.erase", "person": .string(world.subject),
                    "reason": "request 9",
                ], directory: directory)
            return try #require(try JSON.parse(answer)["rows"]?.items?.first)
        }
        #expect(try erase()["rows"] == .integer(1))
        #expect(try world.files(with: Self.canary) == [])
        #expect(try erase()["rows"] == .integer(0))
        let kinds = try JSON.parse(
            try TangRatServer.runAdmin(
                ["command": "audit.export", "after": .integer(0)], directory: directory))
        #expect(kinds["rows"]?.items?.count { $0["kind"] == "person_erased" } == 1)
    }
}
