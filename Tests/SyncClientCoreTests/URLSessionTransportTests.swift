import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: the promises that `URLSession` on Linux does not keep by itself.
///
/// Method: a server of raw sockets that answers with bytes of our choice.
@Suite("The transport on real sockets")
struct URLSessionTransportTests {
    private let transport = URLSessionTransport(clock: LiveMonotonicClock())

    private func exchange(
        _ answer: [UInt8]?, bytesMax: Int = 1_000, deadline: Int64 = 10_000
    ) async throws -> (TransportOutcome, [[UInt8]]) {
        let server = try RawServer(answer: answer)
        defer { server.stop() }
        // The largest no-change request: a token of 43 letters and a cursor of five buckets.
        var sync = SyncRequest()
        sync.cursor = [UInt8](repeating: 7, count: 60)
        var body: [UInt8] = []
        BinaryFrames.append(.sync(sync), to: &body)
        let outcome = await transport.send(
            Request(
                .post, try ServerAddress("http://127.0.0.1:\(server.port)"), "/v1/sync",
                bearer: String(repeating: "t", count: 43), contentType: BinaryFrames.mediaType,
                body: body, responseBytesMax: bytesMax, deadlineMilliseconds: deadline))
        return (outcome, server.requests)
    }

    private func http(_ head: String, _ body: String = "") -> [UInt8] {
        Array("HTTP/1.1 \(head)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    @Test("a request where nothing is new fits 400 bytes, headers and body")
    func size() async throws {
        let (outcome, requests) = try await exchange(
            http("200 OK\r\nContent-Type: text/plain", "hi"))
        #expect(
            outcome
                == .response(
                    Response(status: 200, contentType: "text/plain", body: Array("hi".utf8))))
        let request = try #require(requests.first)
        #expect(request.count <= 400, "\(String(decoding: request, as: UTF8.self))")
    }

    @Test("a server that cannot prove itself is not called offline")
    func untrusted() async throws {
        let server = try RawServer(answer: http("400 Bad Request"))
        defer { server.stop() }
        let outcome = await transport.send(
            Request(.get, try ServerAddress("https://127.0.0.1:\(server.port)"), "/healthz"))
        guard case .notSent(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(SyncFailure.notSent(reason) == .connectionUntrusted(reason: reason))
    }

    @Test("a caller that is cancelled gets an answer, however early that was")
    func cancelled() async throws {
        let server = try RawServer(answer: [])
        defer { server.stop() }
        let address = try ServerAddress("http://127.0.0.1:\(server.port)")
        for yields in 0..<20 {
            let task = Task { await transport.send(Request(.get, address, "/healthz")) }
            for _ in 0..<yields { await Task.yield() }
            task.cancel()
            guard case .response = await task.value else { continue }
            Issue.record("an answer that nobody sent")
        }
    }

    @Test("a redirect is not followed")
    func redirect() async throws {
        let other = try RawServer(answer: http("200 OK"))
        defer { other.stop() }
        let (outcome, _) = try await exchange(
            http("307 Moved\r\nLocation: http://127.0.0.1:\(other.port)/"))
        guard case .response(let response) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(response.status == 307)
        #expect(other.requests.isEmpty)
    }

    @Test("a body larger than the cap is given up")
    func cap() async throws {
        let (outcome, _) = try await exchange(
            http("200 OK", String(repeating: "x", count: 100_000)), bytesMax: 10_000)
        #expect(outcome == .cut(reason: "response_too_large"))
    }

    @Test("a body is taken up to the cap and not one byte past it", arguments: [0, 1])
    func capEdge(more: Int) async throws {
        let cap = Limits.responseBytesMax
        #expect(Request(.get, try ServerAddress("http://127.0.0.1:1"), "/").responseBytesMax == cap)
        let body = [UInt8](repeating: 120, count: cap + more)
        let (outcome, _) = try await exchange(
            Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body,
            bytesMax: cap, deadline: 60_000)
        let taken = TransportOutcome.response(Response(status: 200, body: body))
        #expect(outcome == (more > 0 ? .cut(reason: "response_too_large") : taken))
    }

    /// Goal: what a decompression bomb can take of a device is what the cap allows.
    ///
    /// Method: compressed zeros that nobody asked for: as many as the cap, one more, and far more,
    /// where the body on the wire is never longer than the cap.
    @Test(
        "a compressed body counts by what it inflates to",
        arguments: [1 << 16, 1 << 16 + 1, 10 << 20])
    func bomb(count: Int) async throws {
        let cap = 1 << 16
        let body = GzipZeros.bytes(count)
        #expect(body.count <= cap + 1_000)
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)"
        let (outcome, requests) = try await exchange(
            Array("\(head)\r\n\r\n".utf8) + body, bytesMax: cap, deadline: 60_000)
        let request = String(decoding: try #require(requests.first), as: UTF8.self)
        #expect(request.contains("Accept-Encoding: identity\r\n"))
        let taken = TransportOutcome.response(
            Response(status: 200, body: [UInt8](repeating: 0, count: count)))
        #expect(outcome == (count > cap ? .cut(reason: "response_too_large") : taken))
    }

    @Test("a server that says nothing is given up at the deadline, as unknown")
    func deadline() async throws {
        let (outcome, _) = try await exchange([], deadline: 300)
        guard case .unknown = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    /// Where that goes on, rows cannot be had, and writes can be sent all the same.
    @Test(
        "an answer that does not come whole is told apart from none",
        arguments: ["Content-Length: 100", "Transfer-Encoding: chunked"], [200, 500])
    func cut(framing: String, status: Int) async throws {
        let answer = "HTTP/1.1 \(status) OK\r\n\(framing)\r\n\r\n5\r\nabcde\r\n"
        let (outcome, _) = try await exchange(Array(answer.utf8))
        switch outcome {
        case .cut: #expect(status == 200)
        case .unknown: #expect(status == 500)
        default: Issue.record("\(outcome)")
        }
    }

    @Test("a connection that closes without an answer is unknown")
    func closed() async throws {
        let (outcome, _) = try await exchange(nil)
        guard case .unknown = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("a port where nobody listens is not sent")
    func refused() async throws {
        let server = try RawServer(answer: nil)
        server.stop()
        let outcome = await transport.send(
            Request(.get, try ServerAddress("http://127.0.0.1:\(server.port)"), "/"))
        guard case .notSent = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("events come through the live channel, and its end")
    func live() async throws {
        let server = try RawServer(
            answer: Array(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hi\n\nevent: moved\n\n"
                    .utf8))
        defer { server.stop() }
        var signals: [LiveSignal] = []
        let stream = transport.listen(
            Request(
                .get, try ServerAddress("http://127.0.0.1:\(server.port)"), "/v1/live",
                accept: "text/event-stream"))
        for await signal in stream { signals.append(signal) }
        #expect(signals.prefix(2) == [.opened, .event("moved")])
        #expect(signals.count == 3)
    }
}
