import HTTPWire
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Pages")
struct PageBuilderTests {
    @Test("of one to three rows end in the server's view, whatever changes in between")
    func convergence() throws {
        let fixture = try ServerFixture()
        for seed in 0..<120 as Range<UInt64> {
            let person = try fixture.addPerson("p\(seed)")
            let device = try fixture.addDevice(person)
            var history = try RowHistory(
                fixture, names: ["core", "bills", "access"].map { "person/p\(seed)/\($0)" },
                person: person.number, seed: seed)
            var client = SimulatedClient()
            for _ in 0..<3 {
                try history.change(history.random.next(in: 1...10))
                client.request.rowsMax = history.random.next(in: 1...3)
                var pages = 0
                while try !client.take(try fixture.page(client.request, for: device).frames) {
                    pages += 1
                    guard pages < 100 else { throw SimulatedClient.Mistake("no end, seed \(seed)") }
                    if history.random.chance(oneIn: 3), pages < 20 { try history.change(2) }
                }
                #expect(try fixture.view(of: person) == client.view, "seed \(seed)")
            }
            #expect(client.restarts.isEmpty)
        }
    }

    @Test("bring small buckets first")
    func priorities() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for table in ["service", "consent", "credit_report", "bill", "profile"] {
            let isPublic = table == "service"
            try fixture.put(table, "\(table)-1", isPublic ? nil : person)
        }
        var client = SimulatedClient()
        #expect(try client.take(try fixture.page(client.request, for: device).frames))
        #expect(client.bucketOrder == [1, 2, 3, 4, 5])
        client.request = SyncRequest()
        client.request.rowsMax = 1
        let first = try fixture.page(client.request, for: device).frames
        let ids = first.compactMap { frame in
            if case .row(let row) = frame { row.id } else { nil }
        }
        #expect(ids == ["profile-1"])
    }

    @Test("bring the priorities that are asked for, and announce the others")
    func priorityMax() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for table in ["service", "consent", "profile"] {
            try fixture.put(table, "\(table)-1", table == "service" ? nil : person)
        }
        var request = SyncRequest()
        request.priorityMax = 4
        func ids(_ frames: [Frame]) -> [String] {
            frames.compactMap { if case .row(let row) = $0 { row.id } else { nil } }
        }
        let first = try fixture.page(request, for: device).frames
        #expect(ids(first) == ["profile-1", "consent-1"])
        #expect(first.count { if case .bucket = $0 { true } else { false } } == 3)
        guard case .checkpoint(let end)? = first.last else {
            throw SimulatedClient.Mistake("no checkpoint")
        }
        request = SyncRequest()
        request.cursor = end.cursor
        #expect(ids(try fixture.page(request, for: device).frames) == ["service-1"])
    }

    @Test("keep to the budget of rows and of bytes, and always bring one row")
    func budgets() throws {
        let fixture = try ServerFixture {
            $0.pageRowsMax = 7
            $0.pageBytesMax = 10_000
        }
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        let body = "{\"x\":\"\(String(repeating: "x", count: 1_000))\"}"
        for index in 0..<20 { try fixture.put("vehicle", "v\(index)", person, body: body) }
        func rows(_ change: (inout SyncRequest) -> Void) throws -> (Int, Bool) {
            var request = SyncRequest()
            change(&request)
            let (frames, summary) = try fixture.page(request, for: device)
            let rows = frames.count { if case .row = $0 { true } else { false } }
            #expect(rows == summary.rows)
            return (rows, summary.isCheckpoint)
        }
        #expect(try rows { $0.rowsMax = 3 } == (3, false))
        #expect(try rows { $0.rowsMax = .max } == (7, false))
        #expect(try rows { $0.bytesMax = 0 } == (1, false))
        #expect(try rows { $0.bytesMax = 1 } == (1, false))
        #expect(try rows { $0.bytesMax = 2_500 } == (3, false))
        #expect(try rows { $0.bytesMax = .max } == (7, false))
        #expect(try rows { $0.rowsMax = 0 } == (0, false))
    }

    @Test("say before the first row how much is to come in all buckets")
    func progress() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for (table, count) in [("profile", 3), ("vehicle", 4), ("bill", 5), ("service", 2)] {
            for index in 0..<count {
                try fixture.put(table, "\(table)-\(index)", table == "service" ? nil : person)
            }
        }
        var request = SyncRequest()
        request.rowsMax = 4
        var left: UInt64 = 3 + 4 + 5 + 2
        while left > 0 {
            let frames = try fixture.page(request, for: device).frames
            let firstRow = frames.firstIndex { if case .row = $0 { true } else { false } }
            let firstRows = try #require(firstRow)
            var ahead: UInt64 = 0
            for case .bucket(let bucket) in frames[..<firstRows] { ahead += bucket.ahead }
            #expect(ahead == left)
            #expect(!frames[firstRows...].contains { if case .bucket = $0 { true } else { false } })
            left -= UInt64(frames.count { if case .row = $0 { true } else { false } })
            if case .page(let end)? = frames.last { request.cursor = end.cursor }
        }
    }

    @Test("end in a checkpoint when the budget ends with the last row")
    func exactBudget() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for index in 0..<3 { try fixture.put("vehicle", "v\(index)", person) }
        var request = SyncRequest()
        request.rowsMax = 3
        #expect(try fixture.page(request, for: device).summary.isCheckpoint)
        request.rowsMax = 2
        #expect(try !fixture.page(request, for: device).summary.isCheckpoint)
    }

    @Test("carry the outcomes a device has not seen, in runs")
    func outcomes() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        var writing = WritingDevice(device)
        let key = RowKey(table: "annotation", id: "a")
        let operations: [[RowOperation]] = [
            [RowOperation(key, .create)], [RowOperation(key, .set(field: "nickname", value: "x"))],
            [], [], [RowOperation(key, .delete)],
        ]
        let result = try fixture.push(operations.map { writing.next($0) }, from: device)
        #expect(result.taken == 5)
        var client = SimulatedClient()
        client.request.outcomesSeen = 1
        _ = try client.take(try fixture.page(client.request, for: device).frames)
        #expect(
            client.outcomes == [
                OutcomeRange(first: 2, last: 2, status: .accepted),
                OutcomeRange(first: 3, last: 4, status: .refused, code: "operations_none"),
                OutcomeRange(first: 5, last: 5, status: .accepted),
            ])
        #expect(client.ackedMid == 5)
    }

    /// Goal: a device that has seen no outcome of very many costs one bounded answer at a
    /// time, and no checkpoint lets it believe that it knows them all.
    @Test("bring very many outcomes in several answers, the checkpoint with the last")
    func manyOutcomes() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        var device = WritingDevice(try fixture.addDevice(person))
        let count = UInt64(OutcomeRecord.answerMax * 2 + 5)
        let mutations = (0..<count).map { index in
            device.next([RowOperation(RowKey(table: "no\(index)", id: "a"), .create)])
        }
        #expect(try fixture.push(mutations, from: device.record).ackedMid == count)
        var client = SimulatedClient()
        var answers = 0
        while true {
            answers += 1
            let isDone = try client.take(
                try fixture.page(client.request, for: device.record).frames)
            client.request.outcomesSeen = client.outcomes.last?.last ?? 0
            #expect(client.outcomes.count <= answers * OutcomeRecord.answerMax)
            if isDone { break }
        }
        #expect(answers == 3)
        // Behind the newest the details are emptied, so those are alike and come as one range.
        let kept = PushMachine.detailsKept
        #expect(client.outcomes.map(\.first) == [1] + Array((kept + 1)...count))
        #expect(client.outcomes.first?.last == kept && client.outcomes.last?.last == count)
        #expect(client.ackedMid == count)
    }

    @Test("restart a device whose cursor cannot go on")
    func restarts() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        let other = try fixture.addDevice(person)
        for index in 0..<4 { try fixture.put("vehicle", "v\(index)", person) }
        var client = SimulatedClient()
        _ = try client.take(try fixture.page(client.request, for: device).frames)
        let good = client.request.cursor
        func reason(_ cursor: [UInt8], _ device: DeviceRecord) throws -> String? {
            var request = SyncRequest()
            request.cursor = cursor
            let (frames, summary) = try fixture.page(request, for: device)
            guard case .restart(let reason)? = frames.last else { return nil }
            #expect(summary.isRestart || ["cursor.invalid", "cursor.lineage"].contains(reason))
            return reason
        }
        #expect(try reason(good, device) == nil)
        #expect(try reason(good, other) == "cursor.invalid")
        for bit in 0..<good.count * 8 {
            var flipped = good
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(try reason(flipped, device) == "cursor.invalid")
        }
        for length in 1..<good.count {
            #expect(try reason(Array(good.prefix(length)), device) == "cursor.invalid")
        }
        let opened = try fixture.pages.open(good, for: device.id).get()
        func sealed(_ change: (inout Cursor) -> Void) -> [UInt8] {
            var cursor = opened
            change(&cursor)
            return cursor.sealed(for: device.id, key: fixture.store.cursorKey)
        }
        #expect(try reason(sealed { $0.lineageTag ^= 1 }, device) == "cursor.lineage")
        #expect(try reason(sealed { $0.entries[0].epoch += 1 }, device) == "cursor.epoch")
        #expect(try reason(sealed { $0.entries[0].rev += 1 }, device) == "cursor.future")
        // The page with which it began was one of a store that had more.
        #expect(try reason(sealed { $0.entries[0].beganAt = 1_000 }, device) == "cursor.future")
        try fixture.writer.transaction { transaction throws in
            var bucket = try #require(
                try transaction.bucket(BucketNumber(opened.entries[0].bucket)))
            bucket.floor = 3
            try transaction.save(bucket)
        }
        #expect(try reason(good, device) == nil)
        #expect(try reason(sealed { $0.entries[0].rev = 3 }, device) == nil)
        #expect(try reason(sealed { $0.entries[0].rev = 2 }, device) == "cursor.floor")
        // A first sync is below no floor.
        #expect(try reason([], device) == nil)
    }

    @Test("name the buckets that are taken away, once")
    func lostBucket() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let stranger = try fixture.addPerson("stranger")
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "mine", person)
        try fixture.put("vehicle", "theirs", stranger)
        var client = SimulatedClient()
        _ = try client.take(try fixture.page(client.request, for: device).frames)
        #expect(client.view.keys.sorted() == ["person/somebody/transport"])
        var cursor = try fixture.pages.open(client.request.cursor, for: device.id).get()
        let foreign = try #require(
            try fixture.writer.transaction {
                try $0.bucket(named: "person/stranger/transport")
            })
        cursor.entries.append(
            Cursor.Entry(bucket: UInt64(foreign.number), epoch: 1, rev: foreign.head))
        cursor.entries.sort { $0.bucket < $1.bucket }
        client.request.cursor = cursor.sealed(for: device.id, key: fixture.store.cursorKey)
        let frames = try fixture.page(client.request, for: device).frames
        #expect(frames.contains(.bucketGone(name: "person/stranger/transport")))
        #expect(try client.take(frames))
        let again = try fixture.page(client.request, for: device).frames
        #expect(!again.contains(.bucketGone(name: "person/stranger/transport")))
    }

    @Test("of both forms say the same")
    func forms() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "v1", person, body: #"{"ชื่อ":"ก","n":-3}"#)
        try fixture.put("vehicle", "v2", person)
        try fixture.put("vehicle", "v2", person, version: 2, body: nil)
        let body = BodyWriter()
        var lines = JSONFrameSink(body)
        let asker = PageBuilder.Asker(
            device: device.number, id: device.id, person: person.number, now: 0)
        let cursor = try fixture.pages.open([], for: device.id).get()
        _ = try fixture.reader.snapshot { snapshot throws in
            try fixture.pages.build(
                SyncRequest(), cursor, for: asker, in: snapshot,
                names: { try fixture.reader.name($0) }, into: &lines)
        }
        var reader = JSONFrameReader()
        var frames: [Frame] = []
        try [UInt8](body.buffer.readable).withUnsafeBytesTyped { (raw) throws(WireError) in
            try reader.push(raw) { (frame) throws(WireError) in frames.append(frame) }
        }
        var first = SimulatedClient()
        var second = SimulatedClient()
        #expect(try first.take(frames))
        #expect(try second.take(try fixture.page(SyncRequest(), for: device).frames))
        #expect(first.view == second.view)
        #expect(first.request.cursor == second.request.cursor)
    }
}
