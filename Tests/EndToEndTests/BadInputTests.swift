import Foundation
import Testing

extension WorldTests {
    @Suite("Bad input")
    struct BadInputTests {
        /// One bad line, and the code that says so.
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let code: String
            let line: @Sendable (_ subject: String) -> String

            init(
                _ name: String, _ code: String, _ line: @escaping @Sendable (String) -> String
            ) {
                self.name = name
                self.code = code
                self.line = line
            }

            init(_ name: String, _ code: String, body: String) {
                self.init(name, code) { BadInputTests.line("dlt-bad", $0, body: body) }
            }

            var testDescription: String { name }
        }

        static func line(
            _ id: String, _ subject: String, version: Int = 1, asOf: Int = 1,
            table: String = "driving_licence", body: String = #"{"a":1}"#
        ) -> String {
            #"{"table":"\#(table)","id":"\#(id)","subject":"\#(subject)","as_of":\#(asOf),"#
                + #""source_version":\#(version),"body":\#(body)}"#
        }

        static let cases: [Case] = [
            Case("foreign table", "feed.table_foreign") { line("b", $0, table: "bill") },
            Case("unknown table", "feed.table_unknown") { line("b", $0, table: "nothing") },
            Case("a citizen's table", "feed.table_unknown") { line("me", $0, table: "pinned") },
            Case("malformed line", "feed.json.syntax") { _ in "not json" },
            Case("not an object", "feed.not_object") { _ in "[1]" },
            Case("trailing comma", "feed.json.syntax", body: #"{"a":1,}"#),
            Case("duplicate keys", "feed.json.duplicate_key", body: #"{"a":1,"a":2}"#),
            Case("escaped duplicate", "feed.json.duplicate_key", body: #"{"a":1,"\u0061":2}"#),
            Case("fraction", "feed.json.fraction", body: #"{"a":1.5}"#),
            Case("exponent", "feed.json.fraction", body: #"{"a":1e400}"#),
            Case("minus zero", "feed.json.number", body: #"{"a":-0}"#),
            Case("beyond 64 bits", "feed.json.range", body: #"{"a":99999999999999999999}"#),
            Case("U+0000", "feed.json.nul", body: #"{"a":"\u0000"}"#),
            Case("lone surrogate", "feed.json.surrogate", body: #"{"a":"\ud800"}"#),
            Case(
                "10 MB value", "feed.line_too_long",
                body: #"{"a":"\#(String(repeating: "x", count: 10_000_000))"}"#),
            Case(
                "large body", "feed.body_too_large",
                body: #"{"a":"\#(String(repeating: "x", count: 140_000))"}"#),
            Case(
                "depth 600", "feed.json.depth",
                body: String(repeating: "[", count: 600) + String(repeating: "]", count: 600)),
            Case("body not an object", "feed.body", body: "[1]"),
            Case("bad check digit", "feed.pid") { _ in
                #"{"table":"driving_licence","id":"b","pid":"1999900101792","as_of":1,"#
                    + #""source_version":1,"body":{}}"#
            },
            Case("unknown number", "feed.subject_unknown") { _ in
                #"{"table":"driving_licence","id":"b","pid":"1999900101791","as_of":1,"#
                    + #""source_version":1,"body":{}}"#
            },
            Case("unknown subject", "feed.subject_unknown") { _ in line("b", "nobody") },
            Case("no subject", "feed.subject_missing") { _ in
                #"{"table":"driving_licence","id":"b","as_of":1,"source_version":1,"body":{}}"#
            },
            Case("another agency's name", "feed.agency_mismatch") {
                #"{"agency":"rtp","# + line("b", $0).dropFirst()
            },
            Case("unknown member", "feed.member_unknown") {
                #"{"colour":1,"# + line("b", $0).dropFirst()
            },
            Case("bad id", "feed.id") { line("a/b", $0) },
            Case("Thai id", "feed.id") { line("ก", $0) },
            Case("version zero", "feed.member_kind") { line("b", $0, version: 0) },
            Case("version reused", "feed.version_reused") {
                line("dlt-fixed", $0, body: #"{"a":2}"#)
            },
            Case("another agency's row", "feed.owner_foreign") { line("rtp-1", $0, version: 9) },
        ]

        @Test("is refused line by line, with code, line and advice; neighbours are taken")
        func feed() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let other = try await world.agency("rtp", "driving_licence")
                try await world.mustFeed([Self.line("dlt-fixed", subject)], key: key)
                try await world.mustFeed([Self.line("rtp-1", subject)], key: other)
                var lines: [String] = []
                for (index, bad) in Self.cases.enumerated() {
                    lines.append(bad.line(subject))
                    lines.append(Self.line("dlt-good-\(index)", subject))
                }
                let answer = try await world.feed(lines, key: key)
                #expect(answer.status == 200)
                let end = answer.lines.last ?? [:]
                #expect(end["refused"] as? Int == Self.cases.count)
                #expect(end["applied"] as? Int == Self.cases.count)
                for (index, bad) in Self.cases.enumerated() {
                    let found = answer.lines.first {
                        $0["line"] as? Int == index * 2 + 1 && $0["status"] as? String == "refused"
                    }
                    #expect(found?["code"] as? String == bad.code, "\(bad.name)")
                    #expect((found?["advice"] as? String ?? "").isEmpty == false, "\(bad.name)")
                    #expect((found?["message"] as? String ?? "").isEmpty == false, "\(bad.name)")
                }
                let rows = try await world.lineDevice(of: subject).rows()
                #expect(rows.count == Self.cases.count + 2)
                #expect(rows["driving_licence/dlt-fixed"]?["a"] as? Int == 1)
            }
        }

        @Test("of a key ends before anything is read")
        func keys() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let device = try await world.lineDevice(of: subject)
                let lines = [Self.line("dlt-1", subject)]
                for wrong in ["wrong", key + "x", String(key.dropLast()), device.token] {
                    let answer = try await world.feed(lines, key: wrong)
                    #expect(answer.status == 401)
                    #expect(answer.text.contains("auth.agency_key"))
                }
                let asDevice = try await world.http(
                    "POST", "/v1/sync", body: Data(#"{"frame":"sync"}"#.utf8),
                    headers: [
                        "Authorization": "Bearer \(key)", "Content-Type": "application/json",
                    ])
                #expect(asDevice.status == 401)
                try await world.admin("agency", "revoke", "dlt")
                #expect(try await world.feed(lines, key: key).status == 401)
                #expect(try await device.rows().isEmpty)
            }
        }

        @Test("in time does no harm: a replayed feed changes nothing, a reversed one ends the same")
        func order() async throws {
            try await RealWorld.run { world in
                let key = try await world.agency("dlt", "driving_licence")
                func lines(_ subject: String, _ letter: String) -> [String] {
                    (1...5).flatMap { version in
                        (1...20).map { row in
                            version == 3 && row == 7
                                ? #"{"table":"driving_licence","id":"\#(letter)-\#(row)","#
                                    + #""subject":"\#(subject)","as_of":3,"source_version":3,"#
                                    + #""deleted":1}"#
                                : Self.line(
                                    "\(letter)-\(row)", subject, version: version, asOf: version,
                                    body: #"{"v":\#(version),"r":\#(row)}"#)
                        }
                    }
                }
                let first = try await world.person()
                let second = try await world.person()
                let forward = lines(first, "f")
                try await world.mustFeed(forward, key: key)
                let again = try await world.feed(Array(forward.suffix(20)), key: key)
                #expect(again.lines.last?["unchanged"] as? Int == 20)
                let whole = try await world.feed(forward, key: key)
                #expect(whole.lines.last?["applied"] as? Int == 0)
                #expect(whole.lines.last?["stale"] as? Int == 80)
                #expect(whole.lines.last?["unchanged"] as? Int == 20)
                let backward = try await world.feed(lines(second, "f2").reversed(), key: key)
                #expect(backward.lines.last?["applied"] as? Int == 20)
                #expect(backward.lines.last?["stale"] as? Int == 80)
                let one = try await world.lineDevice(of: first).rows()
                let two = try await world.lineDevice(of: second).rows()
                #expect(one.count == 20)
                for row in 1...20 {
                    #expect(one["driving_licence/f-\(row)"]?["v"] as? Int == 5)
                    #expect(two["driving_licence/f2-\(row)"]?["v"] as? Int == 5)
                }
            }
        }

        /// A citizen's bad write, and the code of its outcome.
        static let writes: [(operation: String, code: String)] = [
            (
                #"{"do":"set","table":"driving_licence","id":"dlt-1","field":"a","value":1}"#,
                "table_read_only"
            ),
            (LineDevice.create("nothing", "x"), "table_unknown"),
            (LineDevice.create("pinned", "you"), "row_invalid"),
            (LineDevice.set("request_draft", "absent", "form.a", "1"), "row_absent"),
            (LineDevice.set("preference", "me", "owner", "1"), "field_not_writable"),
            (LineDevice.set("preference", "me", "language", "\"xx\""), "value_invalid"),
            (
                LineDevice.set(
                    "preference", "me", "mobile", "\"\(String(repeating: "0", count: 40))\""),
                "value_too_large"
            ),
            (
                #"{"do":"mark","table":"annotation","id":"x","field":"shown"}"#, "field_kind"
            ),
            (LineDevice.increment("x", by: 2_000_000_000), "value_invalid"),
            (submit(id + "1", "no-such-service"), "rule.unknown_service"),
            (submit(id + "2", "obec-1", action: "cancel"), "rule.unknown_action"),
            (submit(id + "3", "obec-2"), "rule.required_field"),
            (submit(id + "4", "obec-2", table: "receipt"), "table_read_only"),
        ]

        /// The UUID of a request, but for its last digit.
        private static let id = "0f8fad5b-0000-4000-8000-00000000000"

        static func submit(
            _ id: String, _ service: String, action: String = "new", table: String = "request"
        ) -> String {
            #"{"do":"submit","table":"\#(table)","id":"\#(id)","#
                + #""value":{"service":"\#(service)","action":"\#(action)","form":{}}}"#
        }

        /// Goal: no file and no socket takes the number of a stream that is closed.
        @Test("a closed stream is no file of the server's, and not waited for")
        func closedStreams() async throws {
            try await RealWorld.run { world in
                func shell(_ words: String) async throws -> ProgramRun {
                    try await world.run("/bin/sh", ["-c", words], within: 30)
                }
                let person = try await world.person()
                let device = try await world.device("a", of: person)
                _ = try await device.must("pin", "a")
                let dump = "\(Programs.client) dump --canonical --data \(device.folder) >&-"
                let run = try await shell(dump)
                #expect(run.code == 1, "\(run.error)")
                let operators = "\(Programs.server) person list --data \(world.data) >&-"
                #expect(try await shell(operators).code == 1)
                try await world.stop(SIGTERM)
                let serve =
                    "exec \(Programs.server) serve --data \(world.data) --listen 127.0.0.1:0 >&-"
                let server = try world.spawn("/bin/sh", ["-c", serve])
                let lock = URL(fileURLWithPath: world.data + "/server.lock")
                try await eventually("the lock names the server") {
                    let text = (try? String(contentsOf: lock, encoding: .utf8)) ?? ""
                    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
                        == Int(server.pid)
                }
                try await eventually("the server has started") {
                    server.error.contains("server.started")
                }
                let text = try String(contentsOf: lock, encoding: .utf8)
                #expect(!text.contains("listening"), "\(text)")
                server.signal(SIGTERM)
                _ = await server.wait()
            }
        }

        @Test("of a citizen ends in a refusal with a code; its neighbours are accepted")
        func citizen() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([Self.line("dlt-1", subject)], key: key)
                let device = try await world.lineDevice(of: subject)
                var mutations = [
                    device.mutation(
                        1, LineDevice.create("preference", "me"),
                        LineDevice.create("annotation", "x"))
                ]
                for (operation, _) in Self.writes {
                    mutations.append(device.mutation(mutations.count + 1, operation))
                    mutations.append(
                        device.mutation(mutations.count + 1, LineDevice.increment("x")))
                }
                let answer = try await device.send(
                    device.push(mutations, after: LineDevice.hex(0)))
                var outcomes: [Int: [String: Any]] = [:]
                for range in answer.frames("outcomes") {
                    guard let first = range["first"] as? Int, let last = range["last"] as? Int
                    else { continue }
                    for mid in first...last { outcomes[mid] = range }
                }
                #expect(outcomes.count == mutations.count, "\(answer.text)")
                for (index, write) in Self.writes.enumerated() {
                    let bad = outcomes[index * 2 + 2]
                    #expect(bad?["status"] as? String == "refused", "\(write.operation)")
                    #expect(bad?["code"] as? String == write.code, "\(write.operation)")
                    #expect(outcomes[index * 2 + 3]?["status"] as? String != "refused")
                }
                let rows = try await device.rows()
                #expect(rows["driving_licence/dlt-1"]?["a"] as? Int == 1)
                #expect(Counter.value(rows["annotation/x"]) == Self.writes.count)
            }
        }
    }
}

/// Reads the counter of a merged row.
enum Counter {
    static func value(_ body: [String: Any]?) -> Int? {
        guard let fields = body?["fields"] as? [String: Any], let shown = fields["shown"] as? [Any],
            shown.first as? String == "counter", let parts = shown.last as? [[Any]]
        else { return nil }
        return parts.map { ($0[1] as? Int ?? 0) - ($0[2] as? Int ?? 0) }.reduce(0, +)
    }
}
