import CitizenData
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Withdrawals of a request")
struct WithdrawalTests {
    static let key = RowKey(table: "request", id: PushMachineTests.uuid("r"))

    /// A person with a device and a request that has been received.
    private struct Scene {
        let fixture: ServerFixture
        let person: PersonRecord
        var device: WritingDevice

        init() throws {
            fixture = try ServerFixture()
            person = try fixture.addPerson()
            try fixture.put(
                "service", "hsss", nil, body: #"{"agency":"hss","name_th":"ก"}"#, agency: "dga")
            device = WritingDevice(try fixture.addDevice(person))
            #expect(try push(PushMachineTests.submission("r")).status == .accepted)
            fixture.now += 5_000
        }

        mutating func push(_ operations: RowOperation...) throws -> Outcome {
            let base = device.chain
            let mutation = device.next(operations)
            return try #require(
                try fixture.push([mutation], base: base, from: device.record).outcomes.first)
        }

        func request() throws -> (row: RowRecord, body: JSONValue) {
            let row = try #require(try fixture.feedRow(WithdrawalTests.key))
            return (row, try JSON.parse(row.body))
        }

        /// Feeds the request as its agency does.
        func feed(_ state: String, version: Int64, agency: String = "hss") throws -> FeedOutcome {
            try fixture.write { context in
                try FeedMachine(
                    context: context, agency: AgencyRecord(code: agency, tables: ["request"])
                ).apply(
                    try fixture.record(
                        "request", WithdrawalTests.key.id, person.subject, version: version,
                        body: #"{"state":"\#(state)","timeline":[{"state":"\#(state)"}]}"#,
                        agency: agency))
            }
        }
    }

    static func withdrawal(
        _ id: String = key.id,
        _ members: [(String, JSONValue)] = [
            ("queued_at", "2026-11-18T12:00:00+07:00")
        ]
    ) -> RowOperation {
        RowOperation(
            RowKey(table: "request", id: id),
            .submit(.object(JSONObject([("command", "withdraw")] + members))))
    }

    @Test("end in the state withdrawn, with a step at the server's time; the receipt stays")
    func received() throws {
        var scene = try Scene()
        let before = try scene.request()
        let receipt = try scene.fixture.feedRow(RowKey(table: "receipt", id: Self.key.id))
        #expect(try scene.push(Self.withdrawal()) == Outcome(mid: 2, status: .accepted))
        let (row, body) = try scene.request()
        #expect(body["state"] == "withdrawn")
        #expect(body["withdrawn_at"]?.text == BangkokTime.iso(scene.fixture.now))
        #expect(body["withdrawal_queued_at"] == nil, "it waits nowhere any more")
        let steps = try #require(body["timeline"]?.items)
        #expect(steps.map { $0["state"]?.text } == ["received", "withdrawn"])
        #expect(steps[1]["at"]?.text == BangkokTime.iso(scene.fixture.now))
        #expect(steps[1]["queued_at"] == "2026-11-18T12:00:00+07:00")
        for name in ["receipt_no", "entered_at", "form", "service", "client_uuid"] {
            #expect(body[name] == before.body[name])
        }
        #expect(row.owner == "hss" && row.asOf == scene.fixture.now && row.rev > before.row.rev)
        #expect(try scene.fixture.feedRow(RowKey(table: "receipt", id: Self.key.id)) == receipt)
        #expect(try scene.fixture.writer.verify().isEmpty)
    }

    @Test(
        "are taken in the states of a request that allow them, and refused in all others",
        arguments: RequestState.allCases.map(\.rawValue) + ["done", ""])
    func states(state: String) throws {
        var scene = try Scene()
        #expect(try scene.feed(state, version: 7) == .applied)
        let before = try scene.request()
        let isAllowed = RequestState(rawValue: state)?.mayBecome(.withdrawn) == true
        let outcome = try scene.push(Self.withdrawal())
        if isAllowed {
            #expect(outcome == Outcome(mid: 2, status: .accepted))
            #expect(try scene.request().body["state"] == "withdrawn")
        } else {
            #expect(
                outcome
                    == Outcome(
                        mid: 2, status: .refused, code: "request_state",
                        detail: "\(Self.key).state: \(state)"))
            #expect(try scene.request() == before)
        }
    }

    @Test("count once, however often and from whichever device they are sent")
    func twice() throws {
        var scene = try Scene()
        #expect(try scene.push(Self.withdrawal(), Self.withdrawal()).code == "request_state")
        #expect(try scene.request().body["state"] == "received")
        #expect(try scene.push(Self.withdrawal()).status == .accepted)
        let after = try scene.request()
        #expect(try scene.push(Self.withdrawal()).code == "request_state")
        var tablet = WritingDevice(try scene.fixture.addDevice(scene.person))
        let late = try scene.fixture.push([tablet.next([Self.withdrawal()])], from: tablet.record)
        #expect(late.outcomes.map(\.code) == ["request_state"])
        #expect(try scene.request() == after)
    }

    @Test("of nothing and of another person's request are refused alike, and tell nothing")
    func foreign() throws {
        let scene = try Scene()
        let other = try scene.fixture.addPerson("other")
        var device = WritingDevice(try scene.fixture.addDevice(other))
        let result = try scene.fixture.push(
            [device.next([Self.withdrawal()]), device.next([Self.withdrawal("nothing")])],
            from: device.record)
        #expect(result.outcomes.map(\.code) == ["row_absent", "row_absent"])
        #expect(result.outcomes.map(\.detail) == ["\(Self.key)", "request/nothing"])
        #expect(try scene.request().body["state"] == "received")
    }

    @Test(
        "and other commands that cannot be read are refused",
        arguments: [
            #"{"command":"burn"}"#, #"{"command":1}"#, #"{"command":"withdraw","queued_at":5}"#,
        ])
    func malformed(payload: String) throws {
        var scene = try Scene()
        let value = try JSON.parse(Array(payload.utf8))
        #expect(
            try scene.push(RowOperation(Self.key, .submit(value))).code == "submission_invalid")
        #expect(try scene.request().body["state"] == "received")
    }

    @Test("are not written over by a feed that does not know of them")
    func feeds() throws {
        var scene = try Scene()
        #expect(try scene.feed("under_review", version: 3) == .applied)
        #expect(try scene.push(Self.withdrawal()).status == .accepted)
        let withdrawn = try scene.request()
        // A replay of what was fed before is old, whatever it says.
        #expect(try scene.feed("under_review", version: 3) == .stale)
        #expect(try scene.feed("under_review", version: 2) == .stale)
        guard case .refused(let problem) = try scene.feed("approved", version: 4) else {
            Issue.record("an approval went over the withdrawal")
            return
        }
        #expect(problem.code == "feed.request_withdrawn" && !problem.advice.isEmpty)
        #expect(try scene.request() == withdrawn)
        // The agency takes note of it; from then on its word stands as before.
        #expect(try scene.feed("withdrawn", version: 4) == .applied)
        #expect(try scene.feed("withdrawn", version: 4) == .unchanged)
        #expect(try scene.feed("closed", version: 5) == .applied)
        #expect(try scene.fixture.writer.verify().isEmpty)
    }

    @Test("do not make a row that nobody can read")
    func size() throws {
        var scene = try Scene()
        let frame = #"{"state":"received","x":""}"#.utf8.count
        let padding = String(repeating: "x", count: WriteRules.rowBytesMax - frame)
        try scene.fixture.put(
            "request", Self.key.id, scene.person, version: 2,
            body: #"{"state":"received","x":"\#(padding)"}"#, agency: "hss")
        #expect(try scene.push(Self.withdrawal()).code == "row_too_large")
    }
}
