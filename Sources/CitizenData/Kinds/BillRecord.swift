/// A bill with its lines and its payment code.
package struct BillRecord: RecordView {
    package static let kind = RecordKind.bill
    package static let mandatoryFields = [
        "kind", "biller", "biller_id", "biller_th", "ref1", "amount_satang", "due",
        "status",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// `electricity`, `water`, `garbage` and others.
    package var billKind: String { fields.text("kind") }

    /// The biller, by its short name.
    package var biller: String { fields.text("biller") }

    /// The 15 digits of the biller in a payment code.
    package var billerID: String { fields.text("biller_id") }

    /// The biller's name.
    package var billerThai: String { fields.text("biller_th") }

    /// The biller's name in English.
    package var billerEnglish: String { fields.text("biller_en") }

    /// The first reference.
    package var ref1: String { fields.text("ref1") }

    /// The second reference.
    package var ref2: String { fields.text("ref2") }

    /// What is to be paid.
    package var amountSatang: Int64? { fields.integer("amount_satang") }

    /// What it is made of, and who gets it.
    package var lines: [Line] { fields.list("lines").map(Line.init) }

    /// The day of issue.
    package var issued: PartialDate? { fields.date("issued") }

    /// The last day to pay.
    package var due: PartialDate? { fields.date("due") }

    /// The month it is for.
    package var period: PartialDate? { fields.date("period") }

    /// The meter.
    package var meter: String { fields.text("meter") }

    /// Where the bill stands.
    package var statusCode: String { fields.text("status") }
    /// The same in words.
    package var statusLabel: Bilingual { StatusNames.label("bill_state", statusCode) }

    /// The payload of the payment code.
    package var paymentCode: String { fields.text("qr") }

    /// When the payment code expires.
    package var paymentCodeExpires: Int64? { fields.moment("qr_expires") }

    /// The service in the catalogue.
    package var service: String { fields.text("service") }

    /// A note of the biller.
    package var noteThai: String { fields.text("note_th") }

    /// A line of a bill.
    package struct Line: Hashable, Sendable {
        let fields: RecordFields

        /// What it is, as a code.
        package var code: String { fields.text("k") }

        /// What it is.
        package var nameThai: String { fields.text("name_th") }

        /// The amount.
        package var satang: Int64? { fields.integer("satang") }

        /// Who gets it.
        package var beneficiary: String { fields.text("beneficiary") }
    }
}
