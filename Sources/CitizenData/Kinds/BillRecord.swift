/// A bill with its lines and its payment code.
public struct BillRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.bill

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "kind", "biller", "biller_id", "biller_th", "ref1", "amount_satang", "due",
        "status",
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

    /// `electricity`, `water`, `garbage` and others.
    public var billKind: String { fields.text("kind") }

    /// The biller, by its short name.
    public var biller: String { fields.text("biller") }

    /// The 15 digits of the biller in a payment code.
    public var billerID: String { fields.text("biller_id") }

    /// The biller's name.
    public var billerThai: String { fields.text("biller_th") }

    /// The biller's name in English.
    public var billerEnglish: String { fields.text("biller_en") }

    /// The first reference.
    public var ref1: String { fields.text("ref1") }

    /// The second reference.
    public var ref2: String { fields.text("ref2") }

    /// What is to be paid, in satang.
    public var amountSatang: Int64? { fields.integer("amount_satang") }

    /// What it is made of, and who gets it.
    public var lines: [Line] { fields.list("lines").map(Line.init) }

    /// The day of issue.
    public var issued: PartialDate? { fields.date("issued") }

    /// The last day to pay.
    public var due: PartialDate? { fields.date("due") }

    /// The month it is for.
    public var period: PartialDate? { fields.date("period") }

    /// The meter.
    public var meter: String { fields.text("meter") }

    /// Where the bill stands.
    public var statusCode: String { fields.text("status") }
    /// The same in words.
    public var statusLabel: Bilingual { StatusNames.label("bill_state", statusCode) }

    /// The payload of the payment code.
    public var paymentCode: String { fields.text("qr") }

    /// When the payment code expires, in milliseconds since 1970, UTC.
    public var paymentCodeExpires: Int64? { fields.moment("qr_expires") }

    /// The service in the catalogue.
    public var service: String { fields.text("service") }

    /// A note of the biller.
    public var noteThai: String { fields.text("note_th") }

    /// A line of a bill.
    public struct Line: Hashable, Sendable {
        let fields: RecordFields

        /// What it is, as a code.
        public var code: String { fields.text("k") }

        /// What it is.
        public var nameThai: String { fields.text("name_th") }

        /// The amount, in satang.
        public var satang: Int64? { fields.integer("satang") }

        /// Who gets it.
        public var beneficiary: String { fields.text("beneficiary") }
    }
}
