import Glibc
import HTTPWire
import NetworkIO
import Synchronization

@testable import SyncServerCore

/// A clock that stands still until it is turned.
final class TurnedClock: Sendable {
    private let time = Atomic<Int64>(1_000_000)
    var clock: MonotonicClock { MonotonicClock { self.time.load(ordering: .relaxed) } }
    func advance(milliseconds: Int64) { time.add(milliseconds, ordering: .relaxed) }
}

/// What the handlers report to a test, in order, and the test waits for.
final class Reports: Sendable {
    private let lines = Mutex<[String]>([])
    private let gate: Gate

    init() throws { gate = try Gate() }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
        gate.open()
    }

    /// Waits for the next report.
    func next() -> String? {
        guard gate.wait(milliseconds: 20_000) else { return nil }
        return lines.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

/// A server with a handler that does a little of everything.
final class HTTPTestServer {
    let server: HTTPServer
    let reports: Reports
    let clock: TurnedClock?
    /// A thread that is no loop of the server: tests block the shared ones.
    let worker: EventLoop

    init(
        loops: Int = 2, address: ListenAddress = .tcp(port: 0), turnedClock: Bool = false,
        _ change: (inout HTTPLimits) -> Void = { _ in }
    ) throws {
        var configuration = HTTPServer.Configuration(address: address, loopCount: loops)
        if turnedClock {
            let turned = TurnedClock()
            configuration.clock = turned.clock
            configuration.limits.tickMilliseconds = 1
            clock = turned
        } else {
            clock = nil
        }
        change(&configuration.limits)
        let reports = try Reports()
        self.reports = reports
        let worker = try EventLoop()
        self.worker = worker
        try worker.start()
        server = HTTPServer(configuration: configuration) { context in
            TestHandler(context: context, worker: worker, reports: reports)
        }
        try server.start()
    }

    deinit {
        server.stop()
        worker.stop()
        worker.join()
    }

    func client(receiveBuffer: Int32 = 0) throws -> HTTPTestClient {
        try HTTPTestClient(port: server.port, receiveBuffer: receiveBuffer)
    }

    /// What all connections hold in buffers.
    var bufferedBytes: Int { server.bufferedBytes }

    /// Moves the clock and lets every loop look at its deadlines.
    func advance(milliseconds: Int64) throws {
        clock?.advance(milliseconds: milliseconds)
        let gate = try Gate()
        for loop in server.loops {
            // The second turn starts after the tick of the first.
            loop.execute { context in context.handle.execute { _ in gate.open() } }
        }
        for _ in server.loops { _ = gate.wait(milliseconds: 20_000) }
    }
}

final class TestHandler: RequestHandler {
    static let ok = StaticHead(200, ["Content-Type": "text/plain"])
    static let notFound = StaticHead(404)
    static let notModified = StaticHead(304)

    let context: LoopContext
    let worker: EventLoop
    let reports: Reports
    private var sinks: [ExchangeID: TestSink] = [:]

    init(context: LoopContext, worker: EventLoop, reports: Reports) {
        self.context = context
        self.worker = worker
        self.reports = reports
    }

    /// A line of the bodies that are built and sent in slices.
    static func line(_ number: Int) -> String {
        "\(number) " + String(repeating: "x", count: 1_000) + "\n"
    }

    private struct Failure: Error {}

    /// Builds a long body, or fails after some lines and then answers 404.
    private func buildSlices(_ exchange: Exchange, lines: Int, failsAfter last: Int?) {
        do {
            try exchange.respond(Self.ok) { body in
                for number in 0..<lines {
                    if number == last { throw Failure() }
                    let line = Self.line(number)
                    body.buffer.append(utf8: line)
                    body.mayPause(after: line.utf8.count)
                }
            }
        } catch {
            exchange.respond(Self.notFound, body: "nothing")
        }
    }

    func received(_ request: borrowing RequestView, exchange: Exchange) -> BodyPlan {
        switch String(decoding: request.path, as: UTF8.self) {
        case "/": exchange.respond(Self.ok, body: "hello")
        case "/304": exchange.respond(Self.notModified)
        case "/build":
            try? exchange.respond(Self.ok) { body in
                for number in 0..<500 { body.buffer.append(decimal: number) }
            }
        case "/large":
            try? exchange.respond(Self.ok) { body in
                for _ in 0..<1_000 { body.buffer.append(Self.bigChunk) }
            }
        case "/slices": buildSlices(exchange, lines: 300, failsAfter: nil)
        case "/slices/many": buildSlices(exchange, lines: 8_000, failsAfter: nil)
        case "/slices/none": buildSlices(exchange, lines: 300, failsAfter: 10)
        case "/slices/some": buildSlices(exchange, lines: 300, failsAfter: 200)
        case "/echo": return .collect(max: 100_000)
        case "/sink", "/paused":
            let sink = TestSink(reports: reports, pauses: request.pathIs("/paused"))
            sinks[exchange.id] = sink
            return .stream(sink)
        case "/later":
            let id = exchange.id
            let loop = context.handle
            exchange.onClose { [reports] _ in reports.add("later closed") }
            worker.execute { loop.continueExchange(id) { $0.respond(Self.ok, body: "later") } }
        case "/wait":
            let id = exchange.id
            reports.add("waiting \(id.loop)")
            waiting.append(id)
            exchange.onClose { [reports] _ in reports.add("wait closed") }
        case "/release":
            let loop = context
            for id in waiting { loop.exchange(id)?.respond(Self.ok, body: "released") }
            exchange.respond(Self.ok, body: "\(waiting.count)".utf8.map { $0 })
        case "/big": sendBig(exchange)
        case "/live":
            let writer = exchange.beginStream(Self.ok, isLive: true)
            writer.write("data: 1\n\n")
            exchange.onClose { [reports] _ in reports.add("live closed") }
        case "/cut":
            let writer = exchange.beginStream(Self.ok)
            writer.write("half")
            writer.abort()
        default: exchange.respond(Self.notFound)
        }
        return .answered
    }

    private(set) var waiting: [ExchangeID] = []

    func bodyReceived(
        _ request: borrowing RequestView, body: UnsafeRawBufferPointer, exchange: Exchange
    ) {
        var answer = Array(request.path)
        answer.append(UInt8(ascii: " "))
        answer += body
        exchange.respond(Self.ok, body: answer)
    }

    static let bigChunks = 2_000
    static let bigChunk = [UInt8](repeating: UInt8(ascii: "x"), count: 16_384)

    /// Sends 32 MB, never more than two chunks ahead of the client.
    private func sendBig(_ exchange: Exchange) {
        let writer = exchange.beginStream(Self.ok)
        var left = Self.bigChunks
        var pendingMax = 0
        writer.onWritable { [reports] writer in
            while left > 0 && writer.pendingBytes < 32_768 {
                writer.write(Self.bigChunk)
                left -= 1
            }
            pendingMax = max(pendingMax, writer.pendingBytes)
            if left == 0 {
                writer.finish()
                reports.add("big \(pendingMax <= 65_536)")
            }
        }
    }

    func resumeAll() {
        for (id, sink) in sinks {
            sink.pauses = false
            context.exchange(id)?.resumeBody()
        }
    }
}

final class TestSink: BodySink {
    let reports: Reports
    var pauses: Bool
    private var count = 0

    init(reports: Reports, pauses: Bool) {
        self.reports = reports
        self.pauses = pauses
    }

    func received(_ bytes: UnsafeRawBufferPointer, exchange: Exchange) -> BodyFlow {
        count += bytes.count
        if pauses { reports.add("paused") }
        return pauses ? .pause : .more
    }

    func finished(_ exchange: Exchange) {
        exchange.respond(TestHandler.ok, body: Array("\(count)".utf8))
    }

    func aborted(_ exchange: Exchange) {
        reports.add("aborted")
    }
}
