public import CitizenData
public import SyncClientCore

/// A screen of everything that has a typed view, written with public names alone.
public enum KindsScreen {
    /// The views that an app can show.
    public static let views: [any RecordView.Type] = [
        ProfileRecord.self, CivilRegistrationRecord.self, DrivingLicenceRecord.self,
        VehicleRecord.self, TrafficTicketRecord.self, CreditReportRecord.self,
        SocialSecurityRecord.self, HealthCoverageRecord.self, NewbornSubsidyRecord.self,
        EntitlementRecord.self, NotificationRecord.self, RequestRecord.self, ReceiptRecord.self,
        BillRecord.self, PaymentRecord.self, DocumentRecord.self, ConsentRecord.self,
        AccessEventRecord.self, DelegationRecord.self,
    ]

    /// One line for each row of a view, with all that a screen says of a row.
    public static func lines<View: RecordView>(
        _ view: View.Type, in snapshot: RowSnapshot
    ) -> [String] {
        snapshot.rows(of: view).map { shown in
            let missing = shown.view.missingFields.isEmpty ? "whole" : "in part"
            return "\(View.kind.label.english) \(shown.id) \(shown.row.owner) \(missing)"
        }
    }

    /// What a card of a ticket says: amounts, days, moments, states and words.
    public static func card(_ ticket: TrafficTicketRecord) -> [String] {
        [
            ticket.fineSatang.map { Money.baht($0) } ?? "-",
            ticket.due.map { ThaiDateFormat.english($0) } ?? "-",
            ticket.offenceAt.map { BangkokTime.iso($0) } ?? "-",
            ticket.statusLabel.text(in: .english), ticket.whyMine.basisLabel.text(in: .thai),
            ticket.dispute.evidence.map(\.name).joined(), ticket.fields.text("new_member"),
        ]
    }
}
