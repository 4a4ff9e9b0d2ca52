/// A decision on a scheme, with its rule and reason.
package struct EntitlementRecord: RecordView {
    package static let kind = RecordKind.entitlement
    package static let mandatoryFields = [
        "scheme", "scheme_th", "decision", "reason_code", "reason_th", "rule_version",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The scheme.
    package var scheme: String { fields.text("scheme") }

    /// The name of the scheme.
    package var schemeThai: String { fields.text("scheme_th") }

    /// The name in English.
    package var schemeEnglish: String { fields.text("scheme_en") }

    /// Eligible, not, or unknown.
    package var decision: String { fields.text("decision") }
    /// The same in words.
    package var decisionLabel: Bilingual { StatusNames.label("entitlement_decision", decision) }

    /// The reason as a code.
    package var reasonCode: String { fields.text("reason_code") }

    /// The reason in words.
    package var reasonThai: String { fields.text("reason_th") }

    /// The reason in English.
    package var reasonEnglish: String { fields.text("reason_en") }

    /// The rule and version that decided.
    package var ruleVersion: String { fields.text("rule_version") }

    /// When it was decided.
    package var decidedAt: Int64? { fields.moment("decided_at") }

    /// When the right may be used.
    package var window: Window { Window(fields: fields.group("window")) }

    /// What is given.
    package var items: [Benefit] { fields.list("items").map(Benefit.init) }

    /// The records that were used.
    package var sources: [UsedRecord] { fields.list("sources").map(UsedRecord.init) }

    /// The last day to appeal; nil if none.
    package var appealUntil: PartialDate? { fields.date("appeal_until") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// A span of days.
    package struct Window: Hashable, Sendable {
        let fields: RecordFields

        /// The first day.
        package var from: PartialDate? { fields.date("from") }

        /// The last day.
        package var to: PartialDate? { fields.date("to") }
    }

    /// Something that a scheme gives.
    package struct Benefit: Hashable, Sendable {
        let fields: RecordFields

        /// What it is, as a code.
        package var code: String { fields.text("k") }

        /// What it is.
        package var nameThai: String { fields.text("name_th") }

        /// The amount.
        package var satang: Int64? { fields.integer("satang") }

        /// Per `month`, `day`, `once` or `scheme`.
        package var per: String { fields.text("per") }
    }

    /// A record that a rule looked at.
    package struct UsedRecord: Hashable, Sendable {
        let fields: RecordFields

        /// Its kind.
        package var table: String { fields.text("table") }

        /// Its id.
        package var recordID: String { fields.text("id") }
    }
}
