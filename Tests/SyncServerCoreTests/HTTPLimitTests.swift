import Glibc
import NetworkIO
import Testing

@testable import SyncServerCore

/// Each limit of a connection, at the limit and one past it, on a clock that is turned.
@Suite("Limits of a connection")
struct HTTPLimitTests {
    private func settle(_ test: HTTPTestServer, bytesIn: Int) {
        while test.server.counts.bytesIn < bytesIn { sched_yield() }
    }

    /// Lets the server fill every buffer on the way to a client that does not read.
    private func fill(_ test: HTTPTestServer) throws {
        var before = -1
        while before < 1 || test.server.counts.bytesOut != before {
            before = test.server.counts.bytesOut
            for _ in 0..<50 { try test.advance(milliseconds: 0) }
        }
    }

    @Test("give a head ten seconds, from its first byte", arguments: [9_999, 10_000])
    func head(milliseconds: Int64) throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        #expect(try client.get("/").status == 200)
        // The connection was idle before; that does not count.
        try test.advance(milliseconds: 50_000)
        try client.send("GET / HTTP/1.1\r\n")
        settle(test, bytesIn: 27 + 16)
        try test.advance(milliseconds: milliseconds)
        if milliseconds < 10_000 {
            try client.send("Host: a\r\n\r\n")
            #expect(try client.answer().status == 200)
        } else {
            let answer = try client.answer()
            #expect(answer.status == 408)
            #expect(answer.closes)
            #expect(try client.isClosedByServer())
        }
    }

    @Test("end a body slower than 500 bytes a second, after ten", arguments: [5_000, 4_999])
    func body(bytes: Int) throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5500\r\n\r\n"
        try client.send(head + String(repeating: "x", count: bytes))
        settle(test, bytesIn: head.utf8.count + bytes)
        try test.advance(milliseconds: 9_999)
        #expect(test.server.counts.rejections.isEmpty)
        try test.advance(milliseconds: 1)
        if bytes == 5_000 {
            try client.send(String(repeating: "x", count: 500))
            #expect(try client.answer().status == 200)
        } else {
            #expect(try client.answer().status == 408)
        }
    }

    /// `/echo` takes 100,000 bytes, which is less than the parser does.
    @Test("refuse a chunk by what it promises", arguments: [100_000, 100_001])
    func chunk(promised: Int) throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        let size = String(promised, radix: 16)
        try client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n")
        if promised == 100_000 {
            try client.send(String(repeating: "x", count: promised) + "\r\n0\r\n\r\n")
            #expect(try client.answer().status == 200)
        } else {
            // Nothing more is sent, and the clock stands still.
            #expect(try client.answer().status == 413)
        }
    }

    @Test("end a client that takes nothing for thirty seconds")
    func writeStall() throws {
        let test = try HTTPTestServer(loops: 1, turnedClock: true)
        let client = try test.client(receiveBuffer: 4_096)
        try client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        try fill(test)
        try test.advance(milliseconds: 29_999)
        #expect(test.server.counts.connectionsOpen == 1)
        try test.advance(milliseconds: 1)
        #expect(test.server.counts.connectionsOpen == 0)
    }

    /// Goal: a reader that takes a little now and then is no reader.
    ///
    /// Method: the client takes a little of 16 MB after twenty seconds, which is no
    /// stall. Thirty seconds after the answer began it has taken less than the rate.
    @Test("end a client that takes an answer too slowly")
    func slowAnswer() throws {
        let test = try HTTPTestServer(loops: 1, turnedClock: true) {
            $0.answerBytesPerSecondMin = 1_000_000
        }
        let client = try test.client(receiveBuffer: 4_096)
        try client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        try fill(test)
        try test.advance(milliseconds: 20_000)
        let before = test.server.counts.bytesOut
        _ = try client.head()
        while test.server.counts.bytesOut == before { try client.skip(10_000) }
        try test.advance(milliseconds: 9_999)
        #expect(test.server.counts.connectionsOpen == 1)
        // Thirty seconds since the answer began, ten since something was taken of it.
        try test.advance(milliseconds: 1)
        #expect(test.server.counts.connectionsOpen == 0)
    }

    /// Goal: a reader at the least rate is one, and the next millisecond is too late.
    ///
    /// Method: a thousand bytes a second are a byte for each millisecond, so the clock is turned
    /// to as many milliseconds as bytes were taken. The kernel may take some more meanwhile.
    @Test("leave a client alone that takes an answer at the least rate")
    func slowestAnswer() throws {
        let test = try HTTPTestServer(loops: 1, turnedClock: true) {
            $0.answerBytesPerSecondMin = 1_000
            $0.answerGraceMilliseconds = 1
            $0.writeStallMillisecondsMax = 1 << 40
        }
        let client = try test.client(receiveBuffer: 4_096)
        try client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        try fill(test)
        var waited = 0
        repeat {
            let taken = test.server.counts.bytesOut
            try test.advance(milliseconds: Int64(taken - waited))
            #expect(test.server.counts.connectionsOpen == 1)
            try test.advance(milliseconds: 1)
            waited = taken + 1
        } while test.server.counts.bytesOut >= waited
        #expect(test.server.counts.connectionsOpen == 0)
        client.close()
    }

    @Test("wait two seconds for a client to read its last answer")
    func linger() throws {
        let test = try HTTPTestServer(turnedClock: true)
        let client = try test.client()
        try client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
        #expect(try client.answer().closes)
        #expect(try client.isClosedByServer())
        try test.advance(milliseconds: 1_999)
        #expect(test.server.counts.connectionsOpen == 1)
        try test.advance(milliseconds: 1)
        #expect(test.server.counts.connectionsOpen == 0)
    }

    @Test("read an unwanted body of 64 KiB, and close over a longer one", arguments: [0, 1])
    func drainedBody(more: Int) throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        let answer = try client.post("/nowhere", String(repeating: "x", count: 65_536 + more))
        #expect(answer.status == 404)
        #expect(answer.closes == (more == 1))
        if more == 0 { #expect(try client.get("/").text == "hello") }
    }

    @Test("take no more requests from a client that does not read the answers")
    func pipeline() throws {
        let test = try HTTPTestServer(loops: 1) { $0.pipelineOutputBytesMax = 10_000 }
        let client = try test.client(receiveBuffer: 4_096)
        let one = "GET /build HTTP/1.1\r\nHost: a\r\n\r\n"
        // Until the kernel takes no more for a while, which it only does if the server stops.
        let many = Array(String(repeating: one, count: 10_000).utf8)
        var sent = 0
        var room = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
        while poll(&room, 1, 300) > 0, sent < 100_000_000 {
            sent += client.sendWhatFits(many[(sent % one.utf8.count)...])
        }
        #expect(sent < 100_000_000)
        // One more answer than fits, in a buffer that grows by doubling; and the input at hand.
        #expect(test.bufferedBytes < 4 * 10_000 + 256 * 1_024)
        // More than the kernel held: the rest comes only if the server goes on by itself.
        for _ in 0..<min(4_000, sent / one.utf8.count) {
            #expect(try client.answer().body.count == 1_390)
        }
    }

    @Test("count the memory of all connections, and give it back")
    func memory() throws {
        let test = try HTTPTestServer(loops: 1)
        #expect(test.bufferedBytes == 0)
        let clients = try (0..<10).map { _ in try test.client() }
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n"
        for client in clients { try client.send(head + "abc") }
        settle(test, bytesIn: 10 * (head.utf8.count + 3))
        try test.advance(milliseconds: 0)
        // What is announced costs nothing yet.
        #expect(test.bufferedBytes <= 10 * 16 * 1_024)
        let rest = String(repeating: "x", count: 89_000)
        for client in clients { try client.send(rest) }
        settle(test, bytesIn: 10 * (head.utf8.count + 3 + rest.utf8.count))
        try test.advance(milliseconds: 0)
        #expect(test.bufferedBytes >= 890_000)
        #expect(test.bufferedBytes <= 10 * 256 * 1_024)
        for client in clients { client.close() }
        while test.server.counts.connectionsOpen > 0 { sched_yield() }
        #expect(test.bufferedBytes == 0)
    }
}
