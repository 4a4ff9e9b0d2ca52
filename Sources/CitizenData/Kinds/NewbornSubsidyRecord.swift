/// The monthly subsidy for a newborn child.
package struct NewbornSubsidyRecord: RecordView {
    package static let kind = RecordKind.newbornSubsidy
    package static let mandatoryFields = [
        "child_ref", "registered", "status",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The child, by an opaque reference.
    package var childReference: String { fields.text("child_ref") }

    /// The child's name, of the highest sensitivity.
    package var childNameThai: String { fields.text("child_name_th") }

    /// The child's birth date.
    package var childBirthDate: PartialDate? { fields.date("child_dob") }

    /// `mother`, `father` or `guardian`.
    package var applicantRole: String { fields.text("applicant_role") }

    /// The day of registration.
    package var registered: PartialDate? { fields.date("registered") }

    /// Where the subsidy stands.
    package var status: String { fields.text("status") }
    /// The same in words.
    package var statusLabel: Bilingual { StatusNames.label("newborn_subsidy_status", status) }

    /// The status as the office words it.
    package var statusThai: String { fields.text("status_th") }

    /// The monthly amount.
    package var amountSatangPerMonth: Int64? { fields.integer("amount_satang_per_month") }

    /// How many months were paid.
    package var monthsPaid: Int64? { fields.integer("months_paid") }

    /// The next day of payment.
    package var nextPay: PartialDate? { fields.date("next_pay") }

    /// The day it ends.
    package var ends: PartialDate? { fields.date("ends") }

    /// The latest payment, empty before the first.
    package var lastPayment: Transfer { Transfer(fields: fields.group("last_payment")) }

    /// The account, masked.
    package var maskedAccount: String { fields.text("account_masked") }

    /// The bank.
    package var bankThai: String { fields.text("bank_th") }

    /// What happened so far.
    package var timeline: [Step] { fields.list("timeline").map(Step.init) }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// Money that was paid out.
    package struct Transfer: Hashable, Sendable {
        let fields: RecordFields

        /// The day.
        package var date: PartialDate? { fields.date("date") }

        /// The amount.
        package var satang: Int64? { fields.integer("satang") }
    }

    /// A step of the timeline.
    package struct Step: Hashable, Sendable {
        let fields: RecordFields

        /// When.
        package var at: Int64? { fields.moment("at") }

        /// What it became.
        package var state: String { fields.text("state") }
        /// The same in words.
        package var stateLabel: Bilingual { StatusNames.label("newborn_subsidy_status", state) }
    }
}
