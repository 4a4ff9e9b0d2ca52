/// The monthly subsidy for a newborn child.
public struct NewbornSubsidyRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.newbornSubsidy

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "child_ref", "registered", "status",
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

    /// The child, by an opaque reference.
    public var childReference: String { fields.text("child_ref") }

    /// The child's name, of the highest sensitivity.
    public var childNameThai: String { fields.text("child_name_th") }

    /// The child's birth date.
    public var childBirthDate: PartialDate? { fields.date("child_dob") }

    /// `mother`, `father` or `guardian`.
    public var applicantRole: String { fields.text("applicant_role") }

    /// The day of registration.
    public var registered: PartialDate? { fields.date("registered") }

    /// Where the subsidy stands.
    public var status: String { fields.text("status") }
    /// The same in words.
    public var statusLabel: Bilingual { StatusNames.label("newborn_subsidy_status", status) }

    /// The status as the office words it.
    public var statusThai: String { fields.text("status_th") }

    /// The monthly amount.
    public var amountSatangPerMonth: Int64? { fields.integer("amount_satang_per_month") }

    /// How many months were paid.
    public var monthsPaid: Int64? { fields.integer("months_paid") }

    /// The next day of payment.
    public var nextPay: PartialDate? { fields.date("next_pay") }

    /// The day it ends.
    public var ends: PartialDate? { fields.date("ends") }

    /// The latest payment, empty before the first.
    public var lastPayment: Transfer { Transfer(fields: fields.group("last_payment")) }

    /// The account, masked.
    public var maskedAccount: String { fields.text("account_masked") }

    /// The bank.
    public var bankThai: String { fields.text("bank_th") }

    /// What happened so far.
    public var timeline: [Step] { fields.list("timeline").map(Step.init) }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// Money that was paid out.
    public struct Transfer: Hashable, Sendable {
        let fields: RecordFields

        /// The day.
        public var date: PartialDate? { fields.date("date") }

        /// The amount, in satang.
        public var satang: Int64? { fields.integer("satang") }
    }

    /// A step of the timeline.
    public struct Step: Hashable, Sendable {
        let fields: RecordFields

        /// When, in milliseconds since 1970, UTC.
        public var at: Int64? { fields.moment("at") }

        /// What it became.
        public var state: String { fields.text("state") }
        /// The same in words.
        public var stateLabel: Bilingual { StatusNames.label("newborn_subsidy_status", state) }
    }
}
