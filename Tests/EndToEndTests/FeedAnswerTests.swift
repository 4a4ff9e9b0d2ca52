import Testing

@testable import tangrat_qa

@Suite("What a server answers to a feed")
struct FeedAnswerTests {
    static let answer = """
        HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\
        Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n9\r\n line\nsec\r\n4\r\nond\n\r\n0\r\n\r\n
        """

    @Test("is cut into lines, however its bytes come", arguments: [1, 2, 7, 1_000])
    func pieces(size: Int) throws {
        var reader = AnswerReader()
        var events: [AnswerReader.Event] = []
        var rest = Array(Self.answer.utf8)[...]
        while !rest.isEmpty {
            events += try reader.received(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(
            events == [
                .status(200), .line(Array("first line".utf8)), .line(Array("second".utf8)), .end,
            ])
    }

    @Test("with a length is read to its end, also without a last line end")
    func length() throws {
        var reader = AnswerReader()
        let text = "HTTP/1.1 401 No\r\ncontent-length: 4\r\n\r\na\nbcrest"
        let events = try reader.received(Array(text.utf8))
        #expect(events == [.status(401), .line([97]), .line([98, 99]), .end])
    }

    @Test(
        "is refused where it is no HTTP",
        arguments: [
            "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        ])
    func noHTTP(text: String) {
        var reader = AnswerReader()
        let error = #expect(throws: Trouble.self) { try reader.received(Array(text.utf8)) }
        #expect(error?.code == "server.answer")
    }

    @Test("must account for each line that was sent")
    func whole() throws {
        var ledger = FeedLedger(rows: ["t/a", "t/b", "t/c", "t/d"])
        try ledger.take(#"{"from":1,"status":"applied","to":2}"#)
        try ledger.take(
            #"{"advice":"A","code":"feed.body","line":3,"member":"body","message":"M","status":"refused"}"#
        )
        try ledger.take(#"{"from":4,"status":"unchanged","to":4}"#)
        #expect(throws: Trouble.self) { try ledger.check() }
        try ledger.take(
            #"{"applied":2,"lines":4,"refused":1,"stale":0,"status":"done","unchanged":1}"#)
        try ledger.check()
        #expect(ledger.counts == ["applied": 2, "refused": 1, "unchanged": 1])
        #expect(
            ledger.refusals == [
                FeedLedger.Refusal(
                    line: 3, row: "t/c", code: "feed.body", member: "body", message: "M",
                    advice: "A")
            ])
    }

    @Test(
        "is refused where it does not fit what was sent",
        arguments: [
            "no JSON", "{}", #"{"from":2,"status":"applied","to":2}"#,
            #"{"from":1,"status":"applied","to":3}"#, #"{"from":1,"status":"applied","to":0}"#,
            #"{"from":1,"status":"lost","to":2}"#, #"{"line":2,"status":"refused"}"#,
            #"{"applied":2,"lines":2,"refused":0,"stale":0,"status":"done","unchanged":0}"#,
        ])
    func odd(line: String) {
        var ledger = FeedLedger(rows: ["t/a", "t/b"])
        let error = #expect(throws: Trouble.self) { try ledger.take(line) }
        #expect(error?.code == "feed.answer")
    }

    @Test("is refused where its sum differs from its lines")
    func wrongSum() throws {
        var ledger = FeedLedger(rows: ["t/a"])
        try ledger.take(#"{"from":1,"status":"applied","to":1}"#)
        #expect(throws: Trouble.self) {
            try ledger.take(
                #"{"applied":0,"lines":1,"refused":0,"stale":1,"status":"done","unchanged":0}"#)
        }
    }

    @Test("that the server stopped is passed on with its reason")
    func stopped() {
        var ledger = FeedLedger(rows: ["t/a"])
        let error = #expect(throws: Trouble.self) {
            try ledger.take(
                #"{"advice":"Again","code":"server.busy","message":"full","status":"stopped"}"#)
        }
        #expect(error?.code == "server.busy")
        #expect(error?.advice == "Again")
    }

    @Test(
        "is asked for at addresses of this kind alone",
        arguments: [
            ("http://127.0.0.1:8470", "127.0.0.1:8470"), ("http://localhost/", "localhost:80"),
            ("http://[::1]:9", "[::1]:9"),
        ])
    func address(text: String, authority: String) throws {
        #expect(try PlainAddress(text).authority == authority)
    }

    @Test(
        "is not asked for elsewhere",
        arguments: [
            "", "127.0.0.1:8470", "https://127.0.0.1:8470", "http://", "http://:80", "http://a:0",
            "http://a:65536", "http://a:b", "http://a/b", "http://[::1]x",
        ])
    func noAddress(text: String) {
        let error = #expect(throws: Trouble.self) { try PlainAddress(text) }
        #expect(error?.exit == .usage)
    }
}

extension FeedLedger {
    fileprivate mutating func take(_ line: String) throws(Trouble) {
        try take(Array(line.utf8))
    }
}
