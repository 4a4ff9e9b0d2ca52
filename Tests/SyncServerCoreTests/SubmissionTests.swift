import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Submissions")
struct SubmissionTests {
    private func fixture() throws -> (ServerFixture, PersonRecord, WritingDevice) {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put(
            "service", "hsss", nil, body: #"{"agency":"hss","name_en":"HSSS","name_th":"ก"}"#,
            agency: "dga")
        try fixture.put("service", "obec-2", nil, body: #"{"agency":"obec"}"#, agency: "dga")
        return (fixture, person, WritingDevice(try fixture.addDevice(person)))
    }

    private func push(
        _ operations: [RowOperation], _ device: inout WritingDevice, _ fixture: ServerFixture
    ) throws -> Outcome {
        let base = device.chain
        let mutation = device.next(operations)
        return try #require(
            try fixture.push([mutation], base: base, from: device.record).outcomes.first)
    }

    /// An erasure leaves version 0 of every row: what feeds brought comes again with them.
    @Test("are told from the receipts of feeds by version and, once they are erased, by id")
    func receiptsOfFeeds() {
        func isReceipt(_ id: String, version: Int64, isAlive: Bool) -> Bool {
            Submission.isReceipt(
                RowRecord(
                    number: 1, bucket: 1, rev: 1, key: RowKey(table: "receipt", id: id), scope: 0,
                    owner: "dga", asOf: 0, sourceVersion: version, hash: .zero, isAlive: isAlive,
                    body: []))
        }
        #expect(isReceipt(PushMachineTests.uuid("r"), version: 0, isAlive: true))
        #expect(isReceipt(PushMachineTests.uuid("r"), version: 0, isAlive: false))
        #expect(!isReceipt("dga-1", version: 0, isAlive: false))
        #expect(!isReceipt("dga-1", version: 3, isAlive: true))
    }

    /// A device that was away hands in what another one handed in long ago.
    @Test("that their person made before are told as that, also where the request was purged")
    func purged() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        #expect(try push([PushMachineTests.submission("r")], &device, fixture).status == .accepted)
        let id = PushMachineTests.uuid("r")
        try fixture.put("request", id, person, version: 2, body: nil, agency: "hss")
        fixture.now += 1_000
        let report = try fixture.write { context in
            try Compaction(context: context, limits: fixture.limits).run(olderThan: 0)
        }
        #expect(report.purged == 1)
        let again = try push([PushMachineTests.submission("r")], &device, fixture)
        #expect(again.code == "submission_exists")
    }

    @Test("enter at the server's time and are receipted in a chain")
    func receipts() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let other = try fixture.addPerson("other")
        var second = WritingDevice(try fixture.addDevice(other))
        var previous = ""
        for index in 1...4 {
            fixture.now = noon + Int64(index) * 1_000
            let isOther = index == 3
            let operation = PushMachineTests.submission(
                "r-\(index)",
                extra: [("entered_at", "1999-01-01"), ("drafted_at", "2026-01-01")])
            let outcome =
                isOther
                ? try push([operation], &second, fixture) : try push([operation], &device, fixture)
            #expect(outcome.status == .accepted)
            let receipt = try #require(
                try fixture.feedRow(
                    RowKey(table: "receipt", id: PushMachineTests.uuid("r-\(index)"))))
            let body = try JSON.parse(receipt.body)
            #expect(body["previous_sha256"]?.text == previous)
            #expect(body["entered_ms"] == .integer(fixture.now))
            #expect(body["receipt_no"]?.text == "R-\(index)")
            #expect(body["server_sequence"] == .integer(Int64(index)))
            #expect(receipt.owner == "dga" && receipt.asOf == fixture.now)
            previous = SHA256.hash(receipt.body).hex
            let request = try #require(
                try fixture.feedRow(
                    RowKey(table: "request", id: PushMachineTests.uuid("r-\(index)"))))
            let made = try JSON.parse(request.body)
            #expect(made["entered_at"] == body["entered_at"])
            #expect(made["entered_at"]?.text?.hasPrefix("2026-11-") == true)
            #expect(made["drafted_at"] == "2026-01-01")
            #expect(made["state"] == "received" && made["service_en"] == "HSSS")
            #expect(request.owner == "hss" && request.sourceVersion == 0)
        }
        #expect(try fixture.view(of: other)["person/other/core"]?.count == 2)
        #expect(try fixture.view(of: person)["person/somebody/core"]?.count == 6)
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("have a receipt that no feed writes over or deletes, not even its owner's")
    func receiptsAreKept() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        _ = try push([PushMachineTests.submission("r")], &device, fixture)
        let before = try fixture.view(of: person)
        for (agency, code) in [("dga", "feed.id_reserved"), ("hss", "feed.owner_foreign")] {
            for body in [#"{"entered_ms":1}"#, nil] {
                let outcome = try fixture.write { context in
                    try FeedMachine(
                        context: context, agency: AgencyRecord(code: agency, tables: ["receipt"])
                    ).apply(
                        try fixture.record(
                            "receipt", PushMachineTests.uuid("r"), person.subject, version: 1,
                            body: body, agency: agency))
                }
                guard case .refused(let problem) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(problem.code == code && !problem.advice.isEmpty)
            }
        }
        #expect(try fixture.view(of: person) == before)
        // Receipts of the agency's own, for what it received elsewhere, are its own.
        try fixture.put("receipt", "dga-1", person, agency: "dga")
        try fixture.put("receipt", "dga-1", person, version: 2, body: nil, agency: "dga")
    }

    @Test("are taken once under their id, from any device")
    func twice() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        var other = WritingDevice(try fixture.addDevice(person))
        let operation = PushMachineTests.submission("r")
        #expect(try push([operation], &device, fixture).status == .accepted)
        #expect(try push([operation], &device, fixture).code == "submission_exists")
        #expect(try push([operation], &other, fixture).code == "submission_exists")
        let receipt = try #require(
            try fixture.feedRow(RowKey(table: "receipt", id: PushMachineTests.uuid("r"))))
        #expect(try JSON.parse(receipt.body)["receipt_no"] == "R-1")
    }

    @Test("tell what others have handed in to nobody who has no good request, and then little")
    func ofOthers() throws {
        let (fixture, _, first) = try fixture()
        var device = first
        #expect(
            try push([PushMachineTests.submission("r")], &device, fixture).status == .accepted)
        try fixture.put("receipt", PushMachineTests.uuid("fed"), try fixture.addPerson("third"))
        var other = WritingDevice(try fixture.addDevice(try fixture.addPerson("other")))
        func refusal(_ operation: RowOperation) throws -> Outcome {
            let outcome = try push([operation], &other, fixture)
            #expect(outcome.status == .refused)
            return outcome
        }
        // Whatever is wrong with a request is told in the same way about an id that is free.
        for (service, form) in [("none", [:] as JSONValue), ("obec-2", [:]), ("hsss", "x")] {
            let codes = try ["r", "fed", "free"].map {
                try refusal(PushMachineTests.submission($0, service: service, form: form)).code
            }
            #expect(Set(codes).count == 1 && codes[0] != "submission_exists", "\(codes)")
        }
        // A good one is refused as one whose id is none.
        for name in ["r", "fed"] {
            let outcome = try refusal(PushMachineTests.submission(name))
            #expect(outcome.code == "submission_invalid")
            #expect(outcome.detail == "request/\(PushMachineTests.uuid(name))")
        }
        #expect(
            try refusal(PushMachineTests.submission("", id: "dlt-1")).detail == "request/dlt-1")
        let request = try #require(
            try fixture.feedRow(RowKey(table: "request", id: PushMachineTests.uuid("r"))))
        #expect(try JSON.parse(request.body)["state"] == "received")
    }

    @Test(
        "have a UUID as their id: an agency's could be taken before the agency feeds it",
        arguments: [
            ("hss-2026-000001", false), ("0F8FAD5B-D9CB-469F-A165-70867728950E", true),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", true),
            ("0f8fad5b-d9cb-469f-a165-70867728950g", false),
            ("0f8fad5b-d9cb-469f-a165-70867728950", false),
            ("0f8fad5b-d9cb-469f-a165-70867728950e0", false),
            ("0f8fad5bd9cb-469f-a165-70867728950ee", false),
            ("0f8fad5b-d9cb-469f-a165_70867728950e", false),
        ])
    func ids(id: String, isTaken: Bool) throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let outcome = try push([PushMachineTests.submission("", id: id)], &device, fixture)
        #expect(outcome.status == (isTaken ? .accepted : .refused))
        #expect(outcome.code == (isTaken ? "" : "submission_invalid"))
        if !isTaken { try fixture.put("request", id, person, agency: "hss") }
    }

    @Test("under the id of an agency's receipt are refused, not for ever tried again")
    func receiptTaken() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        try fixture.put("receipt", PushMachineTests.uuid("taken"), person, agency: "dga")
        #expect(
            try push([PushMachineTests.submission("taken")], &device, fixture).code
                == "submission_exists")
        #expect(
            try push([PushMachineTests.submission("free")], &device, fixture).status == .accepted)
    }

    @Test(
        "are refused by the rules of their service",
        arguments: [
            ("nothing", "new", "rule.unknown_service"), ("hsss", "burn", "rule.unknown_action"),
            ("obec-2", "new", "rule.required_field"),
            ("obec-1", "new", "rule.required_field"),
            ("gap", "new", "rule.unknown_service"),
        ])
    func rules(service: String, action: String, code: String) throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let outcome = try push(
            [PushMachineTests.submission("r", service: service, action: action)], &device, fixture)
        #expect(outcome.status == .refused && outcome.code == code)
        #expect(try fixture.view(of: person)["person/somebody/core"] == nil)
    }

    @Test("are refused with a short detail, however long the name that is wrong")
    func longDetail() throws {
        let (fixture, _, first) = try fixture()
        var device = first
        let field = String(repeating: "\u{10000}", count: 8_000)
        let long = String(repeating: "x", count: 20_000)
        let outcome = try push(
            [
                PushMachineTests.submission(
                    "r", form: .object(JSONObject([(field, .string(long))])))
            ], &device, fixture)
        #expect(outcome.code == "rule.field_length")
        #expect(
            outcome.detail.hasPrefix("request/\(PushMachineTests.uuid("r")).")
                && outcome.detail.utf8.count <= 512)
    }

    @Test("to a service that was taken out of the catalogue are refused")
    func serviceGone() throws {
        let (fixture, _, first) = try fixture()
        var device = first
        try fixture.put("service", "hsss", nil, version: 2, body: nil, agency: "dga")
        #expect(
            try push([PushMachineTests.submission("r")], &device, fixture).code
                == "rule.unknown_service")
    }

    @Test("take their draft away in the same mutation, or neither happens")
    func draft() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        let draft = RowKey(table: "request_draft", id: "r")
        #expect(try push([RowOperation(draft, .create)], &device, fixture).status == .accepted)
        let bad = try push(
            [
                RowOperation(draft, .delete),
                PushMachineTests.submission("r", service: "obec-2"),
            ], &device, fixture)
        #expect(bad.status == .refused)
        #expect(try fixture.row(draft, person)?.isAlive == true)
        let good = try push(
            [PushMachineTests.submission("r"), RowOperation(draft, .delete)], &device, fixture)
        #expect(good.status == .accepted)
        #expect(try fixture.row(draft, person)?.isAlive == false)
        #expect(
            try fixture.feedRow(RowKey(table: "request", id: PushMachineTests.uuid("r")))?.isAlive
                == true)
    }

    @Test("are continued by their agency's feed and by no other's")
    func continued() throws {
        let (fixture, person, first) = try fixture()
        var device = first
        _ = try push([PushMachineTests.submission("r")], &device, fixture)
        try fixture.put(
            "request", PushMachineTests.uuid("r"), person, body: #"{"state":"done"}"#, agency: "hss"
        )
        #expect(throws: StoreFailure.self) {
            try fixture.put(
                "request", PushMachineTests.uuid("r"), person, version: 9, agency: "other")
        }
        #expect(
            try fixture.feedRow(RowKey(table: "request", id: PushMachineTests.uuid("r")))?.body
                == Array(#"{"state":"done"}"#.utf8))
    }
}
