import SyncProtocol
import Testing

@testable import CitizenData

@Suite("Views of rows")
struct KindsTests {
    static let views: [any RecordView.Type] = [
        ProfileRecord.self, CivilRegistrationRecord.self, DrivingLicenceRecord.self,
        VehicleRecord.self, TrafficTicketRecord.self, CreditReportRecord.self,
        SocialSecurityRecord.self, HealthCoverageRecord.self, NewbornSubsidyRecord.self,
        EntitlementRecord.self, NotificationRecord.self, RequestRecord.self, ReceiptRecord.self,
        BillRecord.self, PaymentRecord.self, DocumentRecord.self, ConsentRecord.self,
        AccessEventRecord.self, DelegationRecord.self,
    ]

    private func open<View: RecordView>(
        _ type: View.Type, _ row: Personas.Row
    ) -> (any RecordView)? {
        View(id: row.id, body: row.body)
    }

    @Test("are there for every row of the personas, with the mandatory members")
    func personas() throws {
        var byTable: [String: any RecordView.Type] = [:]
        for view in Self.views { byTable[view.kind.rawValue] = view }
        #expect(byTable.count == 19)
        let rows = try Personas.rows()
        #expect(rows.count == 2843)
        var seen: Set<String> = []
        for row in rows {
            let type = try #require(byTable[row.table], "\(row.table)")
            let opened = open(type, row)
            let view = try #require(opened)
            #expect(view.missingFields.isEmpty, "\(row.id): \(view.missingFields)")
            #expect(view.id == row.id)
            seen.insert(row.table)
        }
        // Only the server can issue a receipt, so no agency pushes one.
        #expect(Set(byTable.keys).subtracting(seen) == ["receipt"])
    }

    @Test("read typed values", arguments: [RecordKind.drivingLicence, .request, .creditReport])
    func typed(kind: RecordKind) throws {
        for row in try Personas.rows() where row.table == kind.rawValue {
            switch kind {
            case .drivingLicence:
                let licence = try #require(DrivingLicenceRecord(id: row.id, body: row.body))
                #expect(licence.issued != nil)
                let isLifetime = licence.classCode.hasSuffix("lifetime")
                #expect((licence.expires == nil) == isLifetime, "\(row.id)")
                #expect(licence.pointsLeft != nil)
                #expect(licence.statusLabel.thai != licence.status)
            case .request:
                let request = try #require(RequestRecord(id: row.id, body: row.body))
                #expect(request.state != nil)
                #expect(request.enteredAt != nil && request.isReceived)
                #expect(request.timeline.last?.state == request.stateCode)
            default:
                let report = try #require(CreditReportRecord(id: row.id, body: row.body))
                #expect(report.accounts.allSatisfy { $0.history.utf8.count == 36 })
                #expect(report.requestedAt != nil)
            }
        }
    }

    @Test("never turn missing data into zero")
    func missing() throws {
        let licence = try #require(DrivingLicenceRecord(id: "x", body: .object(JSONObject())))
        #expect(licence.pointsLeft == nil)
        #expect(licence.hasQRCard == nil)
        #expect(licence.expires == nil)
        #expect(licence.number.isEmpty)
        #expect(licence.missingFields == DrivingLicenceRecord.mandatoryFields)
        let wrong: JSONValue = ["points_left": "0", "expires": 5, "has_qr_card": 2]
        let odd = try #require(DrivingLicenceRecord(id: "x", body: wrong))
        #expect(odd.pointsLeft == nil && odd.expires == nil && odd.hasQRCard == nil)
        #expect(DrivingLicenceRecord(id: "x", body: .array([])) == nil)
    }

    @Test("keep an unknown code as it is")
    func unknownCode() throws {
        let coverage = try #require(HealthCoverageRecord(id: "x", body: ["maininscl": "XYZ"]))
        #expect(coverage.mainRightLabel == Bilingual("XYZ", "XYZ"))
    }

    @Test("add every bill up to the satang")
    func bills() throws {
        for row in try Personas.rows() where row.table == "bill" {
            let bill = try #require(BillRecord(id: row.id, body: row.body))
            #expect(bill.linesAddUp, "\(row.id)")
            #expect(bill.state != nil)
        }
    }

    @Test("name the kind as the reference does")
    func kinds() throws {
        let enumeration = try #require(
            Project.json("Data/reference/status-enums.json")["record_kind"]?["values"]?.items)
        for value in enumeration {
            let kind = try #require(RecordKind(rawValue: value["value"]?.text ?? ""))
            #expect(kind.label.thai == value["name_th"]?.text)
            #expect(kind.sensitivity.lowerBound.rawValue == value["sensitivity_min"]?.text)
            #expect(kind.sensitivity.upperBound.rawValue == value["sensitivity_max"]?.text)
            let writers = kind.writers.map(\.rawValue).joined(separator: "+")
            #expect(writers == value["writer"]?.text, "\(kind)")
        }
        let named = Set(enumeration.compactMap { $0["value"]?.text })
        let ours = Set(RecordKind.allCases.map(\.rawValue))
        #expect(ours.subtracting(named) == ["province", "biller", "open_data_group"])
    }

    @Test("age as the reference says")
    func freshPeriods() throws {
        let periods = try #require(
            Project.json("Data/reference/status-enums.json")["freshness_band"]?[
                "fresh_for_seconds"]?
                .fields)
        #expect(periods.count == 8)
        for (key, value) in periods.members {
            #expect(RecordKind(rawValue: key)?.freshSeconds == value.intValue, "\(key)")
        }
        #expect(RecordKind.creditReport.freshSeconds == nil)
    }
}

@Suite("Tables made from the data")
struct TablesTests {
    @Test("hold the provinces of the file")
    func provinces() throws {
        let lines = try Project.lines("Data/reference/provinces.ndjson")
        #expect(lines.count == 78)
        #expect(Province.all.map(\.code) == lines.compactMap { $0["code"]?.text })
        #expect(Province.all.map(\.nameThai) == lines.compactMap { $0["name_th"]?.text })
        #expect(Province.all.map(\.nameEnglish) == lines.compactMap { $0["name_en"]?.text })
        #expect(Province.all.filter { !$0.isProvince }.map(\.nameThai) == ["เบตง"])
    }

    @Test("hold the names of the file")
    func statusNames() throws {
        let file = try Project.json("Data/reference/status-enums.json")
        for name in [StatusNames.records, StatusNames.catalogue].flatMap(\.keys) {
            let values = try #require(file[name]?["values"]?.items, "\(name)")
            #expect(StatusNames.values(name) == values.compactMap { $0["value"]?.text })
            for value in values {
                let label = StatusNames.label(name, value["value"]?.text ?? "")
                #expect(label.thai == value["name_th"]?.text, "\(name)")
                #expect(label.english == value["name_en"]?.text, "\(name)")
            }
        }
    }

    @Test("name the freshness bands as the bands name themselves")
    func freshnessLabels() {
        for band in Freshness.Band.allCases {
            #expect(band.label == StatusNames.label("freshness_band", band.rawValue))
        }
    }

    @Test("hold the services that take requests")
    func services() throws {
        var expected: [String: [String]] = [:]
        for line in try Project.lines("Data/catalogue/services.ndjson") {
            let actions = (line["actions"]?.items ?? []).compactMap(\.text)
                .filter { ["new", "renew", "amend", "cancel"].contains($0) }
            if !actions.isEmpty { expected[line["id"]?.text ?? ""] = actions }
        }
        #expect(ServiceActions.table == expected)
    }

    private func moves<Machine: StateMachine>(_ type: Machine.Type) -> Set<[String]> {
        var moves: Set<[String]> = []
        for state in Machine.allCases {
            for next in state.successors { moves.insert([state.rawValue, next.rawValue]) }
        }
        return moves
    }

    private func check<Machine: StateMachine>(_ type: Machine.Type, _ name: String) throws {
        let file = try #require(Project.json("Data/reference/status-enums.json")[name])
        let transitions = try #require(file["transitions"]?.items)
        #expect(
            moves(type) == Set(transitions.map { ($0.items ?? []).compactMap(\.text) }), "\(name)")
        #expect(
            Machine.allCases.map(\.rawValue)
                == (file["values"]?.items ?? []).compactMap { $0["value"]?.text }, "\(name)")
        if let initial = file["initial"]?.text { #expect(Machine.initial.rawValue == initial) }
        if let final = file["final"]?.items {
            #expect(
                Set(Machine.allCases.filter(\.isFinal).map(\.rawValue))
                    == Set(final.compactMap(\.text)))
        }
    }

    @Test("hold the moves of the state machines")
    func machines() throws {
        try check(RequestState.self, "request_state")
        try check(BillState.self, "bill_state")
        try check(DocumentState.self, "document_state")
        try check(OnboardingState.self, "onboarding_state")
    }

    @Test("lead from a payment status to the state of the bill")
    func paymentStatus() throws {
        let file = try Project.json("Data/reference/status-enums.json")
        let values = try #require(file["epayment_status"]?["values"]?.items)
        #expect(values.count == 9)
        for value in values {
            let code = try #require(value["code"]?.intValue)
            #expect(BillState(paymentStatusCode: code)?.rawValue == value["bill_state"]?.text)
        }
        #expect(BillState(paymentStatusCode: 9) == nil)
        #expect(BillState(paymentStatusCode: -1) == nil)
    }
}
