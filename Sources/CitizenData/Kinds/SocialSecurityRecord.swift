/// The insurance of a worker with the social security office.
package struct SocialSecurityRecord: RecordView {
    package static let kind = RecordKind.socialSecurity
    package static let mandatoryFields = [
        "section", "status", "hospital",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The section of the act: 33, 39 or 40.
    package var section: String { fields.text("section") }
    /// The same in words.
    package var sectionLabel: Bilingual { StatusNames.label("social_security_section", section) }

    /// The section in words.
    package var sectionThai: String { fields.text("section_th") }

    /// The insured number, masked.
    package var maskedInsuredNumber: String { fields.text("insured_no_masked") }

    /// `active` or `ended`.
    package var status: String { fields.text("status") }

    /// The day it ended.
    package var endedOn: PartialDate? { fields.date("ended_on") }

    /// The hospital chosen; empty for section 40.
    package var hospital: Hospital { Hospital(fields: fields.group("hospital")) }

    /// When the hospital may be changed.
    package var hospitalChangeWindow: Window {
        Window(fields: fields.group("hospital_change_window"))
    }

    /// The employer; empty if there is none.
    package var employerThai: String { fields.text("employer_th") }

    /// How many months were paid.
    package var monthsContributed: Int64? { fields.integer("months_contributed") }

    /// The latest contribution.
    package var lastContribution: Contribution {
        Contribution(fields: fields.group("last_contribution"))
    }

    /// What is saved for old age.
    package var oldAgeSavingsSatang: Int64? { fields.integer("old_age_savings_satang") }

    /// A note of the office.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// A hospital by its code.
    package struct Hospital: Hashable, Sendable {
        let fields: RecordFields

        /// The code.
        package var code: String { fields.text("code") }

        /// The name.
        package var nameThai: String { fields.text("name_th") }
    }

    /// A span of days.
    package struct Window: Hashable, Sendable {
        let fields: RecordFields

        /// The first day.
        package var from: PartialDate? { fields.date("from") }

        /// The last day.
        package var to: PartialDate? { fields.date("to") }

        /// What holds in it.
        package var noteThai: String { fields.text("note_th") }
    }

    /// A month's contribution.
    package struct Contribution: Hashable, Sendable {
        let fields: RecordFields

        /// The month it is for.
        package var month: PartialDate? { fields.date("month") }

        /// The day it was paid.
        package var paidOn: PartialDate? { fields.date("paid_on") }

        /// The amount.
        package var satang: Int64? { fields.integer("satang") }
    }
}
