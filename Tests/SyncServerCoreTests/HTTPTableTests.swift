import Glibc
import HTTPWire
import NetworkIO
import SyncServerCore
import TestSupport
import Testing

/// Takes every request whole and says which path and how long a body it had.
private final class TableHandler: RequestHandler {
    static let ok = StaticHead(200, ["Content-Type": "text/plain"])

    func received(_ request: borrowing RequestView, exchange: Exchange) -> BodyPlan {
        .collect(max: 2_000_000)
    }

    func bodyReceived(
        _ request: borrowing RequestView, body: UnsafeRawBufferPointer, exchange: Exchange
    ) {
        let path = String(decoding: request.path, as: UTF8.self)
        exchange.respond(Self.ok, body: Array("\(path) \(body.count)".utf8))
    }
}

/// Goal: what the table says of the parser is true of the socket.
///
/// Method: each row goes to a real server, in one piece with a request behind it,
/// and byte by byte. Every answer must be framed, dated and free of the input; a
/// refusal must be the last thing that is said.
@Suite("The HTTP table on a socket")
struct HTTPTableTests {
    private func withServer(_ body: (HTTPServer) throws -> Void) throws {
        let server = HTTPServer(configuration: .init(address: .tcp(port: 0), loopCount: 1)) { _ in
            TableHandler()
        }
        try server.start()
        defer { server.stop() }
        try body(server)
    }

    @Test("is answered as the table says, and nothing more is", arguments: [false, true])
    func rows(byteByByte: Bool) throws {
        try withServer { server in
            for row in HTTPVector.all where !byteByByte || row.input.count < 600 {
                let client = try HTTPTestClient(port: server.port)
                try send(row, to: client, byteByByte: byteByByte)
                try checkAnswers(row, client)
                client.close()
            }
            // Not one of them left anything behind.
            #expect(server.drain(milliseconds: 20_000))
            #expect(server.counts.connectionsOpen == 0)
        }
    }

    private func send(_ row: HTTPVector, to client: HTTPTestClient, byteByByte: Bool) throws {
        let bytes = row.ends ? row.input : row.input + HTTPVector.smuggled
        do {
            if byteByByte {
                client.sendAtOnce()
                for byte in bytes { try client.send([byte]) }
            } else {
                try client.send(bytes)
            }
        } catch {
            // A server that has refused may have closed before everything was sent.
            guard row.rejection != nil || row.closes else { throw error }
        }
        if row.ends { client.endOutput() }
    }

    /// Whether `100 Continue` comes first depends on how much of the body came with the head.
    private func finalAnswer(
        _ client: HTTPTestClient, toHead: Bool = false
    ) throws -> HTTPTestClient.Answer {
        while true {
            let answer = try client.answer(toHead: toHead)
            if answer.status != 100 { return answer }
        }
    }

    private func checkAnswers(_ row: HTTPVector, _ client: HTTPTestClient) throws {
        let isHead = row.input.starts(with: Array("HEAD".utf8))
        let goesOn = row.rejection == nil && !row.closes && !row.ends
        for number in 0..<row.accepted + (goesOn ? 1 : 0) {
            let answer = try finalAnswer(client, toHead: isHead && number == 0)
            #expect(answer.status == 200, "\(row.id)")
            #expect(answer.head.contains("\r\nDate: "), "\(row.id)")
            #expect(answer.head.contains("\r\nContent-Length: "), "\(row.id)")
            #expect(answer.text.hasPrefix("/smuggled") == (number == row.accepted), "\(row.id)")
        }
        if let status = row.rejection, let code = row.code {
            let answer = try finalAnswer(client, toHead: isHead)
            #expect(answer.status == status, "\(row.id)")
            #expect(answer.closes, "\(row.id)")
            #expect(isHead || answer.text.contains(#""code":"\#(code)""#), "\(row.id)")
            #expect(answer.head.contains("\r\nDate: "), "\(row.id)")
            #expect(answer.head.contains("\r\nContent-Length: "), "\(row.id)")
        }
        if !goesOn { #expect(try client.isClosedByServer(), "\(row.id)") }
    }
}
