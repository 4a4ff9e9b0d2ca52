import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: nobody can make rows without end, and nobody loses a write for that who did not try to.
@Suite("The rows that a citizen may have")
struct RowLimitTests {
    /// A person whose bucket has room for five, with a row of an agency in it.
    private struct Scene {
        let fixture: ServerFixture
        let person: PersonRecord
        var device: WritingDevice

        init(isRestored: Bool = false) throws {
            fixture = try ServerFixture(isRestored: isRestored) { $0.citizenRowsMax = 5 }
            person = try fixture.addPerson()
            device = WritingDevice(try fixture.addDevice(person))
            try fixture.put("service", "hsss", nil, body: #"{"agency":"hss"}"#, agency: "dga")
            try fixture.put("notification", "n", person, agency: "dga")
        }

        mutating func push(
            _ operations: [RowOperation], at milliseconds: UInt64? = nil
        ) throws -> Outcome {
            let base = device.chain
            let mutation = device.next(operations, at: milliseconds)
            return try #require(
                try fixture.push([mutation], base: base, from: device.record).outcomes.first)
        }

        mutating func create(_ ids: String..., at milliseconds: UInt64? = nil) throws -> String {
            try push(
                ids.map { RowOperation(RowLimitTests.note($0), .create) }, at: milliseconds
            ).code
        }

        func bucket() throws -> BucketRecord? {
            try fixture.writer.transaction { try $0.bucket(named: "person/somebody/core") }
        }
    }

    private static func note(_ id: String) -> RowKey { RowKey(table: "annotation", id: id) }

    @Test("end at the limit, agencies' rows and tombstones among them")
    func limit() throws {
        var scene = try Scene()
        #expect(try scene.create("a", "b", "c") == "")
        let tooMany = try scene.push([
            RowOperation(Self.note("d"), .create), RowOperation(Self.note("e"), .create),
        ])
        #expect(
            tooMany
                == Outcome(
                    mid: 2, status: .refused, code: "rows_too_many", detail: "annotation/e"))
        #expect(try scene.fixture.row(Self.note("d"), scene.person) == nil)
        #expect(try scene.create("d") == "")
        #expect(try scene.bucket()?.count == 5)
        #expect(try scene.create("e") == "rows_too_many")

        // What is there can be changed, taken away and made again.
        let edit = Operation.set(field: "nickname", value: "x")
        #expect(try scene.push([RowOperation(Self.note("a"), edit)]).status == .accepted)
        #expect(try scene.create("a") == "")
        #expect(try scene.push([RowOperation(Self.note("a"), .delete)]).status == .accepted)
        #expect(try scene.create("e") == "rows_too_many", "a tombstone counts")
        #expect(try scene.create("a") == "")
        #expect(try scene.bucket()?.count == 5)
        #expect(try scene.bucket()?.tombstones == 0)

        // Agencies go on, and the person's other rows have a bucket of their own.
        try scene.fixture.put("notification", "n2", scene.person, agency: "dga")
        try scene.fixture.put("vehicle", "v", scene.person)
        #expect(try scene.push([RowOperation(Self.note("b"), .delete)]).status == .accepted)
        #expect(try scene.create("e") == "rows_too_many")
        #expect(try scene.fixture.writer.verify().isEmpty)
    }

    @Test("leave room for a request only where there is room for its receipt, too")
    func submissions() throws {
        var scene = try Scene()
        #expect(try scene.create("a", "b", "c") == "")
        let draft = RowKey(table: "request_draft", id: PushMachineTests.uuid("u"))
        #expect(
            try scene.push([PushMachineTests.submission("u")])
                == Outcome(
                    mid: 2, status: .refused, code: "rows_too_many",
                    detail: "request/\(PushMachineTests.uuid("u"))"))
        #expect(try scene.push([RowOperation(draft, .create)]).status == .accepted)
        #expect(try scene.bucket()?.count == 5)
        var other = try Scene()
        #expect(try other.create("a", "b") == "")
        #expect(try other.push([PushMachineTests.submission("u")]).status == .accepted)
        #expect(try other.bucket()?.count == 5)
        // Taking it back makes no row.
        #expect(
            try other.push([WithdrawalTests.withdrawal(PushMachineTests.uuid("u"))]).status
                == .accepted)
    }

    @Test("are as many again for what a restored store may have had")
    func restored() throws {
        var scene = try Scene(isRestored: true)
        try scene.fixture.write { context in
            try AuditTrail(context.transaction, now: noon, beginning: scene.fixture.store.lineage)
                .append(.personAdded, by: .operator)
        }
        // Agencies repeat their feeds first, and have told more since.
        for index in 0..<4 {
            try scene.fixture.put("notification", "m\(index)", scene.person, agency: "dga")
        }
        let late = UInt64(noon) + 15 * 86_400_000
        scene.fixture.now = Int64(late)
        #expect(try scene.create("a", "b", "c", at: UInt64(noon) - 90 * 86_400_000) == "")
        #expect(try scene.create("d", "e", at: UInt64(noon)) == "")
        #expect(try scene.bucket()?.count == 10)
        #expect(try scene.create("f", at: UInt64(noon) + 1) == "rows_too_many")
        #expect(try scene.create("f", at: late) == "rows_too_many")
        var newer = try Scene(isRestored: true)
        try newer.fixture.write { context in
            try AuditTrail(context.transaction, now: noon, beginning: newer.fixture.store.lineage)
                .append(.personAdded, by: .operator)
        }
        newer.fixture.now = Int64(late)
        #expect(try newer.create("a", "b", "c", "d", at: late) == "")
        #expect(try newer.create("e", at: late + 1) == "rows_too_many")
        #expect(try newer.create("e", at: late - 1) == "rows_too_many", "its time is set after e's")
    }
}
