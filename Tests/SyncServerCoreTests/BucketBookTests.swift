import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Random changes of rows in a few buckets, and what must be there afterwards.
struct RowHistory {
    let fixture: ServerFixture
    let buckets: [BucketNumber]
    var random: SeededRandom
    /// The live rows, counted by nobody but this.
    private(set) var model: [BucketNumber: [RowKey: [UInt8]]] = [:]
    private var step = 0

    init(
        _ fixture: ServerFixture, names: [String], person: PersonNumber, seed: UInt64
    ) throws {
        self.fixture = fixture
        random = SeededRandom(seed: seed)
        buckets = try fixture.write { context throws in
            try names.map { try context.book.number(named: $0, person: person) }
        }
    }

    struct Stop: Error {}

    /// Makes a few changes in one transaction, which is undone at its end if it fails.
    mutating func change(_ count: Int, fails: Bool = false) throws {
        var after = model
        do {
            try fixture.write { context throws in
                for _ in 0..<count { try changeOne(context, &after) }
                if fails { throw Stop() }
            }
            model = after
        } catch is Stop {}
    }

    private mutating func changeOne(
        _ context: WriterContext, _ model: inout [BucketNumber: [RowKey: [UInt8]]]
    ) throws {
        step += 1
        let key = RowKey(table: "vehicle", id: "h\(buckets[0])-\(random.next(in: 0...5))")
        let old = try context.transaction.row(key, scope: 0)
        let stays = old != nil && !random.chance(oneIn: 3)
        let bucket = stays ? old?.bucket ?? 0 : random.pick(buckets)
        let isAlive = !random.chance(oneIn: 3)
        let body = isAlive ? Array("{\"n\":\(step)}".utf8) : []
        try context.book.put(
            RowRecord(
                number: 0, bucket: bucket, rev: 0, key: key, scope: 0, owner: "dlt",
                asOf: Int64(step), sourceVersion: Int64(step), hash: .zero, isAlive: isAlive,
                body: body),
            replacing: old)
        for other in buckets { model[other]?[key] = nil }
        if isAlive { model[bucket, default: [:]][key] = body }
    }
}

@Suite("Bucket book")
struct BucketBookTests {
    /// Recounts a bucket from its rows alone.
    private func recount(_ fixture: ServerFixture, _ number: BucketNumber) throws {
        try fixture.read { snapshot throws in
            let bucket = try #require(try snapshot.bucket(number))
            var counted = BucketRecord(number: number, name: bucket.name, person: bucket.person)
            counted.epoch = bucket.epoch
            var last: UInt64 = 0
            try snapshot.rows(in: number, after: 0) { row throws in
                #expect(row.rev > last)
                last = row.rev
                if row.isAlive {
                    counted.count += 1
                    counted.sum += RowHash.hash(
                        key: RowKey(
                            table: try fixture.reader.name(row.table),
                            id: String(decoding: row.id, as: UTF8.self)),
                        owner: try fixture.reader.name(row.owner), asOf: row.asOf,
                        sourceVersion: row.sourceVersion, body: [UInt8](row.body))
                } else {
                    #expect(row.body.isEmpty && row.hash == .zero)
                    counted.tombstones += 1
                }
                return true
            }
            counted.head = bucket.head
            #expect(last <= bucket.head)
            #expect(bucket == counted)
        }
    }

    @Test("keeps head, count, sum and tombstones like a recount, over 240 histories")
    func histories() throws {
        let fixture = try ServerFixture()
        for seed in 0..<240 as Range<UInt64> {
            var history = try RowHistory(
                fixture, names: (0..<3).map { "public/b\(seed)-\($0)" }, person: 0, seed: seed)
            for _ in 0..<4 {
                let heads = try fixture.read { snapshot throws in
                    try history.buckets.map { try snapshot.bucket($0)?.head ?? 0 }
                }
                let fails = history.random.chance(oneIn: 5)
                try history.change(history.random.next(in: 1...8), fails: fails)
                for (index, bucket) in history.buckets.enumerated() {
                    try recount(fixture, bucket)
                    let head = try fixture.read { try $0.bucket(bucket)?.head ?? 0 }
                    #expect(fails ? head == heads[index] : head >= heads[index])
                    #expect(
                        try fixture.rows(of: bucket) == history.model[bucket, default: [:]],
                        "seed \(seed)")
                }
            }
        }
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("leaves one tombstone for each bucket a row has left, however often it moves")
    func moving() throws {
        let fixture = try ServerFixture()
        let names = ["public/a", "public/b"]
        let key = RowKey(table: "vehicle", id: "v")
        for turn in 0..<6 {
            try fixture.write { context throws in
                let bucket = try context.book.number(named: names[turn % 2], person: 0)
                try context.book.put(
                    RowRecord(
                        number: 0, bucket: bucket, rev: 0, key: key, scope: 0, owner: "dlt",
                        asOf: 0, sourceVersion: Int64(turn), hash: .zero, isAlive: true,
                        body: Array("{}".utf8)),
                    replacing: try context.transaction.row(key, scope: 0))
            }
            let (a, b) = try fixture.writer.transaction { transaction throws in
                (
                    try transaction.bucket(named: names[0]),
                    try transaction.bucket(named: names[1])
                )
            }
            let here = turn % 2 == 0 ? a : b
            let there = turn % 2 == 0 ? b : a
            #expect(here?.count == 1)
            #expect(here?.tombstones == 0, "a row leaves nothing where it is")
            #expect(there?.count ?? 0 == 0)
            #expect((there?.tombstones ?? 1) == 1 || turn == 0)
            #expect(try fixture.writer.verify().isEmpty)
        }
    }

    @Test("clears the tombstone of a row that comes back as a deletion")
    func comesBackDead() throws {
        let fixture = try ServerFixture()
        let people = try ["a", "b"].map { try fixture.addPerson($0) }
        for (version, turn) in [(1, 0), (2, 1), (3, 0)] {
            try fixture.put(
                "vehicle", "v", people[turn], version: Int64(version),
                body: version == 3 ? nil : "{}")
        }
        for person in people {
            let buckets = try fixture.read { try $0.buckets(of: person.number) }
            #expect(buckets.map(\.count) == [0] && buckets.map(\.tombstones) == [1])
        }
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("a device that was away while a row went and came back holds what the server shows")
    func comesBackToADevice() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let other = try fixture.addPerson("other")
        let device = try fixture.addDevice(person)
        var client = SimulatedClient()
        func pull() throws {
            while try !client.take(try fixture.page(client.request, for: device).frames) {}
        }
        try fixture.put("vehicle", "v", person)
        try pull()
        try fixture.put("vehicle", "v", other, version: 2)
        try fixture.put("vehicle", "v", person, version: 3)
        try pull()
        #expect(try client.view == fixture.view(of: person))
        try fixture.put("vehicle", "v", other, version: 4)
        try pull()
        #expect(client.view.isEmpty)
    }

    @Test("is told by a check when a row has left a tombstone in the bucket it is in")
    func staleTombstoneIsFound() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put("vehicle", "v", person)
        try fixture.write { context throws in
            var mark = try #require(
                try context.transaction.row(RowKey(table: "vehicle", id: "v"), scope: 0))
            var bucket = try #require(try context.transaction.bucket(mark.bucket))
            bucket.head += 1
            bucket.tombstones += 1
            mark.rev = bucket.head
            mark.scope = RowScope.movedFrom(mark.bucket).number
            mark.isAlive = false
            mark.hash = .zero
            mark.body = []
            try context.transaction.insert(mark)
            try context.transaction.save(bucket)
        }
        #expect(try fixture.writer.verify().count == 1)
    }

    @Test("refuses a bucket whose counts contradict its rows, and goes on")
    func inconsistentCounts() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put("vehicle", "v", person)
        try fixture.write { context throws in
            let row = try #require(
                try context.transaction.row(RowKey(table: "vehicle", id: "v"), scope: 0))
            var bucket = try #require(try context.transaction.bucket(row.bucket))
            bucket.count = 0
            try context.transaction.save(bucket)
        }
        #expect(throws: StoreFailure.self) {
            try fixture.put("vehicle", "v", person, version: 2)
        }
    }

    @Test("refuses a bucket that is not there")
    func missingBucket() throws {
        let fixture = try ServerFixture()
        #expect(throws: StoreFailure.inconsistent("bucket 99 is missing")) {
            try fixture.write { context throws in
                try context.book.put(
                    RowRecord(
                        number: 0, bucket: 99, rev: 0, key: RowKey(table: "vehicle", id: "v"),
                        scope: 0, owner: "dlt", asOf: 0, sourceVersion: 1, hash: .zero,
                        isAlive: true, body: []),
                    replacing: nil)
            }
        }
    }
}
