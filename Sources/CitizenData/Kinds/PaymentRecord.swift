/// A payment, as the payment system told of it.
public struct PaymentRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.payment

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "bill_id", "amount_satang", "state", "state_code",
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

    /// The bill that was paid.
    public var billID: String { fields.text("bill_id") }

    /// How much, in satang.
    public var amountSatang: Int64? { fields.integer("amount_satang") }

    /// The 15 digits of the biller.
    public var billerID: String { fields.text("biller_id") }

    /// The first reference.
    public var ref1: String { fields.text("ref1") }

    /// The second reference.
    public var ref2: String { fields.text("ref2") }

    /// How it was paid.
    public var method: String { fields.text("method") }

    /// When it was paid, in milliseconds since 1970, UTC.
    public var paidAt: Int64? { fields.moment("paid_at") }

    /// Whether the source named no zone.
    public var timeZoneAssumed: Bool? { fields.flag("time_zone_assumed") }

    /// The bank's reference.
    public var bankReference: String { fields.text("bank_ref") }

    /// The bank.
    public var bankThai: String { fields.text("bank_th") }

    /// The state as the guide names it.
    public var state: String { fields.text("state") }

    /// The number of the state, 0 to 8.
    public var stateCode: Int64? { fields.integer("state_code") }

    /// The small code on the slip.
    public var slipCode: String { fields.text("slip_qr") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }
}
