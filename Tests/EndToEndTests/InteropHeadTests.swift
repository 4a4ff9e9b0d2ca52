import Foundation
import Testing

extension WorldTests {
    /// Goal: what proxies are told is what docs/protocol.md says: hold nothing back,
    /// keep nothing, and nothing was compressed.
    @Suite("The heads of answers")
    struct InteropHeadTests {
        /// Sends a request by hand and reads until a text has come.
        private func answer(
            _ world: RealWorld, _ request: String, until end: String
        ) throws -> String {
            let socket = try PlainSocket(port: world.port)
            defer { socket.close() }
            try socket.send(Array(request.utf8))
            var bytes: [UInt8] = []
            while case let more = socket.receive(), !more.isEmpty {
                bytes += more
                let text = String(decoding: bytes, as: UTF8.self)
                if text.contains(end) { return text }
            }
            throw WorldProblem("no \(end): \(String(decoding: bytes, as: UTF8.self))")
        }

        @Test("ask proxies to hold back neither the live channel nor a feed")
        func live() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let device = try await world.lineDevice(of: subject)
                let live = try answer(
                    world,
                    "GET /v1/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(device.token)\r\n\r\n",
                    until: "retry: 2000")
                #expect(live.contains("\r\nX-Accel-Buffering: no\r\n"))
                #expect(live.contains("\r\nCache-Control: no-store\r\n"))
                let line = BadInputTests.line("r-1", subject) + "\n"
                let feed = try answer(
                    world,
                    "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                        + "Content-Type: application/x-ndjson\r\nContent-Length: \(line.utf8.count)"
                        + "\r\n\r\n" + line, until: #""status":"done""#)
                #expect(feed.contains("\r\nX-Accel-Buffering: no\r\n"))
            }
        }

        @Test("offer nothing compressed, whatever the other side takes")
        func plain() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    (0..<500).map { BadInputTests.line("r-\($0)", subject) }, key: key)
                let device = try await world.lineDevice(of: subject)
                let body = #"{"frame":"sync"}"#
                let text = try answer(
                    world,
                    "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(device.token)\r\n"
                        + "Content-Type: application/json\r\nAccept-Encoding: gzip, br, deflate\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body,
                    until: #""frame":"checkpoint""#)
                #expect(!text.contains("Content-Encoding"))
                #expect(text.contains("\r\nCache-Control: no-store\r\n"))
                #expect(text.components(separatedBy: #""frame":"row""#).count == 501)
            }
        }
    }
}
