import HTTPWire
import Testing

/// A row of the conformance and attack table.
struct Row: CustomTestStringConvertible, Sendable {
    let id: String
    let payload: [UInt8]
    let status: Int
    var limits = WireLimits()

    init(_ id: String, _ payload: String, _ status: Int) {
        self.id = id
        self.payload = bytes(payload)
        self.status = status
    }

    /// A GET with one more field line.
    static func field(_ id: String, _ line: String, _ status: Int) -> Row {
        Row(id, "GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n", status)
    }

    /// A POST with field lines and a body.
    static func post(_ id: String, _ lines: String, _ body: String = "", _ status: Int) -> Row {
        Row(id, "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n\(body)", status)
    }

    static func chunked(_ id: String, _ body: String, _ status: Int) -> Row {
        post(id, "Transfer-Encoding: chunked", body, status)
    }

    static func target(_ id: String, _ target: String, _ status: Int) -> Row {
        Row(id, "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", status)
    }

    static func host(_ id: String, _ host: String, _ status: Int) -> Row {
        Row(id, "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", status)
    }

    var testDescription: String { "\(id) \(status)" }
}

@Suite("HTTP conformance and attack table")
struct ConformanceTests {
    static let long = String(repeating: "a", count: 9_000)

    static let requestLines: [Row] = [
        Row("H001 plain", "GET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        Row("H001 one empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        Row("H001 two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Row("H002 HEAD", "HEAD /v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        Row("H005 unknown method", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Row("H005 lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Row("H007 long method", String(repeating: "A", count: 100_000), 501),
        Row("H008 TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Row("H009 CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Row("H010 OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        .target("H011 asterisk with GET", "*", 400),
        Row("H013 tab separator", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Row("H013 double space", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Row("H013 trailing space", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        .target("H014 space in target", "/a b", 400),
        Row("H016 no version", "GET /\r\n", 400),
        Row("H017 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        Row("H019 h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        Row("H020 1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
        Row("H020 01.1", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", 400),
        Row("H020 lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400),
        Row("H020 no minor", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400),
        Row("H021 bare line feed", "GET / HTTP/1.1\nHost: a\n\n", 400),
        Row("H022 white space", "   \r\n\r\n", 400),
        Row("H023 garbage", "\u{80}\u{81}\u{c7}", 400),
        .target("H025 long target", "/" + long, 414),
    ]

    static let targets: [Row] = [
        .target("H026 absolute form", "http://a/x", 200),
        .target("H026 upper-case scheme", "HTTP://a/x", 200),
        .target("H027 other scheme", "ftp://a/x", 400),
        .target("H027 no authority", "http:///x", 400),
        .target("H027 user information", "http://u@a/x", 400),
        .target("H028 fragment", "/a#b", 400),
        .target("H029 dot segments", "/a/../../etc/passwd", 400),
        .target("H029 single dot", "/a/./b", 400),
        .target("H029 at the end", "/a/..", 400),
        .target("H029 encoded", "/a/%2e%2E/b", 400),
        .target("H029 half encoded", "/a/.%2e", 400),
        .target("H029 three dots are a name", "/a/.../b", 200),
        .target("H029 dots in a name", "/a..b/.c/d.", 200),
        .target("H031 encoded slash", "/v1/records/a%2f..%2fb", 400),
        .target("H031 encoded backslash", "/a%5cb", 400),
        .target("H032 double encoding stays as it is", "/%252e%252e/", 200),
        .target("H034 NUL", "/a\u{0}b", 400),
        .target("H034 encoded NUL", "/a%00b", 400),
        .target("H034 encoded line feed", "/a%0ab", 400),
        .target("H035 bad escape", "/a%zz", 400),
        .target("H035 lone percent", "/a%", 400),
        .target("H035 cut escape", "/a%2", 400),
        .target("H035 bad escape in query", "/a?b=%zz", 400),
        .target("H037 not ASCII", "/\u{c3}\u{a9}", 400),
        .target("H038 backslash", "/a\\b", 400),
        .target("H039 delete", "/a\u{7f}", 400),
        .target("H039 brackets", "/a[b]", 400),
        .target("H042 query with question marks", "/a?b=c?d&e=/f", 200),
    ]

    static let fields: [Row] = [
        .field("H043 two hosts", "Host: b", 400),
        .field("H044 same host twice", "host: a", 400),
        Row("H045 no host", "GET / HTTP/1.1\r\n\r\n", 400),
        .host("H046 user information", "u@a", 400),
        .host("H047 slash", "a/b", 400),
        .host("H047 space", "a b", 400),
        .host("H047 comma", "a,b", 400),
        .host("H047 open bracket", "[::1", 400),
        .host("H047 empty", "", 400),
        .host("H048 port", "example.go.th:8443", 200),
        .host("H048 IPv6", "[::1]:80", 200),
        .host("H048 bad port", "a:8x", 400),
        Row("H049 1.0 without host", "GET / HTTP/1.0\r\n\r\n", 400),
        .field("H050 space before colon", "X : 1", 400),
        .field("H051 no colon", "X", 400),
        .field("H052 empty name", ": a", 400),
        .field("H053 brackets", "X[]: a", 400),
        .field("H053 parenthesis", "X(: a", 400),
        .field("H053 not ASCII", "\u{c3}\u{ab}: a", 400),
        .field("H055 folding", "X: a\r\n b", 400),
        .field("H055 folding with tab", "X: a\r\n\tb", 400),
        Row("H055 folding first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        .post("H056 folded coding", "Transfer-Encoding:\r\n chunked", "0\r\n\r\n", 400),
        .field("H058 bare CR", "X: a\rb", 400),
        .field("H058 bare LF", "X: a\nY: b", 400),
        .field("H059 NUL", "X: a\u{0}b", 400),
        .field("H059 escape", "X: abcdefgh\u{1b}ijk", 400),
        .field("H059 delete", "X: abcdefgh\u{7f}", 400),
        .field("H060 tab inside", "X: a\tb", 200),
        .field("H061 not ASCII in value", "X: \u{c3}\u{a9}\u{ff}\u{80}abcdefgh", 200),
        .field("H061 not ASCII in Authorization", "Authorization: Bearer \u{c3}\u{a9}", 400),
        .field("H061 tab in Authorization", "Authorization: Bearer\tx", 400),
        .field("H062 underscore twins", "Content_Length: 3\r\nTransfer_Encoding: chunked", 200),
        .field("H064 long field", "X: \(long)", 431),
        .field("H064 long name", long, 431),
        .field(
            "H065 large head",
            (0..<40).map { "X\($0): " + String(repeating: "b", count: 1_024) }
                .joined(separator: "\r\n"), 431),
        .field("H066 100 fields", (1..<100).map { "X\($0): b" }.joined(separator: "\r\n"), 200),
        .field("H066 101 fields", (1..<101).map { "X\($0): b" }.joined(separator: "\r\n"), 431),
        .field("H067 two types", "Content-Type: a/b\r\nContent-Type: a/b", 400),
        .field("H067 two tokens", "Authorization: Bearer a\r\nAuthorization: Bearer a", 400),
        .field("H112 upgrade", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c", 200),
        .field("H111 other expectation", "Expect: a-pony", 417),
    ]

    static let lengths: [Row] = [
        .post("H070 valid", "Content-Length: 2", "{}", 200),
        .post("H071 zero", "Content-Length: 0", "", 200),
        .post("H071 none", "X: y", "", 200),
        .post("H073 both", "Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n", 400),
        .post("H073 reversed", "Content-Length: 3\r\nTransfer-Encoding: chunked", "abc", 400),
        .post("H074 two", "Content-Length: 3\r\nContent-Length: 4", "abcd", 400),
        .post("H075 same twice", "Content-Length: 3\r\nContent-Length: 3", "abc", 400),
        .post("H075 list", "Content-Length: 3, 3", "abc", 400),
        .post("H076 plus", "Content-Length: +3", "abc", 400),
        .post("H077 minus", "Content-Length: -1", "", 400),
        .post("H077 minus zero", "Content-Length: -0", "", 400),
        .post("H078 hexadecimal", "Content-Length: 0x3", "abc", 400),
        .post("H078 underscore", "Content-Length: 3_0", "abc", 400),
        .post("H078 inner space", "Content-Length: 3 0", "abc", 400),
        .post("H079 leading zeros", "Content-Length: 003", "abc", 400),
        .post("H080 empty", "Content-Length:", "", 400),
        .post("H081 overflow", "Content-Length: 18446744073709551619", "abc", 400),
        .post("H082 Arabic digit", "Content-Length: \u{663}", "abc", 400),
        .post("H082 full-width digit", "Content-Length: \u{ff13}", "abc", 400),
        .post("H082 no-break space", "Content-Length: \u{c2}\u{a0}3", "abc", 400),
        .post("H085 too large", "Content-Length: 2000000", "", 413),
        .post("H085 one too large", "Content-Length: 1048577", "", 413),
        Row("H086 GET with body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 400),
    ]

    static let codings: [Row] = [
        .chunked("H088 one chunk", "3\r\nabc\r\n0\r\n\r\n", 200),
        .chunked("H088 two chunks", "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", 200),
        .chunked("H089 upper case", "A\r\n0123456789\r\n0\r\n\r\n", 200),
        .chunked("H090 leading zeros", "0003\r\nabc\r\n000\r\n\r\n", 200),
        .chunked("H091 extension", "3;a=b\r\nabc\r\n0;c\r\n\r\n", 200),
        .chunked("H092 long extension", "3;\(long)\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H093 line feed in extension", "3;a\nb\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H094 bare LF", "3\nabc\n0\n\n", 400),
        .chunked("H094 bare LF after data", "3\r\nabc\n0\r\n\r\n", 400),
        .chunked("H095 plus", "+3\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 minus", "-3\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 0x", "0x3\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 underscore", "3_0\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 space before", " 3\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 space after", "3 \r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 Arabic digit", "\u{663}\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H095 full-width A", "\u{ff21}\r\n0123456789\r\n0\r\n\r\n", 400),
        .chunked("H095 empty", "\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H096 too many digits", "000000003\r\nabc\r\n0\r\n\r\n", 400),
        .chunked("H096 huge", "ffffffff\r\n", 413),
        .chunked("H097 data longer than size", "3\r\nabcde\r\n0\r\n\r\n", 400),
        .chunked("H099 trailer", "3\r\nabc\r\n0\r\nX: y\r\n\r\n", 200),
        .chunked("H099 bad trailer", "3\r\nabc\r\n0\r\nX y\r\n\r\n", 400),
        .chunked("H099 trailer with bare CR", "0\r\nX: y\rz\r\n\r\n", 400),
        .chunked("H099 endless trailer", "0\r\nX: \(long)\r\n\r\n", 431),
        .post("H100 xchunked", "Transfer-Encoding: xchunked", "0\r\n\r\n", 501),
        .post("H100 identity", "Transfer-Encoding: identity", "", 501),
        .post("H100 gzip, chunked", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n", 400),
        .post("H101 chunked not last", "Transfer-Encoding: chunked, identity", "", 400),
        .post("H102 twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "", 400),
        .post("H102 upper case", "Transfer-Encoding: CHUNKED", "0\r\n\r\n", 200),
        .post("H103 empty", "Transfer-Encoding:", "", 400),
        .post("H103 comma before", "Transfer-Encoding: , chunked", "", 400),
        .post("H103 comma after", "Transfer-Encoding: chunked,", "", 400),
        .post("H103 parameter", "Transfer-Encoding: chunked;a=b", "", 400),
        .post("H104 vertical tab", "Transfer-Encoding: \u{b}chunked", "", 400),
        .post("H104 NUL", "Transfer-Encoding: chunked\u{0}", "", 400),
        .post("H104 Kelvin sign", "Transfer-Encoding: chun\u{212A}ed", "", 400),
        .post("H104 long s", "Tran\u{17F}fer-Encoding: chunked", "", 400),
        Row(
            "H106 chunked in 1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        .chunked(
            "H107 ten thousand chunks",
            String(repeating: "1\r\nx\r\n", count: 10_000) + "0\r\n\r\n", 200),
    ]

    static let rows = requestLines + targets + fields + lengths + codings
    static let smuggled = bytes("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")

    @Test("gets its status, and nothing after a rejection is answered", arguments: rows)
    func whole(row: Row) {
        let alone = MachineRun(row.payload)
        #expect(alone.answers.map { $0.prefix(3) } == [Substring(String(row.status))])
        #expect(alone.isClosed == (row.status != 200))

        let followed = MachineRun(row.payload + Self.smuggled)
        if row.status == 200 {
            #expect(followed.answers.last == "200 /smuggled")
            #expect(followed.answers.count == 2)
        } else {
            #expect(followed == alone)
        }
    }

    /// Goal: the result depends on the bytes and never on how they arrive.
    ///
    /// Method: cut each payload in two at every byte (at up to 300 places of
    /// the long ones), and feed it byte by byte, always with a follower.
    @Test("means the same however it is split", arguments: rows)
    func split(row: Row) {
        let payload = row.payload + Self.smuggled
        let expected = MachineRun(payload)
        for place in stride(from: 0, through: payload.count, by: max(1, payload.count / 300)) {
            #expect(MachineRun(payload, split: place) == expected, "split at \(place)")
        }
        if payload.count < 20_000 { #expect(MachineRun(payload, split: -1) == expected) }
    }

    @Test(
        "is never taken for whole when it is cut short", arguments: rows.filter { $0.status == 200 }
    )
    func cut(row: Row) {
        for place in stride(from: 1, to: row.payload.count, by: max(1, row.payload.count / 200)) {
            let run = MachineRun(Array(row.payload[..<place]), ends: true)
            #expect(run.isClosed)
            #expect(run.answers.last == "400", "cut at \(place)")
        }
    }
}
