/// The insurance of a worker with the social security office.
public struct SocialSecurityRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.socialSecurity

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "section", "status", "hospital",
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

    /// The section of the act: 33, 39 or 40.
    public var section: String { fields.text("section") }
    /// The same in words.
    public var sectionLabel: Bilingual { StatusNames.label("social_security_section", section) }

    /// The section in words.
    public var sectionThai: String { fields.text("section_th") }

    /// The insured number, masked.
    public var maskedInsuredNumber: String { fields.text("insured_no_masked") }

    /// `active` or `ended`.
    public var status: String { fields.text("status") }

    /// The day it ended.
    public var endedOn: PartialDate? { fields.date("ended_on") }

    /// The hospital chosen; empty for section 40.
    public var hospital: Hospital { Hospital(fields: fields.group("hospital")) }

    /// When the hospital may be changed.
    public var hospitalChangeWindow: Window {
        Window(fields: fields.group("hospital_change_window"))
    }

    /// The employer; empty if there is none.
    public var employerThai: String { fields.text("employer_th") }

    /// How many months were paid.
    public var monthsContributed: Int64? { fields.integer("months_contributed") }

    /// The latest contribution.
    public var lastContribution: Contribution {
        Contribution(fields: fields.group("last_contribution"))
    }

    /// What is saved for old age, in satang.
    public var oldAgeSavingsSatang: Int64? { fields.integer("old_age_savings_satang") }

    /// A note of the office.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// A hospital by its code.
    public struct Hospital: Hashable, Sendable {
        let fields: RecordFields

        /// The code.
        public var code: String { fields.text("code") }

        /// The name.
        public var nameThai: String { fields.text("name_th") }
    }

    /// A span of days.
    public struct Window: Hashable, Sendable {
        let fields: RecordFields

        /// The first day.
        public var from: PartialDate? { fields.date("from") }

        /// The last day.
        public var to: PartialDate? { fields.date("to") }

        /// What holds in it.
        public var noteThai: String { fields.text("note_th") }
    }

    /// A month's contribution.
    public struct Contribution: Hashable, Sendable {
        let fields: RecordFields

        /// The month it is for.
        public var month: PartialDate? { fields.date("month") }

        /// The day it was paid.
        public var paidOn: PartialDate? { fields.date("paid_on") }

        /// The amount, in satang.
        public var satang: Int64? { fields.integer("satang") }
    }
}
