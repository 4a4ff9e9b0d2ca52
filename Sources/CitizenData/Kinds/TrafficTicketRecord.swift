/// A traffic ticket, with the reason it is this person's.
package struct TrafficTicketRecord: RecordView {
    package static let kind = RecordKind.trafficTicket
    package static let mandatoryFields = [
        "ticket_no", "offence_at", "issued_at", "offence_th", "fine_satang", "due",
        "status", "why_mine",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number of the ticket.
    package var number: String { fields.text("ticket_no") }

    /// When it happened.
    package var offenceAt: Int64? { fields.moment("offence_at") }

    /// When the ticket was written.
    package var issuedAt: Int64? { fields.moment("issued_at") }

    /// The code of the offence.
    package var offenceCode: String { fields.text("offence_code") }

    /// The offence.
    package var offenceThai: String { fields.text("offence_th") }

    /// The offence in English.
    package var offenceEnglish: String { fields.text("offence_en") }

    /// Where it happened.
    package var placeThai: String { fields.text("place_th") }

    /// The text of the plate.
    package var plate: String { fields.text("plate") }

    /// The province of the plate.
    package var province: String { fields.text("province") }

    /// The speed that was measured, km/h.
    package var speed: Int64? { fields.integer("speed_kmh") }

    /// The speed that was allowed, km/h.
    package var speedLimit: Int64? { fields.integer("limit_kmh") }

    /// The fine.
    package var fineSatang: Int64? { fields.integer("fine_satang") }

    /// The points taken; nil if not said.
    package var pointsCut: Int64? { fields.integer("points_cut") }

    /// The last day to pay.
    package var due: PartialDate? { fields.date("due") }

    /// Where the ticket stands.
    package var status: String { fields.text("status") }
    /// The same in words.
    package var statusLabel: Bilingual { StatusNames.label("traffic_ticket_status", status) }

    /// When it was paid.
    package var paidAt: Int64? { fields.moment("paid_at") }

    /// The police station.
    package var stationThai: String { fields.text("station_th") }

    /// Why the ticket is this person's.
    package var whyMine: Attribution { Attribution(fields: fields.group("why_mine")) }

    /// The photos.
    package var evidence: [Evidence] { fields.list("evidence").map(Evidence.init) }

    /// The dispute, empty if there is none.
    package var dispute: Dispute { Dispute(fields: fields.group("dispute")) }

    /// A note of the police.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// Why a ticket is attributed to a person.
    package struct Attribution: Hashable, Sendable {
        let fields: RecordFields

        /// The ground.
        package var basis: String { fields.text("basis") }
        /// The same in words.
        package var basisLabel: Bilingual { StatusNames.label("why_mine_basis", basis) }

        /// The ground in words.
        package var textThai: String { fields.text("text_th") }

        /// The ground in English.
        package var textEnglish: String { fields.text("text_en") }
    }

    /// A file that proves something.
    package struct Evidence: Hashable, Sendable {
        let fields: RecordFields

        /// What it is.
        package var kind: String { fields.text("kind") }

        /// The name of the file.
        package var name: String { fields.text("name") }

        /// The size.
        package var bytes: Int64? { fields.integer("bytes") }

        /// The hash of the content.
        package var sha256: String { fields.text("sha256") }
    }

    /// What a citizen said against a ticket, and what became of it.
    package struct Dispute: Hashable, Sendable {
        let fields: RecordFields

        /// Where the dispute stands.
        package var state: String { fields.text("state") }

        /// The reason as a code.
        package var reasonCode: String { fields.text("reason_code") }

        /// The reason in words.
        package var reasonThai: String { fields.text("reason_th") }

        /// The day it was filed.
        package var filedAt: PartialDate? { fields.date("filed_at") }

        /// The day an answer is due.
        package var answerDue: PartialDate? { fields.date("answer_due") }

        /// The day it was answered.
        package var answeredAt: PartialDate? { fields.date("answered_at") }

        /// The files sent along.
        package var evidence: [Evidence] { fields.list("evidence").map(Evidence.init) }
    }
}
