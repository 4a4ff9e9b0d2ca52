import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Pushes")
struct PushMachineTests {
    static let note = RowKey(table: "annotation", id: "a")
    static let draft = RowKey(table: "request_draft", id: "d1")

    /// A mutation and why it is refused.
    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: RefusalCode
        let operations: [RowOperation]

        init(_ code: RefusalCode, _ operations: [RowOperation]) {
            self.init(code, "", operations)
        }

        init(_ code: RefusalCode, _ name: String, _ operations: [RowOperation]) {
            self.testDescription = name.isEmpty ? code.rawValue : "\(code.rawValue): \(name)"
            self.code = code
            self.operations = operations
        }
    }

    private static func one(_ table: String, _ id: String, _ operation: Operation) -> [RowOperation]
    {
        [RowOperation(RowKey(table: table, id: id), operation)]
    }

    /// The UUID under which tests know a request by a short name.
    static func uuid(_ name: String) -> String {
        let digits = SHA256.hash(Array(name.utf8)).hex
        func part(_ start: Int, _ count: Int) -> Substring { digits.dropFirst(start).prefix(count) }
        return "\(part(0, 8))-\(part(8, 4))-4\(part(12, 3))-8\(part(15, 3))-\(part(18, 12))"
    }

    /// A request that is all right on its own, for a service of the catalogue.
    ///
    /// Its id is the UUID of the name, unless another one is given.
    static func submission(
        _ name: String, id: String? = nil, service: String = "hsss", action: String = "new",
        form: JSONValue = [:],
        extra: [(String, JSONValue)] = []
    ) -> RowOperation {
        RowOperation(
            RowKey(table: "request", id: id ?? uuid(name)),
            .submit(
                .object(
                    JSONObject(
                        [
                            ("service", .string(service)), ("action", .string(action)),
                            ("form", form),
                        ] + extra))))
    }

    /// More than one row may hold, in operations that are each small enough.
    static let tooMuch: [RowOperation] = (0..<40).map { index in
        RowOperation(
            draft,
            .set(
                field: "form.f\(index)", value: .string(String(repeating: "x", count: 4_000))))
    }

    static let refused: [Refused] = [
        Refused(.operationsNone, []),
        Refused(
            .operationsTooMany, Array(repeating: RowOperation(note, .create), count: 65)),
        Refused(.tableUnknown, one("nothing", "a", .create)),
        Refused(.tableReadOnly, "a row of an agency", one("vehicle", "a", .create)),
        Refused(.tableReadOnly, "deleting the only row", one("pinned", "me", .delete)),
        Refused(.tableReadOnly, "submitting a note", one("annotation", "a", .submit([:]))),
        Refused(.rowInvalid, "a bad id", one("annotation", "a b", .create)),
        Refused(.rowInvalid, "a second singleton", one("pinned", "you", .create)),
        Refused(.rowAbsent, "set", one("annotation", "z", .set(field: "nickname", value: "x"))),
        Refused(.rowAbsent, "add", one("annotation", "z", .add(field: "labels", element: "x"))),
        Refused(.rowAbsent, "increment", one("annotation", "z", .increment(field: "shown", by: 1))),
        Refused(
            .rowAbsent, "write",
            one("annotation", "z", .write(field: "note", text: "x", replacing: []))),
        Refused(.rowAbsent, "mark", one("notification_state", "z", .mark(field: "read"))),
        Refused(.rowAbsent, "raise", one("inbox", "me", .raise(field: "seen_up_to", to: 4))),
        Refused(.rowAbsent, "delete", one("annotation", "z", .delete)),
        Refused(.fieldNotWritable, one("annotation", "a", .set(field: "owner", value: "x"))),
        Refused(.fieldKind, one("annotation", "a", .mark(field: "nickname"))),
        Refused(
            .fieldTwice,
            [
                RowOperation(note, .create),
                RowOperation(note, .set(field: "nickname", value: "x")),
                RowOperation(note, .set(field: "nickname", value: "y")),
            ]),
        Refused(
            .valueTooLarge,
            one(
                "annotation", "a",
                .set(field: "nickname", value: .string(String(repeating: "x", count: 257))))),
        Refused(
            .valueInvalid, one("preference", "me", .set(field: "language", value: "fr"))),
        Refused(.rowTooLarge, "a row", [RowOperation(draft, .create)] + tooMuch),
        Refused(
            .rowTooLarge, "a submission",
            [
                submission(
                    "r",
                    form: .object(
                        JSONObject([("x", .string(String(repeating: "x", count: 70_000)))])))
            ]),
        Refused(.submissionInvalid, "no object", one("request", "r", .submit("x"))),
        Refused(.submissionInvalid, "empty", one("request", "r", .submit([:]))),
        Refused(.submissionInvalid, "form", [submission("r", form: "x")]),
        Refused(
            .submissionInvalid, "attachment", [submission("r", extra: [("attachments", ["x"])])]),
        Refused(
            .submissionInvalid, "attachments", [submission("r", extra: [("attachments", "x")])]),
        Refused(
            .submissionExists, "in one mutation", [submission("same"), submission("same")]),
    ]

    private func fixture() throws -> (ServerFixture, PersonRecord, WritingDevice) {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = WritingDevice(try fixture.addDevice(person))
        try fixture.put(
            "service", "hsss", nil, body: #"{"agency":"hss","name_en":"HSSS","name_th":"ก"}"#,
            agency: "dga")
        try fixture.put("service", "obec-2", nil, body: #"{"agency":"obec"}"#, agency: "dga")
        return (fixture, person, device)
    }

    /// Goal: of a refused mutation nothing but its outcome is visible.
    ///
    /// Method: put a good operation before and after the bad ones.
    @Test("refuse whole mutations with a code, and go on", arguments: refused)
    func refusals(refused: Refused) throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let before = try fixture.view(of: person)
        let good = RowOperation(RowKey(table: "annotation", id: "good"), .create)
        let isCounted = [.operationsNone, .operationsTooMany].contains(refused.code)
        let result = try fixture.push(
            [
                device.next(isCounted ? refused.operations : [good] + refused.operations + [good]),
                device.next([RowOperation(RowKey(table: "annotation", id: "next"), .create)]),
            ], from: device.record)
        #expect(result.outcomes.first?.status == .refused)
        #expect(result.outcomes.first?.code == refused.code.rawValue)
        #expect(result.outcomes.last == Outcome(mid: 2, status: .accepted))
        #expect(result.ackedMid == 2 && result.taken == 2 && result.failure == nil)
        var after = try fixture.view(of: person)
        after["person/somebody/core"]?[RowKey(table: "annotation", id: "next")] = nil
        #expect(after.filter { !$0.value.isEmpty } == before)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("refuse another device's stamp")
    func deviceMismatch() throws {
        let (fixture, _, first) = try fixture()
        var other = WritingDevice(
            DeviceRecord(number: 9, id: DeviceID(99), person: 1, name: "", added: 0))
        let result = try fixture.push(
            [other.next([RowOperation(Self.note, .create)])], from: first.record)
        #expect(result.outcomes.map(\.code) == ["device_mismatch"])
    }

    @Test("refuse a whole mutation when its second row is too large")
    func secondRowTooLarge() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let result = try fixture.push(
            [
                device.next(
                    [RowOperation(Self.note, .create), RowOperation(Self.draft, .create)]
                        + Self.tooMuch)
            ], from: device.record)
        #expect(result.outcomes.map(\.code) == ["row_too_large"])
        #expect(result.outcomes.map(\.detail) == ["request_draft/d1"])
        #expect(try fixture.row(Self.note, person) == nil)
        #expect(try fixture.row(Self.draft, person) == nil)
    }

    @Test("take a row as long as one may be, and refuse one byte more", arguments: [0, 1])
    func rowEdge(more: Int) throws {
        let (fixture, person, first) = try fixture()
        var device = first
        func filled(_ field: String, _ count: Int) -> RowOperation {
            RowOperation(
                Self.draft,
                .set(field: field, value: .string(String(repeating: "x", count: count))))
        }
        let made = [RowOperation(Self.draft, .create), filled("form.y", 0), filled("form.z", 0)]
        let start = device.next(made + Array(Self.tooMuch.prefix(31)))
        #expect(try fixture.push([start], from: device.record).outcomes.map(\.code) == [""])
        let bytes = try #require(try fixture.row(Self.draft, person)).body.count
        let room = WriteRules.rowBytesMax - bytes
        try #require((2..<8_000).contains(room))
        let edit = device.next([
            filled("form.y", room / 2), filled("form.z", room - room / 2 + more),
        ])
        let result = try fixture.push([edit], base: start.chain, from: device.record)
        #expect(result.outcomes.map(\.code) == [more == 0 ? "" : "row_too_large"])
        let stored = try #require(try fixture.row(Self.draft, person)).body.count
        #expect(stored == (more == 0 ? WriteRules.rowBytesMax : bytes))
    }

    @Test(
        "tell a detail as long as one may be, and cut one that is a byte longer",
        arguments: [0, 1])
    func detailEdge(more: Int) throws {
        let (fixture, _, first) = try fixture()
        var device = first
        let place = "\(Self.note)."
        let count = PushMachine.detailBytesMax - place.utf8.count + more
        let field = String(repeating: "x", count: count)
        let mutation = device.next([RowOperation(Self.note, .set(field: field, value: "x"))])
        let result = try fixture.push([mutation], from: device.record)
        #expect(result.outcomes.map(\.code) == ["field_not_writable"])
        let detail = place + field
        #expect(result.outcomes.map(\.detail) == [more == 0 ? detail : String(detail.prefix(128))])
    }

    @Test("stop at a gap, taking what comes before")
    func gap() throws {
        let (fixture, _, first) = try fixture()
        var device = first
        let mutations = (0..<4).map { _ in device.next([RowOperation(Self.note, .create)]) }
        let result = try fixture.push([mutations[0], mutations[2]], from: device.record)
        #expect(result.failure == .gap && result.ackedMid == 1 && result.taken == 1)
        #expect(try fixture.push([mutations[3]], from: device.record).failure == .gap)
        let rest = try fixture.push(
            Array(mutations[1...]), base: mutations[0].chain, from: device.record)
        #expect(rest.failure == nil && rest.ackedMid == 4)
    }

    @Test("notice a copied device, by what it says came before and by what it repeats")
    func forks() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let create = [RowOperation(Self.note, .create)]
        let mutations = [device.next(create), device.next(create)]
        #expect(try fixture.push(mutations, from: device.record).ackedMid == 2)
        // The copy was made after the first mutation and then wrote its own.
        var copy = first
        _ = copy.next(create)
        let other = copy.next([RowOperation(Self.note, .set(field: "nickname", value: "x"))])
        let third = copy.next(create)
        let repeated = try fixture.push([other], base: mutations[0].chain, from: device.record)
        #expect(repeated.failure == .forked && repeated.outcomes.isEmpty)
        let based = try fixture.push([third], base: other.chain, from: device.record)
        #expect(based.failure == .forked && based.taken == 0 && based.ackedMid == 2)
        let mixed = try fixture.push([mutations[0], other, third], from: device.record)
        #expect(mixed.failure == .forked && mixed.taken == 0 && mixed.outcomes.count == 1)
        // Two creations that touched the row, and nothing of the copy.
        #expect(try fixture.row(Self.note, person)?.rev == 2)
    }

    @Test("give the outcome that was given before, for ever")
    func repeats() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let mutations = [
            device.next([RowOperation(Self.note, .create)]),
            device.next([]),
            device.next([Self.submission("r-1")]),
            device.next([RowOperation(Self.note, .increment(field: "shown", by: 1))]),
        ]
        let once = try fixture.push(mutations, from: device.record)
        #expect(once.taken == 4)
        let view = try fixture.view(of: person)
        fixture.now += 86_400_000
        for start in 0..<4 {
            let base = start == 0 ? 77 : mutations[start - 1].chain
            let again = try fixture.push(
                Array(mutations[start...]), base: base, from: device.record)
            #expect(again.taken == 0 && again.failure == nil && again.ackedMid == 4)
            #expect(again.outcomes == Array(once.outcomes[start...]))
        }
        #expect(try fixture.view(of: person) == view)
    }

    @Test("stop when the device has no rights any more")
    func revoked() throws {
        let (fixture, _, first) = try fixture()
        var device = first
        try fixture.write { context in
            try SignInMachine(
                context: context, limits: fixture.limits, secrets: seededSecrets(2)
            ).revoke(device.record, by: .operator)
        }
        let mutation = device.next([RowOperation(Self.note, .create)])
        #expect(try fixture.push([mutation], from: device.record).failure == .revoked)
        #expect(try fixture.push([mutation], from: WritingDevice(device.record).record).taken == 0)
    }

    @Test("re-stamp what is too far ahead and keep the device's order")
    func restamp() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let future = UInt64(noon) + 60_001
        let results = try fixture.push(
            [
                device.next([RowOperation(Self.note, .create)], at: UInt64(noon) + 60_000),
                device.next(
                    [RowOperation(Self.note, .set(field: "nickname", value: "1"))], at: future),
                device.next(
                    [RowOperation(Self.note, .set(field: "nickname", value: "2"))],
                    at: future + 86_400_000),
                // A clock that went back years does not bring its writes behind.
                device.next([RowOperation(Self.note, .set(field: "nickname", value: "3"))], at: 5),
            ], from: device.record)
        #expect(results.outcomes.map(\.status) == [.accepted, .merged, .merged, .merged])
        #expect(
            results.outcomes.map(\.code) == [
                "", "time_restamped", "time_restamped", "time_restamped",
            ])
        let row = try #require(try fixture.row(Self.note, person))
        let document = try #require(MergeDocument(bytes: row.body))
        #expect(document.fields["nickname"]?.shown == "3")
        #expect(document.touched.milliseconds <= UInt64(noon) + 60_000)
        #expect(row.asOf == Int64(document.touched.milliseconds))
    }

    @Test("order two devices by their stamps, and say so")
    func merging() throws {
        let (fixture, person, first) = try fixture()
        var phone = first
        var tablet = WritingDevice(try fixture.addDevice(person))
        let time = UInt64(noon)
        _ = try fixture.push(
            [
                phone.next([RowOperation(Self.note, .create)], at: time - 900),
                phone.next(
                    [RowOperation(Self.note, .set(field: "nickname", value: "phone"))],
                    at: time - 100),
            ], from: phone.record)
        let result = try fixture.push(
            [
                tablet.next(
                    [RowOperation(Self.note, .set(field: "nickname", value: "tablet"))],
                    at: time - 200)
            ], from: tablet.record)
        #expect(result.outcomes == [Outcome(mid: 1, status: .merged, code: "newer_write")])
        let row = try #require(try fixture.row(Self.note, person))
        #expect(MergeDocument(bytes: row.body)?.fields["nickname"]?.shown == "phone")
    }

    @Test("delete, lose against newer writes, revive, and never insert by a set")
    func lives() throws {
        let (fixture, person, first) = try fixture()
        var phone = first
        var tablet = WritingDevice(try fixture.addDevice(person))
        let time = UInt64(noon) - 10_000
        func isAlive() throws -> Bool? { try fixture.row(Self.note, person)?.isAlive }
        func push(
            _ device: inout WritingDevice, _ operation: Operation, at: UInt64
        ) throws -> Outcome {
            let base = device.chain
            let mutation = device.next([RowOperation(Self.note, operation)], at: at)
            return try #require(
                try fixture.push([mutation], base: base, from: device.record).outcomes.first)
        }
        #expect(
            try push(&phone, .set(field: "nickname", value: "x"), at: time).code == "row_absent")
        #expect(try push(&phone, .create, at: time + 10).status == .accepted)
        #expect(
            try push(&phone, .set(field: "nickname", value: "x"), at: time + 50).status == .accepted
        )
        // A deletion that has not seen the newest write loses, and says so.
        let stale = try push(&tablet, .delete, at: time + 40)
        #expect(try isAlive() == true)
        #expect(stale == Outcome(mid: 1, status: .merged, code: "newer_write"))
        #expect(try push(&tablet, .delete, at: time + 60).status == .accepted)
        #expect(try isAlive() == false)
        #expect(try fixture.view(of: person)["person/somebody/core"] == nil)
        // A write older than the deletion does not bring the row back, and says so.
        let late = try push(&phone, .set(field: "nickname", value: "y"), at: time + 55)
        #expect(try isAlive() == false)
        #expect(late == Outcome(mid: 4, status: .merged, code: "newer_write"))
        #expect(try push(&phone, .create, at: time + 70).status == .accepted)
        #expect(try isAlive() == true)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("a row that is made and deleted in one mutation is accepted and gone")
    func madeAndDeleted() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let result = try fixture.push(
            [
                device.next([
                    RowOperation(Self.note, .create),
                    RowOperation(Self.note, .set(field: "nickname", value: "x")),
                    RowOperation(Self.note, .delete),
                ])
            ], from: device.record)
        #expect(result.outcomes == [Outcome(mid: 1, status: .accepted)])
        #expect(try fixture.row(Self.note, person)?.isAlive == false)
    }

    /// Rows of the table in docs/protocol.md, section 12: one mutation, in order.
    @Test(
        "take the operations of one mutation on one row in their order",
        arguments: [
            ([.delete, .create], true), ([.delete, .set(field: "nickname", value: "y")], true),
            ([.set(field: "nickname", value: "y"), .delete], false),
            ([.delete, .create, .delete], false), ([.create, .delete, .create], true),
        ] as [([Operation], Bool)])
    func orderWithinOneMutation(operations: [Operation], isAlive: Bool) throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let result = try fixture.push(
            [
                device.next([
                    RowOperation(Self.note, .create),
                    RowOperation(Self.note, .set(field: "nickname", value: "x")),
                ]), device.next(operations.map { RowOperation(Self.note, $0) }),
            ], from: device.record)
        #expect(result.outcomes.map(\.status) == [.accepted, .accepted])
        #expect(try fixture.row(Self.note, person)?.isAlive == isAlive)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("a row that is deleted and made again in one mutation dies by a later deletion")
    func madeAgain() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let result = try fixture.push(
            [
                device.next([RowOperation(Self.note, .create)]),
                device.next([
                    RowOperation(Self.note, .delete), RowOperation(Self.note, .create),
                ]),
                device.next([RowOperation(Self.note, .delete)]),
            ], from: device.record)
        #expect(result.outcomes.allSatisfy { $0.status == .accepted })
        #expect(try fixture.row(Self.note, person)?.isAlive == false)
    }

    @Test("change nothing that did not change")
    func noChange() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        _ = try fixture.push(
            [
                device.next([
                    RowOperation(RowKey(table: "inbox", id: "me"), .create),
                    RowOperation(
                        RowKey(table: "inbox", id: "me"), .raise(field: "seen_up_to", to: 9)),
                ])
            ], from: device.record)
        let key = RowKey(table: "inbox", id: "me")
        let other = try fixture.addPerson("other")
        #expect(try fixture.row(key, other) == nil)
        #expect(try fixture.row(key, person)?.rev == 1)
    }
}
