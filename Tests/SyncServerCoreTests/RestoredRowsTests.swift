import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: after a restore the order in which devices come back decides nothing.
///
/// A device leaves `create` out where it sees the row. What it wrote then must not be lost because
/// the one that made the row comes later, or never.
@Suite("Rows that a restored server lacks")
struct RestoredRowsTests {
    private static let note = RowKey(table: "annotation", id: "a")
    private static let gone = RowKey(table: "annotation", id: "b")
    private static let back = RowKey(table: "annotation", id: "c")
    private static let pinned = RowKey(table: "pinned", id: "me")
    private static let draft = RowKey(table: "request_draft", id: "d")
    private static let keys = [note, gone, back, pinned, draft]

    /// A server, a person and two devices.
    private struct World {
        let fixture: ServerFixture
        let person: PersonRecord
        let maker: DeviceRecord
        let other: DeviceRecord

        init(isRestored: Bool) throws {
            fixture = try ServerFixture(isRestored: isRestored)
            person = try fixture.addPerson()
            maker = try fixture.addDevice(person)
            other = try fixture.addDevice(person)
        }

        func rows() throws -> [String] {
            try RestoredRowsTests.keys.map { key in
                let row = try fixture.row(key, person)
                let body = row.map { String(decoding: $0.body, as: UTF8.self) } ?? "none"
                return "\(key) \(row?.isAlive ?? false) \(body)"
            }
        }
    }

    /// What one device made, and what the other wrote when it had seen that.
    private static func writes(_ world: World) -> (made: [Mutation], wrote: [Mutation]) {
        var maker = WritingDevice(world.maker)
        var other = WritingDevice(world.other)
        func one(_ key: RowKey, _ operations: Operation...) -> [RowOperation] {
            operations.map { RowOperation(key, $0) }
        }
        let pin = maker.next(
            one(pinned, .create, .add(field: "services", element: "x")), at: UInt64(noon) + 100)
        let made = [
            maker.next(
                one(note, .create, .set(field: "nickname", value: "n")), at: UInt64(noon) + 200),
            maker.next(
                one(gone, .create, .increment(field: "shown", by: 2))
                    + one(draft, .create, .set(field: "form.a", value: "1")),
                at: UInt64(noon) + 300),
            maker.next(one(back, .create, .delete), at: UInt64(noon) + 400),
        ]
        let wrote = [
            other.next(
                one(pinned, .remove(field: "services", element: "x", dots: [pin.dot])),
                at: UInt64(noon) + 500),
            other.next(
                one(note, .write(field: "note", text: "t", replacing: []))
                    + one(note, .increment(field: "shown", by: 1)),
                at: UInt64(noon) + 600),
            other.next(one(gone, .delete) + one(draft, .delete), at: UInt64(noon) + 700),
            other.next(
                one(back, .delete, .add(field: "labels", element: "l")), at: UInt64(noon) + 800),
        ]
        return ([pin] + made, wrote)
    }

    /// Puts the mutations of both in one order; `bits` says who is next.
    private static func push(
        _ writes: (made: [Mutation], wrote: [Mutation]), _ bits: [Bool], _ world: World
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        var next = (made: 0, wrote: 0)
        var base = (made: UInt64(77), wrote: UInt64(77))
        for isMaker in bits {
            let mutation = isMaker ? writes.made[next.made] : writes.wrote[next.wrote]
            outcomes += try world.fixture.push(
                [mutation], base: isMaker ? base.made : base.wrote,
                from: isMaker ? world.maker : world.other
            ).outcomes
            if isMaker {
                next.made += 1
                base.made = mutation.chain
            } else {
                next.wrote += 1
                base.wrote = mutation.chain
            }
        }
        return outcomes
    }

    @Test("end with the same bytes, whoever comes back first")
    func orders() throws {
        let usual = try World(isRestored: false)
        let writes = Self.writes(usual)
        let order = writes.made.map { _ in true } + writes.wrote.map { _ in false }
        #expect(try Self.push(writes, order, usual).allSatisfy { $0.status != .refused })
        let expected = try usual.rows()
        #expect(expected.filter { $0.contains(" true ") }.count == 3)
        var tried = 0
        for bits in 0..<(1 << order.count) where bits.nonzeroBitCount == writes.made.count {
            let world = try World(isRestored: true)
            let order = order.indices.map { bits >> $0 & 1 == 1 }
            let outcomes = try Self.push(writes, order, world)
            #expect(outcomes.allSatisfy { $0.status != .refused }, "order \(order): \(outcomes)")
            #expect(try world.rows() == expected, "order \(order)")
            #expect(try world.fixture.writer.verify().isEmpty)
            tried += 1
        }
        #expect(tried == 70)
    }

    @Test("show what was written to them, where nobody brings the beginning back")
    func alone() throws {
        let world = try World(isRestored: true)
        var other = WritingDevice(world.other)
        let text = other.next([
            RowOperation(Self.note, .write(field: "note", text: "t", replacing: []))
        ])
        let deletion = other.next([RowOperation(Self.gone, .delete)])
        let outcomes = try world.fixture.push([text, deletion], from: world.other).outcomes
        #expect(outcomes.map(\.status) == [.accepted, .accepted])
        let row = try #require(try world.fixture.row(Self.note, world.person))
        #expect(row.isAlive)
        #expect(try JSON.parse(row.body)["fields"]?["note"] != nil)
        #expect(try world.fixture.row(Self.gone, world.person)?.isAlive == false)
    }

    @Test("get their receipt where the agency has told of the request first")
    func answered() throws {
        for (isRestored, owner, days, isTaken) in [
            (true, "hss", 0, true), (true, "hss", -90, true), (true, "hss", 14, true),
            (true, "hss", 15, false), (true, "obec", 0, false), (false, "hss", 0, false),
        ] {
            let world = try World(isRestored: isRestored)
            let fixture = world.fixture
            let id = PushMachineTests.uuid("u")
            let draft = RowKey(table: "request_draft", id: id)
            // The history begins with the first entry of the audit chain.
            try fixture.write { context in
                try AuditTrail(context.transaction, now: noon - 1, beginning: nil)
                    .append(.personAdded, by: .operator)
                try AuditTrail(
                    context.transaction, now: noon, beginning: fixture.store.lineage
                ).append(.personAdded, by: .operator)
            }
            try fixture.put("service", "hsss", nil, body: #"{"agency":"hss"}"#, agency: "dga")
            try fixture.put(
                "request", id, world.person, version: 3, body: #"{"state":"approved"}"#,
                agency: owner)
            let told = try #require(try fixture.feedRow(RowKey(table: "request", id: id)))
            let time = noon + Int64(days) * 86_400_000
            fixture.now = max(noon, time)
            var device = WritingDevice(world.maker)
            let made = device.next([RowOperation(draft, .create)], at: UInt64(time))
            let handedIn = device.next(
                [PushMachineTests.submission("u"), RowOperation(draft, .delete)],
                at: UInt64(time) + 1)
            let again = device.next([PushMachineTests.submission("u")], at: UInt64(time) + 2)
            let outcomes = try fixture.push([made, handedIn, again], from: world.maker).outcomes
            let place = "\(isRestored) \(owner) \(days)"
            #expect(
                outcomes.map(\.code)
                    == ["", isTaken ? "newer_write" : "submission_exists", "submission_exists"],
                "\(place)")
            #expect(outcomes.map(\.status)[1] == (isTaken ? .merged : .refused), "\(place)")
            #expect(try fixture.row(draft, world.person)?.isAlive == !isTaken, "\(place)")
            let receipt = try fixture.feedRow(RowKey(table: "receipt", id: id))
            #expect((receipt != nil) == isTaken, "\(place)")
            if let receipt {
                let body = try JSON.parse(receipt.body)
                #expect(body["receipt_no"] == "R-1" && body["request_id"]?.text == id)
                #expect(receipt.owner == "dga" && receipt.isAlive)
            }
            // The agency's word stays as it was told.
            #expect(try fixture.feedRow(told.key) == told, "\(place)")
            #expect(try fixture.writer.verify().isEmpty)
        }
    }

    @Test("get no receipt for another person's request")
    func answeredToOther() throws {
        let world = try World(isRestored: true)
        let id = PushMachineTests.uuid("u")
        let other = try world.fixture.addPerson("other")
        try world.fixture.put("service", "hsss", nil, body: #"{"agency":"hss"}"#, agency: "dga")
        try world.fixture.put("request", id, other, agency: "hss")
        var device = WritingDevice(world.maker)
        let outcome = try world.fixture.push(
            [device.next([PushMachineTests.submission("u")])], from: world.maker
        ).outcomes.first
        #expect(outcome?.code == "submission_invalid")
        #expect(try world.fixture.feedRow(RowKey(table: "receipt", id: id)) == nil)
    }

    @Test("are absent to what was written before or much later, and where nothing was put back")
    func others() throws {
        for (isRestored, days, isTaken) in [
            (true, 14, true), (true, 15, false), (true, -1, true), (true, -2, false),
            (false, 0, false),
        ] {
            let world = try World(isRestored: isRestored)
            // The history begins with the first entry of the audit chain.
            try world.fixture.write { context in
                // What the store was put back with, and the first entry after that.
                try AuditTrail(context.transaction, now: noon - 1, beginning: nil)
                    .append(.personAdded, by: .operator)
                try AuditTrail(
                    context.transaction, now: context.now, beginning: world.fixture.store.lineage
                ).append(.personAdded, by: .operator)
            }
            let time = noon + Int64(days) * 86_400_000
            world.fixture.now = time
            var other = WritingDevice(world.other)
            let edit = other.next(
                [RowOperation(Self.note, .set(field: "nickname", value: "x"))], at: UInt64(time))
            let code = try world.fixture.push([edit], from: world.other).outcomes.first?.code
            #expect(code == (isTaken ? "" : "row_absent"), "\(isRestored) \(days)")
        }
    }

    /// Goal: what the first loss took comes back after a second one, too.
    ///
    /// Method: a store that was put back is put back again to a state some days behind that,
    /// with a history between them that ended before it was written down.
    @Test(
        "are lacking after a second restore for as long as after the first",
        arguments: [(14, true), (15, false)])
    func twice(days: Int64, isTaken: Bool) throws {
        let place = try TemporaryDirectory()
        let later = noon + days * 86_400_000
        func add(_ fixture: ServerFixture, at time: Int64, _ lineage: Lineage?) throws {
            try fixture.write { context in
                try AuditTrail(context.transaction, now: time, beginning: lineage)
                    .append(.personAdded, by: .operator)
            }
        }
        do {
            let first = try ServerFixture(isRestored: true, in: place)
            try add(first, at: noon - 1, nil)
            try add(first, at: noon, first.store.lineage)
            // The newest of the state that is put back later.
            try add(first, at: later, nil)
        }
        do { _ = try ServerFixture(isRestored: true, in: place, secrets: 2) }
        let fixture = try ServerFixture(isRestored: true, in: place, secrets: 3)
        try add(fixture, at: later + 1, fixture.store.lineage)
        fixture.now = later + 1
        var device = WritingDevice(try fixture.addDevice(try fixture.addPerson()))
        func edit(_ key: RowKey, at time: Int64) -> Mutation {
            device.next([RowOperation(key, .set(field: "nickname", value: "x"))], at: UInt64(time))
        }
        // From before the first state, of what the first loss took, and of what the second did.
        let edits = [
            edit(Self.gone, at: noon - 2 * 86_400_000), edit(Self.note, at: noon),
            edit(Self.back, at: later),
        ]
        let outcomes = try fixture.push(edits, from: device.record).outcomes
        #expect(outcomes.map(\.code) == ["row_absent", isTaken ? "" : "row_absent", ""])
    }
}
