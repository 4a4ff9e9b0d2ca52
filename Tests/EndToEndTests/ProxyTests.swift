import Foundation
import Testing

/// A running `tangrat-qa proxy` before the server of a world.
struct TestProxy: Sendable {
    let child: Child
    let port: Int

    var address: String { "http://127.0.0.1:\(port)" }

    static func start(_ world: RealWorld, _ words: String...) async throws -> TestProxy {
        let child = try world.spawn(
            Programs.qa, ["proxy", "--to", world.address, "--json"] + words)
        var url = ""
        try await eventually("the proxy listens: \(child.error)") {
            let line = child.output.split(separator: "\n").first.map(String.init) ?? ""
            url = PlainJSON.object(line)["url"] as? String ?? ""
            return !url.isEmpty
        }
        return TestProxy(
            child: child, port: url.split(separator: ":").last.flatMap { Int($0) } ?? 0)
    }

    /// What it has written so far.
    var events: [[String: Any]] {
        child.output.split(separator: "\n").map { PlainJSON.object(String($0)) }
    }

    /// The faults of each request, in the order of the requests.
    var faults: [[String]] {
        events.filter { $0["event"] as? String == "request" }
            .sorted { ($0["request"] as? Int ?? 0) < ($1["request"] as? Int ?? 0) }
            .map { $0["faults"] as? [String] ?? [] }
    }

    /// Asks for the server's counters and reads until the connection ends.
    func ask() throws -> String {
        let socket = try PlainSocket(port: port)
        defer { socket.close() }
        try socket.send(
            Array("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
        return socket.receiveAll()
    }
}

extension WorldTests {
    /// Goal: the proxy does to real requests what its rules say, and nothing else.
    ///
    /// Method: real servers, devices and sockets; what passed is compared with what the
    /// server counted and with the proxy's own log.
    @Suite("The proxy of testers")
    struct ProxyTests {
        @Test("passes everything where it has no rules, and keeps no secret")
        func transparent() async throws {
            try await RealWorld.run { world in
                let proxy = try await TestProxy.start(world)
                let person = try await world.person()
                let device = try await world.device("a", of: person, at: proxy.address)
                let direct = try await world.device("b", of: person)
                try await device.must("pin", "one")
                try await device.must("sync")
                try await direct.must("sync")
                let left = try await device.dump()
                let right = try await direct.dump()
                #expect(left == right)
                #expect(proxy.faults.count > 2)
                #expect(proxy.faults.joined().isEmpty)
                proxy.child.signal(SIGTERM)
                #expect(await proxy.child.wait() == 0)
                let last = proxy.events.last ?? [:]
                #expect(last["requests"] as? Int == proxy.faults.count)
                for word in ["Bearer", "refresh", "token=", "device_code", "pin"] {
                    #expect(!proxy.child.output.contains(word), "\(word)")
                }
            }
        }

        @Test(
            "loses and repeats no write, whatever befalls the first push",
            arguments: [
                "cut-up=150", "reset=30", "swallow", "drop", "duplicate", "late=200",
                "answer=length-short", "mask=captive",
            ])
        func onceWhatever(fault: String) async throws {
            try await RealWorld.run { world in
                let proxy = try await TestProxy.start(
                    world, "--faults", "\(fault)@2 POST /v1/sync", "--seed", "1")
                let person = try await world.person()
                let device = try await world.device("a", of: person, at: proxy.address)
                try await device.must("sync")
                try await device.must("pin", "one")
                let run = try await device.run("sync")
                #expect([0, 1, 4].contains(run.code), "\(run.code): \(run.error)")
                try await device.must("sync")
                #expect(proxy.faults.joined().count == 1, "\(proxy.faults)")
                let dump = try await device.dump()
                #expect(!dump.contains { $0.hasPrefix(#"{"pending""#) })
                let reader = try await world.lineDevice(of: person)
                let pinned = try await reader.rows()["pinned/me"]?["fields"] as? [String: Any]
                let services = (pinned?["services"] as? [Any])?[1] as? [[Any]]
                #expect(services?.count == 1, "\(pinned ?? [:])")
                // What is sent again later must find the write done, and change nothing.
                if fault.hasPrefix("late") || fault == "duplicate" {
                    try await eventually("the server had the request once more") {
                        proxy.events.contains { $0["event"] as? String == "aside" }
                    }
                }
                let taken = try await world.metric("tangrat_mutations_taken_total")
                #expect(taken == 1)
            }
        }

        /// Foundation on Linux ends the program here (docs/testing.md), which must be as a kill.
        @Test("loses nothing where the head of an answer is cut")
        func cutHead() async throws {
            try await RealWorld.run { world in
                let proxy = try await TestProxy.start(
                    world, "--faults", "cut-down=40@2 POST /v1/sync")
                let person = try await world.person()
                let device = try await world.device("a", of: person, at: proxy.address)
                try await device.must("sync")
                try await device.must("pin", "one")
                let run = try await device.run("sync")
                let isFoundations = run.error.contains("Transfer completed, but there's no")
                #expect(run.code == 0 || run.code == 1 || isFoundations, "\(run.error)")
                try await device.must("sync")
                let dump = try await device.dump().joined()
                #expect(dump.components(separatedBy: "\"one\"").count == 2)
                #expect(!dump.contains(#"{"pending""#))
                let taken = try await world.metric("tangrat_mutations_taken_total")
                #expect(taken == 1)
            }
        }

        @Test("sends a request aside to the server, and says what came of it")
        func asides() async throws {
            try await RealWorld.run { world in
                let proxy = try await TestProxy.start(
                    world, "--faults", "duplicate@1, replay=20@1, late=20@2")
                let passed = try proxy.ask()
                #expect(passed.hasPrefix("HTTP/1.1 200"))
                let cut = try proxy.ask()
                #expect(cut.isEmpty)
                try await eventually("three asides are answered") {
                    proxy.events.filter { $0["event"] as? String == "aside" }.count == 3
                }
                let asides = proxy.events.filter { $0["event"] as? String == "aside" }
                #expect(asides.allSatisfy { $0["status"] as? Int == 200 })
            }
        }

        @Test("is silent without closing, and serves others meanwhile", arguments: [0, 12])
        func silence(bytes: Int) async throws {
            try await RealWorld.run { world in
                let proxy = try await TestProxy.start(
                    world, "--faults", "half-open=\(bytes)@1, silence@2")
                let muted = try PlainSocket(port: proxy.port)
                defer { muted.close() }
                let request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
                try muted.send(Array(request.utf8))
                try await eventually("the answer is held back") {
                    proxy.events.contains { $0["end"] as? String == "half-open" }
                }
                if bytes > 0 { #expect(muted.receive().count == bytes) }
                let silent = try PlainSocket(port: proxy.port)
                defer { silent.close() }
                try silent.send(Array(request.utf8))
                let passed = try proxy.ask()
                #expect(passed.hasPrefix("HTTP/1.1 200"))
                var nothing: UInt8 = 0
                for socket in [muted, silent] {
                    let count = recv(socket.descriptor, &nothing, 1, Int32(MSG_DONTWAIT))
                    #expect(count == -1 && errno == EAGAIN, "\(count)")
                }
            }
        }

        @Test("draws the same luck from the same seed, and other luck from another")
        func seeds() async throws {
            try await RealWorld.run { world in
                func luck(_ seed: String) async throws -> [[String]] {
                    let proxy = try await TestProxy.start(
                        world, "--faults", "swallow%40, answer=502%30", "--seed", seed)
                    for _ in 0..<40 { _ = try proxy.ask() }
                    try await eventually("all are in the log") { proxy.faults.count == 40 }
                    return proxy.faults
                }
                let first = try await luck("7")
                let again = try await luck("7")
                #expect(again == first)
                let other = try await luck("8")
                #expect(other != first)
                let swallowed = first.filter { $0 == ["swallow"] }.count
                #expect((6...26).contains(swallowed), "\(swallowed) of 40")
            }
        }

        @Test("counts the turns of the requests that a rule is about, and reads a plan")
        func turns() async throws {
            try await RealWorld.run { world in
                let plan = world.path("plan")
                try Data(
                    """
                    # the second, and from the fourth
                    swallow@2 GET /metrics
                    answer=502@4+ GET   # a remark
                    drop POST
                    """.utf8
                ).write(to: URL(fileURLWithPath: plan))
                let proxy = try await TestProxy.start(
                    world, "--plan", plan, "--log", world.path("log"))
                let starts = try (0..<5).map { _ in String(try proxy.ask().prefix(12)) }
                let passed = "HTTP/1.1 200"
                let gateway = "HTTP/1.1 502"
                #expect(starts == [passed, "", passed, gateway, gateway])
                #expect(ProcessTable.read(world.path("log")).contains(#""end":"swallow""#))
                #expect(proxy.events.count == 1)
            }
        }

        @Test("passes what is no HTTP, and says when there is no server")
        func noHTTP() async throws {
            try await RealWorld.run { world in
                let proxy = try await TestProxy.start(world)
                let socket = try PlainSocket(port: proxy.port)
                defer { socket.close() }
                try socket.send(Array("\u{1}\u{2}nonsense\r\n\r\n".utf8))
                #expect(socket.receiveAll().hasPrefix("HTTP/1.1 400"))
                #expect(proxy.events.contains { $0["event"] as? String == "not_http" })
                _ = try await world.stop(SIGKILL)
                let cut = try proxy.ask()
                #expect(cut.isEmpty)
                #expect(proxy.events.contains { $0["end"] as? String == "unreachable" })
            }
        }

        @Test(
            "ends with 2 on a rule or a place that it does not know",
            arguments: [
                ["--faults", "explode"], ["--faults", "cut-up"], ["--faults", "cut-up=x"],
                ["--faults", "reset@0"], ["--faults", "reset@3..2"], ["--faults", "reset%0"],
                ["--faults", "reset%101"], ["--faults", "reset post"], ["--faults", "rate=0"],
                ["--faults", "answer=teapot"], ["--listen", "8080"], ["--listen", "127.0.0.1:x"],
                ["--to", "https://example.org"], ["--seed", "-1"], ["--plan", "/nowhere"],
            ])
        func usage(words: [String]) async throws {
            try await RealWorld.run(serving: false) { world in
                let run = try await world.run(Programs.qa, ["proxy"] + words)
                #expect(run.code == 2, "\(run.output)")
                #expect(run.error.contains("[usage."))
                #expect(run.output.isEmpty)
            }
        }
    }
}
