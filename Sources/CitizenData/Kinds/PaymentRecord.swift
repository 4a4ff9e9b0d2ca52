/// A payment, as the payment system told of it.
package struct PaymentRecord: RecordView {
    package static let kind = RecordKind.payment
    package static let mandatoryFields = [
        "bill_id", "amount_satang", "state", "state_code",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The bill that was paid.
    package var billID: String { fields.text("bill_id") }

    /// How much.
    package var amountSatang: Int64? { fields.integer("amount_satang") }

    /// The 15 digits of the biller.
    package var billerID: String { fields.text("biller_id") }

    /// The first reference.
    package var ref1: String { fields.text("ref1") }

    /// The second reference.
    package var ref2: String { fields.text("ref2") }

    /// How it was paid.
    package var method: String { fields.text("method") }

    /// When it was paid.
    package var paidAt: Int64? { fields.moment("paid_at") }

    /// Whether the source named no zone.
    package var timeZoneAssumed: Bool? { fields.flag("time_zone_assumed") }

    /// The bank's reference.
    package var bankReference: String { fields.text("bank_ref") }

    /// The bank.
    package var bankThai: String { fields.text("bank_th") }

    /// The state as the guide names it.
    package var state: String { fields.text("state") }

    /// The number of the state, 0 to 8.
    package var stateCode: Int64? { fields.integer("state_code") }

    /// The small code on the slip.
    package var slipCode: String { fields.text("slip_qr") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }
}
