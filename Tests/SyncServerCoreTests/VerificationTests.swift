import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("The address of a sign-in")
struct VerificationTests {
    @Test(
        "is taken as an operator writes it, without a slash at the end",
        arguments: [
            ("https://sync.example.go.th", "https://sync.example.go.th"),
            ("https://sync.example.go.th/", "https://sync.example.go.th"),
            ("http://127.0.0.1:8470", "http://127.0.0.1:8470"),
            ("http://[::1]:8470/tang-rat//", "http://[::1]:8470/tang-rat"),
            ("https://a/b/c_d.e~f", "https://a/b/c_d.e~f"),
        ])
    func written(text: String, expected: String) {
        #expect(PublicURL(text)?.description == expected)
    }

    @Test(
        "is refused where it could mislead or break out",
        arguments: [
            "", "https://", "https:///a", "ftp://a", "sync.example", "HTTPS://a", "https://a b",
            "https://u@a", "https://a?x=1", "https://a/b?x", "https://a#f", "https://a/../b",
            "https://a/.", "https://a:", "https://a:99999", "https://a:x", "https://[::1",
            "https://[g::1]", "https://a\"", "https://a/<b>", "https://a\r\nX: y", "https://ไทย",
            "https://" + String(repeating: "a", count: 200),
        ])
    func refused(text: String) {
        #expect(PublicURL(text) == nil)
    }

    @Test(
        "is where the server listens, if nothing is configured",
        arguments: [
            ("127.0.0.1", "http://127.0.0.1:81"), ("0.0.0.0", "http://127.0.0.1:81"),
            ("::", "http://[::1]:81"), ("10.0.0.9", "http://10.0.0.9:81"),
        ])
    func listening(host: String, expected: String) {
        let address = ListenAddress.tcp(host: host, port: 0)
        #expect(PublicURL(listening: address, port: 81).description == expected)
    }

    private func start(_ running: RunningServer) throws -> JSONValue {
        try JSON.parse(
            try running.client().post(
                "/v1/oauth/device_authorization", "client_id=test&device_name=p"
            ).body)
    }

    @Test("is a real one, under which a page tells how the code is confirmed")
    func page() throws {
        let running = try RunningServer()
        let started = try start(running)
        let base = "http://127.0.0.1:\(running.server.port)/device"
        let code = try #require(started["user_code"]?.text)
        #expect(started["verification_uri"]?.text == base)
        #expect(started["verification_uri_complete"]?.text == "\(base)/\(code)")
        let answer = try running.request("GET", "/device/\(code)")
        #expect(answer.status == 200)
        #expect(answer.text.contains("tangrat-server approve \(code) --person"))
        for field in [
            "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
            "X-Frame-Options: DENY", "Content-Security-Policy: default-src 'none'",
        ] {
            #expect(answer.head.contains(field), "\(field)")
        }
        for word in ["<form", "<script", "<input", "<button", "<a ", "href", "src=", "http"] {
            #expect(!answer.text.contains(word), "\(word)")
        }
        let head = try running.request("HEAD", "/device/\(code)")
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(try running.request("POST", "/device", [:], []).status == 405)
    }

    @Test("is the configured one, whatever the request says its host is")
    func configured() throws {
        let running = try RunningServer { $0.publicURL = PublicURL("https://sync.example/th") }
        let client = try running.client()
        try client.send(
            "POST /v1/oauth/device_authorization HTTP/1.1\r\nHost: evil.example\r\n"
                + "X-Forwarded-Host: evil.example\r\nContent-Length: 11\r\n\r\nclient_id=a")
        let started = try JSON.parse(try client.answer().body)
        #expect(started["verification_uri"] == "https://sync.example/th/device")
    }

    @Test(
        "shows nothing of a request that is not a code",
        arguments: [
            "", "/", "/BCDF", "/bcdf-ghjk", "/AEIO-AEIO", "/BCDF-GHJK-", "/%3Cb%3E", "/BCDFXGHJK",
        ])
    func noCode(path: String) throws {
        let running = try RunningServer()
        let answer = try running.request("GET", "/device\(path)")
        #expect(answer.status == 200)
        #expect(answer.text.contains("tangrat-server approve CODE --person"))
        #expect(!answer.text.contains("<strong>") && !answer.text.contains("AEIO"))
    }

    @Test("says the same of a code that waits and of one that nobody was given")
    func noOracle() throws {
        let running = try RunningServer()
        let code = try #require(try start(running)["user_code"]?.text)
        let other = code == "BCDF-GHJK" ? "BCDF-GHJL" : "BCDF-GHJK"
        let known = try running.request("GET", "/device/\(code)")
        let unknown = try running.request("GET", "/device/\(other)")
        #expect(
            known.text.split(separator: code, omittingEmptySubsequences: false)
                == unknown.text.split(separator: other, omittingEmptySubsequences: false))
    }
}
