import Dispatch
import Glibc
import HTTPWire
import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: no device can keep the writer from others, however it builds what it sends.
///
/// Method: a row of some 50 KB, which each small edit reads and writes whole.
@Suite("What a push may cost")
struct PushWorkTests {
    private static let note = RowKey(table: "annotation", id: "long")

    private static func longRow(_ device: inout WritingDevice) -> [Mutation] {
        let label = String(repeating: "x", count: 120)
        return [device.next([RowOperation(note, .create)])]
            + (0..<5).map { part in
                device.next(
                    (0..<64).map {
                        RowOperation(
                            note, .add(field: "labels", element: "\(part * 64 + $0)" + label))
                    })
            }
    }

    private static func edits(_ count: Int, _ device: inout WritingDevice) -> [Mutation] {
        (0..<count).map { _ in device.next([RowOperation(note, .increment(field: "shown", by: 1))])
        }
    }

    @Test("ends it behind the mutation that was too much, and the rest is taken with the next")
    func parts() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let record = try fixture.addDevice(person)
        var device = WritingDevice(record)
        #expect(try fixture.push(Self.longRow(&device), from: record).taken == 6)
        let base = device.chain
        let edits = Self.edits(10, &device)
        let bytes = try #require(try fixture.row(Self.note, person)).body.count
        #expect(bytes > 40_000)
        // Each costs the row twice.
        let first = try fixture.push(edits, base: base, from: record, workBytesMax: 5 * bytes)
        #expect(first.failure == nil && first.taken == 3 && first.ackedMid == 9)
        #expect(first.outcomes.map(\.mid) == [7, 8, 9])
        #expect((6 * bytes..<7 * bytes).contains(first.workBytes))
        // What was taken before costs nothing.
        let next = try fixture.push(edits, base: base, from: record, workBytesMax: 5 * bytes)
        #expect(next.taken == 3 && next.outcomes.map(\.mid) == Array(7...12))
        // However little is allowed, there is progress.
        let one = try fixture.push(edits, base: base, from: record, workBytesMax: 1)
        #expect(one.taken == 1 && one.ackedMid == 13)
        #expect(try fixture.push(edits, base: base, from: record).taken == 3)
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        let totals = row["fields"]?["shown"]?.items?[1].items ?? []
        #expect(totals.compactMap { $0.items?[1].intValue }.reduce(0, +) == 10)
    }

    private static func notes(_ count: Int, _ device: inout WritingDevice) -> [Mutation] {
        (0..<count).map { number in
            device.next([RowOperation(RowKey(table: "annotation", id: "n\(number)"), .create)])
        }
    }

    @Test("ends it in a server at its limit, and one byte more takes another", arguments: [0, 1])
    func limit(more: Int) throws {
        let fixture = try ServerFixture()
        let record = try fixture.addDevice(try fixture.addPerson())
        var other = WritingDevice(record)
        let bytes = try fixture.push(Self.notes(1, &other), from: record).workBytes
        #expect(bytes > 0)
        let running = try RunningServer { $0.limits.pushWorkBytesMax = bytes + more }
        let phone = try running.signIn(try running.addPerson())
        var device = phone.writing
        let pushed: [Frame] =
            [.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
            + Self.notes(3, &device).map { .mutation($0) }
        #expect(try phone.sync(running, pushed).status == 200)
        let text = running.server.metrics.text(extra: [])
        #expect(text.contains("mutations_taken_total \(1 + more)\n"))
    }

    /// A withdrawal reads the request and makes it anew before anything is decided.
    @Test("counts the requests that its commands read, also where they are refused")
    func commands() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put(
            "service", "hsss", nil, body: #"{"agency":"hss","name_th":"ก"}"#, agency: "dga")
        let record = try fixture.addDevice(person)
        var device = WritingDevice(record)
        let long = JSONValue.string(String(repeating: "x", count: 50_000))
        let handedIn = device.next([
            PushMachineTests.submission("r", extra: [("statement", long)])
        ])
        let first = try fixture.push([handedIn], from: record)
        #expect(first.outcomes.map(\.status) == [.accepted])
        #expect(first.workBytes > 100_000)
        let base = device.chain
        let refused = (0..<10).map { _ in
            device.next([WithdrawalTests.withdrawal(), WithdrawalTests.withdrawal("unknown")])
        }
        let result = try fixture.push(refused, base: base, from: record, workBytesMax: 250_000)
        #expect(Set(result.outcomes.map(\.code)) == ["row_absent"])
        #expect(result.taken == 3)
    }

    @Test(
        "counts as more requests of its device where its rows are long",
        arguments: [(10_000, 429), (1_000_000, 200)])
    func charged(bytesPerRequest: Int, status: Int) throws {
        let running = try RunningServer {
            $0.limits.requestsBurstMax = 20
            $0.limits.requestsPerMinute = 1
            $0.limits.workBytesPerRequest = bytesPerRequest
        }
        let phone = try running.signIn(try running.addPerson())
        var device = phone.writing
        let pushed: [Frame] =
            [.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
            + Self.longRow(&device).map { .mutation($0) }
        #expect(try phone.sync(running, pushed).status == 200)
        #expect(try phone.sync(running, [.sync(SyncRequest())]).status == status)
    }

    /// Writes that are refused, each with a detail of its own.
    private static func refused(_ count: Int, _ device: inout WritingDevice) -> [Mutation] {
        (0..<count).map { number in
            let key = RowKey(
                table: "annotation", id: "\(number)" + String(repeating: "x", count: 90))
            return device.next([RowOperation(key, .set(field: "none", value: .string("x")))])
        }
    }

    /// Goal: nobody can fill the disk with refusals: nothing is read or written for them, and
    /// their outcomes stay.
    @Test(
        "counts what its outcomes take in the store for ever",
        arguments: [(100, 429), (1_000_000, 200)])
    func kept(bytesPerRequest: Int, status: Int) throws {
        let running = try RunningServer {
            $0.limits.requestsBurstMax = 20
            $0.limits.requestsPerMinute = 1
            $0.limits.keptBytesPerRequest = bytesPerRequest
        }
        let phone = try running.signIn(try running.addPerson())
        var device = phone.writing
        let pushed: [Frame] =
            [.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
            + Self.refused(30, &device).map { .mutation($0) }
        #expect(try phone.sync(running, pushed).status == 200)
        #expect(try phone.sync(running, [.sync(SyncRequest())]).status == status)
    }

    @Test("counts eight bytes for an outcome that is like the one before it")
    func keptAlike() throws {
        let fixture = try ServerFixture()
        let record = try fixture.addDevice(try fixture.addPerson())
        var device = WritingDevice(record)
        let first = try fixture.push(Self.edits(100, &device), from: record)
        // "row_absent" and its place, once.
        #expect(first.workBytes == 0 && first.keptBytes == 100 * 8 + 32 + 10 + 15)
    }

    /// Method: 2,600 refusals in parts of 200, with a detail of some 100 bytes each.
    @Test("leaves the details of a device's newest outcomes, and the codes of all")
    func details() throws {
        let fixture = try ServerFixture()
        let record = try fixture.addDevice(try fixture.addPerson())
        var device = WritingDevice(record)
        let kept = PushMachine.detailsKept
        for _ in 0..<13 {
            let base = device.chain
            let result = try fixture.push(Self.refused(200, &device), base: base, from: record)
            #expect(result.taken == 200)
        }
        let last = device.mid
        #expect(last == 2_600)
        var outcomes: [Outcome] = []
        for after in stride(from: 0, to: last, by: OutcomeRecord.answerMax) {
            outcomes += try fixture.read { try $0.outcomes(of: record.number, after: after) }
        }
        #expect(outcomes.map(\.mid) == Array(1...last))
        #expect(outcomes.allSatisfy { $0.status == .refused && $0.code == "field_not_writable" })
        let told = outcomes.filter { !$0.detail.isEmpty }.map(\.mid)
        #expect(told == Array((kept + 1)...last))
        #expect(outcomes.last?.detail.hasSuffix("x.none") == true)
    }

    /// A push that waits for the writer, whose client is gone.
    private func abandoned(
        _ frames: [Frame], of phone: SignedIn, on running: RunningServer, lines: Bool
    ) throws -> Int {
        var body: [UInt8] = []
        var writer = JSONFrameWriter()
        for frame in frames {
            if lines {
                writer.append(frame, to: &body)
            } else {
                BinaryFrames.append(frame, to: &body)
            }
        }
        let commits = running.server.commits
        let waiting = commits.pressure.waiting
        let before = running.server.front.counts.connectionsOpen
        let client = try running.client()
        try client.send(
            Array(
                ("POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
                    + "Content-Type: \(lines ? "application/json" : SignedIn.binary)\r\n"
                    + "Content-Length: \(body.count)\r\n\r\n").utf8) + body)
        while commits.pressure.waiting == waiting { usleep(1_000) }
        client.reset()
        while running.server.front.counts.connectionsOpen > before { usleep(1_000) }
        return body.count
    }

    @Test("counts for its device until the writer is done with it, though the client has gone")
    func counted() throws {
        let running = try RunningServer {
            $0.limits.requestsPerTokenMax = 2
            $0.loops = 1
        }
        let phone = try running.signIn(try running.addPerson())
        var device = phone.writing
        let mayGoOn = DispatchSemaphore(value: 0)
        running.server.commits.maintainLater { _ in mayGoOn.wait() }
        while running.server.commits.pressure.waiting > 0 { usleep(1_000) }
        let idle = running.server.front.bufferedBytes
        for round in 1...2 {
            let frames: [Frame] =
                [.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
                + Self.longRow(&device).map { .mutation($0) }
            let bytes = try abandoned(frames, of: phone, on: running, lines: false)
            #expect(bytes > 30_000)
            #expect(running.server.front.bufferedBytes >= idle + 2 * bytes * round)
        }
        let refused = try phone.sync(running, [.sync(SyncRequest())])
        #expect(refused.status == 429)
        mayGoOn.signal()
        while try phone.sync(running, [.sync(SyncRequest())]).status != 200 {}
        while running.server.front.bufferedBytes > idle + 20_000 { usleep(1_000) }
    }

    @Test("holds memory of the connections' while it waits, and the next one is refused")
    func booked() throws {
        let running = try RunningServer {
            $0.limits.http.bufferedBytesMax = 150_000
            $0.loops = 1
        }
        let phone = try running.signIn(try running.addPerson())
        var device = phone.writing
        let mayGoOn = DispatchSemaphore(value: 0)
        running.server.commits.maintainLater { _ in mayGoOn.wait() }
        while running.server.commits.pressure.waiting > 0 { usleep(1_000) }
        let head: [Frame] = [.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
        let first = Self.longRow(&device) + Self.longRow(&device)
        _ = try abandoned(
            head + first.map { .mutation($0) }, of: phone, on: running, lines: false)
        let refused = try phone.sync(
            running, head + Self.edits(1, &device).map { .mutation($0) })
        #expect(refused.status == 503)
        #expect(try code(refused) == "server.busy")
        mayGoOn.signal()
        while try phone.sync(running, [.sync(SyncRequest())]).status != 200 {}
    }

    /// A value of thousands of small arrays is large in memory; no field takes one.
    @Test("does not hold what can never be taken while it waits")
    func unusable() throws {
        let running = try RunningServer { $0.loops = 1 }
        let phone = try running.signIn(try running.addPerson())
        var device = phone.writing
        let value = JSONValue.array(Array(repeating: .array([.integer(0)]), count: 20_000))
        let write = device.next([
            RowOperation(Self.note, .create),
            RowOperation(Self.note, .set(field: "nickname", value: value)),
        ])
        let frames: [Frame] = [
            .sync(SyncRequest()), .push(PushHeader(baseChain: 77)), .mutation(write),
        ]
        let mayGoOn = DispatchSemaphore(value: 0)
        running.server.commits.maintainLater { _ in mayGoOn.wait() }
        while running.server.commits.pressure.waiting > 0 { usleep(1_000) }
        let idle = running.server.front.bufferedBytes
        let bytes = try abandoned(frames, of: phone, on: running, lines: true)
        #expect(bytes > 80_000)
        #expect(running.server.front.bufferedBytes <= idle + 2 * bytes)
        mayGoOn.signal()
        let answer = try phone.sync(running, frames, accept: SignedIn.binary, lines: true)
        let told = try decodeFrames(answer.body).compactMap { frame in
            if case .outcomes(let range) = frame { range.code } else { nil }
        }
        #expect(told == ["value_too_large"])
    }

    @Test("a head that grows is refused where memory is short, and a short one is not")
    func heads() throws {
        let field = "X-Long: \(String(repeating: "x", count: 2_000))\r\n"
        func ask(_ running: RunningServer, _ fields: String) throws -> Int {
            // The connection before gives its buffer back when the server sees its end: a new
            // buffer in its place would look as if nothing had come.
            while running.server.front.bufferedBytes != 0 { usleep(1_000) }
            let client = try running.client()
            try client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n")
            // What came is kept in a buffer of the connection's own.
            while running.server.front.bufferedBytes == 0 { usleep(1_000) }
            try client.send(fields + "\r\n")
            return try client.answer().status
        }
        let long = String(repeating: field, count: 12)
        let short = try RunningServer { $0.limits.http.bufferedBytesMax = -1 }
        #expect(try ask(short, "X-Short: x\r\n") == 200)
        #expect(try ask(short, long) == 503)
        let usual = try RunningServer()
        #expect(try ask(usual, long) == 200)
    }

    private func code(_ answer: HTTPTestClient.Answer) throws -> String? {
        try JSON.parse(answer.body)["error"]?["code"]?.text
    }
}

extension SignedIn {
    /// The device, to make mutations.
    fileprivate var writing: WritingDevice {
        WritingDevice(DeviceRecord(number: 0, id: device, person: 0, name: "", added: 0))
    }
}
