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
        _ fixture: ServerFixture, days: Int64, rowsMax: Int = 1_000
    ) throws -> Compaction.Report {
        try fixture.write { context in
            try Compaction(context: context, rowsMax: rowsMax).run(olderThan: days * Self.day)
        }
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
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        for index in 0..<7 {
            try fixture.put("driving_licence", "r\(index)", person)
            try fixture.put("driving_licence", "r\(index)", person, version: 2, body: nil)
        }
        var purged: [Int] = []
        var report = Compaction.Report(hasMore: true)
        while report.hasMore, purged.count < 10 {
            report = try compact(fixture, days: 0, rowsMax: 3)
            purged.append(report.purged)
            #expect(try fixture.writer.verify().isEmpty)
        }
        #expect(purged == [3, 3, 1])
        #expect(try bucket(fixture, "transport").floor == 14)
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
