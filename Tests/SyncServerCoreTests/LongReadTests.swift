import Dispatch
import Foundation
import NetworkIO
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: a check and a copy of the whole store keep nobody waiting, and are of one moment.
///
/// Method: each is held before one of its parts, and released by the test.
@Suite("A check or a copy of a store that is served")
struct LongReadTests {
    /// Stops what reads in its next part, once it is armed.
    private final class Hold: Sendable {
        private let parts = Mutex<Int?>(nil)
        let isHeld = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)

        /// Stops before the part after so many.
        func arm(after parts: Int) { self.parts.withLock { $0 = parts } }

        func part() {
            let stops = parts.withLock { left in
                guard let count = left else { return false }
                left = count == 0 ? nil : count - 1
                return count == 0
            }
            guard stops else { return }
            isHeld.signal()
            mayGoOn.wait()
        }
    }

    private struct World {
        let hold = Hold()
        let running: RunningServer
        let subject: String
        let phone: SignedIn
        let tablet: SignedIn
        let key: String

        init(_ change: (inout TangRatServer.Configuration) -> Void = { _ in }) throws {
            running = try RunningServer { [hold] in
                $0.storage.longReadPart = { hold.part() }
                change(&$0)
            }
            subject = try running.addPerson()
            phone = try running.signIn(subject)
            tablet = try running.signIn(subject)
            key = try running.addAgency("dlt", ["vehicle"])
            // More than one part of a copy.
            try feed(0..<40, bytes: 60_000)
        }

        func feed(_ numbers: Range<Int>, bytes: Int) throws {
            try running.feedVehicles(numbers, of: subject, bytes: bytes, key)
        }

        /// Gives a command, and returns when it is held.
        func begin(_ command: JSONValue, after parts: Int) throws -> HTTPTestClient {
            hold.arm(after: parts)
            let client = try HTTPTestClient(
                path: TangRatServer.adminSocket(running.directory.path))
            let body = String(decoding: JSON.canonical(command), as: UTF8.self)
            try client.send(
                "POST /admin HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            hold.isHeld.wait()
            return client
        }

        func end(_ client: HTTPTestClient) throws -> JSONValue {
            hold.mayGoOn.signal()
            return try JSON.parse(try client.answer().body)
        }
    }

    private static let commands = ["verify", "backup"]

    @Test("keeps no push, no page, no sign-in and no revocation waiting", arguments: commands)
    func othersGoOn(command: String) throws {
        let world = try World()
        let running = world.running
        let copy = running.directory.file("copy")
        let held = try world.begin(
            ["command": .string(command), "file": .string(copy)], after: 2)
        // A page that discloses rows, whose entry the writer commits before it leaves.
        let page = try world.phone.sync(running, [.sync(SyncRequest())])
        #expect(page.status == 200 && page.body.count > 60_000)
        var device = WritingDevice(
            DeviceRecord(number: 0, id: world.phone.device, person: 0, name: "", added: 0))
        let write = device.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
        let pushed = try world.phone.sync(
            running, [.sync(SyncRequest()), .push(PushHeader(baseChain: 77)), .mutation(write)])
        #expect(pushed.status == 200)
        try world.feed(40..<60, bytes: 60_000)
        let other = try running.signIn(world.subject)
        #expect(try other.sync(running, [.sync(SyncRequest())]).status == 200)
        let ended = try running.admin([
            "command": "device.revoke", "device": .string(world.tablet.device.description),
        ])
        #expect(ended["rows"]?.items?.count == 1)
        #expect(try world.tablet.sync(running, [.sync(SyncRequest())]).status == 401)
        // One at a time.
        for another in Self.commands {
            let refused = try running.admin([
                "command": .string(another), "file": .string(copy + another),
            ])
            #expect(refused["error"]?["code"] == "admin.busy")
        }
        let answer = try world.end(held)["rows"]?.items?.first
        if command == "verify" {
            #expect(answer?["sound"] == .integer(1), "\(String(describing: answer))")
        } else {
            #expect(answer?["file"]?.text == copy)
            try checkCopy(copy, world)
        }
        #expect(try running.admin(["command": "verify"])["rows"]?.items?[0]["sound"] == 1)
    }

    /// The copy is of the moment in which it began, and its history says that it is older.
    private func checkCopy(_ copy: String, _ world: World) throws {
        let place = try TemporaryDirectory()
        _ = try StoreRestore.run(copy, into: place.path, now: 1)
        try FileManager.default.copyItem(
            atPath: world.running.directory.file("server.history"),
            toPath: place.file("server.history"))
        let store = try SQLiteStore(directory: place.path, randomBytes: seededSecrets(3).bytes)
        defer { store.close() }
        #expect(store.isReplaced)
        let writer = try store.makeWriter()
        defer { writer.close() }
        #expect(try writer.verify() == [])
        let (vehicles, tablet, told) = try writer.transaction { transaction in
            let bucket = try transaction.bucket(named: "person/\(world.subject)/transport")
            var kinds: [AuditEntry.Kind] = []
            try transaction.auditRecords(after: 0) { record in
                kinds.append(try record.entry.withUnsafeBytes { try AuditEntry($0) }.kind)
                return true
            }
            return (bucket?.count, try transaction.device(id: world.tablet.device), kinds)
        }
        #expect(vehicles == 40)
        #expect(tablet?.revoked == 0)
        // The entry that tells of the copy is in it.
        #expect(told.last == .storeCopied)
    }

    @Test("is broken off when the server stops, and leaves nothing", arguments: commands)
    func stops(command: String) throws {
        let world = try World()
        let copy = world.running.directory.file("copy")
        let held = try world.begin(["command": .string(command), "file": .string(copy)], after: 2)
        let server = world.running.server
        let (port, hold) = (server.port, world.hold)
        DispatchQueue.global().async {
            // Before it stops to listen it has asked for the end of what reads.
            while (try? HTTPTestClient(port: port)) != nil { usleep(1_000) }
            hold.mayGoOn.signal()
        }
        world.running.stop()
        // A server that stops does not wait long for operators.
        if let answer = try? held.answer() {
            #expect(try JSON.parse(answer.body)["error"]?["code"] == "admin.interrupted")
        }
        while server.inspects.withLock({ $0 }) { usleep(1_000) }
        for end in ["", ".partial"] {
            #expect(!FileManager.default.fileExists(atPath: copy + end))
        }
    }

    /// A command may come while the server drains, and the one that it waits for reads for hours.
    @Test("does not begin in a store that stops")
    func stopped() throws {
        let fixture = try ServerFixture()
        #expect(try fixture.store.verify() == [])
        let copy = fixture.directory.file("copy")
        let begun = try fixture.writer.beginCopy()
        defer { begun.close() }
        fixture.store.stopLongReads()
        #expect(throws: StoreFailure.interrupted) { try begun.write(to: copy) }
        #expect(throws: StoreFailure.interrupted) { try fixture.store.verify() }
        #expect(throws: StoreFailure.interrupted) { try fixture.writer.backup(to: copy) }
        #expect(!FileManager.default.fileExists(atPath: copy))
    }

    /// Goal: the log is not waited for at each mark while a copy holds it, and shrinks behind it.
    @Test("lets the log grow while it lasts, and no commit waits for it")
    func log() throws {
        let world = try World {
            $0.storage.checkpoints.passivePages = 50
            $0.storage.checkpoints.restartPages = 100
            // Would be noticed, and as a failure.
            $0.storage.checkpoints.readersMillisecondsMax = 60_000
        }
        let held = try world.begin(["command": "verify"], after: 1)
        for part in 2..<6 { try world.feed(part * 20..<part * 20 + 20, bytes: 60_000) }
        #expect(try world.end(held)["rows"]?.items?[0]["sound"] == 1)
        try world.feed(200..<260, bytes: 60_000)
        world.running.stop()
        let log = world.running.directory.file("server.sqlite-wal")
        let attributes = try? FileManager.default.attributesOfItem(atPath: log)
        #expect((attributes?[.size] as? Int ?? 0) == 0)
    }

    @Test("is told in the chain before it begins, and a chain with it is sound")
    func chain() throws {
        let world = try World()
        let copy = world.running.directory.file("copy")
        try world.running.admin(["command": "backup", "file": .string(copy)])
        let entries = try #require(
            try world.running.admin(["command": "audit.export", "after": 0])["rows"]?.items)
        #expect(entries.last?["kind"] == "store_copied")
        #expect(entries.last?["actor"] == "operator")
        #expect(entries.last?["text"]?.text == copy)
        let verified = try world.running.admin(["command": "audit.verify"])
        #expect(verified["rows"]?.items?[0]["sound"] == 1)
    }
}
