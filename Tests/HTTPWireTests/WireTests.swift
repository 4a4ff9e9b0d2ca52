import HTTPWire
import Testing

@Suite("Connection machine")
struct ConnectionMachineTests {
    @Test("answers pipelined requests in order")
    func pipelining() {
        let run = MachineRun(
            bytes(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\n"
                    + "Content-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(run.answers == ["200 /1", "200 /2", "200 /3"])
        #expect(run.bodies == [[], bytes("abc"), []])
        #expect(!run.isClosed)
    }

    @Test(
        "reads nothing after a request that closes",
        arguments: [
            "HTTP/1.1\r\nConnection: close", "HTTP/1.0", "HTTP/1.1\r\nConnection: x, CLOSE",
        ])
    func close(version: String) {
        let run = MachineRun(
            bytes("GET /1 \(version)\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(run.answers == ["200 /1"])
        #expect(run.isClosed)
    }

    @Test("does not look at the next request before the answer is complete")
    func order() {
        let input = bytes("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        input.withUnsafeBytes { input in
            var machine = ConnectionMachine(limits: WireLimits())
            var position = 0
            #expect(machine.next(input, &position) == .head)
            #expect(machine.next(input, &position) == .bodyEnd)
            #expect(machine.next(input, &position) == .needsInput)
            #expect(machine.phase == .answering)
            machine.answered()
            #expect(machine.next(input, &position) == .head)
            #expect(position == input.count)
        }
    }

    /// A second answer to one request would be taken for that of the next.
    @Test("has nothing to say about the rest of a body once the answer is given")
    func passingOver() {
        let input = bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        input.withUnsafeBytes { input in
            var machine = ConnectionMachine(limits: WireLimits())
            var position = 0
            #expect(machine.next(input, &position) == .head)
            machine.answered()
            #expect(machine.isPassingOver)
            #expect(machine.next(input, &position) == .body(input.count - 3..<input.count))
            #expect(machine.inputEnded(pending: 0) == nil)
            #expect(machine.phase == .closed)
        }
    }

    @Test("puts chunks together")
    func chunks() {
        let run = MachineRun(
            bytes(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"), split: -1)
        #expect(run.bodies == [bytes("abcde")])
    }

    @Test("waits for 100 only in HTTP/1.1 and only with a body")
    func expectation() {
        func expects(_ request: String) -> Bool {
            var machine = ConnectionMachine(limits: WireLimits())
            return bytes(request).withUnsafeBytes { input in
                var position = 0
                return machine.next(input, &position) == .head && machine.head.expectsContinue
            }
        }
        let fields = "Host: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
        #expect(expects("POST / HTTP/1.1\r\n" + fields))
        #expect(!expects("POST / HTTP/1.0\r\n" + fields))
        #expect(!expects("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"))
    }
}

@Suite("Limits of a message")
struct WireLimitTests {
    /// A message at a limit, and the same with one byte more.
    private func expect(
        _ rejection: Rejection.Rule, _ message: (Int) -> String, at limit: Int,
        _ change: (inout WireLimits) -> Void
    ) {
        var limits = WireLimits()
        change(&limits)
        #expect(MachineRun(bytes(message(limit)), limits: limits).rejection == nil)
        #expect(MachineRun(bytes(message(limit + 1)), limits: limits).rejection?.rule == rejection)
    }

    private func repeated(_ count: Int) -> String { String(repeating: "a", count: count) }

    @Test("hold for lines, heads, fields and methods")
    func heads() {
        expect(.lineTooLong, { "GET /\(repeated($0 - 14)) HTTP/1.1\r\nHost: a\r\n\r\n" }, at: 40) {
            $0.lineBytesMax = 40
        }
        expect(.lineTooLong, { "GET / HTTP/1.1\r\nHost: \(repeated($0 - 6))\r\n\r\n" }, at: 40) {
            $0.lineBytesMax = 40
        }
        expect(.headTooLarge, { "GET / HTTP/1.1\r\nHost: \(repeated($0 - 26))\r\n\r\n" }, at: 80) {
            $0.headBytesMax = 80
        }
        expect(
            .fieldCount,
            { count in
                "GET / HTTP/1.1\r\nHost: a\r\n"
                    + (1..<count).map { "X\($0): b\r\n" }.joined() + "\r\n"
            }, at: 7
        ) { $0.fieldsMax = 7 }
        // An unknown method is refused either way, but not for the same reason.
        let long = MachineRun(bytes(repeated(25))).rejection
        #expect(long?.rule == .method)
        #expect(MachineRun(bytes(repeated(24))).rejection == nil)
    }

    @Test("hold for bodies of either framing")
    func bodies() {
        expect(
            .bodyTooLarge,
            { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \($0)\r\n\r\n\(repeated($0))" },
            at: 50
        ) { $0.bodyBytesMax = 50 }
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        expect(
            .bodyTooLarge,
            {
                head + "28\r\n\(repeated(40))\r\n\(String($0 - 40, radix: 16))\r\n"
                    + repeated($0 - 40) + "\r\n0\r\n\r\n"
            }, at: 50
        ) { $0.bodyBytesMax = 50 }
    }

    @Test("hold for what stands around chunks")
    func chunks() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        expect(.chunk, { head + "1;\(repeated($0 - 1))\r\nx\r\n0\r\n\r\n" }, at: 9) {
            $0.chunkExtensionBytesMax = 9
        }
        expect(
            .chunk,
            { head + "1;abcdefg\r\nx\r\n1;\(repeated($0 - 9))\r\nx\r\n0\r\n\r\n" }, at: 20
        ) { $0.chunkExtensionsBytesMax = 20 }
        expect(.trailer, { head + "0\r\nX: \(repeated($0 - 7))\r\n\r\n" }, at: 30) {
            $0.trailerBytesMax = 30
        }
    }
}

@Suite("Request view")
struct RequestViewTests {
    private func withView<Result>(
        _ text: String, _ body: (borrowing RequestView) -> Result
    ) -> Result? {
        let bytes = bytes(text)
        return bytes.withUnsafeBytes { input -> Result? in
            var parser = HeadParser(limits: WireLimits())
            guard parser.parse(input) == .complete, let base = input.baseAddress else { return nil }
            return body(RequestView(head: parser.head, base: base))
        }
    }

    private func text(_ bytes: UnsafeRawBufferPointer?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("finds the parts of a request")
    func parts() {
        let found: Void? = withView(
            "POST /v1/push?limit=5&x HTTP/1.1\r\nhost: a.b:1\r\nAUTHORIZATION:  Bearer t \r\n"
                + "content-type: application/json\r\nX-Request-ID: 7\r\nContent-Length: 1\r\n\r\n"
        ) { view in
            #expect(view.method == .post)
            let isPush = view.pathIs("/v1/push")
            #expect(isPush)
            let rest = view.path(after: "/v1/")
            #expect(text(rest) == "push")
            #expect(text(view.query) == "limit=5&x")
            #expect(text(view.authorization) == "Bearer t")
            let host = view.bytes(view.head.host)
            #expect(text(host) == "a.b:1")
            let type = view.bytes(view.head.contentType)
            #expect(text(type) == "application/json")
            let custom = view.field(named: "x-request-id")
            #expect(text(custom) == "7")
            let prefixOnly = view.field(named: "x-request")
            #expect(text(prefixOnly) == nil)
            #expect(view.head.ifNoneMatch.isAbsent)
            #expect(view.head.framing == .length(1))
        }
        #expect(found != nil)
    }

    /// Of two, one is not the proxy's, and nothing tells which.
    @Test(
        "tells a forwarded address only where there is one field of it",
        arguments: [
            (["1"], "1"), ([], nil), (["1", "2"], nil), (["1", "1"], nil), (["", "2"], nil),
            (["1", "2", "3"], nil), (["1, 2"], "1, 2"),
        ] as [([String], String?)])
    func forwarded(told: [String], expected: String?) {
        let names = ["X-Forwarded-For", "x-forwarded-for", "X-FORWARDED-FOR"]
        let fields = zip(names, told).map { "\($0): \($1)\r\nVia: x\r\n" }.joined()
        let found = withView("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") { view in
            let range = view.head.forwardedFor
            return [range.isAbsent ? nil : text(view.bytes(range))]
        }
        #expect(found == [expected])
    }

    @Test("takes the authority from an absolute target, whatever Host says")
    func authority() {
        let host = withView("GET http://b/x?y HTTP/1.1\r\nHost: a\r\n\r\n") {
            [text($0.bytes($0.head.host)), text($0.path), text($0.query)]
        }
        #expect(host == ["b", "/x", "y"])
    }

    @Test("has the path / where an absolute target has none", arguments: ["", "?x=1"])
    func noPath(query: String) {
        let found = withView("GET http://b:8\(query) HTTP/1.1\r\nHost: a\r\n\r\n") {
            [text($0.bytes($0.head.host)), text($0.path), text($0.query)]
        }
        #expect(found == ["b:8", "/", String(query.dropFirst())])
    }

    @Test("tells a duplicate query key apart")
    func query() {
        let kinds = withView("GET /?limit=1&a=&limit=2&b HTTP/1.1\r\nHost: a\r\n\r\n") { view in
            (["limit"] as [StaticString] + ["a", "b", "c"]).map { key in
                switch view.query(key) {
                case .absent: "absent"
                case .duplicate: "duplicate"
                case .value(let value): "value \(value.count)"
                }
            }
        }
        #expect(kinds == ["duplicate", "value 0", "value 0", "absent"])
    }
}

@Suite("Bytes on the wire")
struct WireBytesTests {
    @Test(
        "hold numbers of digits only",
        arguments: [
            ("0", 0), ("7", 7), ("999999999999999999", 999_999_999_999_999_999), ("+5", nil),
            ("-0", nil), ("-1", nil), ("1e3", nil), ("", nil), ("00", nil), ("٣", nil), ("Ａ", nil),
            ("99999999999999999999", nil), ("1 ", nil),
        ] as [(String, Int?)])
    func numbers(text: String, expected: Int?) {
        #expect(Array(text.utf8).withUnsafeBytes { DecimalDigits.parse($0) } == expected)
    }

    @Test(
        "are refused in a field that could start another line",
        arguments: ["a\r\nb", "a\nb", "a\rb", "a\u{0}", "\u{7f}", "\u{1f}", "a\tb"])
    func fieldValues(value: String) {
        var fields = HeaderFields()
        let wasAdded = fields.append("ETag", value)
        #expect(!wasAdded)
        #expect(fields.bytes.isEmpty)
    }

    @Test("never set the fields that frame a message")
    func reservedFields() {
        var fields = HeaderFields()
        for name in ["Content-Length", "TRANSFER-encoding", "Connection", "Date"] as [StaticString]
        {
            let wasAdded = fields.append(name, "1")
            #expect(!wasAdded)
        }
        let wasAdded = fields.append("ETag", "\"a\u{e01}\"")
        #expect(wasAdded)
    }

    @Test(
        "render a date",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        ] as [(Int64, String)])
    func date(seconds: Int64, expected: String) {
        var date = HTTPDate()
        date.update(unixSeconds: seconds)
        #expect(String(decoding: date.field, as: UTF8.self) == "Date: \(expected)\r\n")
    }

    @Test("grow, move and shrink in a buffer")
    func buffer() {
        let buffer = ByteBuffer(capacity: 64)
        for value in 0..<200 { buffer.append(decimal: value) }
        let expected = (0..<200).map(String.init).joined()
        #expect(String(decoding: buffer.readable, as: UTF8.self) == expected)
        buffer.consume(10)
        buffer.remove(2..<4)
        buffer.truncate(to: 4)
        #expect(String(decoding: buffer.readable, as: UTF8.self) == "1012")
        buffer.removeAll()
        for value in [0, 1, 15, 16, 255, 4096] { buffer.append(hexadecimal: value) }
        buffer.append(decimal: -7)
        #expect(String(decoding: buffer.readable, as: UTF8.self) == "01f10ff1000-7")
    }
}
