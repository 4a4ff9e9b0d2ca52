import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

private let day: Int64 = 86_400_000

/// A body, when its owner last said it, and the last millisecond at which it is kept.
struct KeptRow: CustomTestStringConvertible {
    let table: String
    let body: String
    var asOf = noon
    let until: Int64

    var testDescription: String { "\(table) \(body)" }

    /// The beginning of 22 November 2026 in Thailand.
    static let midnight: Int64 = 1_795_280_400_000

    static let all: [KeptRow] = [
        .init(table: "civil_registration", body: "{}", until: noon + 366 * day),
        .init(
            table: "driving_licence", body: #"{"expires":"2026-11-21"}"#,
            until: midnight + 366 * day
        ),
        .init(table: "vehicle", body: "{}", until: noon + 366 * day),
        .init(
            table: "traffic_ticket", body: #"{"issued_at":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 732 * day),
        .init(table: "traffic_ticket", body: "{}", until: noon + 732 * day),
        .init(
            table: "credit_report", body: #"{"delivered_at":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 30 * day),
        .init(table: "social_security", body: "{}", until: noon + 732 * day),
        .init(
            table: "health_coverage", body: #"{"expdate":"2026-11-21"}"#, until: midnight + 90 * day
        ),
        .init(
            table: "newborn_subsidy", body: #"{"ends":"2026-11-21"}"#, until: midnight + 366 * day),
        .init(
            table: "entitlement",
            body: #"{"decided_at":"2026-10-01T10:05:00+07:00","window":{"to":"2026-11-21"}}"#,
            until: midnight + 366 * day),
        // A refusal is over when nobody can appeal any more; a right that has an end, after it.
        .init(
            table: "entitlement",
            body: #"{"decision":"not","decided_at":"2026-10-01","appeal_until":"2026-11-21"}"#,
            until: midnight + 366 * day),
        .init(
            table: "entitlement",
            body: #"{"decision":"eligible","decided_at":"2026-10-01","#
                + #""window":{"from":"2026-10-01","to":"2026-11-21"}}"#,
            until: midnight + 366 * day),
        .init(
            table: "notification", body: #"{"sent_at":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 366 * day),
        .init(
            table: "notification",
            body: #"{"ack_required":1,"sent_at":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 1_830 * day),
        .init(table: "request", body: #"{"state":"rejected"}"#, until: noon + 1_830 * day),
        .init(
            table: "receipt", body: #"{"entered_at":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 3_660 * day),
        .init(
            table: "bill", body: #"{"due":"2026-11-21","issued":"2026-11-01"}"#,
            until: midnight + 732 * day),
        // Only the month is known: it counts to its end.
        .init(table: "bill", body: #"{"due":"2026-11"}"#, until: midnight + 9 * day + 732 * day),
        .init(
            table: "payment", body: #"{"paid_at":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 1_830 * day),
        .init(table: "document", body: #"{"expires":"2026-11-21"}"#, until: midnight),
        .init(table: "consent", body: #"{"to":"2026-11-21"}"#, until: midnight + 3_660 * day),
        .init(
            table: "access_event", body: #"{"log_time":"2026-11-22T00:00:00+07:00"}"#,
            until: midnight + 732 * day),
        .init(table: "delegation", body: #"{"to":"2026-11-21"}"#, until: midnight + 1_830 * day),
        .init(table: "request_draft", body: "{}", until: noon + 180 * day),
        .init(table: "notification_state", body: "{}", until: noon + 1_830 * day),
    ]

    /// What has no end.
    static let endless: [(table: String, body: String)] = [
        ("driving_licence", "{}"), ("health_coverage", "{}"), ("document", #"{"expires":""}"#),
        // A right that was given and has no end is in force, whenever it was decided.
        ("entitlement", #"{"decision":"eligible","decided_at":"2026-10-01"}"#),
        (
            "entitlement",
            #"{"appeal_until":"2026-11-01","decision":"eligible","window":{"from":"2026-10-01","to":""}}"#
        ),
        ("request", #"{"state":"under_review"}"#), ("request", "{}"), ("consent", "{}"),
        ("credit_report", #"{"content_purged_on":"2026-01-01","delivered_at":"2025-12-01"}"#),
    ]
}

@Suite("Periods of retention")
struct RetentionPeriodTests {
    @Test("are kept to the millisecond, and over one later", arguments: KeptRow.all)
    func limit(row: KeptRow) throws {
        let period = try #require(RetentionPeriod.byTable[row.table])
        let body = Array(row.body.utf8)
        #expect(!period.isOver(body: body, asOf: row.asOf, at: row.until))
        #expect(period.isOver(body: body, asOf: row.asOf, at: row.until + 1))
        #expect(period.mayBeOver(asOf: row.asOf, at: row.until + 1))
    }

    @Test("never end what has no end")
    func endless() throws {
        for (table, body) in KeptRow.endless {
            let period = try #require(RetentionPeriod.byTable[table])
            let far = noon + 100_000 * day
            #expect(!period.isOver(body: Array(body.utf8), asOf: noon, at: far), "\(table) \(body)")
        }
    }

    @Test("have a row for each table of people but those of the account")
    func tables() {
        let account: Set = ["profile", "preference", "inbox", "pinned", "annotation"]
        let people = TablePolicy.all.values.filter { !$0.isPublic }.map(\.table)
        #expect(Set(RetentionPeriod.all.map(\.table)) == Set(people).subtracting(account))
        #expect(Set(KeptRow.all.map(\.table)) == Set(RetentionPeriod.all.map(\.table)))
        #expect(RetentionPeriod.auditDays >= 90)
    }
}

@Suite("Retention")
struct RetentionTests {
    private static let draft = RowKey(table: "request_draft", id: "d")

    /// A whole pass.
    @discardableResult
    private func run(
        _ fixture: ServerFixture, dry: Bool = false, rowsMax: Int = 1_000,
        from start: Retention.Place = .start, partsMax: Int = .max
    ) throws -> RetentionReport {
        var report = RetentionReport()
        var next: Retention.Place? = start
        var parts = 0
        var limits = fixture.limits
        limits.retentionRowsMax = rowsMax
        while let place = next, parts < partsMax {
            parts += 1
            next = try fixture.write { context in
                try Retention(
                    context: context, limits: limits, isDryRun: dry, actor: .server,
                    heads: AuditOldHeads([], at: context.now), now: context.now
                ).run(place, into: &report)
            }
            #expect(try fixture.writer.verify().isEmpty)
        }
        return report
    }

    @Test("takes a row one millisecond after its period, and its devices follow")
    func limit() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "a", person)
        try fixture.put("vehicle", "b", person)
        try fixture.put("profile", "p", person)
        var client = SimulatedClient()
        while try !client.take(try fixture.page(client.request, for: device).frames) {}
        fixture.now = noon + 366 * day
        #expect(try run(fixture).isEmpty)
        fixture.now += 1
        #expect(try run(fixture, dry: true).gone == ["vehicle": 2])
        #expect(try fixture.view(of: person)["person/somebody/transport"]?.count == 2)
        let report = try run(fixture)
        #expect(report.gone == ["vehicle": 2] && report.held.isEmpty)
        #expect(try run(fixture).isEmpty)
        while try !client.take(try fixture.page(client.request, for: device).frames) {}
        #expect(client.restarts.isEmpty)
        #expect(client.view.keys.sorted() == ["person/somebody/core"])
    }

    @Test("goes in parts, each with an entry of its own")
    func parts() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        for index in 0..<7 { try fixture.put("vehicle", "v\(index)", person) }
        fixture.now = noon + 367 * day
        #expect(try run(fixture, rowsMax: 3).gone == ["vehicle": 7])
        var texts: [String] = []
        try fixture.read { snapshot in
            try snapshot.auditRecords(after: 0) { record in
                let entry = try record.entry.withUnsafeBytes { try AuditEntry($0) }
                if entry.kind == .rowsExpired { texts.append(entry.text) }
                return true
            }
        }
        #expect(texts == ["vehicle 3", "vehicle 3", "vehicle 1"])
    }

    /// Goal: a server that is restarted every hour still comes to the last row.
    @Test("goes on where it was cut off, and tells how far it has come")
    func place() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        for index in 0..<7 { try fixture.put("vehicle", "v\(index)", person) }
        func mark() throws -> RetentionMark {
            try fixture.write { try RetentionMark($0.transaction) }
        }
        fixture.now = noon + 367 * day
        #expect(try mark().place == nil && mark().lastSeen == 0)
        // What changes nothing leaves no trace.
        try run(fixture, dry: true, rowsMax: 3, partsMax: 2)
        #expect(try mark().place == nil)
        #expect(try run(fixture, rowsMax: 3, partsMax: 1).gone == ["vehicle": 3])
        let reached = try #require(try mark().place)
        #expect(try mark().lastSeen == fixture.now && mark().done == 0)
        fixture.now += day
        let rest = try run(fixture, rowsMax: 3, from: reached)
        #expect(rest.gone == ["vehicle": 4] && rest.looked == 4)
        #expect(try mark().place == nil)
        #expect(try mark().done == fixture.now && mark().lastSeen == fixture.now)
        // Behind the rows it comes back to the devices, and behind those to the tokens.
        let device = try fixture.addDevice(person)
        try run(fixture, partsMax: 1)
        #expect(try mark().place == .devices(after: 0))
        try run(fixture, rowsMax: 1, from: .devices(after: 0), partsMax: 1)
        #expect(try mark().place == .devices(after: device.number))
        try run(fixture, from: .devices(after: device.number), partsMax: 2)
        #expect(try mark().place == .tokens)
    }

    @Test("lets no repeated feed bring a row back, before and after its tombstone is purged")
    func feeds() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let agency = AgencyRecord(code: "dlt", tables: ["vehicle"])
        func feed(
            _ version: Int64, asOf: Int64? = nil, of subject: String = "somebody"
        ) throws -> FeedOutcome {
            try fixture.write { context in
                let line =
                    #"{"table":"vehicle","id":"a","subject":"\#(subject)","as_of":\#(asOf ?? noon),"#
                    + #""source_version":\#(version),"body":{}}"#
                return try FeedMachine(context: context, agency: agency)
                    .apply(try fixture.feedRecord(line, agency))
            }
        }
        #expect(try feed(5) == .applied)
        fixture.now = noon + 367 * day
        try run(fixture)
        for _ in 0..<2 {
            #expect(try feed(4) == .stale)
            #expect(try feed(5) == .stale)
            // Whether somebody is known is not told where nothing is entered.
            #expect(try feed(5, of: "nobody") == .stale)
            #expect(try fixture.view(of: person).isEmpty)
            // The same version with another time is refused, as for any row.
            guard case .refused(let problem) = try feed(5, asOf: fixture.now) else {
                Issue.record("a version was used twice")
                return
            }
            #expect(problem.code == "feed.version_reused")
            try fixture.write { context in
                _ = try Compaction(context: context, limits: fixture.limits).run(olderThan: 0)
            }
        }
        // What the agency says anew is true again.
        #expect(try feed(6, asOf: fixture.now) == .applied)
        #expect(try fixture.view(of: person).count == 1)
    }

    /// Goal: nothing that a person wrote is lost because the server forgot what was before.
    @Test("takes an old draft with its words, and a later write on a device brings the row back")
    func drafts() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        var phone = WritingDevice(try fixture.addDevice(person))
        var base = phone.chain
        func push(_ operations: [SyncProtocol.Operation], at: Int64) throws -> Outcome {
            base = phone.chain
            let mutation = phone.next(
                operations.map { RowOperation(Self.draft, $0) }, at: UInt64(at))
            return try #require(
                try fixture.push([mutation], base: base, from: phone.record).outcomes.first)
        }
        let words = JSONValue.string("CANARY")
        #expect(
            try push([.create, .set(field: "service", value: words)], at: noon - 5).status
                == .accepted)
        fixture.now = noon - 5 + 180 * day
        #expect(try run(fixture).isEmpty)
        fixture.now += 1
        #expect(try run(fixture).gone == ["request_draft": 1])
        let gone = try #require(try fixture.row(Self.draft, person))
        #expect(!gone.isAlive && !String(decoding: gone.body, as: UTF8.self).contains("CANARY"))
        // Written on a device that was away, one millisecond after what the server knew.
        let late = try push([.set(field: "service", value: "new")], at: noon - 4)
        #expect(late.status != .refused)
        let back = try #require(try fixture.row(Self.draft, person))
        #expect(back.isAlive && String(decoding: back.body, as: UTF8.self).contains("new"))
        #expect(!String(decoding: back.body, as: UTF8.self).contains("CANARY"))
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("spares who is under a hold, and their tombstones, until it ends")
    func holds() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let other = try fixture.addPerson("other")
        try fixture.put("vehicle", "a", person)
        try fixture.put("vehicle", "b", other)
        try fixture.put("vehicle", "c", person)
        try fixture.put("vehicle", "c", person, version: 2, body: nil)
        try fixture.write { try $0.transaction.hold(person.number, since: $0.now) }
        fixture.now = noon + 367 * day
        let report = try run(fixture)
        #expect(report.gone == ["vehicle": 1] && report.held == ["vehicle": 1])
        #expect(try fixture.view(of: person).count == 1)
        func compact() throws -> Int {
            try fixture.write { context in
                try Compaction(context: context, limits: fixture.limits).run(olderThan: 0).purged
            }
        }
        #expect(try compact() == 1)
        try fixture.write { try $0.transaction.hold(person.number, since: 0) }
        #expect(try compact() == 1)
        #expect(try run(fixture).gone == ["vehicle": 1])
        #expect(try fixture.view(of: person).isEmpty)
    }

    @Test("forgets the name of a device a year after its rights ended")
    func devices() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        var ended = try fixture.addDevice(person)
        let living = try fixture.addDevice(person)
        ended.revoked = noon
        let gone = ended
        try fixture.write { try $0.transaction.save(gone) }
        fixture.now = noon + 366 * day
        #expect(try run(fixture).devices == 0)
        fixture.now += 1
        #expect(try run(fixture, rowsMax: 1).devices == 1)
        #expect(try fixture.read { try $0.device(ended.number)?.name } == "")
        #expect(try fixture.read { try $0.device(living.number)?.name } == "d")
        #expect(try run(fixture).devices == 0)
    }
}
