/// A traffic ticket, with the reason it is this person's.
public struct TrafficTicketRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.trafficTicket

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "ticket_no", "offence_at", "issued_at", "offence_th", "fine_satang", "due",
        "status", "why_mine",
    ]

    /// The id of the row.
    public let id: String

    /// The members of the body, also those that have no property here.
    public let fields: RecordFields

    /// Makes the view of a body's members.
    public init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number of the ticket.
    public var number: String { fields.text("ticket_no") }

    /// When it happened, in milliseconds since 1970, UTC.
    public var offenceAt: Int64? { fields.moment("offence_at") }

    /// When the ticket was written, in milliseconds since 1970, UTC.
    public var issuedAt: Int64? { fields.moment("issued_at") }

    /// The code of the offence.
    public var offenceCode: String { fields.text("offence_code") }

    /// The offence.
    public var offenceThai: String { fields.text("offence_th") }

    /// The offence in English.
    public var offenceEnglish: String { fields.text("offence_en") }

    /// Where it happened.
    public var placeThai: String { fields.text("place_th") }

    /// The text of the plate.
    public var plate: String { fields.text("plate") }

    /// The province of the plate.
    public var province: String { fields.text("province") }

    /// The speed that was measured, km/h.
    public var speed: Int64? { fields.integer("speed_kmh") }

    /// The speed that was allowed, km/h.
    public var speedLimit: Int64? { fields.integer("limit_kmh") }

    /// The fine, in satang.
    public var fineSatang: Int64? { fields.integer("fine_satang") }

    /// The points taken; nil if not said.
    public var pointsCut: Int64? { fields.integer("points_cut") }

    /// The last day to pay.
    public var due: PartialDate? { fields.date("due") }

    /// Where the ticket stands.
    public var status: String { fields.text("status") }
    /// The same in words.
    public var statusLabel: Bilingual { StatusNames.label("traffic_ticket_status", status) }

    /// When it was paid, in milliseconds since 1970, UTC.
    public var paidAt: Int64? { fields.moment("paid_at") }

    /// The police station.
    public var stationThai: String { fields.text("station_th") }

    /// Why the ticket is this person's.
    public var whyMine: Attribution { Attribution(fields: fields.group("why_mine")) }

    /// The photos.
    public var evidence: [Evidence] { fields.list("evidence").map(Evidence.init) }

    /// The dispute, empty if there is none.
    public var dispute: Dispute { Dispute(fields: fields.group("dispute")) }

    /// A note of the police.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// Why a ticket is attributed to a person.
    public struct Attribution: Hashable, Sendable {
        let fields: RecordFields

        /// The ground.
        public var basis: String { fields.text("basis") }
        /// The same in words.
        public var basisLabel: Bilingual { StatusNames.label("why_mine_basis", basis) }

        /// The ground in words.
        public var textThai: String { fields.text("text_th") }

        /// The ground in English.
        public var textEnglish: String { fields.text("text_en") }
    }

    /// A file that proves something.
    public struct Evidence: Hashable, Sendable {
        let fields: RecordFields

        /// What it is.
        public var kind: String { fields.text("kind") }

        /// The name of the file.
        public var name: String { fields.text("name") }

        /// The size, in bytes.
        public var bytes: Int64? { fields.integer("bytes") }

        /// The hash of the content.
        public var sha256: String { fields.text("sha256") }
    }

    /// What a citizen said against a ticket, and what became of it.
    public struct Dispute: Hashable, Sendable {
        let fields: RecordFields

        /// Where the dispute stands.
        public var state: String { fields.text("state") }

        /// The reason as a code.
        public var reasonCode: String { fields.text("reason_code") }

        /// The reason in words.
        public var reasonThai: String { fields.text("reason_th") }

        /// The day it was filed.
        public var filedAt: PartialDate? { fields.date("filed_at") }

        /// The day an answer is due.
        public var answerDue: PartialDate? { fields.date("answer_due") }

        /// The day it was answered.
        public var answeredAt: PartialDate? { fields.date("answered_at") }

        /// The files sent along.
        public var evidence: [Evidence] { fields.list("evidence").map(Evidence.init) }
    }
}
