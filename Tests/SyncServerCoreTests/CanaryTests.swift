import Glibc
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: whatever a request carries and wherever, no number, name, token or code of a
/// person comes to stand in the log, the metrics, an error, a file's name or the audit chain.
@Suite("Canaries in every place of a request")
struct CanaryTests {
    private let running: RunningServer
    private let lines: Lines
    private let subject: String
    private let phone: SignedIn
    private let key: String
    private let userCode: String
    /// What is looked for, and what is put into requests.
    private let canaries: [String]

    /// A lock with a name, so that a closure can hold it.
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    private static let pid = "1999900101791"
    private static let unknownPID = "3999900104354"
    /// The ways in which people write one.
    private static let writtenNumbers = [
        pid, unknownPID, "1-9999-00101-79-1", "1 9999 00101 79 1", "๑๙๙๙๙๐๐๑๐๑๗๙๑",
    ]

    init() throws {
        let kept = Lines()
        lines = kept
        running = try RunningServer { configuration in
            configuration.log = { line in kept.lines.withLock { $0.append(line) } }
            configuration.identity = TestGateway.provider()
            // The requests come faster than those of a device.
            configuration.limits.setDeviceRate(1_000)
            // One person tries more wrong codes than this, the other fewer.
            configuration.limits.codeTriesMax = 15
        }
        let added = try running.admin(["command": "person.add", "pid": .string(Self.pid)])
        subject = try #require(added["rows"]?.items?[0]["subject"]?.text)
        phone = try running.signIn(subject)
        key = try running.addAgency("dlt", ["vehicle"])
        let started = try JSON.parse(
            try running.client().post(
                "/v1/oauth/device_authorization", "client_id=a&device_name=Wanna%20Tuayangdi"
            ).body)
        userCode = try #require(started["user_code"]?.text)
        canaries = [
            Self.pid, Self.unknownPID, "Wanna Tuayangdi", "Tuayangdi", "วรรณา ตัวอย่างดี",
            phone.token, phone.refresh, key, userCode,
            try #require(started["device_code"]?.text),
        ]
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let letter = Character(UnicodeScalar(byte))
            let isPlain = byte < 128 && (letter.isLetter || letter.isNumber)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }.joined()
    }

    /// Requests with a canary in one place each.
    private func requests(_ canary: String) -> [String] {
        let path = Self.encoded(canary)
        let signed = "Authorization: Bearer \(phone.token)\r\n"
        func request(
            _ method: String, _ path: String, _ fields: String = "", _ body: String = ""
        ) -> String {
            "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(fields)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        var all: [String] = []
        for place in ["/", "/v1/", "/v1/sync/", "/device/", "/v1/agency/", "/metrics/"] {
            all.append(request("GET", place + path))
            all.append(request("GET", place + canary))
        }
        for place in [
            "/v1/sync", "/v1/live", "/v1/reconcile", "/v1/agency/records", "/metrics", "/healthz",
            "/device", "/v1/oauth/token", "/v1/devices/replace", "/v1/devices", "/v1/devices/end",
            "/v1/oauth/decision",
        ] {
            all.append(request("GET", "\(place)?pid=\(path)"))
            all.append(request("POST", "\(place)?\(path)=1", signed))
        }
        for field in [
            "Authorization: Bearer ", "Authorization: ", "Host: ", "Cookie: ", "Accept: ",
            "Content-Type: ", "Content-Encoding: ", "Expect: ", "Transfer-Encoding: ", "Range: ",
            "User-Agent: ", "X-Request-Id: ", "Connection: ", "Upgrade: ", "Referer: ",
            "Last-Event-ID: ", "Content-Length: ", "",
        ] {
            all.append(request("POST", "/v1/sync", "\(field)\(canary)\r\n"))
            all.append(request("GET", "/v1/live", signed + "\(field)\(canary): x\r\n"))
        }
        all.append("\(canary) / HTTP/1.1\r\nHost: a\r\n\r\n")
        all.append("GET / \(canary)\r\nHost: a\r\n\r\n")
        all.append("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(canary)\r\n")
        for path in ["/v1/oauth/token", "/v1/oauth/device_authorization", "/v1/oauth/revoke"] {
            let form = "Content-Type: application/x-www-form-urlencoded\r\n"
            for body in [
                "grant_type=\(canary)", "\(canary)", "\(canary)=1", "client_id=\(canary)",
                "grant_type=refresh_token&refresh_token=x\(canary)",
                "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x\(canary)",
                "client_id=a&device_name=\(canary)", "client_id=a&device_id=\(canary)",
                "token=x\(canary)&token_type_hint=\(canary)",
            ] { all.append(request("POST", path, form, body)) }
        }
        let json = signed + "Content-Type: application/json\r\n"
        for path in ["/v1/sync", "/v1/reconcile", "/v1/devices/replace"] {
            for body in [
                canary, "{\"\(canary)\":1}", "{\"sync\":{\"cursor\":\"\(canary)\"}}\n",
                "{\"f\":\"\(canary)\"}\n", "[\"\(canary)\"]", "{\"a\":\"\(canary)",
                "{\"sync\":{}}\n{\"push\":{\"base\":\"\(canary)\"}}\n{\"mutation\":\"\(canary)\"}\n",
            ] {
                all.append(request("POST", path, json, body))
                all.append(
                    request(
                        "POST", path, signed + "Content-Type: application/vnd.tangrat.sync\r\n",
                        body))
            }
        }
        all.append(request("GET", "/v1/devices", signed + "Cookie: \(canary)\r\n"))
        all.append(request("GET", "/v1/devices", "Authorization: Bearer x\(canary)\r\n"))
        for body in [
            "device=\(canary)", "\(canary)", "\(canary)=1", "device=\(phone.device)\(canary)",
            "device=0000000000000001&\(canary)=1", "",
        ] { all.append(request("POST", "/v1/devices/end", signed, body)) }
        for body in refusedAssertions(canary).map({ "assertion=\($0)" }) + [
            "assertion=\(canary)", "\(canary)", "\(canary)=1", "assertion=a.\(canary).b", "",
        ] { all.append(request("POST", "/v1/oauth/decision", "", body)) }
        let agency = "Authorization: Bearer \(key)\r\n"
        func line(_ members: String) -> String {
            "{\(members),\"as_of\":1,\"source_version\":1,\"body\":{}}"
        }
        let own = "\"subject\":\"\(subject)\""
        for body in [
            canary, "{\"\(canary)\":1}", "[\"\(canary)\"]",
            line("\"table\":\"\(canary)\",\"id\":\"a\",\(own)"),
            line("\"table\":\"vehicle\",\"id\":\"\(canary) \",\(own)"),
            line("\"table\":\"vehicle\",\"id\":\"a\",\"subject\":\"\(canary)\""),
            line("\"table\":\"vehicle\",\"id\":\"a\",\"pid\":\"\(canary)\""),
            line("\"table\":\"vehicle\",\"id\":\"a\",\(own),\"\(canary)\":1"),
            line("\"table\":\"vehicle\",\"id\":\"a\",\(own),\"as_of\":\"\(canary)\""),
            line("\"table\":\"vehicle\",\"id\":\"ok\",\(own)")
                .replacing("\"body\":{}", with: "\"body\":{\"name\":\"\(canary)\",}"),
            line("\"table\":\"vehicle\",\"id\":\"ok\",\(own)")
                .replacing("\"body\":{}", with: "\"body\":{\"name\":\"\(canary)\"}"),
        ] { all.append(request("POST", "/v1/agency/records", agency, body)) }
        return all
    }

    /// Assertions with a canary in one claim each, none of which counts.
    private func refusedAssertions(_ canary: String) -> [String] {
        let nowhere = "BBBB-BBBB"
        let changes: [[String: JSONValue?]] = [
            ["pid": .string(canary)], ["name": .array([.string(canary)])],
            ["name": .string(canary + "\n")], ["jti": .string(canary), "ial": "1"],
            ["jti": .array([.string(canary)])], ["nonce": .string(canary + " ")],
            ["iss": .string(canary)], ["aud": .string(canary)], ["ial": .string(canary)],
            ["decision": .string(canary)], ["exp": .string(canary)],
            ["exp": 1, "name": .string(canary)], ["birthdate": .array([.string(canary)])],
            // Proven, and for no sign-in that waits; more of them than a person may try.
            ["name": .string(canary), "jti": .string("jti-" + canary), canary: 1],
            ["name": .string(canary), "decision": "deny"],
        ]
        let signed = changes.map { changes in
            TestGateway.sign(TestGateway.claims(nowhere, pid: Self.unknownPID, changes))
        }
        let forged = SignedAssertion.sign(
            TestGateway.claims(userCode, ["name": .string(canary)]),
            with: HMACKey(Array("a guess".utf8)))
        return signed + [forged, (signed.last ?? "") + canary]
    }

    /// A sign-in with a canary in all that its person and its provider choose, to its end.
    private func signInAndEnd(_ canary: String) throws {
        func post(_ path: String, _ body: String) throws -> JSONValue {
            let answer = try running.request("POST", path, [:], Array(body.utf8))
            #expect(answer.status == 200, "\(path): \(answer.text)")
            return try JSON.parse(answer.body)
        }
        let form = "client_id=a&device_name=\(Self.encoded(canary))"
        for decision: JSONValue in ["deny", "approve"] {
            let started = try post("/v1/oauth/device_authorization", form)
            let claims = TestGateway.claims(
                try #require(started["user_code"]?.text), pid: Self.pid,
                [
                    "name": .string(canary), "jti": .string("jti-" + canary),
                    "given_name": .string(canary), "decision": decision,
                ])
            let assertion = "assertion=\(TestGateway.sign(claims))"
            #expect(try post("/v1/oauth/decision", assertion)["device_name"] == .string(canary))
            guard decision == "approve" else {
                let again = try running.request(
                    "POST", "/v1/oauth/decision", [:], Array(assertion.utf8))
                #expect(again.status == 400)
                expectNone(again.head + again.text, "the answer to an assertion sent again")
                continue
            }
            let code = try #require(started["device_code"]?.text)
            let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code"
            let granted = try post("/v1/oauth/token", "\(grant)&device_code=\(code)")
            #expect(granted["subject"]?.text == subject)
            let device = try #require(granted["device_id"]?.text)
            let ended = try running.request(
                "POST", "/v1/devices/end", ["Authorization": "Bearer \(phone.token)"],
                Array("device=\(device)".utf8))
            #expect(ended.text == #"{"ended":1}"#)
        }
    }

    /// Whole frames with a canary in each member: some of them are taken, others refused for it.
    ///
    /// - Parameters:
    ///   - canary: What stands in them.
    ///   - last: The number of the last mutation before them; the one of theirs at the end.
    /// - Returns: The paths and the bodies, in order.
    private func frames(_ canary: String, after last: inout Int) -> [(path: String, body: String)] {
        let text = "\"\(canary)\""
        var all = [
            ("/v1/sync", "{\"frame\":\"sync\",\"cursor\":\(text)}"),
            ("/v1/sync", "{\"frame\":\"sync\",\(text):\(text)}"),
            ("/v1/sync", "{\"frame\":\(text)}"),
            ("/v1/sync", "{\"frame\":\"sync\"}\n{\"frame\":\"push\",\"base_chain\":\(text)}"),
            ("/v1/reconcile", "{\"frame\":\"reconcile\",\"cursor\":\(text)}"),
            (
                "/v1/reconcile",
                "{\"frame\":\"reconcile\"}\n{\"frame\":\"items\",\"bucket\":\(text),\"hashes\":[]}"
            ),
        ]
        let operations = [
            "\"do\":\"create\",\"table\":\"request_draft\",\"id\":\(text)",
            "\"do\":\"create\",\"table\":\(text),\"id\":\"x\"",
            "\"do\":\(text),\"table\":\"annotation\",\"id\":\"x\"",
            "\"do\":\"create\",\"table\":\"annotation\",\"id\":\"x\"",
            "\"do\":\"set\",\"table\":\"annotation\",\"id\":\"x\",\"field\":\"nickname\","
                + "\"value\":\(text)",
            "\"do\":\"set\",\"table\":\"annotation\",\"id\":\"x\",\"field\":\(text),\"value\":1",
            "\"do\":\"set\",\"table\":\"preference\",\"id\":\"me\",\"field\":\"language\","
                + "\"value\":{\(text):\(text)}",
            "\"do\":\"add\",\"table\":\"annotation\",\"id\":\"x\",\"field\":\"labels\","
                + "\"text\":\(text)",
            "\"do\":\"submit\",\"table\":\"request\",\"id\":\"r\(last)\",\"value\":"
                + "{\"action\":\(text),\"service\":\(text),\"form\":{\"a\":\(text)}}",
        ]
        for operation in operations {
            last += 1
            let (base, chain) = (Self.hex(last - 1), Self.hex(last))
            let time = Self.hex(Int(noon) << 16 + last)
            all.append(
                (
                    "/v1/sync",
                    "{\"frame\":\"sync\",\"rows_max\":0,\"outcomes_seen\":\(last - 1)}\n"
                        + "{\"frame\":\"push\",\"base_chain\":\"\(base)\"}\n"
                        + "{\"frame\":\"mutation\",\"mid\":\(last),\"schema\":1,"
                        + "\"time\":\"\(time)-\(phone.device)\",\"chain\":\"\(chain)\","
                        + "\"operations\":[{\(operation)}]}"
                ))
        }
        return all
    }

    private static func hex(_ number: Int) -> String {
        Hex.encode(withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0) })
    }

    /// Sends them; gives how the mutations ended.
    private func push(_ canary: String, after last: inout Int) throws -> [String: Int] {
        let client = try running.client()
        var ends: [String: Int] = [:]
        for (path, body) in frames(canary, after: &last) {
            try client.send(
                "POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
                    + "Content-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            let answer = try client.answer()
            guard answer.status == 200 else {
                expectNone(answer.head + answer.text, "the answer to \(body)")
                ends["\(answer.status)", default: 0] += 1
                continue
            }
            for line in answer.body.split(separator: UInt8(ascii: "\n")) {
                let frame = try JSON.parse(Array(line))
                // What was written comes back to who wrote it, and the name of a part that is
                // none to who asked for it; an outcome names row or field.
                if ["row", "bucket_gone"].contains(frame["frame"]?.text) { continue }
                guard frame["frame"] == "outcomes" else {
                    expectNone(String(decoding: line, as: UTF8.self), "a frame")
                    continue
                }
                ends[frame["status"]?.text ?? "", default: 0] += 1
            }
        }
        return ends
    }

    /// A canary that only comes in the middle of frames reaches the machines behind the parser.
    @Test("are told nowhere either where they are in writes, taken or refused")
    func inWrites() throws {
        var last = 0
        for canary in canaries {
            let ends = try push(canary, after: &last)
            #expect(ends["accepted", default: 0] >= 3, "\(canary): \(ends)")
            #expect(ends["refused", default: 0] >= 4, "\(canary): \(ends)")
        }
        for canary in canaries {
            for body in ["device=\(canary)&after=0", "device=\(phone.device)&after=\(canary)"] {
                let answer = try running.request(
                    "POST", "/v1/devices/replace", ["Authorization": "Bearer \(phone.token)"],
                    Array(body.utf8))
                // A number is one also where it is a person's.
                let isNumber = [Self.pid, Self.unknownPID].contains {
                    body.hasSuffix("after=\($0)")
                }
                #expect(answer.status == (isNumber ? 200 : 400), "\(body): \(answer.text)")
                expectNone(answer.head + answer.text, "the answer to \(body)")
            }
        }
        try lookEverywhere()
    }

    /// What every assertion begins with, and what its claims do, in Base64.
    private static let assertionStarts = ["eyJhbGci", "eyJhdWQi"]

    private func expectNone(_ text: String, _ place: String) {
        for canary in canaries + Self.assertionStarts where text.contains(canary) {
            Issue.record("\(place) has \(canary): \(text.prefix(600))")
        }
    }

    @Test("are in no log line, no metric, no error, no name of a file and no audit entry")
    func nowhere() throws {
        let assertion = TestGateway.sign(TestGateway.claims(userCode))
        #expect(Self.assertionStarts.allSatisfy { assertion.contains($0) })
        var errors = 0
        var statuses: Set<Int> = []
        for canary in canaries {
            try signInAndEnd(canary)
            for request in requests(canary) {
                let client = try running.client()
                try client.send(request)
                client.endOutput()
                // A live channel has no end, and some of what is no HTTP gets no answer.
                guard request.utf8.starts(with: "GET /v1/live HTTP".utf8) == false,
                    let answer = try? client.answer()
                else { continue }
                statuses.insert(answer.status)
                let isFeed = answer.head.contains("ndjson")
                guard answer.status >= 400 || isFeed else { continue }
                errors += 1
                expectNone(
                    answer.head + answer.text,
                    "the answer to \(request.prefix(90).debugDescription)")
            }
        }
        #expect(errors > 800, "\(errors)")
        #expect(statuses.isSuperset(of: [400, 401, 404, 429]), "\(statuses)")
        // What an operator gets wrong.
        for canary in canaries {
            for command in ["person.add", "approve", "device.list", "agency.add", "grant", "x"] {
                let answer = try running.admin([
                    "command": .string(command), "pid": .string(canary + "0"),
                    "person": .string(canary + "0"), "user_code": .string(canary + "0"),
                    "code": .string(canary + " "), "bucket": "person/x/core",
                ])
                expectNone(String(decoding: JSON.canonical(answer), as: UTF8.self), command)
            }
        }
        for number in Self.writtenNumbers {
            for (command, member) in [
                ("grant", "bucket"), ("revoke", "bucket"), ("agency.add", "tables"),
                ("agency.add", "code"), ("agency.revoke", "code"), ("backup", "file"),
            ] {
                let places = ["bucket": "person/\(number)/transport", "file": "/nowhere/\(number)"]
                let place = JSONValue.string(places[member] ?? number)
                let whole: JSONValue = [
                    "command": .string(command), "person": .string(subject), "code": "dlt",
                    "tables": ["vehicle"],
                ]
                let answer = try running.admin(
                    whole.setting(member, to: member == "tables" ? .array([place]) : place))
                #expect(answer["error"]?["code"] != nil, "\(command)")
                let text = String(decoding: JSON.canonical(answer), as: UTF8.self)
                #expect(!text.contains(number), "\(command): \(text)")
            }
        }
        try lookEverywhere()
    }

    /// Looks at all that operators see, and at the end of the server.
    private func lookEverywhere() throws {
        try running.admin(["command": "audit.publish"])
        expectNone(try running.request("GET", "/metrics").text, "/metrics")
        let audit = try running.admin(["command": "audit.export", "after": .integer(0)])
        expectNone(String(decoding: JSON.canonical(audit), as: UTF8.self), "the audit chain")
        running.server.noteAuditHead()
        let names = try names(running.directory.path)
        #expect(names.contains("server.sqlite"))
        expectNone(names.joined(separator: "\n"), "a file's name")
        running.stop()
        let log = lines.lines.withLock { $0 }
        #expect(log.contains { $0.contains("audit.head") })
        expectNone(log.joined(separator: "\n"), "the log")
        // The canaries were there to be found: the store holds what it must.
        let file = try Files.read(running.directory.file("server.sqlite"), bytesMax: 64 << 20)
        #expect(String(decoding: file, as: UTF8.self).contains("Wanna Tuayangdi"))
    }

    private func names(_ directory: String) throws -> [String] {
        let stream = try #require(opendir(directory))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}

extension JSONValue {
    /// The object with a member in the place of what it had under that name.
    fileprivate func setting(_ name: String, to value: JSONValue) -> JSONValue {
        let others = (fields?.members ?? []).map { ($0.0, $0.1) }.filter { $0.0 != name }
        return .object(JSONObject(others + [(name, value)]))
    }
}
