import Glibc
import NetworkIO
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// A whole server in this process, with what a test needs to know of it.
final class RunningServer {
    let directory: TemporaryDirectory
    let server: TangRatServer
    private let time: Atomic64
    private var isRunning = true

    final class Atomic64: Sendable {
        let value = Mutex<Int64>(noon)
    }

    init(
        _ change: (inout TangRatServer.Configuration) -> Void = { _ in },
        store: ((_ directory: String) throws -> any ReplicaStore)? = nil
    ) throws {
        directory = try TemporaryDirectory()
        let time = Atomic64()
        self.time = time
        var configuration = TangRatServer.Configuration(
            directory: directory.path, address: .tcp(port: 0))
        configuration.loops = 2
        configuration.wallClock = WallClock(milliseconds: { time.value.withLock { $0 } })
        change(&configuration)
        if let store {
            server = TangRatServer(configuration, store: try store(directory.path))
        } else {
            server = try TangRatServer(configuration)
        }
        try server.start()
    }

    deinit { stop() }

    func stop() {
        if isRunning { server.stop(drainMilliseconds: 2_000) }
        isRunning = false
    }

    func advance(milliseconds: Int64) { time.value.withLock { $0 += milliseconds } }

    func client() throws -> HTTPTestClient { try HTTPTestClient(port: server.port) }

    /// Asks the admin socket.
    @discardableResult
    func admin(_ command: JSONValue) throws -> JSONValue {
        let client = try HTTPTestClient(path: TangRatServer.adminSocket(directory.path))
        let body = String(decoding: JSON.canonical(command), as: UTF8.self)
        return try JSON.parse(try client.post("/admin", body).body)
    }

    func addPerson() throws -> String {
        try #require(try admin(["command": "person.add"])["rows"]?.items?[0]["subject"]?.text)
    }

    func addAgency(_ code: String, _ tables: [String]) throws -> String {
        let answer = try admin([
            "command": "agency.add", "code": .string(code),
            "tables": .array(tables.map { .string($0) }),
        ])
        return try #require(answer["rows"]?.items?[0]["key"]?.text)
    }

    /// Signs a device in, as the program does.
    func signIn(_ subject: String) throws -> SignedIn {
        let client = try client()
        let started = try JSON.parse(
            try client.post("/v1/oauth/device_authorization", "client_id=test&device_name=p").body)
        let device = try #require(started["device_code"]?.text)
        let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=\(device)"
        #expect(
            try JSON.parse(try client.post("/v1/oauth/token", grant).body)["error"]
                == "authorization_pending")
        try admin([
            "command": "approve", "user_code": started["user_code"] ?? "",
            "person": .string(subject),
        ])
        let granted = try JSON.parse(try client.post("/v1/oauth/token", grant).body)
        return SignedIn(
            token: try #require(granted["access_token"]?.text),
            refresh: try #require(granted["refresh_token"]?.text),
            device: try #require(granted["device_id"]?.text.flatMap { DeviceID(text: $0) }))
    }

    /// Feeds lines and gives the last line of the answer.
    @discardableResult
    func feed(_ key: String, _ lines: [String]) throws -> JSONValue {
        let answer = try request(
            "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
            Array(lines.joined(separator: "\n").utf8))
        let last = try #require(answer.body.split(separator: UInt8(ascii: "\n")).last)
        return try JSON.parse(Array(last))
    }

    /// Feeds vehicles whose rows are that long; the agency must be one for them.
    func feedVehicles(
        _ numbers: Range<Int>, of subject: String, bytes: Int, _ key: String
    ) throws {
        let text = String(repeating: "x", count: bytes)
        let last = try feed(
            key,
            numbers.map { number in
                #"{"table":"vehicle","id":"v\#(number)","subject":"\#(subject)","as_of":1,"#
                    + #""source_version":1,"body":{"t":"\#(text)"}}"#
            })
        #expect(last["applied"] == .integer(Int64(numbers.count)))
    }

    func request(
        _ method: String, _ path: String, _ fields: [String: String] = [:], _ body: [UInt8]? = nil,
        headOnly: Bool = false
    ) throws -> HTTPTestClient.Answer {
        let client = try client()
        var head = "\(method) \(path) HTTP/1.1\r\nHost: a\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try client.send(Array((head + "\r\n").utf8) + (body ?? []))
        return try client.answer(toHead: headOnly || method == "HEAD")
    }
}

struct SignedIn {
    let token: String
    let refresh: String
    let device: DeviceID

    static let binary = "application/vnd.tangrat.sync"

    func sync(
        _ running: RunningServer, _ frames: [Frame], accept: String? = nil, lines: Bool = false
    ) throws -> HTTPTestClient.Answer {
        var body: [UInt8] = []
        var writer = JSONFrameWriter()
        for frame in frames {
            if lines {
                writer.append(frame, to: &body)
            } else {
                BinaryFrames.append(frame, to: &body)
            }
        }
        var fields = [
            "Authorization": "Bearer \(token)",
            "Content-Type": lines ? "application/json" : Self.binary,
        ]
        if let accept { fields["Accept"] = accept }
        return try running.request("POST", "/v1/sync", fields, body)
    }

    /// Pulls to a checkpoint.
    func pull(_ running: RunningServer, _ client: inout SimulatedClient) throws {
        while true {
            let answer = try sync(running, [.sync(client.request)])
            guard answer.status == 200 else { throw SimulatedClient.Mistake(answer.text) }
            if try client.take(try decodeFrames(answer.body)) { return }
        }
    }

    /// Opens the live stream and reads its first chunk.
    func watch(_ running: RunningServer) throws -> HTTPTestClient {
        let client = try running.client()
        try client.send(
            "GET /v1/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n")
        #expect(try client.head().contains("text/event-stream"))
        #expect(try client.chunk().map { String(decoding: $0, as: UTF8.self) } == "retry: 2000\n\n")
        return client
    }
}

extension HTTPTestClient {
    /// The next piece of a stream as text; nil at its end.
    func event() throws -> String? {
        try chunk().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether nothing comes for a while.
    func isSilent(milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) == 0
    }
}

private func vehicle(_ id: String, _ subject: String, _ version: Int = 1) -> String {
    #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"source_version":\#(version),"body":{"n":\#(version)}}"#
}

private let moved = "event: moved\ndata: {}\n\n"

@Suite("Whole server")
struct ServerTests {
    /// Checks a body with an error in two languages.
    private func expectError(
        _ answer: HTTPTestClient.Answer, _ status: Int, _ code: String, at position: Int64? = nil
    ) throws {
        #expect(answer.status == status)
        let error = try #require(try JSON.parse(answer.body)["error"])
        #expect(error["code"]?.text == code)
        #expect(error["message"]?.text?.isEmpty == false)
        #expect(error["advice"]?.text?.isEmpty == false)
        #expect(error["advice_th"]?.text?.isEmpty == false)
        #expect(error["message_th"]?.text?.unicodeScalars.contains { $0.value > 0xe00 } == true)
        #expect(answer.head.contains("Content-Type: application/json\r\n"))
        #expect(answer.head.contains("X-Content-Type-Options: nosniff\r\n"))
        #expect(error["position"] == position.map { .integer($0) })
    }

    @Test("refuses what it cannot take, in two languages")
    func errors() throws {
        let running = try RunningServer { $0.limits.syncBodyBytesMax = 4_096 }
        let phone = try running.signIn(try running.addPerson())
        let bearer = ["Authorization": "Bearer \(phone.token)"]
        func ask(
            _ method: String, _ path: String, _ fields: [String: String] = [:],
            _ body: String? = nil
        ) throws -> HTTPTestClient.Answer {
            try running.request(method, path, fields, body.map { Array($0.utf8) })
        }
        try expectError(try ask("GET", "/"), 404, "http.not_found")
        try expectError(try ask("POST", "/v2/sync", [:], ""), 404, "http.not_found")
        for path in [
            "/v1/sync", "/v1/agency/records", "/v1/oauth/token", "/v1/oauth/revoke",
            "/v1/oauth/device_authorization",
        ] {
            let answer = try ask("GET", path, bearer)
            try expectError(answer, 405, "http.method")
            #expect(answer.head.contains("Allow: POST\r\n"))
        }
        for path in ["/v1/live", "/healthz", "/readyz", "/metrics"] {
            let answer = try ask("POST", path, bearer, "")
            try expectError(answer, 405, "http.method")
            let allowed = path == "/v1/live" ? "GET" : "GET, HEAD"
            #expect(answer.head.contains("Allow: \(allowed)\r\n"))
        }
        for token in ["", "Bearer ", "Bearer x", "Basic \(phone.token)", "Bearer \(phone.refresh)"]
        {
            let fields = token.isEmpty ? [:] : ["Authorization": token]
            let answer = try ask("POST", "/v1/sync", fields, "")
            try expectError(answer, 401, "auth.token")
            // What is wrong is told of a token alone: nothing is wrong with none.
            let isToken = token.hasPrefix("Bearer ") && token != "Bearer "
            let challenge = isToken ? #"Bearer error="invalid_token""# : "Bearer"
            #expect(answer.head.contains("WWW-Authenticate: \(challenge)\r\n"), "\(token)")
            try expectError(try ask("GET", "/v1/live", fields), 401, "auth.token")
            let feed = try ask("POST", "/v1/agency/records", fields, "")
            try expectError(feed, 401, "auth.agency_key")
            #expect(feed.head.contains("WWW-Authenticate: \(challenge)\r\n"), "\(token)")
        }
        for type in ["text/plain", "application/jsonx", nil] {
            var fields = bearer
            fields["Content-Type"] = type
            try expectError(try ask("POST", "/v1/sync", fields, "{}"), 415, "http.media_type")
        }
        var json = bearer
        json["Content-Type"] = "application/json"
        try expectError(
            try ask("POST", "/v1/sync", json, String(repeating: " ", count: 4_097)), 413,
            "http.body_too_large")
        for (body, code, position) in [
            ("", "wire.sync_missing", 0), ("{", "wire.json.end", 1),
            ("\n{}", "wire.member_missing", 2),
            (#"{"frame":"sync"}"# + "\n" + #"{"frame":"sync"}"#, "wire.sync_twice", 0),
            (#"{"frame":"pushed","acked_mid":1}"#, "wire.frame_direction", 0),
            (#"{"frame":"push","base_chain":"0000000000000000"}"#, "wire.push_order", 0),
        ] as [(String, String, Int64)] {
            try expectError(try ask("POST", "/v1/sync", json, body), 400, code, at: position)
        }
        var binary = bearer
        binary["Content-Type"] = SignedIn.binary
        try expectError(
            try ask("POST", "/v1/sync", binary, "\u{5}abc"), 400, "wire.truncated", at: 0)
        // No address takes a query, a compressed body or a version it was not made for.
        for path in ["/healthz", "/v1/sync", "/nowhere"] {
            try expectError(try ask("GET", path + "?access_token=tra_x", bearer), 400, "http.query")
        }
        for coding in ["gzip", "identity, gzip", "deflate"] {
            var coded = json
            coded["Content-Encoding"] = coding
            let answer = try ask("POST", "/v1/sync", coded, #"{"frame":"sync"}"#)
            try expectError(answer, 415, "http.content_encoding")
            #expect(answer.head.contains("Accept-Encoding: identity\r\n"))
        }
        // Where there is no body, what it would be in does not matter.
        #expect(try ask("GET", "/healthz", ["Content-Encoding": "gzip"]).status == 200)
        let options = try running.client()
        try options.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
        let allowed = try options.answer()
        #expect(allowed.status == 204)
        #expect(allowed.head.contains("Allow: GET, HEAD, POST, OPTIONS\r\n"))
        // A media type may carry a parameter.
        json["Content-Type"] = "application/json; charset=utf-8"
        #expect(try ask("POST", "/v1/sync", json, #"{"frame":"sync"}"#).status == 200)
    }

    @Test("says how it is")
    func operations() throws {
        let running = try RunningServer()
        #expect(try running.request("GET", "/healthz").text == "{\"status\":\"ok\"}\n")
        #expect(try running.request("GET", "/readyz").status == 200)
        #expect(try running.request("HEAD", "/readyz").body.isEmpty)
        let metrics = try running.request("GET", "/metrics")
        #expect(metrics.head.contains("text/plain; version=0.0.4"))
        #expect(metrics.text.contains("tangrat_commits_total 0\n"))
    }

    @Test("speaks both forms, and answers in the one that is asked for")
    func forms() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let key = try running.addAgency("dlt", ["vehicle"])
        #expect(try running.feed(key, [vehicle("v1", subject)])["applied"] == .integer(1))
        let request = [Frame.sync(SyncRequest())]
        let binary = try phone.sync(running, request)
        // Short: its first bytes tell what it is.
        #expect(!binary.head.contains("Content-Type: "))
        #expect(binary.head.contains("Cache-Control: no-store\r\n"))
        #expect(try decodeFrames(binary.body).last?.isTerminal == true)
        for (lines, accept) in [(true, nil), (false, "application/json")] as [(Bool, String?)] {
            let answer = try phone.sync(running, request, accept: accept, lines: lines)
            #expect(answer.head.contains("Content-Type: application/json\r\n"))
            let rows = try answer.body.split(separator: UInt8(ascii: "\n")).map {
                try JSON.parse(Array($0))
            }
            #expect(rows.first?["frame"] == "hello" && rows.last?["frame"] == "checkpoint")
            #expect(rows.contains { $0["frame"] == "row" && $0["table"] == "vehicle" })
        }
        let turned = try phone.sync(running, request, accept: SignedIn.binary, lines: true)
        #expect(!turned.head.contains("Content-Type: "))
        #expect(try decodeFrames(turned.body).last?.isTerminal == true)
        // A long one is worth compressing on its way. It is whole before it leaves,
        var caughtUp = SimulatedClient()
        try phone.pull(running, &caughtUp)
        func long(_ line: (Int) -> String) -> [String] {
            (0..<80).map {
                line($0).replacing(
                    #""n":"#, with: #""text":"\#(String(repeating: "x", count: 999))","n":"#)
            }
        }
        let everyones = try running.addAgency("dga", ["service"])
        let common = long {
            #"{"table":"service","id":"s\#($0)","as_of":1,"source_version":1,"body":{"n":1}}"#
        }
        #expect(try running.feed(everyones, common)["applied"] == .integer(80))
        // but where it holds everyone's rows alone it leaves in slices.
        let sliced = try phone.sync(running, [.sync(caughtUp.request)])
        #expect(sliced.head.contains("Transfer-Encoding: chunked\r\n"))
        let own = long { vehicle("long-\($0)", subject) }
        #expect(try running.feed(key, own)["applied"] == .integer(80))
        let whole = try phone.sync(running, request)
        #expect(whole.head.contains("Content-Length: "))
        for answer in [sliced, whole] {
            #expect(answer.head.contains("Content-Type: \(SignedIn.binary)\r\n"))
            #expect(try decodeFrames(answer.body).last?.isTerminal == true)
        }
    }

    @Test("takes writes, shows them to the person's other device, and says when nothing is new")
    func writes() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let tablet = try running.signIn(subject)
        var writing = WritingDevice(
            DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
        let mutation = writing.next([
            RowOperation(RowKey(table: "annotation", id: "a"), .create)
        ])
        var first = SimulatedClient()
        var second = SimulatedClient()
        var pushOnly = first.request
        pushOnly.rowsMax = 0
        let pushed = try decodeFrames(
            try phone.sync(
                running, [.sync(pushOnly), .push(PushHeader(baseChain: 77)), .mutation(mutation)]
            ).body)
        #expect(pushed.last == .pushed(ackedMid: 1))
        let repeated = try decodeFrames(
            try phone.sync(
                running,
                [.sync(first.request), .push(PushHeader(baseChain: 77)), .mutation(mutation)]
            ).body)
        #expect(try first.take(repeated))
        #expect(first.ackedMid == 1)
        first.request.outcomesSeen = 1
        try tablet.pull(running, &second)
        #expect(first.view == second.view && second.view.count == 1)
        let nothing = try decodeFrames(try phone.sync(running, [.sync(first.request)]).body)
        #expect(nothing.last == .unchanged(ackedMid: 1))
        // What changes later is not hidden by what is in memory.
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feed(key, [vehicle("v1", subject)])
        try phone.pull(running, &first)
        try tablet.pull(running, &second)
        #expect(first.view == second.view && second.view.count == 2)
        // A cursor is one device's own.
        let stolen = try decodeFrames(try tablet.sync(running, [.sync(first.request)]).body)
        #expect(stolen.last == .restart(reason: "cursor.invalid"))
        var gap = WritingDevice(writing.record)
        gap.mid = 8
        let failed = try decodeFrames(
            try phone.sync(
                running,
                [
                    .sync(first.request), .push(PushHeader(baseChain: 1)),
                    .mutation(gap.next([])),
                ]
            ).body)
        guard case .error(let error)? = failed.last else {
            Issue.record("\(failed)")
            return
        }
        #expect(error.code == "push.gap" && error.ackedMid == 1)
        let metrics = try running.request("GET", "/metrics").text
        #expect(metrics.contains("tangrat_sync_unchanged_total 1\n"))
        #expect(metrics.contains("tangrat_mutations_taken_total 1\n"))
        #expect(metrics.contains("tangrat_sync_restarts_total 1\n"))
    }

    @Test("wakes only the person whose rows changed, and everybody for public ones")
    func pokes() throws {
        let running = try RunningServer()
        let subjects = [try running.addPerson(), try running.addPerson()]
        let key = try running.addAgency("dlt", ["vehicle", "service"])
        let watchers = try subjects.map { try running.signIn($0).watch(running) }
        let again = try running.signIn(subjects[0]).watch(running)
        try running.feed(key, [vehicle("v1", subjects[0])])
        #expect(try watchers[0].event() == moved)
        #expect(try again.event() == moved)
        #expect(watchers[1].isSilent(milliseconds: 200))
        try running.feed(
            key, [#"{"table":"service","id":"s","as_of":1,"source_version":1,"body":{}}"#])
        for watcher in watchers + [again] { #expect(try watcher.event() == moved) }
        // Nothing changed: nobody is woken.
        try running.feed(key, [vehicle("v1", subjects[0])])
        #expect(watchers[0].isSilent(milliseconds: 200))
        #expect(try running.request("GET", "/metrics").text.contains("tangrat_watchers 3\n"))
    }

    @Test("ends sessions and live streams at once when rights end", arguments: [true, false])
    func revocation(byAdmin: Bool) throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let tablet = try running.signIn(subject)
        let live = try phone.watch(running)
        let other = try tablet.watch(running)
        var client = SimulatedClient()
        try phone.pull(running, &client)
        let start = MonotonicClock.system.milliseconds()
        if byAdmin {
            try running.admin([
                "command": "device.revoke", "device": .string(phone.device.description),
            ])
        } else {
            let answer = try running.request(
                "POST", "/v1/oauth/revoke", [:], Array("token=\(phone.refresh)".utf8))
            #expect(answer.status == 200 && answer.text == "{}")
        }
        #expect(try live.event() == "event: revoked\ndata: {}\n\n")
        #expect(try live.event() == nil)
        #expect(MonotonicClock.system.milliseconds() - start < 1_000)
        #expect(try phone.sync(running, [.sync(client.request)]).status == 401)
        let refresh = "grant_type=refresh_token&refresh_token=\(phone.refresh)"
        let refused = try running.request("POST", "/v1/oauth/token", [:], Array(refresh.utf8))
        #expect(refused.status == 400)
        #expect(try JSON.parse(refused.body)["error"] == "invalid_grant")
        #expect(other.isSilent(milliseconds: 100))
        #expect(try tablet.sync(running, [.sync(SyncRequest())]).status == 200)
        // An unknown token is answered like a known one.
        let unknown = try running.request("POST", "/v1/oauth/revoke", [:], Array("token=x".utf8))
        #expect(unknown.status == 200 && unknown.text == "{}")
    }

    @Test("takes an access token for an hour, also from memory")
    func expiry() throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        let request = [Frame.sync(SyncRequest())]
        #expect(try phone.sync(running, request).status == 200)
        running.advance(milliseconds: 3_599_999)
        #expect(try phone.sync(running, request).status == 200)
        running.advance(milliseconds: 1)
        #expect(try phone.sync(running, request).status == 401)
        let refresh = "grant_type=refresh_token&refresh_token=\(phone.refresh)"
        let answer = try running.request("POST", "/v1/oauth/token", [:], Array(refresh.utf8))
        #expect(answer.status == 200)
        #expect(answer.head.contains("Cache-Control: no-store\r\n"))
    }

    @Test(
        "answers what is wrong with a sign-in by the names of its standards",
        arguments: [
            ("device_authorization", "", "invalid_request"),
            ("device_authorization", "client_id=", "invalid_request"),
            ("device_authorization", "client_id=%", "invalid_request"),
            ("token", "", "invalid_request"),
            ("token", "grant_type=password", "unsupported_grant_type"),
            ("token", "grant_type=refresh_token", "invalid_request"),
            (
                "token", "grant_type=urn:ietf:params:oauth:grant-type:device_code",
                "invalid_request"
            ),
            ("token", "grant_type=refresh_token&refresh_token=x", "invalid_grant"),
            ("revoke", "", "invalid_request"), ("revoke", "token=a&token=b", "invalid_request"),
        ])
    func oauthErrors(path: String, body: String, code: String) throws {
        let running = try RunningServer()
        let answer = try running.request("POST", "/v1/oauth/\(path)", [:], Array(body.utf8))
        #expect(answer.status == 400)
        #expect(try JSON.parse(answer.body)["error"]?.text == code)
    }

    @Test("drains: answers what is in flight, ends live streams, and can be opened again")
    func drain() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let live = try phone.watch(running)
        let idle = try running.client()
        #expect(try idle.get("/healthz").status == 200)
        #expect(running.server.stop(drainMilliseconds: 5_000))
        #expect(try live.event() == nil)
        #expect(try idle.isClosedByServer())
        #expect(access(TangRatServer.adminSocket(running.directory.path), F_OK) != 0)
        let answer = try JSON.parse(
            try TangRatServer.runAdmin(
                ["command": "person.list"], directory: running.directory.path))
        #expect(answer["rows"]?.items?.map { $0["subject"]?.text } == [subject])
    }

    @Test("refuses a second server on its directory")
    func secondServer() throws {
        let running = try RunningServer()
        #expect(throws: StoreFailure.self) {
            try TangRatServer(
                .init(directory: running.directory.path, address: .tcp(port: 0)))
        }
    }

    @Test("writes no token, name or number into its log and metrics")
    func log() throws {
        let lines = Mutex<[String]>([])
        let box = Box(lines: lines)
        let running = try RunningServer {
            $0.log = { line in box.lines.withLock { $0.append(line) } }
        }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        _ = try phone.sync(running, [.sync(SyncRequest())])
        let text =
            box.lines.withLock { $0.joined() } + (try running.request("GET", "/metrics").text)
        for secret in [phone.token, phone.refresh, subject] { #expect(!text.contains(secret)) }
    }

    private final class Box: Sendable {
        let lines: Mutex<[String]>
        init(lines: consuming Mutex<[String]>) { self.lines = lines }
    }
}

@Suite("Streamed feeds")
struct FeedStreamTests {
    private func post(
        _ running: RunningServer, _ key: String, _ length: Int
    ) throws -> HTTPTestClient {
        let client = try running.client()
        try client.send(
            "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Length: \(length)\r\n\r\n")
        return client
    }

    private func answers(_ answer: HTTPTestClient.Answer) throws -> [JSONValue] {
        try answer.body.split(separator: UInt8(ascii: "\n")).map { try JSON.parse(Array($0)) }
    }

    /// Its answer comes in pieces, which HTTP/1.0 does not have.
    @Test("over HTTP/1.0 are answered 505 before anything takes effect")
    func oldVersion() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        let commits = running.server.metrics.commits.commits
        let line = vehicle("a", subject)
        let client = try running.client()
        try client.send(
            "POST /v1/agency/records HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Length: \(line.utf8.count)\r\n\r\n\(line)")
        let answer = try client.answer()
        #expect(answer.status == 505, "\(answer.head) \(answer.text)")
        #expect(running.server.metrics.commits.commits == commits)
        let last = try running.feed(key, [line])
        #expect(last["applied"] == .integer(1))
    }

    @Test("answer runs of lines that fared alike, and each line refused")
    func answer() throws {
        let running = try RunningServer { $0.limits.feedLineBytesMax = 300 }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        let lines = [
            vehicle("a", subject), vehicle("b", subject, 2) + "\r", "", "  ", "{",
            vehicle("b", subject, 1), vehicle("b", subject, 2), vehicle("c", "nobody"),
            String(repeating: "x", count: 301), vehicle("d", subject),
        ]
        let all = try answers(
            try running.request(
                "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"],
                Array(lines.joined(separator: "\n").utf8)))
        let last = try #require(all.last)
        #expect(last["status"] == "done" && last["lines"] == .integer(8))
        #expect(last["applied"] == .integer(3) && last["refused"] == .integer(3))
        #expect(last["stale"] == .integer(1) && last["unchanged"] == .integer(1))
        #expect(
            all.compactMap { $0["code"]?.text }
                == ["feed.json.end", "feed.subject_unknown", "feed.line_too_long"])
        #expect(all.compactMap { $0["line"]?.intValue } == [5, 8, 9])
        #expect(all[0]["from"] == .integer(1) && all[0]["to"] == .integer(2))
    }

    @Test("of many tiny batches never crowd the writer", arguments: [true, false])
    func tinyBatches(isChunked: Bool) throws {
        let running = try RunningServer {
            $0.limits.feedBatchLinesMax = 2
            $0.limits.writerQueueMax = 4
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        let text = (0..<1_000).map { vehicle("v\($0)", subject) }.joined(separator: "\n")
        let client: HTTPTestClient
        if isChunked {
            client = try running.client()
            try client.send(
                "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n0\r\n\r\n")
        } else {
            client = try post(running, key, text.utf8.count)
            try client.send(text)
        }
        let all = try answers(try client.answer())
        #expect(all.last?["status"] == "done")
        #expect(all.last?["applied"] == .integer(1_000))
    }

    /// Goal: answers that nobody reads do not pile up without bound.
    ///
    /// Method: send lines that are all refused, so that more goes out than
    /// comes in, and read nothing until the server takes no more.
    @Test("make a sender wait that does not read its answers")
    func slowReader() throws {
        let running = try RunningServer()
        let key = try running.addAgency("dlt", ["vehicle"])
        let total = 24 * 1_024 * 1_024
        let line = Array(("{" + String(repeating: " ", count: 98) + "\n").utf8)
        let lines = Array(repeatElement(line, count: 4_096).joined())
        let client = try HTTPTestClient(port: running.server.port, receiveBuffer: 8_192)
        try client.send(
            "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Length: \(total)\r\n\r\n")
        var sent = 0
        var room = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
        while sent < total, poll(&room, 1, 1_500) > 0, room.revents == Int16(POLLOUT) {
            sent += client.sendWhatFits(lines[(sent % lines.count)...])
        }
        #expect(sent < total)
        #expect(room.revents == 0)
        // It goes on where it stood as soon as the answers are read.
        #expect(try client.head().contains("200 OK"))
        for _ in 0..<20 { #expect(try client.event()?.contains("feed.json.end") == true) }
    }

    @Test("that are cut take effect for whole lines from the first on, and can be sent again")
    func cut() throws {
        let running = try RunningServer { $0.limits.feedBatchLinesMax = 10 }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let key = try running.addAgency("dlt", ["vehicle"])
        let lines = (0..<35).map { vehicle("v\($0)", subject) }
        let text = lines.joined(separator: "\n")
        let client = try post(running, key, text.utf8.count)
        try client.send(String(text.prefix(text.count - 20)))
        client.endOutput()
        _ = try? client.answer()
        client.close()
        var device = SimulatedClient()
        try phone.pull(running, &device)
        let ids = device.view.values.flatMap { $0.keys.map(\.id) }
        #expect(ids.count < 35)
        #expect(Set(ids) == Set((0..<ids.count).map { "v\($0)" }))
        let last = try running.feed(key, lines)
        #expect(last["status"] == "done")
        // A batch that was on its way when the connection ended may still have come.
        let unchanged = Int(last["unchanged"]?.intValue ?? 0)
        #expect((ids.count..<35).contains(unchanged))
        #expect(last["applied"] == .integer(Int64(35 - unchanged)))
        try phone.pull(running, &device)
        #expect(device.view.values.map(\.count) == [35])
        #expect(
            try running.admin(["command": "verify"])["rows"]?.items?[0]["sound"] == .integer(1))
    }

    @Test("need a key that is good, also while they go on")
    func keys() throws {
        let running = try RunningServer { $0.limits.feedBatchLinesMax = 1 }
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        let line = vehicle("v1", subject) + "\n"
        let later = vehicle("v2", subject) + "\n"
        let client = try post(running, key, line.utf8.count + later.utf8.count)
        try client.send(line)
        _ = try client.head()
        #expect(try client.event()?.contains("applied") == true)
        try running.admin(["command": "agency.revoke", "code": "dlt"])
        try client.send(later)
        let end = try client.event() ?? ""
        #expect(end.contains("feed.key_ended"))
        let phone = try running.signIn(subject)
        var device = SimulatedClient()
        try phone.pull(running, &device)
        #expect(device.view.values.flatMap { $0.keys.map(\.id) } == ["v1"])
        #expect(
            try running.request(
                "POST", "/v1/agency/records", ["Authorization": "Bearer \(key)"], Array(line.utf8)
            ).status == 401)
    }
}
