import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Feed records")
struct FeedRecordTests {
    /// A line and the code it is refused with.
    struct Line: Sendable, CustomTestStringConvertible {
        let code: String
        let text: String
        var testDescription: String { "\(code) \(text.prefix(60))" }

        init(_ code: String, _ text: String) {
            self.code = code
            self.text = text
        }
    }

    /// A good line with some members changed; nil takes one away.
    private static func line(_ changes: [String: String?]) -> String {
        var members: [String: String?] = [
            "table": "\"vehicle\"", "id": "\"v1\"", "subject": "\"somebody\"", "as_of": "1",
            "source_version": "1", "body": "{}",
        ]
        members.merge(changes) { $1 }
        return "{"
            + members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.sorted()
            .joined(separator: ",") + "}"
    }

    static let refused: [Line] = [
        Line("feed.json.end", "{"), Line("feed.json.syntax", "{\"a\":1,}"),
        Line("feed.json.duplicate_key", "{\"a\":1,\"a\":2}"),
        Line("feed.json.fraction", "{\"a\":1.0}"),
        Line("feed.json.trailing", "{} {}"), Line("feed.json.nul", #"{"a":"\u0000"}"#),
        Line(
            "feed.json.depth",
            String(repeating: "[", count: 40) + String(repeating: "]", count: 40)),
        Line("feed.not_object", "[]"), Line("feed.not_object", "\"x\""),
        Line("feed.member_unknown", line(["owner": "\"x\""])),
        Line("feed.member_missing", line(["table": nil])),
        Line("feed.member_missing", line(["id": nil])),
        Line("feed.member_missing", line(["as_of": nil])),
        Line("feed.member_missing", line(["source_version": nil])),
        Line("feed.member_kind", line(["table": "1"])), Line("feed.member_kind", line(["id": "1"])),
        Line("feed.member_kind", line(["as_of": "\"1\""])),
        Line("feed.member_kind", line(["as_of": "-1"])),
        Line("feed.member_kind", line(["as_of": "253402300800000"])),
        Line("feed.member_kind", line(["source_version": "0"])),
        Line("feed.id", line(["id": "\"a b\""])), Line("feed.id", line(["id": "\"\""])),
        Line("feed.id", line(["id": "\"é\""])),
        Line(
            "feed.id_reserved", line(["table": "\"access_event\"", "id": "\"tangrat-9-0\""])),
        Line(
            "feed.id_reserved",
            line(["table": "\"access_event\"", "id": "\"tangrat-\"", "deleted": "1", "body": nil])
        ),
        Line("feed.table_unknown", line(["table": "\"nothing\""])),
        Line("feed.table_unknown", line(["table": "\"annotation\""])),
        Line("feed.table_foreign", line(["table": "\"bill\""])),
        Line("feed.agency_mismatch", line(["agency": "\"mea\""])),
        Line("feed.agency_mismatch", line(["agency": "1"])),
        Line("feed.subject_missing", line(["subject": nil])),
        Line("feed.subject", line(["subject": "\"a b\""])),
        Line("feed.subject", line(["subject": "1"])),
        Line("feed.subject", line(["table": "\"service\""])),
        Line("feed.subject_twice", line(["pid": "\"1999900101791\""])),
        Line("feed.pid", line(["subject": nil, "pid": "1999900101791"])),
        Line("feed.pid", line(["subject": nil, "pid": "\"1999900101792\""])),
        Line("feed.pid", line(["subject": nil, "pid": "\"123\""])),
        Line("feed.deleted", line(["deleted": "1"])),
        Line("feed.deleted", line(["deleted": "2", "body": nil])),
        Line("feed.deleted", line(["deleted": "true", "body": nil])),
        Line("feed.body", line(["body": nil])), Line("feed.body", line(["body": "[]"])),
        Line("feed.body", line(["body": "null"])),
        Line(
            "feed.body_too_large",
            line(["body": "{\"x\":\"\(String(repeating: "x", count: 2_000))\"}"])),
    ]

    private static let agency = AgencyRecord(
        code: "dlt", tables: ["vehicle", "service", "access_event"])

    @Test("are refused one by one, with a code and what to do", arguments: refused)
    func problems(line: Line) throws {
        let fixture = try ServerFixture { $0.recordBytesMax = 1_000 }
        do throws(FeedProblem) {
            _ = try fixture.feedRecord(line.text, Self.agency)
            Issue.record("taken")
        } catch {
            #expect(error.code == line.code)
            #expect(!error.message.isEmpty && !error.advice.isEmpty)
            #expect((error.offset != nil) == line.code.hasPrefix("feed.json."))
        }
    }

    @Test("may use the server's beginning of an id in other tables, and others in that one")
    func unreserved() throws {
        let fixture = try ServerFixture()
        for (table, id) in [("vehicle", "tangrat-1-0"), ("access_event", "tangrat1")] {
            let line = Self.line(["table": "\"\(table)\"", "id": "\"\(id)\""])
            #expect(try fixture.feedRecord(line, Self.agency).key.id == id)
        }
    }

    @Test("are stored in one canonical form, and name people by a keyed hash")
    func reading() throws {
        let fixture = try ServerFixture()
        let record = try fixture.feedRecord(
            #" {"body": {"b":1, "a":"\u0041"}, "id":"v1","table":"vehicle","agency":"dlt","#
                + #""subject":"s","as_of":0,"source_version":9223372036854775807} "#, Self.agency)
        #expect(record.body == Array(#"{"a":"A","b":1}"#.utf8))
        #expect(record.subject == .subject("s") && record.sourceVersion == .max)
        let one = try FeedRecord.tag("1-9999-00101-79-1", fixture.store.personKey)
        #expect(one == (try FeedRecord.tag("1999900101791", fixture.store.personKey)))
        #expect(one != (try FeedRecord.tag("1999900101791", fixture.store.cursorKey)))
    }
}

@Suite("Feeds")
struct FeedMachineTests {
    private static let agency = AgencyRecord(code: "dlt", tables: ["vehicle"])

    private func apply(
        _ record: FeedRecord, _ fixture: ServerFixture, from agency: AgencyRecord = agency
    ) throws -> FeedOutcome {
        try fixture.write { try FeedMachine(context: $0, agency: agency).apply(record) }
    }

    @Test("may come in any order: the highest version stands")
    func permutations() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let bodies: [String?] = [#"{"n":1}"#, #"{"n":2}"#, nil, #"{"n":4}"#]
        for deletion in [2, 3] {
            var versions = bodies
            versions.swapAt(2, deletion)
            for (number, order) in [0, 1, 2, 3].permutations.enumerated() {
                let id = "p\(deletion)-\(number)"
                for index in order + order {
                    let outcome = try apply(
                        try fixture.record(
                            "vehicle", id, "somebody", version: Int64(index + 1),
                            body: versions[index]), fixture)
                    #expect(outcome == .applied || outcome == .stale || outcome == .unchanged)
                }
                let row = try #require(try fixture.feedRow(RowKey(table: "vehicle", id: id)))
                #expect(row.sourceVersion == 4)
                #expect(row.isAlive == (versions[3] != nil))
                #expect(row.body == Array((versions[3] ?? "").utf8))
            }
        }
        #expect(try fixture.view(of: person)["person/somebody/transport"]?.count == 24)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("may be repeated: nothing moves")
    func idempotent() throws {
        let fixture = try ServerFixture()
        _ = try fixture.addPerson()
        let records = try (0..<5).map {
            try fixture.record(
                "vehicle", "v\($0)", "somebody", version: 3, body: $0 == 4 ? nil : "{}")
        }
        for record in records { #expect(try apply(record, fixture) == .applied) }
        func head() throws -> UInt64? {
            try fixture.writer.transaction {
                try $0.bucket(named: "person/somebody/transport")?.head
            }
        }
        let before = try head()
        for record in records { #expect(try apply(record, fixture) == .unchanged) }
        #expect(try head() == before)
        #expect(
            try apply(
                try fixture.record("vehicle", "v0", "somebody", version: 2, body: "{}"), fixture)
                == .stale)
        #expect(try head() == before)
    }

    @Test("may not tell two stories under one version")
    func versionReused() throws {
        let fixture = try ServerFixture()
        _ = try fixture.addPerson()
        _ = try fixture.addPerson("other")
        func outcome(_ subject: String, _ body: String?) throws -> String {
            let outcome = try apply(
                try fixture.record("vehicle", "v", subject, version: 3, body: body), fixture)
            if case .refused(let problem) = outcome { return problem.code }
            return outcome.word
        }
        #expect(try outcome("somebody", "{}") == "applied")
        #expect(try outcome("somebody", #"{"n":1}"#) == "feed.version_reused")
        #expect(try outcome("somebody", nil) == "feed.version_reused")
        #expect(try outcome("other", "{}") == "feed.version_reused")
        #expect(try outcome("nobody", "{}") == "feed.subject_unknown")
        #expect(try outcome("somebody", "{}") == "unchanged")
    }

    /// Such a line leaves no entry in the audit chain.
    @Test("ask for nobody where a row was deleted so long ago that its person is forgotten")
    func buried() throws {
        let fixture = try ServerFixture()
        _ = try fixture.addPerson()
        func outcome(_ subject: String, _ version: Int64, _ body: String?) throws -> FeedOutcome {
            try apply(
                try fixture.record("vehicle", "v", subject, version: version, body: body), fixture)
        }
        #expect(try outcome("somebody", 1, "{}") == .applied)
        #expect(try outcome("somebody", 2, nil) == .applied)
        fixture.now = noon + 1
        try fixture.write { context in
            _ = try Compaction(context: context, limits: fixture.limits).run(olderThan: 0)
        }
        #expect(
            try fixture.feedRow(RowKey(table: "vehicle", id: "v"))?.bucket == RowScope.buried)
        #expect(try outcome("somebody", 2, nil) == .unchanged)
        #expect(try outcome("nobody", 2, nil) == .unchanged)
    }

    @Test("may not touch another agency's row")
    func foreignOwner() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put("vehicle", "v", person)
        let before = try fixture.view(of: person)
        for body in ["{}", nil] {
            let outcome = try apply(
                try fixture.record(
                    "vehicle", "v", "somebody", version: 99, body: body, agency: "mea"), fixture,
                from: AgencyRecord(code: "mea", tables: ["vehicle"]))
            guard case .refused(let problem) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(problem.code == "feed.owner_foreign")
        }
        #expect(try fixture.view(of: person) == before)
    }

    @Test("that move a row to another person leave a tombstone with the first, without a body")
    func movedSubject() throws {
        let fixture = try ServerFixture()
        let first = try fixture.addPerson("first")
        let second = try fixture.addPerson("second")
        var phones = [SimulatedClient(), SimulatedClient()]
        let devices = [try fixture.addDevice(first), try fixture.addDevice(second)]
        func pull() throws {
            for index in 0..<2 {
                while try !phones[index].take(
                    try fixture.page(phones[index].request, for: devices[index]).frames)
                {}
            }
        }
        for turn in 0..<5 {
            let owner = turn % 2 == 0 ? first : second
            try fixture.put(
                "vehicle", "v", owner, version: Int64(turn + 1), body: "{\"turn\":\(turn)}")
            if turn != 2 { try pull() }
        }
        #expect(phones[0].view["person/first/transport"]?.count == 1)
        #expect(phones[1].view.isEmpty)
        #expect(try fixture.view(of: first) == phones[0].view)
        let bucket = try #require(
            try fixture.writer.transaction { try $0.bucket(named: "person/second/transport") })
        #expect(bucket.count == 0 && bucket.tombstones == 1)
        try fixture.read { snapshot throws in
            try snapshot.rows(in: bucket.number, after: 0) { row throws in
                #expect(row.body.isEmpty && !row.isAlive)
                return true
            }
        }
        // Deleted, and told again for the other person: nothing is left anywhere.
        try fixture.put("vehicle", "v", second, version: 9, body: nil)
        try pull()
        #expect(phones.allSatisfy { $0.view.isEmpty })
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("reach people by their national number, which is not kept")
    func nationalNumber() throws {
        let fixture = try ServerFixture()
        let tag = try FeedRecord.tag("1999900101791", fixture.store.personKey)
        try fixture.write { context throws in
            _ = try context.transaction.addPerson(subject: "tagged", tag: tag, added: 1)
        }
        let line =
            #"{"table":"vehicle","id":"v","pid":"1999900101791","as_of":1,"source_version":1,"#
            + #""body":{}}"#
        #expect(try apply(try fixture.feedRecord(line, Self.agency), fixture) == .applied)
        try fixture.writer.checkpoint()
        let files = ["server.sqlite", "server.sqlite-wal"].map { fixture.directory.file($0) }
        #expect(!files.contains { fileContains($0, "1999900101791") })
    }
}

extension Array {
    /// Every order of the elements.
    var permutations: [[Element]] {
        guard count > 1 else { return [self] }
        return indices.flatMap { index in
            var rest = self
            let first = rest.remove(at: index)
            return rest.permutations.map { [first] + $0 }
        }
    }
}
