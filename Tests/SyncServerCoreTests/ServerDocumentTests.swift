import SyncProtocol
import Testing

@testable import SyncServerCore

@Suite("What the server tells of itself")
struct ServerDocumentTests {
    private func document(_ path: String, _ running: RunningServer) throws -> JSONValue {
        let answer = try running.request("GET", path)
        #expect(answer.status == 200)
        #expect(answer.head.contains("Content-Type: application/json\r\n"))
        return try JSON.parse(answer.body, limits: .document)
    }

    @Test("is an OpenAPI document of the addresses that it answers")
    func openAPI() throws {
        // All that can be there is described.
        let running = try RunningServer { $0.identity = TestGateway.provider() }
        let document = try document("/openapi.json", running)
        #expect(document["openapi"]?.text?.hasPrefix("3.1") == true)
        let paths = try #require(document["paths"]?.fields?.members)
        #expect(paths.count > 10)
        for (path, operations) in paths {
            let methods = try #require(operations.fields?.members.map { $0.0 })
            let place = path.replacing("{user_code}", with: "BCDF-GHJK")
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let isThere = methods.contains(method.lowercased())
                let body: [UInt8]? = method == "GET" ? nil : []
                if method == "GET" {
                    // Of what can be asked for the head can be, but of a stream.
                    let head = try running.request("HEAD", place)
                    #expect((head.status != 405) == (isThere && path != "/v1/live"), "\(place)")
                    #expect(head.body.isEmpty, "\(place)")
                }
                // A stream has no end that could be waited for.
                if isThere, path == "/v1/live" { continue }
                let answer = try running.request(method, place, [:], body)
                #expect((answer.status != 405) == isThere, "\(method) \(place): \(answer.status)")
                #expect(answer.status != 404, "\(method) \(place)")
                let told = operations[isThere ? method.lowercased() : methods[0]]?["responses"]
                #expect(
                    told?["\(answer.status)"] != nil, "\(method) \(place): \(answer.status)")
            }
        }
    }

    /// A server whose answers are compared with its own document.
    private struct Checked {
        let running: RunningServer
        let check: SchemaCheck

        init() throws {
            running = try RunningServer {
                $0.identity = TestGateway.provider()
                $0.limits.requestsPerTokenMax = 1
                // The count of a request ends behind its answer: another loop could look between.
                $0.loops = 1
            }
            let document = try running.request("GET", "/openapi.json").body
            check = SchemaCheck(document: try JSON.parse(document, limits: .document))
        }

        /// Asks, and compares the answer's body or each of its lines; gives the first of them.
        @discardableResult
        func ask(
            _ method: String, _ path: String, _ status: Int, _ body: String? = nil,
            token: String? = nil, type: String = "application/x-www-form-urlencoded"
        ) throws -> JSONValue {
            var fields = ["Content-Type": type]
            if let token { fields["Authorization"] = "Bearer \(token)" }
            let answer = try running.request(method, path, fields, body.map { Array($0.utf8) })
            let place = "\(method) \(path): \(status)"
            #expect(answer.status == status, "\(place), \(answer.text)")
            let told = try #require(check.answer(method, path, status), "\(place)")
            #expect(answer.head.contains("Content-Type: \(told.type)\r\n"), "\(place)")
            let lines = answer.body.split(separator: UInt8(ascii: "\n"))
            #expect(!lines.isEmpty, "\(place)")
            let values = try lines.map { try JSON.parse(Array($0), limits: .document) }
            for value in values {
                let problems = check.problems(value, told.schema)
                #expect(problems == [], "\(place)")
            }
            return try #require(values.first)
        }

        func start() throws -> (user: String, device: String) {
            let started = try ask(
                "POST", "/v1/oauth/device_authorization", 200, "client_id=a&device_name=p")
            return (
                try #require(started["user_code"]?.text), try #require(started["device_code"]?.text)
            )
        }
    }

    @Test("answers in the shapes that its document tells, who is signed in or not")
    func shapes() throws {
        let checked = try Checked()
        for path in [
            "/healthz", "/readyz", "/openapi.json", "/.well-known/oauth-authorization-server",
        ] {
            try checked.ask("GET", path, 200)
            try checked.ask("POST", path, 405, "")
        }
        for path in [
            "/v1/oauth/device_authorization", "/v1/oauth/token", "/v1/oauth/revoke",
            "/v1/oauth/decision",
        ] {
            try checked.ask("GET", path, 405)
            try checked.ask("POST", path, 400, "")
            try checked.ask("POST", path, 413, String(repeating: "a", count: 16 * 1_024 + 1))
        }
        try checked.ask("POST", "/v1/oauth/token", 400, "grant_type=x")
        try checked.ask("POST", "/v1/oauth/revoke", 200, "token=x")
        for path in ["/v1/devices/end", "/v1/devices/replace", "/v1/sync", "/v1/reconcile"] {
            try checked.ask("POST", path, 401, "")
        }
        try checked.ask("GET", "/v1/devices", 401)
        try checked.ask("GET", "/v1/live", 401)
        try checked.ask("POST", "/v1/agency/records", 401, "")
    }

    @Test("answers a device in the shapes that its document tells, from its sign-in to its end")
    func deviceShapes() throws {
        let checked = try Checked()
        let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code="
        let started = try checked.start()
        #expect(
            try checked.ask("POST", "/v1/oauth/token", 400, grant + started.device)["error"]
                == "authorization_pending")
        let assertion =
            "assertion="
            + TestGateway.sign(TestGateway.claims(started.user))
        try checked.ask("POST", "/v1/oauth/decision", 200, assertion)
        try checked.ask("POST", "/v1/oauth/decision", 400, assertion)
        let granted = try checked.ask("POST", "/v1/oauth/token", 200, grant + started.device)
        let token = try #require(granted["access_token"]?.text)
        let device = try #require(granted["device_id"]?.text)
        let refresh = try #require(granted["refresh_token"]?.text)
        try checked.ask("GET", "/v1/devices", 200, token: token)
        let json = "application/json"
        for path in ["/v1/sync", "/v1/reconcile"] {
            try checked.ask("POST", path, 400, "{", token: token, type: json)
            try checked.ask("POST", path, 415, "", token: token, type: "text/plain")
            let frame = path == "/v1/sync" ? "sync" : "reconcile"
            let body = #"{"frame":"\#(frame)"}"#
            try checked.ask("POST", path, 200, body, token: token, type: json)
        }
        // One of a device's requests is open: the next is one too many.
        let live = try SignedIn(
            token: token, refresh: refresh, device: try #require(DeviceID(text: device))
        ).watch(checked.running)
        try checked.ask("GET", "/v1/devices", 429, token: token)
        live.close()
        while try checked.running.request(
            "GET", "/v1/devices", ["Authorization": "Bearer \(token)"]
        )
        .status != 200 {}
        for path in ["/v1/devices/end", "/v1/devices/replace"] {
            try checked.ask("POST", path, 400, "device=x", token: token)
        }
        let other = "device=00000000000000ff"
        for (after, status) in [("0", 200), ("\(Int64.max)", 200), ("9223372036854775808", 400)] {
            try checked.ask(
                "POST", "/v1/devices/replace", status, other + "&after=\(after)", token: token)
        }
        #expect(
            try checked.ask("POST", "/v1/devices/end", 200, other, token: token)["ended"]
                == .integer(0))
        try checked.ask(
            "POST", "/v1/oauth/token", 200, "grant_type=refresh_token&refresh_token=\(refresh)")
        try checked.ask("POST", "/v1/oauth/revoke", 200, "token=\(refresh)")
        try checked.ask("GET", "/v1/devices", 401, token: token)
    }

    @Test("answers an agency, and a device that pulls, in the shapes that its document tells")
    func rowShapes() throws {
        let checked = try Checked()
        let subject = try checked.running.addPerson()
        let phone = try checked.running.signIn(subject)
        let key = try checked.running.addAgency("dlt", ["vehicle"])
        func line(_ id: String, _ version: Int) -> String {
            #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"#
                + #""source_version":\#(version),"body":{"n":1}}"#
        }
        let feed = [line("a", 2), line("a", 2), line("a", 1), "{", line("b", 1)]
        try checked.ask(
            "POST", "/v1/agency/records", 200, feed.joined(separator: "\n"), token: key,
            type: "application/x-ndjson")
        // One of the agency's feeds is under way: the next is one too many.
        let open = try checked.running.client()
        try open.send(
            "POST /v1/agency/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Type: application/x-ndjson\r\nContent-Length: 9\r\nExpect: 100-continue"
                + "\r\n\r\n")
        #expect(try open.answer().status == 100)
        try checked.ask(
            "POST", "/v1/agency/records", 429, line("c", 1), token: key,
            type: "application/x-ndjson")
        open.close()
        let json = "application/json"
        let dot = String(repeating: "0", count: 16)
        try checked.ask(
            "POST", "/v1/sync", 200,
            """
            {"frame":"sync","rows_max":1}
            {"frame":"push","base_chain":"\(dot)"}
            {"frame":"mutation","mid":5,"time":"\(dot)-\(phone.device)","schema":1,\
            "chain":"\(dot)","operations":[{"do":"create","table":"annotation","id":"x"}]}
            """, token: phone.token, type: json)
        try checked.ask(
            "POST", "/v1/sync", 200, #"{"frame":"sync","cursor":"AAAA"}"#, token: phone.token,
            type: json)
        let bucket = "person/\(subject)/transport"
        let sum = String(repeating: "0", count: 32)
        for claims in [
            #"{"frame":"items","bucket":"\#(bucket)","hashes":["\#(sum)"]}"#,
            #"{"frame":"sums","bucket":"\#(bucket)","split":0,"parts":[{"count":0,"sum":"\#(sum)"}]}"#,
            #"{"frame":"items","bucket":"nowhere","hashes":[]}"#,
        ] {
            try checked.ask(
                "POST", "/v1/reconcile", 200, #"{"frame":"reconcile"}"# + "\n" + claims,
                token: phone.token, type: json)
        }
    }

    @Test(
        "is compared by a check that finds what is otherwise",
        arguments: [
            (#"{"a":1}"#, 0), (#"{"a":1,"b":"x"}"#, 0), ("{}", 1), (#"{"a":"1"}"#, 1),
            (#"{"a":-1}"#, 1), (#"{"a":1,"c":1}"#, 1), (#"{"a":1,"b":"y"}"#, 1),
            (#"{"a":1,"d":{"z":1}}"#, 0), (#"{"a":1,"e":[1,"x"]}"#, 1), (#"{"a":1,"f":1}"#, 1),
            (#"{"a":1,"f":"1"}"#, 0), (#"{"a":1,"g":"ab"}"#, 1), ("[]", 2),
        ])
    func checkItself(text: String, problems: Int) throws {
        let schema = try JSON.parse(
            Array(
                #"""
                {"type":"object","required":["a"],"properties":{
                "a":{"type":"integer","minimum":0},"b":{"enum":["x"]},
                "d":{"type":"object","additionalProperties":true},
                "e":{"items":{"$ref":"#/s/n"}},"f":{"oneOf":[{"const":"1"},{"const":"2"}]},
                "g":{"pattern":"^[b-z]"}}}
                """#.utf8))
        let check = SchemaCheck(document: ["s": ["n": ["type": "integer"]]])
        let found = check.problems(try JSON.parse(Array(text.utf8)), schema)
        #expect(found.count == problems, "\(found)")
    }

    @Test("has the addresses for signing in under its public address (RFC 8414)")
    func metadata() throws {
        let running = try RunningServer {
            $0.publicURL = PublicURL("https://sync.example.go.th/mirror")
        }
        let document = try document("/.well-known/oauth-authorization-server", running)
        let issuer = "https://sync.example.go.th/mirror"
        #expect(document["issuer"]?.text == issuer)
        for (name, path) in [
            ("token_endpoint", "/v1/oauth/token"),
            ("device_authorization_endpoint", "/v1/oauth/device_authorization"),
            ("revocation_endpoint", "/v1/oauth/revoke"),
        ] {
            #expect(document[name]?.text == issuer + path)
            // And there is something that does not refuse the method.
            #expect(try running.request("POST", path, [:], []).status == 400)
        }
        #expect(document["grant_types_supported"]?.items?.count == 2)
    }
}
