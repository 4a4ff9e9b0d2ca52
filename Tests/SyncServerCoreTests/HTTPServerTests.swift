import Glibc
import NetworkIO
import SyncProtocol
import SyncServerCore
import Testing

@Suite("HTTP server")
struct HTTPServerTests {
    @Test("answers over a connection that stays open")
    func keepAlive() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        for _ in 0..<3 {
            let answer = try client.get("/")
            #expect(answer.status == 200)
            #expect(answer.text == "hello")
            #expect(!answer.closes)
            #expect(answer.head.contains("\r\nDate: "))
        }
        #expect(try client.get("/nowhere").status == 404)
        let build = try client.get("/build")
        #expect(build.text == (0..<500).map(String.init).joined())
        #expect(try client.get("/304").head.contains("Content-Length") == false)
        #expect(try client.get("/").text == "hello")
        #expect(test.server.counts.requests == 7)
    }

    @Test("answers HEAD like GET without the body", arguments: ["/", "/build", "/live", "/big"])
    func head(path: String) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let head = try client.answer(toHead: true).head
        if path == "/" { #expect(head.contains("Content-Length: 5\r\n")) }
        if path == "/build" { #expect(head.contains("Content-Length: 1390\r\n")) }
        if path != "/live" { #expect(try client.isClosedByServer()) }
    }

    @Test("answers pipelined requests in order, also when the first takes longest")
    func pipelining() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        let paths = ["/later", "/", "/build", "/later", "/build"]
        try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        let built = (0..<500).map(String.init).joined()
        #expect(
            try paths.map { _ in try client.answer().text }
                == ["later", "hello", built, "later", built])
    }

    @Test("hands over whole bodies however they come", arguments: [1, 7, 1_000, 100_000])
    func bodies(pieceBytes: Int) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        let body = String(repeating: "0123456789", count: pieceBytes < 1_000 ? 10 : 9_000)
        let chunks = body.indices(every: 1_500).map {
            "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n"
        }
        let requests =
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
            + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + chunks.joined() + "0\r\n\r\n" + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        for piece in requests.indices(every: pieceBytes) { try client.send(String(piece)) }
        #expect(try client.answer().text == "/echo " + body)
        #expect(try client.answer().text == "/echo " + body)
        #expect(try client.answer().text == "hello")
    }

    @Test(
        "gives the whole answer to a client that closed its sending side",
        arguments: ["/", "/later", "/big"])
    func halfClose(path: String) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        client.endOutput()
        let answer = try client.answer()
        #expect(answer.status == 200)
        if path == "/big" { #expect(answer.body.count == 32_768_000) }
        #expect(try client.isClosedByServer())
    }

    @Test("refuses a bad request once, and never answers what follows")
    func smuggling() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.status == 400)
        #expect(answer.closes)
        #expect(answer.text.contains(#""code":"http.framing_conflict""#))
        #expect(try client.isClosedByServer())
        #expect(test.server.counts.rejections == [400: 1])
    }

    @Test(
        "says of each rule what is wrong, where, and what to do",
        arguments: [
            ("G\u{7f}T / HTTP/1.1\r\n\r\n", "http.request_line", 0),
            ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "http.method", 0),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", "http.version", 6),
            ("GET /../ HTTP/1.1\r\nHost: a\r\n\r\n", "http.target", 4),
            ("GET / HTTP/1.1\r\nHost a\r\n\r\n", "http.field_name", 16),
            ("GET / HTTP/1.1\r\n\r\n", "http.host", 16),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "http.host", 25),
            (
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "http.content_length", 30
            ),
            (
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                "http.chunk", nil
            ),
        ] as [(String, String, Int64?)])
    func errorBodies(request: String, code: String, position: Int64?) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send(request)
        let answer = try client.answer()
        let error = try #require(try JSON.parse(answer.body)["error"])
        #expect(error["code"]?.text == code)
        #expect(error["position"] == position.map { .integer($0) })
        for name in ["message", "message_th", "advice", "advice_th"] {
            #expect(error[name]?.text?.isEmpty == false)
        }
        #expect(error.fields?.count == (position == nil ? 5 : 6))
    }

    /// A reset would make the client forget an answer that it has not read yet.
    @Test("lets a client read the refusal while it is still sending")
    func lingering() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n")
        try client.send([UInt8](repeating: 0, count: 900_000))
        let answer = try client.answer()
        #expect(answer.status == 413)
        #expect(answer.closes)
        client.endOutput()
        #expect(try client.isClosedByServer())
    }

    @Test("asks for the body a client holds back, or refuses it at once")
    func expectation() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
        try client.send(head + "3\r\n\r\n")
        #expect(try client.answer().status == 100)
        try client.send("abc")
        #expect(try client.answer().text == "/echo abc")
        try client.send(head + "100001\r\n\r\n")
        #expect(try client.answer().status == 413)
        #expect(try client.isClosedByServer())
    }

    @Test("stays in step when it answers without the body")
    func ignoredBody() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        #expect(try client.post("/nowhere", String(repeating: "x", count: 50_000)).status == 404)
        #expect(try client.get("/").text == "hello")
        try client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(try client.answer().closes)
    }

    @Test(
        "answers a request once, also when the rest of its body never comes",
        arguments: [true, false])
    func unfinishedBody(halfCloses: Bool) throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        try client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nabc")
        let answer = try client.answer()
        #expect(answer.status == 404)
        #expect(!answer.closes)
        if halfCloses {
            client.endOutput()
        } else {
            try test.advance(milliseconds: 10_001)
        }
        #expect(try client.isClosedByServer())
        #expect(test.server.counts.rejections.isEmpty)
    }

    @Test("cannot be made to stream to HTTP/1.0")
    func oldVersion() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("GET /big HTTP/1.0\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 505)
        #expect(try client.isClosedByServer())
    }

    @Test("serves two hundred connections at once, and all are gone afterwards")
    func manyConnections() throws {
        let test = try HTTPTestServer()
        let clients = try (0..<200).map { _ in try test.client() }
        for client in clients { try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
        for client in clients.reversed() { #expect(try client.answer().text == "hello") }
        #expect(test.server.counts.connectionsOpen == 200)
        for client in clients { client.close() }
        #expect(test.server.drain(milliseconds: 20_000))
        #expect(test.server.counts.connectionsOpen == 0)
    }

    @Test("refuses connections above its limits", arguments: [true, false])
    func connectionLimits(inTotal: Bool) throws {
        let test = try HTTPTestServer { limits in
            limits.countsLocalAddresses = !inTotal
            if inTotal {
                limits.connectionsMax = 2
            } else {
                limits.connectionsPerAddressMax = 2
            }
        }
        let first = try test.client()
        let second = try test.client()
        #expect(try first.get("/").status == 200)
        #expect(try second.get("/").status == 200)
        let third = try test.client()
        try third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let refused = try third.answer()
        #expect(refused.status == 503)
        #expect(refused.head.contains("\r\nRetry-After: 2\r\n"))
        #expect(refused.closes)
        #expect(test.server.counts.connectionsRefused == 1)
        first.close()
        // The place is free once the server has noticed; ask until it has.
        var served = false
        while !served { served = (try? test.client().get("/").status) == 200 }
        #expect(served)
    }

    @Test("serves on a UNIX socket")
    func unix() throws {
        let path = "/tmp/tangrat-http-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let test = try HTTPTestServer(address: .unix(path: path))
        #expect(try HTTPTestClient(path: path).get("/").text == "hello")
        test.server.stop()
        #expect(access(path, F_OK) != 0)
    }

    @Test("throws what making a handler throws, and leaves nothing running")
    func failingHandler() {
        struct Broken: Error {}
        let server = HTTPServer(configuration: .init(address: .tcp(port: 0))) { _ in throw Broken()
        }
        #expect(throws: Broken.self) { try server.start() }
    }

    /// Goal: out of descriptors, the server waits, and serves when some are free.
    ///
    /// Method: in a process of its own, use up all descriptors but the one for
    /// the client. The client connects and cannot be accepted; then it can.
    @Test("waits for free descriptors and goes on by itself")
    func outOfDescriptors() async throws {
        await #expect(processExitsWith: .success) {
            let test = try HTTPTestServer(loops: 1) { $0.tickMilliseconds = 10 }
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            // Above what a child inherits from tests that run meanwhile.
            limit.rlim_cur = 1024
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var fillers: [Int32] = []
            while case let filler = dup(0), filler >= 0 { fillers.append(filler) }
            precondition(fillers.count > 8, "\(fillers.count) descriptors")
            close(fillers.removeLast())
            let client = try test.client()
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            // Some turns in which accepting fails.
            for _ in 0..<10 { sched_yield() }
            precondition(test.server.counts.connectionsServed == 0)
            for filler in fillers.suffix(5) { close(filler) }
            let answer = try client.answer()
            precondition(answer.text == "hello")
            test.server.stop()
        }
    }

    @Test("gives back every descriptor")
    func descriptors() async throws {
        // In a process of its own, because other tests open descriptors meanwhile.
        await #expect(processExitsWith: .success) {
            func count() -> Int {
                guard let directory = opendir("/proc/self/fd") else { return -1 }
                defer { closedir(directory) }
                var count = 0
                while readdir(directory) != nil { count += 1 }
                return count
            }
            let before = count()
            for _ in 0..<5 {
                let test = try HTTPTestServer()
                let clients = try (0..<20).map { _ in try test.client() }
                for (index, client) in clients.enumerated() {
                    let path = ["/", "/live", "/wait", "/nowhere"][index % 4]
                    try client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                }
                _ = try clients[0].answer()
                if clients.count % 2 == 0 { for client in clients { client.close() } }
                test.server.stop()
            }
            // The test library's own timers may open up to three meanwhile; a leak
            // of ours would show once per round.
            precondition(count() <= before + 3, "\(count()) descriptors, \(before) before")
        }
    }
}

extension String {
    /// The text in pieces of so many characters.
    fileprivate func indices(every count: Int) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self[...]
        while !rest.isEmpty {
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}
