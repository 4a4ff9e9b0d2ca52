import HTTPWire
import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: while one turn of a loop is long, what is long itself waits for a better moment, and
/// what matters most does not.
///
/// Method: a whole server whose turns the test takes, over bytes in memory. One connection of a
/// turn costs time: reading it turns the clock. What came in the same turn is answered after it.
@Suite("A loop whose turn is slow")
struct SlowTurnTests {
    /// A connection in memory; reading from it may take time.
    private final class Line: ByteStream {
        let descriptor: Int32 = -1
        private(set) var output: [UInt8] = []
        private var input: [UInt8]
        private let work: () -> Void

        init(_ input: [UInt8], work: @escaping () -> Void = {}) {
            self.input = input
            self.work = work
        }

        func receive(into buffer: UnsafeMutableRawBufferPointer) -> SocketResult {
            guard !input.isEmpty else { return .wouldBlock }
            work()
            let count = min(buffer.count, input.count)
            buffer.copyBytes(from: input[..<count])
            input.removeFirst(count)
            return .bytes(count)
        }

        func send(_ bytes: UnsafeRawBufferPointer) -> SocketResult {
            output += bytes
            return .bytes(bytes.count)
        }

        func endOutput() {}
        func close() {}

        var text: String { String(decoding: output, as: UTF8.self) }
        var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    }

    /// A server that is stepped, and what was on it when it was opened.
    private final class World {
        let turned = TurnedClock()
        let server: SteppedServer
        let settled: SignedIn
        let fresh: SignedIn
        let key: String
        /// What asks for everything that came, and for a little.
        private(set) var client = SimulatedClient()
        private(set) var old = SyncRequest()
        private let running: RunningServer

        init() throws {
            running = try RunningServer()
            settled = try running.signIn(try running.addPerson())
            fresh = try running.signIn(try running.addPerson())
            key = try running.addAgency("dlt", ["service"])
            try running.feed(key, [SlowTurnTests.service(1)])
            try settled.pull(running, &client)
            old = client.request
            try running.feed(key, [SlowTurnTests.service(2)])
            try settled.pull(running, &client)
            running.stop()
            var configuration = TangRatServer.Configuration(
                directory: running.directory.path, address: .tcp(port: 0))
            configuration.clock = turned.clock
            configuration.wallClock = WallClock(milliseconds: { noon })
            server = try SteppedServer(configuration)
        }

        deinit { server.stop() }

        /// Takes one turn in which a connection that takes so long comes first, and gives what
        /// has come on the others when all is at rest.
        func turn(costing milliseconds: Int64, _ messages: [[UInt8]]) throws -> [Line] {
            let slow = Line(Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8)) { [turned] in
                turned.advance(milliseconds: milliseconds)
            }
            let lines = messages.map { Line($0) }
            let ready = try ([slow] + lines).map { line in
                (connection: try #require(server.connect(line)), Readiness.readable)
            }
            server.turn(ready)
            #expect(slow.status == 200)
            while server.hasWork || server.hasJobs {
                _ = server.commit()
                server.turn()
            }
            return lines
        }

        func counted(_ name: String) throws -> Int {
            let metrics = try turn(
                costing: 0, [Array("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".utf8)])
            let line = metrics[0].text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
            return Int(line?.split(separator: " ").last ?? "") ?? -1
        }

        func sync(_ device: SignedIn, _ frames: [Frame]) -> [UInt8] {
            post("/v1/sync", device.token, frames)
        }

        /// A device's first write, behind a cursor.
        func write(_ device: SignedIn, behind request: SyncRequest) -> [UInt8] {
            var writing = WritingDevice(
                DeviceRecord(number: 0, id: device.device, person: 0, name: "", added: 0))
            let key = RowKey(table: "annotation", id: "a")
            let mutation = writing.next([RowOperation(key, .create)])
            return sync(
                device,
                [.sync(request), .push(PushHeader(baseChain: 77)), .mutation(mutation)])
        }

        func repair() -> [UInt8] {
            post("/v1/reconcile", settled.token, [.reconcile(ReconcileRequest())])
        }

        func feed() -> [UInt8] {
            post("/v1/agency/records", key, SignedIn.binary, Array(SlowTurnTests.service(9).utf8))
        }

        private func post(_ path: String, _ token: String, _ frames: [Frame]) -> [UInt8] {
            var body: [UInt8] = []
            for frame in frames { BinaryFrames.append(frame, to: &body) }
            return post(path, token, SignedIn.binary, body)
        }

        private func post(
            _ path: String, _ token: String, _ type: String, _ body: [UInt8]
        ) -> [UInt8] {
            let head =
                "POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
            return Array(head.utf8) + body
        }
    }

    private static func service(_ version: Int) -> String {
        #"{"table":"service","id":"s","as_of":1,"source_version":\#(version),"body":{}}"#
    }

    @Test("begins no first sync, repair or feed behind it, and does all of them a turn later")
    func longWork() throws {
        let world = try World()
        let most = Limits().shedTurnMillisecondsMax
        let long = [
            world.sync(world.fresh, [.sync(SyncRequest())]), world.repair(), world.feed(),
        ]
        for line in try world.turn(costing: most, long) { #expect(line.status == 200) }
        #expect(try world.counted("tangrat_shed_long_total") == 0)
        for line in try world.turn(costing: most + 1, long) {
            #expect(line.status == 503 && line.text.contains(#""server.busy""#))
            #expect(RetryPause.range.contains { line.text.contains("\r\nRetry-After: \($0)\r\n") })
        }
        #expect(try world.counted("tangrat_shed_long_total") == 3)
        // The next turn has lost no time yet, however long the one before it was.
        for line in try world.turn(costing: 0, long) { #expect(line.status == 200) }
        #expect(try world.counted("tangrat_shed_long_total") == 3)
    }

    @Test("turns away no page, no write and no answer that there is nothing new, however slow")
    func rest() throws {
        let world = try World()
        let lines = try world.turn(
            costing: 3_600_000,
            [
                world.sync(world.settled, [.sync(world.client.request)]),
                world.sync(world.settled, [.sync(world.old)]),
                world.write(world.settled, behind: world.old),
            ])
        #expect(lines.map(\.status) == [200, 200, 200])
        #expect(try world.counted("tangrat_sync_unchanged_total") == 1)
        #expect(try world.counted("tangrat_mutations_taken_total") == 1)
        #expect(try world.counted("tangrat_shed_long_total") == 0)
        #expect(try world.counted("tangrat_shed_pages_total") == 0)
    }

    /// What waited for the commit before it is judged by the turn in which it goes on.
    @Test("is over for a write's own first sync when its commit is there")
    func afterCommit() throws {
        let world = try World()
        let lines = try world.turn(
            costing: 3_600_000, [world.write(world.fresh, behind: SyncRequest())])
        #expect(lines[0].status == 200 && !lines[0].text.contains("server.busy"))
        #expect(try world.counted("tangrat_mutations_taken_total") == 1)
        #expect(try world.counted("tangrat_shed_long_total") == 0)
    }
}
