import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Purging of tombstones")
struct CompactionTests {
    private static let day: Int64 = 86_400_000
    private static let note = RowKey(table: "annotation", id: "x")

    @discardableResult
    private func compact(
        _ fixture: ServerFixture, days: Int64, from place: Compaction.Place = .init()
    ) throws -> Compaction.Report {
        try fixture.write { context in
            try Compaction(context: context, limits: fixture.limits)
                .run(olderThan: days * Self.day, from: place)
        }
    }

    /// Does a whole run, and tells what each part did.
    private func run(_ fixture: ServerFixture, days: Int64) throws -> [Compaction.Report] {
        var reports: [Compaction.Report] = []
        var place: Compaction.Place? = .init()
        while let next = place, reports.count < 100 {
            reports.append(try compact(fixture, days: days, from: next))
            place = reports.last?.next
        }
        return reports
    }

    private func bucket(_ fixture: ServerFixture, _ domain: String) throws -> BucketRecord {
        try #require(
            try fixture.writer.transaction {
                try $0.bucket(named: "person/somebody/\(domain)")
            })
    }

    @Test("takes what is old enough and keeps what is younger")
    func age() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        for id in ["a", "b", "c"] { try fixture.put("driving_licence", id, person) }
        try fixture.put("driving_licence", "a", person, version: 2, body: nil)
        #expect(try compact(fixture, days: 90) == Compaction.Report())
        fixture.now += 89 * Self.day
        try fixture.put("driving_licence", "b", person, version: 2, body: nil)
        #expect(try compact(fixture, days: 90).purged == 0)
        fixture.now += 2 * Self.day
        #expect(try compact(fixture, days: 90) == .init(purged: 1, buckets: 1))
        let left = try bucket(fixture, "transport")
        #expect(left.tombstones == 1)
        #expect(left.floor == 4)
        #expect(left.head == 5)
        #expect(left.purgedBefore == noon)
        #expect(try fixture.writer.verify().isEmpty)
        // The rest, in due time, and then nothing any more.
        fixture.now += 100 * Self.day
        #expect(try compact(fixture, days: 90).purged == 1)
        #expect(try compact(fixture, days: 0) == Compaction.Report())
        #expect(try bucket(fixture, "transport").tombstones == 0)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("goes in parts that leave a sound store between them")
    func parts() throws {
        let fixture = try ServerFixture { $0.purgedRowsMax = 3 }
        let person = try fixture.addPerson()
        for index in 0..<7 {
            try fixture.put("driving_licence", "r\(index)", person)
            try fixture.put("driving_licence", "r\(index)", person, version: 2, body: nil)
        }
        var purged: [Int] = []
        var place: Compaction.Place? = .init()
        var buckets = 0
        while let next = place, purged.count < 10 {
            let report = try compact(fixture, days: 0, from: next)
            purged.append(report.purged)
            buckets += report.buckets
            place = report.next
            #expect(try fixture.writer.verify().isEmpty)
        }
        #expect(purged == [3, 3, 1])
        #expect(buckets == 1)
        #expect(try bucket(fixture, "transport").floor == 14)
    }

    /// Goal: a million people do not keep the writer from others.
    @Test("runs as many statements in a part, however many buckets there are")
    func statements() throws {
        func most(people count: Int) throws -> Int {
            let fixture = try ServerFixture { $0.purgedBucketsMax = 10 }
            for index in 0..<count {
                let person = try fixture.addPerson("p\(index)")
                try fixture.put("driving_licence", "r\(index)", person)
                try fixture.put("driving_licence", "r\(index)", person, version: 2, body: nil)
            }
            let connection = try #require((fixture.writer as? SQLiteWriter)?.connection)
            var most = 0
            var purged: [Int] = []
            var place: Compaction.Place? = .init()
            while let next = place, purged.count < 100 {
                let before = connection.statementsRun
                let report = try compact(fixture, days: 0, from: next)
                most = max(most, connection.statementsRun - before)
                purged.append(report.purged)
                place = report.next
            }
            // The last part finds that there is none behind.
            #expect(purged == [Int](repeating: 10, count: count / 10) + [0])
            #expect(try fixture.writer.verify().isEmpty)
            return most
        }
        let few = try most(people: 20)
        #expect(try most(people: 80) == few)
    }

    @Test("decides by the clock with which a run began, though it is set meanwhile")
    func began() throws {
        let fixture = try ServerFixture { $0.purgedBucketsMax = 1 }
        for name in ["somebody", "other"] {
            let person = try fixture.addPerson(name)
            for id in ["a", "b"] { try fixture.put("driving_licence", id + name, person) }
            try fixture.put("driving_licence", "a" + name, person, version: 2, body: nil)
        }
        _ = try run(fixture, days: 90)
        fixture.now += 60 * Self.day
        let other = try #require(
            try fixture.writer.transaction { try $0.person(subject: "other") })
        try fixture.put("driving_licence", "bother", other, version: 2, body: nil)
        _ = try run(fixture, days: 90)
        fixture.now += 31 * Self.day
        let first = try compact(fixture, days: 90)
        #expect(first.purged == 1)
        // By this clock what was deleted last is older than ninety days as well.
        fixture.now += 90 * Self.day
        let second = try compact(fixture, days: 90, from: try #require(first.next))
        #expect(second.purged == 1)
        #expect(try compact(fixture, days: 90, from: try #require(second.next)) == .init())
        #expect(try run(fixture, days: 90).map(\.purged) == [0, 1, 0])
    }

    @Test("is one answer of a running server, in commits with those of others")
    func served() throws {
        let running = try RunningServer {
            $0.limits.purgedBucketsMax = 3
            $0.limits.purgedRowsMax = 2
        }
        let key = try running.addAgency("dlt", ["vehicle"])
        func line(_ id: String, _ subject: String, _ version: Int, _ rest: String) -> String {
            #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":\#(noon),"#
                + #""source_version":\#(version),\#(rest)}"#
        }
        for index in 0..<7 {
            let subject = try running.addPerson()
            try running.feed(key, [line("v\(index)", subject, 1, #""body":{}"#)])
            try running.feed(key, [line("v\(index)", subject, 2, #""deleted":1"#)])
        }
        let before = running.server.metrics.commits.commits
        let answer = try running.admin(["command": "compact", "days": .integer(0)])
        #expect(
            answer["rows"]?.items
                == [["buckets": .integer(7), "days": .integer(0), "purged": .integer(7)]])
        #expect(running.server.metrics.commits.commits >= before + 4)
        let audit = try running.admin(["command": "audit.export", "after": .integer(0)])
        let told = (audit["rows"]?.items ?? []).filter { $0["kind"] == "rows_purged" }
        #expect(told.compactMap { Int($0["text"]?.text ?? "") }.reduce(0, +) == 7)
        #expect(
            try running.admin(["command": "compact", "days": .integer(-1)])["error"]?["code"]
                == "admin.usage")
    }

    @Test("sends a device below the floor through a repair, and no other")
    func floor() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("driving_licence", "a", person)
        try fixture.put("driving_licence", "b", person)
        var old = SimulatedClient()
        while try !old.take(try fixture.page(old.request, for: device).frames) {}
        try fixture.put("driving_licence", "a", person, version: 2, body: nil)
        var current = SimulatedClient()
        while try !current.take(try fixture.page(current.request, for: device).frames) {}
        try compact(fixture, days: 0)
        #expect(
            try fixture.page(old.request, for: device).frames.last
                == .restart(reason: "cursor.floor"))
        try fixture.put("driving_licence", "c", person)
        while try !current.take(try fixture.page(current.request, for: device).frames) {}
        #expect(current.restarts.isEmpty)
        #expect(current.view == (try fixture.view(of: person)))
    }

    /// Method: the tombstone comes last of three changes, and a page has room for one.
    @Test(
        "sends a device through a repair where the floor rises between its pages",
        arguments: 1...4)
    func floorBetweenPages(pages: Int) throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for id in ["a", "b", "c"] { try fixture.put("driving_licence", id, person) }
        var client = SimulatedClient()
        while try !client.take(try fixture.page(client.request, for: device).frames) {}
        for id in ["b", "c"] { try fixture.put("driving_licence", id, person, version: 2) }
        try fixture.put("driving_licence", "a", person, version: 2, body: nil)
        client.request.rowsMax = 1
        var isWhole = false
        for _ in 0..<pages where !isWhole {
            isWhole = try client.take(try fixture.page(client.request, for: device).frames)
        }
        #expect(isWhole == (pages > 2))
        try compact(fixture, days: 0)
        try fixture.put("driving_licence", "d", person)
        for _ in 0..<20 where try !client.take(fixture.page(client.request, for: device).frames) {}
        // Who has had the tombstone needs no repair.
        #expect(client.restarts == (pages < 3 ? ["cursor.floor"] : []))
        #expect(client.view == (try fixture.view(of: person)))
    }

    /// Goal: a first page that ends far below the floor does not send its device back.
    ///
    /// A client that keeps nothing of pages before the checkpoint would begin anew for ever.
    ///
    /// Method: five rows older than the floor, one in a page; a purge of what was deleted before
    /// the first page, or after it, between two of them.
    @Test(
        "lets a new device in below the floor, in as many pages as it takes",
        arguments: [0, 1, 3])
    func firstPages(deletedAfter pages: Int) throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for id in ["a", "b", "c", "d", "e", "f"] {
            try fixture.put("driving_licence", id, person)
        }
        var client = SimulatedClient()
        client.request.rowsMax = 1
        var taken = 0
        func take(_ count: Int) throws {
            for _ in 0..<count {
                taken += 1
                if try client.take(fixture.page(client.request, for: device).frames) { return }
            }
        }
        try take(pages)
        try fixture.put("driving_licence", "a", person, version: 2, body: nil)
        try compact(fixture, days: 0)
        #expect(try bucket(fixture, "transport").floor > 5)
        try take(20)
        // Who was sent the row before it was deleted begins anew, and then comes through.
        #expect(client.restarts == (pages == 0 ? [] : ["cursor.floor"]))
        #expect(taken == 5 + (pages == 0 ? 0 : pages + 1), "\(taken)")
        #expect(client.view == (try fixture.view(of: person)))
        // Then it is a device like any other.
        for id in ["b", "c"] {
            try fixture.put("driving_licence", id, person, version: 2, body: nil)
        }
        try compact(fixture, days: 0)
        #expect(
            try fixture.page(client.request, for: device).frames.last
                == .restart(reason: "cursor.floor"))
    }

    @Test("does not let an old feed bring a deleted row back")
    func feed() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let agency = AgencyRecord(code: "dlt", tables: ["driving_licence"])
        func feed(_ version: Int64, _ body: String?) throws -> FeedOutcome {
            try fixture.write { context in
                try FeedMachine(context: context, agency: agency).apply(
                    try fixture.record(
                        "driving_licence", "a", "somebody", version: version, body: body))
            }
        }
        #expect(try feed(1, "{}") == .applied)
        #expect(try feed(3, nil) == .applied)
        try compact(fixture, days: 0)
        #expect(try bucket(fixture, "transport").tombstones == 0)
        #expect(try feed(1, "{}") == .stale)
        #expect(try feed(2, #"{"n":2}"#) == .stale)
        #expect(try feed(3, nil) == .unchanged)
        #expect(try fixture.view(of: person).isEmpty)
        #expect(try feed(4, #"{"n":4}"#) == .applied)
        #expect(try fixture.view(of: person)["person/somebody/transport"]?.count == 1)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("refuses to make a row as of a time whose deletions are forgotten")
    func stale() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        var phone = WritingDevice(try fixture.addDevice(person))
        func push(_ operation: Operation, at: Int64, on key: RowKey = Self.note) throws -> Outcome {
            let base = phone.chain
            let mutation = phone.next([RowOperation(key, operation)], at: UInt64(at))
            return try #require(
                try fixture.push([mutation], base: base, from: phone.record).outcomes.first)
        }
        #expect(try push(.create, at: noon - 50).status == .accepted)
        #expect(try push(.delete, at: noon - 40).status == .accepted)
        fixture.now = noon + 1_000
        try compact(fixture, days: 0)
        #expect(try fixture.row(Self.note, person) == nil)
        let before = try bucket(fixture, "core")
        #expect(before.purgedBefore == noon + 1_000)
        let late = try push(.create, at: noon - 30)
        #expect(late.status == .refused)
        #expect(late.code == RefusalCode.createStale.rawValue)
        #expect(late.detail == "annotation/x")
        #expect(
            try push(.set(field: "nickname", value: "x"), at: noon + 2_000).code == "row_absent")
        #expect(try bucket(fixture, "core") == before)
        // What is made now is new, whatever was there.
        #expect(try push(.create, at: noon + 2_500).status == .accepted)
        // A row that is there is not made, so its time does not matter.
        #expect(try push(.create, at: noon - 20).code != RefusalCode.createStale.rawValue)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("forgets nothing about rows of people for whom nothing was purged")
    func others() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put("driving_licence", "a", person)
        try fixture.put("driving_licence", "a", person, version: 2, body: nil)
        try compact(fixture, days: 0)
        let other = try fixture.addPerson("other")
        var phone = WritingDevice(try fixture.addDevice(other))
        let mutation = phone.next([RowOperation(Self.note, .create)], at: UInt64(noon - 5_000))
        let result = try fixture.push([mutation], from: phone.record)
        #expect(result.outcomes.map(\.status) == [.accepted])
    }
}
