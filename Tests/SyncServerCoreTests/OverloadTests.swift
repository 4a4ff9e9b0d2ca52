import HTTPWire
import NetworkIO
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("A server with too much to do")
struct OverloadTests {
    @Test("turns away long work first, then pages, each one past its limit")
    func limits() {
        let limits = Limits()
        let admission = Admission(limits: limits)
        typealias Pressure = Admission.Pressure
        let long = [
            Pressure(waiting: limits.shedLongQueueMax),
            Pressure(waiting: 1, oldestMilliseconds: limits.shedLongMillisecondsMax),
            Pressure(turnMilliseconds: limits.shedTurnMillisecondsMax),
        ]
        let longPast = [
            Pressure(waiting: limits.shedLongQueueMax + 1),
            Pressure(waiting: 1, oldestMilliseconds: limits.shedLongMillisecondsMax + 1),
            Pressure(turnMilliseconds: limits.shedTurnMillisecondsMax + 1),
        ]
        for pressure in long { #expect(!admission.sheds(.long, under: pressure)) }
        for pressure in longPast {
            #expect(admission.sheds(.long, under: pressure))
            #expect(!admission.sheds(.page, under: pressure))
        }
        let page = Pressure(
            waiting: limits.shedPageQueueMax,
            oldestMilliseconds: limits.shedPageMillisecondsMax, turnMilliseconds: 1 << 40)
        #expect(!admission.sheds(.page, under: page))
        var past = page
        past.waiting += 1
        #expect(admission.sheds(.page, under: past))
        past = page
        past.oldestMilliseconds += 1
        #expect(admission.sheds(.page, under: past))
        // Pages go before the queue is full for writes, and long work before pages.
        #expect(limits.shedLongQueueMax < limits.shedPageQueueMax)
        #expect(limits.shedPageQueueMax < limits.writerQueueMax)
        #expect(limits.shedLongMillisecondsMax < limits.shedPageMillisecondsMax)
    }

    @Test("asks clients that come together for pauses that lie apart")
    func spread() {
        let count = RetryPause.range.count
        for loop in 0..<4 {
            let ids = (0..<UInt64(count)).map {
                ExchangeID(loop: loop, connection: 7 << 32 | $0, serial: 1)
            }
            #expect(Set(ids.map(RetryPause.seconds)) == Set(RetryPause.range))
            for id in ids {
                let head = String(decoding: Heads.comeLater(id).bytes, as: UTF8.self)
                #expect(head.contains("\r\nRetry-After: \(RetryPause.seconds(for: id))\r\n"))
            }
        }
    }

    /// A server whose writer is held, and what waits behind it is counted.
    private final class World {
        let turned = TurnedClock()
        let running: RunningServer
        let subject: String
        let key: String
        let settled: SignedIn
        let fresh: SignedIn
        private(set) var client = SimulatedClient()
        /// A cursor from before the last change.
        private(set) var old = SyncRequest()
        private var holds: [Gate] = []

        init() throws {
            let clock = turned.clock
            running = try RunningServer {
                $0.loops = 1
                $0.clock = clock
                $0.limits.groupJobsMax = 1
                $0.limits.shedLongQueueMax = 2
                $0.limits.shedPageQueueMax = 4
                $0.limits.writerQueueMax = 8
            }
            subject = try running.addPerson()
            settled = try running.signIn(subject)
            fresh = try running.signIn(try running.addPerson())
            key = try running.addAgency("dlt", ["vehicle", "service"])
            try running.feed(key, [OverloadTests.service(1)])
            try settled.pull(running, &client)
            old = client.request
            try running.feed(key, [OverloadTests.service(2)])
            try settled.pull(running, &client)
        }

        deinit { release() }

        /// Keeps the writer until ``release()``.
        func hold() throws {
            let begun = try Gate()
            let gate = try Gate()
            holds.append(gate)
            running.server.commits.maintainLater { _ in
                begun.open()
                _ = gate.wait(milliseconds: 60_000)
            }
            if holds.count == 1 { #expect(begun.wait(milliseconds: 20_000)) }
        }

        func release() {
            for gate in holds { gate.open() }
            holds = []
        }

        func releaseFirst() { holds.removeFirst().open() }

        /// Lets so many jobs wait that do nothing.
        func wait(_ count: Int) {
            for _ in 0..<count {
                let taken = running.server.commits.submit(
                    WriterJob(loop: nil, run: { _ in { _ in } }, failed: { _ in }))
                #expect(taken)
            }
        }

        func counted(_ name: String) throws -> Int {
            let text = try running.request("GET", "/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
            return Int(line?.split(separator: " ").last ?? "") ?? -1
        }

        func feed() throws -> HTTPTestClient.Answer {
            try running.request(
                "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
                Array(OverloadTests.service(9).utf8))
        }
    }

    private static func service(_ version: Int) -> String {
        #"{"table":"service","id":"s","as_of":1,"source_version":\#(version),"body":{}}"#
    }

    private func expectLater(_ answer: HTTPTestClient.Answer) {
        #expect(answer.status == 503)
        #expect(answer.text.contains(#""server.busy""#))
        #expect(
            RetryPause.range.contains {
                answer.head.contains("\r\nRetry-After: \($0)\r\n")
            })
    }

    @Test("begins no first sync, repair or feed behind a long queue, and goes on with the rest")
    func longWork() throws {
        let world = try World()
        try world.hold()
        world.wait(2)
        #expect(try world.fresh.sync(world.running, [.sync(SyncRequest())]).status == 200)
        world.wait(1)
        #expect(try world.counted("tangrat_writer_queue") == 3)
        expectLater(try world.fresh.sync(world.running, [.sync(SyncRequest())]))
        expectLater(try world.feed())
        var body: [UInt8] = []
        var writer = JSONFrameWriter()
        writer.append(.reconcile(ReconcileRequest()), to: &body)
        expectLater(
            try world.running.request(
                "POST", "/v1/reconcile",
                [
                    "Authorization": "Bearer \(world.settled.token)",
                    "Content-Type": "application/json",
                ], body))
        #expect(try world.counted("tangrat_shed_long_total") == 3)
        // Who lacks a little gets it, and who lacks nothing is told so.
        let page = try world.settled.sync(world.running, [.sync(world.old)])
        #expect(page.status == 200)
        let unchanged = try world.settled.sync(world.running, [.sync(world.client.request)])
        #expect(try decodeFrames(unchanged.body).last == .unchanged(ackedMid: 0))
        #expect(try world.counted("tangrat_shed_pages_total") == 0)
        world.release()
        for _ in 0..<2_000 where try world.counted("tangrat_writer_queue") > 0 {}
        #expect(try world.fresh.sync(world.running, [.sync(SyncRequest())]).status == 200)
    }

    /// Goal: a device's word that its repair goes on buys no reading of a whole bucket.
    @Test("goes on with a repair whose index is in memory, and with no other")
    func repair() throws {
        let world = try World()
        func ask(goesOn: Bool) throws -> HTTPTestClient.Answer {
            var body: [UInt8] = []
            var writer = JSONFrameWriter()
            var request = ReconcileRequest()
            request.goesOn = goesOn
            writer.append(.reconcile(request), to: &body)
            let nothing = SumsClaim(
                bucket: "public/catalogue", range: .whole, split: 0,
                parts: [RangeSum(count: 0, sum: .zero)])
            writer.append(.sums(nothing), to: &body)
            return try world.running.request(
                "POST", "/v1/reconcile",
                [
                    "Authorization": "Bearer \(world.settled.token)",
                    "Content-Type": "application/json",
                ], body)
        }
        try world.hold()
        world.wait(3)
        expectLater(try ask(goesOn: true))
        #expect(try world.counted("tangrat_shed_long_total") == 1)
        world.release()
        for _ in 0..<2_000 where try world.counted("tangrat_writer_queue") > 0 {}
        let begun = try ask(goesOn: false)
        #expect(begun.status == 200 && begun.text.contains(#""parts""#))
        try world.hold()
        world.wait(3)
        #expect(try ask(goesOn: true).status == 200)
        expectLater(try ask(goesOn: false))
        world.release()
    }

    @Test("sends no page behind a very long one, takes writes, and says what became of them")
    func pages() throws {
        let world = try World()
        try world.hold()
        world.wait(4)
        #expect(try world.settled.sync(world.running, [.sync(world.old)]).status == 200)
        world.wait(1)
        expectLater(try world.settled.sync(world.running, [.sync(world.old)]))
        #expect(try world.counted("tangrat_shed_pages_total") == 1)
        let unchanged = try world.settled.sync(world.running, [.sync(world.client.request)])
        #expect(try decodeFrames(unchanged.body).last == .unchanged(ackedMid: 0))
        world.release()
        for _ in 0..<2_000 where try world.counted("tangrat_writer_queue") > 0 {}

        // A push is taken, and what follows waits again before its page is built.
        try world.hold()
        var writing = WritingDevice(
            DeviceRecord(number: 0, id: world.settled.device, person: 0, name: "", added: 0))
        let mutation = writing.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
        let pushing = try world.running.client()
        try world.settled.send(
            on: pushing, [.sync(world.old), .push(PushHeader(baseChain: 77)), .mutation(mutation)])
        for _ in 0..<2_000 where try world.counted("tangrat_writer_queue") < 1 {}
        try world.hold()
        world.wait(5)
        world.releaseFirst()
        let frames = try decodeFrames(try pushing.answer().body)
        #expect(
            frames.contains { frame in
                if case .outcomes(let range) = frame { range.status == .accepted } else { false }
            })
        guard case .error(let error) = frames.last else {
            Issue.record("\(frames)")
            return
        }
        #expect(error.code == "server.busy" && error.ackedMid == 1)
        #expect((5_000...20_000).contains(error.retryAfterMilliseconds))
        world.release()
    }

    @Test("turns away by age what a short queue would let in")
    func age() throws {
        let world = try World()
        try world.hold()
        world.wait(1)
        world.turned.advance(milliseconds: 1_000)
        #expect(try world.counted("tangrat_writer_oldest_milliseconds") == 1_000)
        #expect(try world.fresh.sync(world.running, [.sync(SyncRequest())]).status == 200)
        world.turned.advance(milliseconds: 1)
        expectLater(try world.fresh.sync(world.running, [.sync(SyncRequest())]))
        world.turned.advance(milliseconds: 2_999)
        #expect(try world.settled.sync(world.running, [.sync(world.old)]).status == 200)
        world.turned.advance(milliseconds: 1)
        expectLater(try world.settled.sync(world.running, [.sync(world.old)]))
        let unchanged = try world.settled.sync(world.running, [.sync(world.client.request)])
        #expect(unchanged.status == 200)
        world.release()
    }
}

extension SignedIn {
    /// Sends a sync and reads nothing.
    fileprivate func send(on client: HTTPTestClient, _ frames: [Frame]) throws {
        var body: [UInt8] = []
        for frame in frames { BinaryFrames.append(frame, to: &body) }
        let head =
            "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
            + "Content-Type: \(Self.binary)\r\nContent-Length: \(body.count)\r\n\r\n"
        try client.send(Array(head.utf8) + body)
    }
}
