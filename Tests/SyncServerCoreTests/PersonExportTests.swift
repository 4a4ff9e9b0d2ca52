import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: everything of a person and nothing of anybody else, told of before it leaves.
@Suite("The export of a person")
struct PersonExportTests {
    private static let pid = "1999900101791"

    private static func vehicle(_ id: String, _ subject: String) -> String {
        #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"#
            + #""source_version":1,"body":{"plate":"\#(id)"}}"#
    }

    private struct World {
        let running: RunningServer
        let subject: String
        let other: String
        let phone: SignedIn

        init(_ change: (inout TangRatServer.Configuration) -> Void = { _ in }) throws {
            running = try RunningServer(change)
            let added = try running.admin([
                "command": "person.add", "pid": .string(PersonExportTests.pid),
            ])
            subject = try #require(added["rows"]?.items?[0]["subject"]?.text)
            other = try running.addPerson()
            phone = try running.signIn(subject)
            let key = try running.addAgency("dlt", ["vehicle", "service"])
            try running.feed(
                key,
                (1...5).map { PersonExportTests.vehicle("v\($0)", subject) } + [
                    PersonExportTests.vehicle("foreign", other),
                    #"{"table":"service","id":"s","as_of":1,"source_version":1,"body":{}}"#,
                ])
        }

        /// The lines of a whole export, as the program asks for them.
        func export(_ person: String) throws -> [JSONValue] {
            var lines: [JSONValue] = []
            var command: [(String, JSONValue)] = [
                ("command", "person.export"), ("person", .string(person)),
                ("reason", "request 12"), ("after", .integer(0)),
            ]
            while true {
                let answer = try running.admin(.object(JSONObject(command)))
                let rows = try #require(answer["rows"]?.items, "\(answer)")
                guard let last = rows.last else { return lines }
                lines += rows
                if let begun = rows.first?["export"] { command.append(("export", begun)) }
                command.removeAll { $0.0 == "after" }
                command.append(("after", last["number"] ?? .null))
            }
        }

        func kinds() throws -> [String] {
            let answer = try running.admin(["command": "audit.export", "after": .integer(0)])
            return (answer["rows"]?.items ?? []).compactMap { $0["kind"]?.text }
        }
    }

    private func ids(_ lines: [JSONValue]) -> [String] {
        lines.filter { $0["kind"] == "row" && $0["table"] == "vehicle" }
            .compactMap { $0["id"]?.text }.sorted()
    }

    @Test("has rows, devices, tokens without their secrets, rights, and one entry before it")
    func everything() throws {
        let world = try World()
        try world.running.admin([
            "command": "grant", "bucket": .string("person/\(world.other)/transport"),
            "person": .string(world.subject),
        ])
        let lines = try world.export(Self.pid)
        #expect(ids(lines) == ["v1", "v2", "v3", "v4", "v5"])
        let row = try #require(lines.first { $0["id"] == "v3" })
        #expect(row["body"] == ["plate": "v3"] && row["owner"] == "dlt")
        #expect(row["bucket"]?.text == "person/\(world.subject)/transport")
        let kinds = lines.compactMap { $0["kind"]?.text }
        #expect(kinds.first == "export")
        #expect(kinds.count { $0 == "device" } == 1 && kinds.count { $0 == "token" } == 2)
        #expect(kinds.count { $0 == "right" } == 1)
        let text = lines.map { String(decoding: JSON.canonical($0), as: UTF8.self) }.joined()
        let hashes = [world.phone.token, world.phone.refresh].map {
            SHA256.hash(Array($0.utf8)).hex
        }
        for secret in [world.phone.token, world.phone.refresh, Self.pid, "foreign"] + hashes {
            #expect(!text.contains(secret))
        }
        #expect(try world.kinds().count { $0 == "person_exported" } == 1)
        // The person is told: the row is in the export itself.
        let event = try #require(lines.first { $0["table"] == "access_event" })
        #expect(event["body"]?["actor_kind"] == "officer")
        #expect(event["body"]?["purpose_en"]?.text?.hasSuffix("request 12") == true)
        #expect(event["body"]?["rows"] == .integer(5))
    }

    /// A line is a JSON object, whatever stands in a row: nothing ends it early, and no
    /// program for tables takes it for a formula.
    @Test("keeps line ends and formulas inside the texts of one line")
    func hostileTexts() throws {
        let world = try World()
        let key = try world.running.addAgency("dga", ["notification"])
        let hostile = "=1+1\r\n@SUM(A1)\t\u{2028}\u{1b}[31m"
        let body = JSON.canonical(.object(JSONObject([("title_en", .string(hostile))])))
        try world.running.feed(
            key,
            [
                #"{"table":"notification","id":"h","subject":"\#(world.subject)","as_of":1,"#
                    + #""source_version":1,"body":\#(String(decoding: body, as: UTF8.self))}"#
            ])
        let line = try #require(
            try world.export(world.subject).first { $0["table"] == "notification" })
        #expect(line["body"]?["title_en"]?.text == hostile)
        let bytes = JSON.canonical(line)
        #expect(bytes.first == UInt8(ascii: "{") && bytes.allSatisfy { $0 >= 0x20 })
    }

    @Test("comes in parts, each row once, under one entry")
    func parts() throws {
        let world = try World { $0.limits.personExportBytesMax = 1 }
        let lines = try world.export(world.subject)
        #expect(ids(lines) == ["v1", "v2", "v3", "v4", "v5"])
        #expect(try world.kinds().count { $0 == "person_exported" } == 1)
    }

    /// Goal: no row leaves that the chain does not tell of, also one that was written meanwhile.
    @Test("tells in another entry of what was written since it began")
    func writtenMeanwhile() throws {
        let world = try World { $0.limits.personExportBytesMax = 1 }
        func part(_ members: [(String, JSONValue)]) throws -> [JSONValue] {
            let answer = try world.running.admin(
                .object(
                    JSONObject(
                        [("command", "person.export"), ("person", .string(world.subject))]
                            + members)))
            return try #require(answer["rows"]?.items, "\(answer)")
        }
        var lines = try part([("reason", "request 12"), ("after", .integer(0))])
        let entry = try #require(lines.first?["export"])
        let key = try world.running.addAgency("dlt2", ["vehicle"])
        try world.running.feed(key, [Self.vehicle("late", world.subject)])
        while let last = lines.last?["number"] {
            let next = try part([("after", last), ("export", entry)])
            if next.isEmpty { break }
            lines += next
        }
        #expect(ids(lines) == ["late", "v1", "v2", "v3", "v4", "v5"])
        let answer = try world.running.admin(["command": "audit.export", "after": .integer(0)])
        let told = try #require(answer["rows"]?.items).filter { $0["kind"] == "person_exported" }
        #expect(told.count == 2 && told.allSatisfy { $0["text"] == "request 12" })
        // Every row stands in one of them, and they have no more than the rows.
        let rows = lines.filter { $0["kind"] == "row" }
        let ranges = told.flatMap { $0["rows"]?.items ?? [] }
        for row in rows {
            let rev = try #require(row["rev"]?.intValue)
            #expect(
                ranges.contains { range in
                    range["bucket"] == row["bucket"] && (range["from_rev"]?.intValue ?? .max) <= rev
                        && rev <= (range["to_rev"]?.intValue ?? 0)
                }, "\(row)")
        }
        #expect(ranges.compactMap { $0["count"]?.intValue }.reduce(0, +) == Int64(rows.count))
    }

    @Test("gives no part that no entry of this person and hour stands for")
    func closed() throws {
        let world = try World()
        let head = try world.running.admin([
            "command": "person.export", "person": .string(world.subject), "reason": "r",
            "after": .integer(0),
        ])
        let entry = try #require(head["rows"]?.items?.first?["export"]?.intValue)
        func part(_ person: String, _ entry: Int64) throws -> String? {
            try world.running.admin([
                "command": "person.export", "person": .string(person), "after": .integer(0),
                "export": .integer(entry),
            ])["error"]?["code"]?.text
        }
        #expect(try part(world.subject, entry) == nil)
        #expect(try part(world.other, entry) == "admin.export_unknown")
        for wrong in [0, -1, entry - 1, entry + 1, Int64.max] {
            #expect(try part(world.subject, wrong) == "admin.export_unknown")
        }
        world.running.advance(milliseconds: Limits().personExportMilliseconds)
        #expect(try part(world.subject, entry) == nil)
        world.running.advance(milliseconds: 1)
        #expect(try part(world.subject, entry) == "admin.export_unknown")
    }

    @Test("needs a reason that names nobody")
    func reasons() throws {
        let world = try World()
        func code(_ reason: String?) throws -> String? {
            var command: [(String, JSONValue)] = [
                ("command", "person.export"), ("person", .string(world.subject)),
            ]
            if let reason { command.append(("reason", .string(reason))) }
            return try world.running.admin(.object(JSONObject(command)))["error"]?["code"]?.text
        }
        #expect(try code(nil) == "admin.usage")
        for bad in [
            "for \(Self.pid)", "1-9999-00101-79-1", "๑๙๙๙๙๐๐๑๐๑๗๙๑",
            String(repeating: "x", count: 201),
        ] { #expect(try code(bad) == "admin.reason", "\(bad)") }
        #expect(try !world.kinds().contains("person_exported"))
        #expect(try code("request 4711 of 2026-11-21") == nil)
    }
}
