import Glibc
import HTTPWire
import NetworkIO
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// A wall clock that the writer can be held at, at the beginning of a commit.
final class HeldClock: Sendable {
    private let isHeld = Atomic(false)
    private let arrived: Gate
    private let goesOn: Gate

    init() throws {
        arrived = try Gate()
        goesOn = try Gate()
    }

    var wallClock: WallClock {
        WallClock(milliseconds: {
            if self.isHeld.exchange(false, ordering: .acquiringAndReleasing) {
                self.arrived.open()
                _ = self.goesOn.wait(milliseconds: 60_000)
            }
            return noon
        })
    }

    /// The next one to look at the clock stops there.
    func hold() { isHeld.store(true, ordering: .releasing) }
    func waitUntilHeld() -> Bool { arrived.wait(milliseconds: 20_000) }
    func release() { goesOn.open() }
}

/// A disk that cannot be read, while nothing says that the data are damaged.
private struct ReadFailed: Error {}

/// A reader of a real store that fails while it is told to.
private final class FailingReader: StoreReader {
    private let inner: any StoreReader
    private let fails: @Sendable () -> Bool

    init(_ inner: any StoreReader, fails: @escaping @Sendable () -> Bool) {
        self.inner = inner
        self.fails = fails
    }

    func snapshot<Result>(_ body: (any StoreSnapshot) throws -> Result) throws -> Result {
        if fails() { throw ReadFailed() }
        return try inner.snapshot(body)
    }
    func snapshot<Result>(
        holding commits: UInt64, _ body: (any StoreSnapshot) throws -> Result
    ) throws -> Result {
        if fails() { throw ReadFailed() }
        return try inner.snapshot(holding: commits, body)
    }
    func endSnapshot() { inner.endSnapshot() }
    func name(_ number: Int64) throws -> String { try inner.name(number) }
    func close() { inner.close() }
}

@Suite("Faults of the server's own")
struct FaultTests {
    private func expectUnavailable(_ answer: HTTPTestClient.Answer, _ code: String) throws {
        #expect(answer.status == 503)
        #expect(answer.head.contains("Retry-After: "))
        let error = try #require(try JSON.parse(answer.body)["error"])
        #expect(error["code"]?.text == code)
        #expect(error["message"]?.text?.isEmpty == false && error["advice"]?.text?.isEmpty == false)
    }

    /// Goal: a disk that cannot be read for a moment signs nobody out.
    ///
    /// Method: the real service over a real store, with a reader that fails on demand.
    @Test("say unavailable where the store cannot be read, and never that rights have ended")
    func unreadableStore() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.write { context in
            try context.transaction.save(
                TokenRecord(
                    hash: SHA256.hash(Array("tra_x".utf8)), device: device.number, kind: .access,
                    expires: noon + 1))
            try context.transaction.save(
                AgencyRecord(code: "dlt", tables: ["vehicle"]),
                key: SHA256.hash(Array("trk_x".utf8)))
        }
        let isBroken = Atomic64()
        let metrics = Metrics(now: { noon }) { _ in }
        let commits = GroupCommit(
            store: fixture.store, limits: Limits(), metrics: metrics,
            wallClock: WallClock(milliseconds: { noon })
        ) { _ in }
        let anyRates = AddressRates(RequestRate(burst: 1_000, perMinute: 1), buckets: 1)
        let parts = ServiceParts(
            store: fixture.store, commits: commits, heads: HeadCache(peopleMax: 10),
            sessions: SessionCache(sessionsMax: 10), indexes: RangeIndexCache(rowsMax: 1_000),
            metrics: metrics, limits: Limits(),
            secrets: seededSecrets(3), now: { noon },
            publicURL: { PublicURL(listening: .unix(path: ""), port: 0) }, isReady: { true },
            holders: HolderLedger(requestsMax: 32, rate: RequestRate(burst: 1_000, perMinute: 1)),
            watchers: WatcherRegistry(watchersMax: 10, perDeviceMax: 2), identity: nil,
            guesses: GuessLedger(limits: Limits()), signInRates: anyRates,
            signInPlaces: SignInPlaces(limits: Limits()), tokenRates: anyRates,
            isBehindProxy: false)
        let store = fixture.store
        let server = HTTPServer(configuration: .init(address: .tcp(port: 0), loopCount: 1)) {
            SyncService(
                parts: parts, context: $0,
                reader: FailingReader(try store.makeReader()) { isBroken.isSet })
        }
        try server.start()
        defer { server.stop() }
        func ask(_ method: String, _ path: String, _ token: String) throws -> HTTPTestClient.Answer
        {
            let client = try HTTPTestClient(port: server.port)
            let body = method == "POST" ? #"{"frame":"sync"}"# : ""
            try client.send(
                "\(method) \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/json\r\n"
                    + (body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n")
                    + "\r\n\(body)")
            return try client.answer()
        }
        isBroken.isSet = true
        try expectUnavailable(try ask("POST", "/v1/sync", "tra_x"), "server.storage")
        try expectUnavailable(try ask("GET", "/v1/live", "tra_x"), "server.storage")
        try expectUnavailable(try ask("POST", "/v1/agency/records", "trk_x"), "server.storage")
        isBroken.isSet = false
        #expect(try ask("POST", "/v1/sync", "tra_x").status == 200)
        #expect(try ask("POST", "/v1/sync", "tra_y").status == 401)
        // Known from memory, but the page cannot be read.
        isBroken.isSet = true
        try expectUnavailable(try ask("POST", "/v1/sync", "tra_x"), "server.storage")
    }

    private final class Atomic64: Sendable {
        private let value = Atomic(false)
        var isSet: Bool {
            get { value.load(ordering: .acquiring) }
            set { value.store(newValue, ordering: .releasing) }
        }
    }

    /// A server over a directory that has an agency and a person, with few places to wait.
    private func busyServer(
        _ queue: Int, _ clock: HeldClock
    ) throws -> (running: RunningServer, key: String, subject: String) {
        let made = Mutex<(String, String)>(("", ""))
        let running = try RunningServer { configuration in
            func admin(_ command: JSONValue, _ member: String) -> String {
                let answer = try? TangRatServer.runAdmin(
                    command, directory: configuration.directory)
                let rows = answer.flatMap { try? JSON.parse($0) }?["rows"]
                return rows?.items?.first?[member]?.text ?? ""
            }
            let key = admin(
                ["command": "agency.add", "code": "dlt", "tables": ["vehicle"]], "key")
            let subject = admin(["command": "person.add"], "subject")
            made.withLock { $0 = (key, subject) }
            configuration.limits.writerQueueMax = queue
            configuration.limits.feedBatchLinesMax = 1
            configuration.wallClock = clock.wallClock
        }
        let (key, subject) = made.withLock { $0 }
        return (running, key, subject)
    }

    private func line(_ id: String, _ subject: String) -> String {
        #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"#
            + #""source_version":1,"body":{}}"# + "\n"
    }

    @Test("answer a feed that cannot begin with an error like all others")
    func feedNotBegun() throws {
        let (running, key, subject) = try busyServer(0, try HeldClock())
        let answer = try running.request(
            "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
            Array(line("v", subject).utf8))
        try expectUnavailable(answer, "server.busy")
    }

    /// Goal: an agency whose feed is stopped midway reads why, and cannot take it for done.
    ///
    /// Method: the writer is held and one job may wait. Of three lines of two feeds that
    /// have begun, one is with the writer, one waits, and one finds no place.
    @Test("tell a feed that is stopped midway why, without a proper end")
    func feedStopped() throws {
        let clock = try HeldClock()
        let (running, key, subject) = try busyServer(1, clock)
        func begin(_ name: String) throws -> HTTPTestClient {
            let client = try running.client()
            try client.send(
                "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                    + "Content-Length: 100000\r\n\r\n" + line(name, subject))
            #expect(try client.head().contains("200 OK"))
            #expect(try client.event()?.contains("applied") == true)
            return client
        }
        let first = try begin("a1")
        let second = try begin("b1")
        clock.hold()
        try first.send(line("a2", subject))
        #expect(clock.waitUntilHeld())
        try first.send(line("a3", subject))
        try second.send(line("b2", subject))
        var ready = [first, second].map {
            pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0)
        }
        #expect(poll(&ready, 2, 20_000) == 1)
        let stopped = ready[0].revents != 0 ? first : second
        let event = try stopped.event() ?? ""
        #expect(event.contains(#""status":"stopped""#) && event.contains("server.busy"), "\(event)")
        #expect(throws: (any Error).self) { try stopped.event() }
        clock.release()
        let other = stopped === first ? second : first
        #expect(try other.event()?.contains("applied") == true)
    }

    /// Goal: 503 says that nothing was taken, and what is taken is counted.
    ///
    /// Method: of three lines one is with the writer, one waits, and one finds no place, before
    /// any was answered.
    @Test("tell a feed of which lines are on their way no lie, and count them")
    func feedOnItsWay() throws {
        let clock = try HeldClock()
        let (running, key, subject) = try busyServer(1, clock)
        clock.hold()
        let client = try running.client()
        try client.send(
            "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Length: 100000\r\n\r\n" + line("v1", subject))
        #expect(clock.waitUntilHeld())
        try client.send(line("v2", subject) + line("v3", subject))
        #expect(try client.head().contains("200 OK"))
        let event = try client.event() ?? ""
        #expect(event.contains(#""status":"stopped""#) && event.contains("server.busy"), "\(event)")
        client.close()
        clock.release()
        let deadline = ContinuousClock.now + .seconds(20)
        func applied() throws -> String {
            try running.request("GET", "/metrics").text.split(separator: "\n")
                .first { $0.hasPrefix("tangrat_feed_applied_total ") }.map { String($0) } ?? ""
        }
        while try applied() != "tangrat_feed_applied_total 2", ContinuousClock.now < deadline {
            usleep(5_000)
        }
        #expect(try applied() == "tangrat_feed_applied_total 2")
    }

    @Test("that keep a door shut give the directory free")
    func doorShut() throws {
        let taken = try RunningServer()
        let directory = try TemporaryDirectory()
        let server = try TangRatServer(
            .init(directory: directory.path, address: .tcp(port: taken.server.port)))
        #expect(throws: (any Error).self) { try server.start() }
        let again = try TangRatServer(.init(directory: directory.path, address: .tcp(port: 0)))
        try again.start()
        again.stop(drainMilliseconds: 1_000)
    }
}

@Suite("Rights that end meanwhile")
struct LateRevocationTests {
    /// Goal: a body that takes its time gives no answer to a device that was revoked.
    ///
    /// Method: the client waits for 100 Continue, so that its head has been admitted.
    @Test("show nothing to a request whose head was admitted before", arguments: [true, false])
    func slowBody(isKnown: Bool) throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        var client = SimulatedClient()
        if isKnown { try phone.pull(running, &client) }
        var body: [UInt8] = []
        BinaryFrames.append(.sync(client.request), to: &body)
        let slow = try running.client()
        try slow.send(
            "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
                + "Content-Type: \(SignedIn.binary)\r\nExpect: 100-continue\r\n"
                + "Content-Length: \(body.count)\r\n\r\n")
        #expect(try slow.head().contains("100 Continue"))
        try running.admin([
            "command": "device.revoke", "device": .string(phone.device.description),
        ])
        try slow.send(body)
        #expect(try slow.answer().status == 401)
    }

    @Test("are looked at in the moment of the rows")
    func page() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "v", person)
        _ = try fixture.page(SyncRequest(), for: device)
        try fixture.write { context in
            try SignInMachine(
                context: context, limits: fixture.limits, secrets: seededSecrets(2)
            ).revoke(device, by: .operator)
        }
        #expect(throws: PageBuilder.Revoked.self) {
            try fixture.page(SyncRequest(), for: device)
        }
    }
}
