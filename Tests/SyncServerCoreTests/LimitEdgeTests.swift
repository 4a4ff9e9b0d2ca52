import Dispatch
import Glibc
import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Each limit of the server, at the limit and one past it.
@Suite("Limits of the server")
struct LimitEdgeTests {
    private func code(_ answer: HTTPTestClient.Answer) throws -> String? {
        try JSON.parse(answer.body)["error"]?["code"]?.text
    }

    private func bearer(_ phone: SignedIn) -> [String: String] {
        ["Authorization": "Bearer \(phone.token)", "Content-Type": "application/json"]
    }

    /// A line of a feed, as long as any other with a number of as many digits.
    private func service(_ number: Int) -> String {
        #"{"table":"service","id":"s\#(number)","as_of":1,"source_version":1,"body":{}}"#
    }

    @Test("are those that the documents tell")
    func documents() throws {
        let text = String(decoding: try Repository.bytes(of: "docs/limits.md"), as: UTF8.self)
        var told: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
            told[cells[0]] = cells[1].filter { $0 != "," }
        }
        var real: [String: String] = [:]
        func collect(_ value: Any, _ prefix: String) {
            for child in Mirror(reflecting: value).children {
                let name = prefix + (child.label ?? "")
                if child.value is Int || child.value is Int64 {
                    real[name] = "\(child.value)"
                } else {
                    collect(child.value, name + ".")
                }
            }
        }
        collect(Limits(), "")
        #expect(real.count > 40)
        let protocolLimits: [String: Int] = [
            "BinaryFrames.frameBytesMax": BinaryFrames.frameBytesMax,
            "JSONFrameReader.lineBytesMax": JSONFrameReader.lineBytesMax,
            "WriteRules.operationsMax": WriteRules.operationsMax,
            "WriteRules.rowBytesMax": WriteRules.rowBytesMax,
            "WriteRules.dotsMax": WriteRules.dotsMax,
            "WriteRules.submissionBytesMax": WriteRules.submissionBytesMax,
            "WriteRules.valueDepthMax": WriteRules.valueDepthMax,
            "WriteRules.mutationBytesMax": WriteRules.mutationBytesMax,
            "Cursor.entriesMax": Cursor.entriesMax,
            "Cursor.bytesMax": Cursor.bytesMax,
            "Identifier.bytesMax": Identifier.bytesMax,
            "JSONLimits.record.depthMax": JSONLimits.record.depthMax,
        ]
        let fixed: [String: Int] = [
            "FeedSink.inFlightMax": FeedSink.inFlightMax,
            "FeedSink.answerBytesMax": FeedSink.answerBytesMax,
            "OutcomeRecord.answerMax": OutcomeRecord.answerMax,
            "PushMachine.detailBytesMax": PushMachine.detailBytesMax,
            "PushMachine.detailsKept": Int(PushMachine.detailsKept),
            "SyncService.authorizationBytesMax": SyncService.authorizationBytesMax,
            "CheckpointMachine.Policy.passivePages": CheckpointMachine.Policy().passivePages,
            "CheckpointMachine.Policy.restartPages": CheckpointMachine.Policy().restartPages,
            "CheckpointMachine.Policy.layOutPages": CheckpointMachine.Policy().layOutPages,
            "CheckpointMachine.Policy.readersMillisecondsMax":
                Int(CheckpointMachine.Policy().readersMillisecondsMax),
            "ServerProgram.drainMilliseconds": Int(ServerProgram.drainMilliseconds),
            "AdminCommands.reasonBytesMax": AdminCommands.reasonBytesMax,
            "AuditCommands.exportBytesMax": AuditCommands.exportBytesMax,
            "AuditWitnessFile.bytesMax": AuditWitnessFile.bytesMax,
            "AdminService.bodyBytesMax": AdminService.bodyBytesMax,
        ]
        real.merge(protocolLimits.merging(fixed) { first, _ in first }.mapValues(String.init)) {
            first, _ in first
        }
        for name in Set(told.keys).union(real.keys).sorted() {
            #expect(told[name] == real[name], "\(name)")
        }
    }

    @Test("hold for the body of a sync, however it is framed", arguments: [0, 1])
    func syncBody(more: Int) throws {
        let running = try RunningServer { $0.limits.syncBodyBytesMax = 4_096 }
        let phone = try running.signIn(try running.addPerson())
        let frame = #"{"frame":"sync"}"#
        let body = frame + String(repeating: " ", count: 4_096 + more - frame.utf8.count)
        let plain = try running.request("POST", "/v1/sync", bearer(phone), Array(body.utf8))
        #expect(plain.status == (more == 0 ? 200 : 413))
        let client = try running.client()
        try client.send(
            "POST /v1/sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Authorization: Bearer \(phone.token)\r\nContent-Type: application/json\r\n\r\n"
                + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
        let chunked = try client.answer()
        #expect(chunked.status == (more == 0 ? 200 : 413))
        if more == 1 { #expect(try code(chunked) == "http.body_too_large") }
    }

    @Test("hold for the small bodies of signing in", arguments: [0, 1])
    func smallBody(more: Int) throws {
        let running = try RunningServer()
        let start = "client_id=c&device_name="
        let count = Limits().smallBodyBytesMax + more - start.utf8.count
        let body = start + String(repeating: "n", count: count)
        let answer = try running.client().post("/v1/oauth/device_authorization", body)
        #expect(answer.status == (more == 0 ? 200 : 413))
    }

    @Test("hold for the mutations of a request, and past them nothing is taken")
    func mutations() throws {
        let running = try RunningServer { $0.limits.mutationsMax = 3 }
        let phone = try running.signIn(try running.addPerson())
        var device = WritingDevice(
            DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
        let writes = (0..<4).map { number in
            device.next([RowOperation(RowKey(table: "annotation", id: "a\(number)"), .create)])
        }
        let head: [Frame] = [.sync(SyncRequest()), .push(PushHeader(baseChain: 77))]
        let four = try phone.sync(running, head + writes.map { .mutation($0) })
        #expect(four.status == 400)
        #expect(try code(four) == "wire.mutations_too_many")
        #expect(running.server.metrics.text(extra: []).contains("mutations_taken_total 0\n"))
        let three = try phone.sync(running, head + writes[..<3].map { .mutation($0) })
        #expect(three.status == 200)
        #expect(running.server.metrics.text(extra: []).contains("mutations_taken_total 3\n"))
    }

    @Test("hold for a feed's line and for the row in it")
    func feedLines() throws {
        let running = try RunningServer {
            $0.limits.feedLineBytesMax = 300
            $0.limits.recordBytesMax = 100
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        func line(_ id: String, bytes: Int, of body: Int) -> String {
            let text = String(repeating: "x", count: body - #"{"t":""}"#.utf8.count)
            let line =
                #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"#
                + #""source_version":1,"body":{"t":"\#(text)"}}"#
            return line + String(repeating: "\t", count: bytes - line.utf8.count)
        }
        let answer = try running.request(
            "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
            Array(
                [
                    line("a", bytes: 300, of: 100), line("b", bytes: 301, of: 100),
                    line("c", bytes: 300, of: 101), line("d", bytes: 300, of: 100),
                ].joined(separator: "\n").utf8))
        let rows = try answer.body.split(separator: UInt8(ascii: "\n")).map {
            try JSON.parse(Array($0))
        }
        #expect(
            rows.compactMap { $0["code"]?.text } == ["feed.line_too_long", "feed.body_too_large"])
        #expect(rows.last?["applied"] == .integer(2))
    }

    @Test("hold for the ranges in a request for repair, in both forms", arguments: [0, 1])
    func claims(more: Int) throws {
        // A slow machine may take long for so many, and would be told to come back.
        let running = try RunningServer {
            $0.limits.shedLongMillisecondsMax = .max
            $0.limits.shedTurnMillisecondsMax = .max
        }
        let phone = try running.signIn(try running.addPerson())
        var binary: [UInt8] = []
        var lines: [UInt8] = []
        var writer = JSONFrameWriter()
        let claim = ItemsClaim(bucket: "x", range: .whole, hashes: [])
        let claims = Array(repeating: Frame.items(claim), count: 4_096 + more)
        for frame in [.reconcile(ReconcileRequest())] + claims {
            BinaryFrames.append(frame, to: &binary)
            writer.append(frame, to: &lines)
        }
        for (form, body) in [(SignedIn.binary, binary), ("application/json", lines)] {
            let answer = try running.request(
                "POST", "/v1/reconcile",
                [
                    "Authorization": "Bearer \(phone.token)", "Content-Type": form,
                    "Accept": SignedIn.binary,
                ], body)
            guard more == 0 else {
                #expect(answer.status == 400, "\(form)")
                #expect(try code(answer) == "wire.claims_too_many")
                continue
            }
            #expect(answer.status == 200, "\(form)")
            guard case .reconciled(let end)? = try decodeFrames(answer.body).last else {
                Issue.record("no end in \(form)")
                continue
            }
            #expect(end.answered == 4_096)
        }
    }

    /// Goal: a batch of a feed ends with the line that fills it, not before and not after.
    ///
    /// Method: each batch is answered with a run of its own. Lines of one length come in one
    /// piece, so that three of them reach the limit, or lack one byte of it.
    @Test("hold for the bytes of a feed's batch", arguments: [0, 1])
    func feedBatch(more: Int) throws {
        let lines = (10..<22).map(service)
        let length = lines[0].utf8.count
        let running = try RunningServer { $0.limits.feedBatchBytesMax = 3 * length + more }
        let key = try running.addAgency("dla", ["service"])
        let answer = try running.request(
            "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
            Array((lines.joined(separator: "\n") + "\n").utf8))
        let runs = try answer.body.split(separator: UInt8(ascii: "\n")).map {
            try JSON.parse(Array($0))
        }
        #expect(
            runs.compactMap { $0["to"]?.intValue } == (more == 0 ? [3, 6, 9, 12] : [4, 8, 12]))
        #expect(runs.last?["applied"] == .integer(12))
    }

    /// Goal: a feed has no more batches on their way than it may.
    ///
    /// Method: the writer is kept busy, so that batches of one line wait for it; then all come.
    @Test("hold for a feed's batches on their way to the writer")
    func feedBatches() throws {
        let running = try RunningServer {
            $0.limits.feedBatchLinesMax = 1
            $0.loops = 1
        }
        let key = try running.addAgency("dla", ["service"])
        let mayGoOn = DispatchSemaphore(value: 0)
        let isHeld = DispatchSemaphore(value: 0)
        running.server.commits.maintainLater { _ in
            isHeld.signal()
            mayGoOn.wait()
        }
        isHeld.wait()
        let body = (0..<40).map(service).joined(separator: "\n")
        let client = try running.client()
        try client.send(
            "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        while running.server.commits.pressure.waiting < FeedSink.inFlightMax { usleep(1_000) }
        // The same loop answers this after all that it has read.
        #expect(try running.request("GET", "/healthz").status == 200)
        #expect(running.server.commits.pressure.waiting == FeedSink.inFlightMax)
        mayGoOn.signal()
        let answer = try client.answer()
        #expect(answer.text.contains(#""applied":40"#))
    }

    @Test("hold for the reason that an operator gives", arguments: [0, 1])
    func reason(more: Int) throws {
        let running = try RunningServer()
        let answer = try running.admin([
            "command": "person.hold", "person": .string(try running.addPerson()),
            "reason": .string(String(repeating: "r", count: 200 + more)),
        ])
        #expect(answer["error"]?["code"]?.text == (more == 0 ? nil : "admin.reason"))
    }

    @Test("hold for the field of a token", arguments: [0, 1])
    func authorization(more: Int) {
        let scheme = "Bearer "
        let length = SyncService.authorizationBytesMax - scheme.utf8.count + more
        let field = Array((scheme + String(repeating: "t", count: length)).utf8)
        let bytes = field.withUnsafeBytes { SyncService.bearer($0)?.count }
        #expect(bytes == (more == 0 ? length : nil))
    }

    @Test("hold for the open requests of one device, and not for its neighbour")
    func requestsPerToken() throws {
        let running = try RunningServer { $0.limits.requestsPerTokenMax = 2 }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let tablet = try running.signIn(subject)
        let first = try phone.watch(running)
        let second = try phone.watch(running)
        let third = try phone.sync(running, [.sync(SyncRequest())])
        #expect(third.status == 429)
        #expect(try code(third) == "limit.requests")
        #expect(third.head.contains("Retry-After: "))
        #expect(
            try running.request("GET", "/metrics").text.contains(
                "\ntangrat_requests_limited_total 1\n"))
        // Before its form is looked at: every address that asks for a sign-in counts.
        for (method, path) in [
            ("POST", "/v1/devices/replace"), ("POST", "/v1/reconcile"), ("GET", "/v1/live"),
        ] {
            let refused = try running.request(
                method, path, ["Authorization": "Bearer \(phone.token)"],
                method == "POST" ? [] : nil)
            #expect(refused.status == 429, "\(path)")
            #expect(try code(refused) == "limit.requests")
        }
        #expect(try tablet.sync(running, [.sync(SyncRequest())]).status == 200)
        first.close()
        // The place is free once the server has noticed; ask until it has.
        while try phone.sync(running, [.sync(SyncRequest())]).status != 200 {}
        second.close()
    }

    @Test("end a device's oldest live stream for its newest")
    func watchersPerDevice() throws {
        let running = try RunningServer { $0.limits.watchersPerDeviceMax = 2 }
        let phone = try running.signIn(try running.addPerson())
        let streams = try (0..<5).map { _ in try phone.watch(running) }
        for stream in streams[..<3] {
            #expect(try stream.event() == nil)
            // The connection itself is well, and can be used again.
            #expect(try stream.get("/healthz").status == 200)
        }
        #expect(running.server.metrics.text(extra: []).contains("tangrat_watchers 2\n"))
        for stream in streams[3...] { #expect(stream.isSilent(milliseconds: 50)) }
    }

    @Test("hold for live streams in all, also when some clients cannot have one")
    func watchers() throws {
        let running = try RunningServer { $0.limits.watchersMax = 2 }
        let phones = try (0..<3).map { _ in try running.signIn(try running.addPerson()) }
        for _ in 0..<4 {
            let old = try running.client()
            try old.send(
                "GET /v1/live HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer \(phones[2].token)\r\n\r\n"
            )
            #expect(try old.answer().status == 505)
        }
        let streams = try phones[..<2].map { try $0.watch(running) }
        let token = ["Authorization": "Bearer \(phones[2].token)"]
        let third = try running.request("GET", "/v1/live", token)
        #expect(third.status == 503)
        #expect(third.head.contains("Retry-After: "))
        streams[0].close()
        while try running.request("GET", "/v1/live", token, nil, headOnly: true).status != 200 {}
    }

    /// Goal: answers that wait cost a bounded amount of memory.
    ///
    /// Method: the writer is kept busy, so that a page waits for its entry in the audit
    /// chain. Once more is held than the limit, another device is told to come back;
    /// when the page has left, it is served.
    @Test("hold for the memory of all connections")
    func memory() throws {
        let running = try RunningServer {
            $0.limits.http.bufferedBytesMax = 400_000
            $0.loops = 1
        }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let tablet = try running.signIn(try running.addPerson())
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feedVehicles(0..<12, of: subject, bytes: 100_000, key)
        let mayGoOn = DispatchSemaphore(value: 0)
        running.server.commits.maintainLater { _ in mayGoOn.wait() }
        let reader = try running.client()
        let body = #"{"frame":"sync","bytes_max":900000}"#
        try reader.send(
            "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        // Until the page has been built.
        while try tablet.sync(running, [.sync(SyncRequest())]).status == 200 {}
        let refused = try tablet.sync(running, [.sync(SyncRequest())])
        #expect(refused.status == 503)
        #expect(try code(refused) == "server.busy")
        #expect(try running.request("GET", "/healthz").status == 200)
        mayGoOn.signal()
        let answer = try reader.answer()
        #expect(answer.status == 200 && answer.body.count > 800_000)
        while try tablet.sync(running, [.sync(SyncRequest())]).status != 200 {}
    }

    @Test("hold for the operators' commands at once, and the public port has its own")
    func adminConnections() throws {
        let running = try RunningServer { $0.limits.adminConnectionsMax = 2 }
        let path = TangRatServer.adminSocket(running.directory.path)
        let clients = try (0..<2).map { _ in try HTTPTestClient(path: path) }
        for client in clients {
            #expect(try client.post("/admin", #"{"command":"person.list"}"#).status == 200)
        }
        // Nothing is asked: the answer comes before.
        let refused = try HTTPTestClient(path: path).answer()
        #expect(refused.status == 503 && refused.head.contains("Retry-After: 2\r\n"))
        #expect(try running.request("GET", "/healthz").status == 200)
        for client in clients { client.close() }
    }

    @Test(
        "keep descriptors back for files",
        arguments: [(20_000, 12_000), (12_064, 12_000), (12_063, 11_999), (64, 1), (0, 1)])
    func descriptors(descriptors: Int, connections: Int) {
        var configuration = TangRatServer.Configuration(directory: "", address: .tcp(port: 0))
        configuration.loops = 2
        let notice = configuration.limitConnections(descriptors: descriptors)
        #expect(configuration.limits.http.connectionsMax == connections)
        #expect((notice == nil) == (connections == 12_000))
        #expect(configuration.limits.watchersMax <= max(1, connections))
    }
}
