import SyncServerCore
import Testing

@Suite("A body that is built in place")
struct HTTPBodyTests {
    private static func lines(_ count: Int) -> String {
        (0..<count).map { TestHandler.line($0) }.joined()
    }

    @Test("is sent in slices when it is long, and the connection goes on")
    func slices() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        for _ in 0..<2 {
            let answer = try client.get("/slices")
            #expect(answer.head.contains("Transfer-Encoding: chunked\r\n"))
            #expect(!answer.head.contains("Content-Length"))
            #expect(answer.text == Self.lines(300))
        }
        #expect(try client.get("/").text == "hello")
        #expect(try client.get("/build").head.contains("Content-Length: 1390\r\n"))
    }

    @Test("has slices of the size that is set")
    func sliceSize() throws {
        let test = try HTTPTestServer { $0.answerSliceBytes = 3_000 }
        let client = try test.client()
        try client.send("GET /slices HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.head()
        var sizes: [Int] = []
        while let chunk = try client.chunk() { sizes.append(chunk.count) }
        #expect(sizes.count == 100)
        #expect(sizes.allSatisfy { $0 >= 3_000 && $0 < 3_100 })
    }

    @Test("keeps its place among pipelined answers")
    func pipelining() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        let paths = ["/", "/build", "/slices", "/later", "/slices", "/"]
        try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        let built = (0..<500).map(String.init).joined()
        let long = Self.lines(300)
        #expect(
            try paths.map { _ in try client.answer().text }
                == ["hello", built, long, "later", long, "hello"])
    }

    @Test("waits in memory for a client that reads slowly")
    func slowReader() throws {
        let test = try HTTPTestServer()
        let client = try test.client(receiveBuffer: 8_192)
        try client.send("GET /slices/many HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.head()
        for _ in 0..<4 { #expect(try test.client().get("/").text == "hello") }
        var body: [UInt8] = []
        while let chunk = try client.chunk() { body += chunk }
        #expect(body == Array(Self.lines(8_000).utf8))
        #expect(try client.get("/").text == "hello")
    }

    @Test("has a length for a client that cannot read chunks")
    func oldClient() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("GET /slices HTTP/1.0\r\nHost: a\r\n\r\n")
        let answer = try client.answer()
        #expect(!answer.head.contains("Transfer-Encoding"))
        #expect(answer.text == Self.lines(300))
        #expect(try client.isClosedByServer())
    }

    @Test("gives way to another answer if it fails before its first slice")
    func failsEarly() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        let paths = ["/", "/slices/none", "/"]
        try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        #expect(try paths.map { _ in try client.answer().text } == ["hello", "nothing", "hello"])
    }

    @Test("is cut if it fails later, and never looks complete")
    func failsLate() throws {
        let test = try HTTPTestServer()
        let client = try test.client()
        try client.send("GET /slices/some HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.head()
        #expect(throws: HTTPTestClient.Failure.self) {
            while try client.chunk() != nil {}
        }
        #expect(try test.client().get("/").text == "hello")
    }
}
