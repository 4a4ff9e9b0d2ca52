import Testing

@testable import SyncClientCore

@Suite("The network's edges")
struct TransportTests {
    @Test(
        "takes https anywhere and http to this machine",
        arguments: [
            "https://tangrat.example", "https://Tangrat.example:8443/", "http://127.0.0.1:8470",
            "http://127.9.9.9", "http://localhost:1", "http://[::1]:8470",
        ])
    func accepted(address: String) throws {
        _ = try ServerAddress(address)
    }

    @Test(
        "refuses every other address",
        arguments: [
            "http://10.0.0.1", "http://127.0.0.1.evil.example", "http://127.0.0.256", "ftp://x",
            "https://user@host", "https://host/path", "https://host?x", "https://", "https://:1",
            "https://host:0", "https://host:99999", "https://ทางรัฐ", "http://localhost.evil",
            "https://a b", "http://[::2]", "https://host#x", "HTTPS//x", "",
        ])
    func refused(address: String) {
        #expect(throws: SyncFailure.self) { try ServerAddress(address) }
    }

    @Test("counts a failure as not sent only where nothing can have left")
    func outcomes() {
        for code in [-1003, -1004, -1009] {
            #expect(TransportErrors.outcome(code: code) == .notSent(reason: "url.\(code)"))
        }
        for code in -1206 ... -1200 {
            #expect(TransportErrors.outcome(code: code) == .notSent(reason: "tls.\(code)"))
        }
        let handshakes = [
            "SSL certificate problem: self-signed certificate",
            "SSL: no alternative certificate subject name matches target host name 'x'",
            "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number",
            "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to 127.0.0.1:1",
        ]
        for text in handshakes {
            #expect(TransportErrors.outcome(code: -1, text: text) == .notSent(reason: "tls.-1"))
        }
        let later = [
            "Recv failure: Connection reset by peer",
            "OpenSSL SSL_read: OpenSSL/3.0.19: error:0A000126:SSL routines::eof, errno 104",
        ]
        for text in later {
            #expect(TransportErrors.outcome(code: -1, text: text) == .unknown(reason: "url.-1"))
        }
        for code in [-1001, -1005, -999, -1011, -1] {
            #expect(TransportErrors.outcome(code: code) == .unknown(reason: "url.\(code)"))
        }
    }

    @Test("calls a connection that proves nothing untrusted, and never offline")
    func untrusted() {
        #expect(SyncFailure.notSent("tls.-1202").code == "sync.connection_untrusted")
        #expect(SyncFailure.notSent("url.-1009").code == "sync.offline")
        #expect(!SyncFailure.notSent("tls.-1202").isTransient)
    }

    @Test("reads events however their bytes arrive")
    func events() {
        let text = ": hello\n\nevent: moved\r\ndata: 1\r\n\r\ndata: x\n\nevent:revoked\n\n"
        var whole = LiveLineParser()
        #expect(whole.push(Array(text.utf8)) == ["moved", "revoked"])
        var single = LiveLineParser()
        #expect(text.utf8.flatMap { single.push([$0]) ?? ["?"] } == ["moved", "revoked"])
        var long = LiveLineParser()
        #expect(long.push([UInt8](repeating: 65, count: 5_000)) == nil)
    }

    @Test("reads headers by bytes")
    func headers() {
        #expect(MediaType.essence(of: "Application/JSON; charset=utf-8") == "application/json")
        #expect(RetryAfter.milliseconds("12") == 12_000)
        #expect(RetryAfter.milliseconds("+5") == nil)
        #expect(RetryAfter.milliseconds("Wed, 21 Oct 2015 07:28:00 GMT") == nil)
    }

    @Test("writes forms with every reserved byte escaped")
    func form() {
        let bytes = FormEncoding.encode([("a", "ก&=+ ~"), ("b", "x")])
        #expect(String(decoding: bytes, as: UTF8.self) == "a=%E0%B8%81%26%3D%2B%20~&b=x")
    }

    @Test("makes well-formed identifiers")
    func uuid() {
        let text = TestRandom().uuid()
        #expect(text.utf8.count == 36)
        #expect(Array(text)[14] == "4")
        #expect("89ab".contains(Array(text)[19]))
    }
}

@Suite("Staying live")
struct LiveTests {
    @Test("syncs at first, when the channel opens, when something moves, and ends on revocation")
    func events() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            world.server.with { $0.signals = [.opened] }
            var seen: [String] = []
            for await event in client.live() {
                switch event {
                case .connected: seen.append("connected")
                case .synced:
                    seen.append("synced")
                    // The next thing happens when the last one has been seen.
                    if seen.count == 3 { world.server.signal(.event("moved")) }
                    if seen.count == 4 { world.server.signal(.event("revoked")) }
                case .waiting: seen.append("waiting")
                case .revoked: seen.append("revoked")
                case .stopped: seen.append("stopped")
                }
            }
            #expect(seen == ["synced", "connected", "synced", "synced", "revoked"])
            #expect(try await client.status().isSignInExpired)
            await client.close()
        }
    }

    @Test("waits after a failure and goes on")
    func waits() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.signals = [.event("revoked")] }
            world.server.fail(.notSent, .status(503, retryAfter: 30_000))
            var pauses: [Int64] = []
            for await event in client.live() {
                if case .waiting(let milliseconds, _) = event { pauses.append(milliseconds) }
            }
            #expect(pauses.count == 2)
            #expect(pauses.last ?? 0 >= 30_000)
            await client.close()
        }
    }
}
