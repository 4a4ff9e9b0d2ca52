import Testing

@testable import SyncSimulation

@Suite("The simulator's reader of the live channel")
struct LiveReaderTests {
    private static let answer = Array(
        ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "d\r\nretry: 2000\n\n\r\n" + "3\r\n:\n\n\r\n"
            + "17\r\nevent: moved\ndata: {}\n\n\r\n" + "19\r\nevent: revoked\ndata: {}\n\n\r\n"
            + "0\r\n\r\n").utf8)

    @Test("finds the same events wherever the bytes are split")
    func splits() throws {
        for split in Self.answer.indices {
            var reader = LiveReader()
            var items = try reader.push(Array(Self.answer[..<split]))
            items += try reader.push(Array(Self.answer[split...]))
            // The sizes of the chunks are those of their bytes.
            #expect(items == [.opened, .event("moved"), .event("revoked"), .over])
        }
    }

    @Test("tells a refusal with its pause")
    func refused() throws {
        var reader = LiveReader()
        let items = try reader.push(
            Array("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".utf8))
        #expect(items == [.refused(status: 503, retryAfterMilliseconds: 7_000)])
    }

    @Test(
        "takes nothing else for a channel",
        arguments: ["SMTP ready\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
    func malformed(text: String) {
        var reader = LiveReader()
        #expect(throws: ReplyReader.Malformed.self) { _ = try reader.push(Array(text.utf8)) }
    }
}
