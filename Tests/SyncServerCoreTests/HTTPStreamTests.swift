import Glibc
import HTTPWire
import NetworkIO
import SyncServerCore
import Testing

@Suite("HTTP streams")
struct HTTPStreamTests {
    @Test("wait for a slow reader instead of piling up")
    func slowReader() throws {
        let test = try HTTPTestServer()
        let client = try test.client(receiveBuffer: 8_192)
        try client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.head()
        // The loop still serves others while this one is stuck.
        for _ in 0..<4 { #expect(try test.client().get("/").text == "hello") }
        var count = 0
        while let chunk = try client.chunk() { count += chunk.count }
        #expect(count == TestHandler.bigChunks * TestHandler.bigChunk.count)
        #expect(test.reports.next() == "big true")
        #expect(try client.get("/").text == "hello")
    }

    /// Goal: a paused sink stops the client; resuming lets everything through.
    ///
    /// Method: send without waiting until the kernel takes no more for a while,
    /// which can only happen because the server does not read; then resume.
    @Test("stop a sender whose sink has paused")
    func pausedSink() throws {
        let total = 64 * 1024 * 1024
        let test = try HTTPTestServer(loops: 1) { $0.wire.bodyBytesMax = total }
        let client = try test.client()
        try client.send("POST /paused HTTP/1.1\r\nHost: a\r\nContent-Length: \(total)\r\n\r\n")
        let body = [UInt8](repeating: 7, count: total)
        var sent = client.sendWhatFits(body[..<65_536])
        #expect(test.reports.next() == "paused")
        var room = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
        while sent < total, poll(&room, 1, 200) > 0 {
            sent += client.sendWhatFits(body[sent...].prefix(1_048_576))
        }
        #expect(sent < total)
        test.server.loops[0].execute { ($0.handler as? TestHandler)?.resumeAll() }
        try client.send(Array(body[sent...]))
        #expect(try client.answer().text == "\(total)")
    }

    @Test("tell a sink that paused at the last bytes that they were the last")
    func pausedAtTheEnd() throws {
        let test = try HTTPTestServer(loops: 1)
        let client = try test.client()
        try client.send("POST /paused HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        #expect(test.reports.next() == "paused")
        test.server.loops[0].execute { ($0.handler as? TestHandler)?.resumeAll() }
        #expect(try client.answer().text == "5")
        #expect(try client.get("/").text == "hello")
    }

    /// Goal: however many are answered in one turn, each gets its own answer.
    ///
    /// Method: a hundred clients of one loop wait and are answered by one call, as
    /// after a group commit; then each connection and a new one must still be clean.
    @Test("are not mixed up when a hundred answers leave in one turn")
    func manyAnswersInOneTurn() throws {
        let test = try HTTPTestServer(loops: 1)
        let clients = try (0..<100).map { _ in try test.client() }
        for client in clients {
            try client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(test.reports.next() == "waiting 0")
        }
        #expect(try test.client().get("/release").text == "100")
        for client in clients { #expect(try client.answer().text == "released") }
        for client in clients { #expect(try client.get("/").text == "hello") }
    }

    @Test("tell a sink that its body will not be complete", arguments: [true, false])
    func abortedSink(halfCloses: Bool) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("POST /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        if halfCloses {
            client.endOutput()
            #expect(try client.answer().status == 400)
        } else {
            client.close()
        }
        #expect(test.reports.next() == "aborted")
    }

    @Test("tell when their watcher goes away", arguments: ["/live", "/wait"])
    func closeCallback(path: String) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        if path == "/live" {
            _ = try client.head()
            #expect(try client.chunk() == Array("data: 1\n\n".utf8))
        } else {
            #expect(test.reports.next()?.hasPrefix("waiting") == true)
            // A reset, because a client that only stops sending still wants its answer.
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                client.number, SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        client.close()
        #expect(test.reports.next() == (path == "/live" ? "live closed" : "wait closed"))
    }

    @Test("that break off are never taken for complete")
    func cut() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(throws: HTTPTestClient.Failure.self) { try client.answer() }
    }

    @Test("ignore an answer that comes after the connection is gone")
    func lateAnswer() throws {
        let test = try HTTPTestServer(loops: 1)
        let first = try test.client()
        try first.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(test.reports.next() == "waiting 0")
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            first.number, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
        first.close()
        #expect(test.reports.next() == "wait closed")
        #expect(try test.client().get("/release").text == "1")
    }
}

@Suite("Draining an HTTP server")
struct HTTPDrainTests {
    @Test("ends idle connections and live streams, and waits for answers")
    func drain() throws {
        let test = try HTTPTestServer(loops: 1)
        let idle = try test.client()
        #expect(try idle.get("/").status == 200)
        let live = try test.client()
        try live.send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try live.head()
        #expect(try live.chunk() != nil)
        let waiting = try test.client()
        try waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(test.reports.next() == "waiting 0")

        let server = test.server
        let reports = test.reports
        test.worker.execute { reports.add("drained \(server.drain(milliseconds: 20_000))") }
        #expect(try idle.isClosedByServer())
        #expect(try live.chunk() == nil)
        #expect(try live.isClosedByServer())
        idle.close()
        live.close()

        test.server.loops[0].execute { context in
            guard let handler = context.handler as? TestHandler else { return }
            for id in handler.waiting {
                context.exchange(id)?.respond(TestHandler.ok, body: "at last")
            }
        }
        let answer = try waiting.answer()
        #expect(answer.text == "at last")
        #expect(answer.closes)
        #expect(try waiting.isClosedByServer())
        waiting.close()
        #expect(test.reports.next() == "drained true")
        #expect(throws: HTTPTestClient.Failure.self) { try test.client() }
    }

    @Test("gives up at its deadline")
    func deadline() throws {
        let test = try HTTPTestServer(loops: 1)
        let client = try test.client()
        try client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(test.reports.next() == "waiting 0")
        #expect(!test.server.drain(milliseconds: 20))
        test.server.stop()
        #expect(try client.isClosedByServer())
    }
}

@Suite("HTTP deadlines")
struct HTTPDeadlineTests {
    /// Waits until the server has read what was sent before.
    private func settle(_ test: HTTPTestServer, bytesIn: Int) {
        while test.server.counts.bytesIn < bytesIn { sched_yield() }
    }

    @Test("end a head that does not come", arguments: ["G", "GET / HTTP/1.1\r\nHost: a\r\n"])
    func head(start: String) throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        try client.send(start)
        settle(test, bytesIn: start.utf8.count)
        try test.advance(milliseconds: 9_999)
        try client.send("X")
        settle(test, bytesIn: start.utf8.count + 1)
        try test.advance(milliseconds: 1)
        #expect(try client.answer().status == 408)
        #expect(try client.isClosedByServer())
    }

    @Test("end a body that trickles, with no effect")
    func body() throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        let head = "POST /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
        try client.send(head + String(repeating: "x", count: 5_500))
        settle(test, bytesIn: head.utf8.count + 5_500)
        try test.advance(milliseconds: 10_999)
        #expect(test.server.counts.rejections.isEmpty)
        try test.advance(milliseconds: 2)
        #expect(try client.answer().status == 408)
        #expect(test.reports.next() == "aborted")
    }

    @Test("close a connection without a request", arguments: [true, false])
    func idle(hasServed: Bool) throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        if hasServed { #expect(try client.get("/").status == 200) }
        while test.server.counts.connectionsOpen < 1 { sched_yield() }
        try test.advance(milliseconds: hasServed ? 59_999 : 9_999)
        #expect(test.server.counts.connectionsOpen == 1)
        try test.advance(milliseconds: 1)
        #expect(try client.isClosedByServer())
    }

    @Test("close a client that takes nothing")
    func writeStall() throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client(receiveBuffer: 4_096)
        try client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        // Time stands still while the server fills every buffer on the way.
        var before = -1
        while before < 1 || test.server.counts.bytesOut != before {
            before = test.server.counts.bytesOut
            for _ in 0..<20 { try test.advance(milliseconds: 0) }
        }
        try test.advance(milliseconds: 30_000)
        try test.advance(milliseconds: 1)
        #expect(test.server.counts.connectionsOpen == 0)
    }
}
