/// A decision on a scheme, with its rule and reason.
public struct EntitlementRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.entitlement

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "scheme", "scheme_th", "decision", "reason_code", "reason_th", "rule_version",
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

    /// The scheme.
    public var scheme: String { fields.text("scheme") }

    /// The name of the scheme.
    public var schemeThai: String { fields.text("scheme_th") }

    /// The name in English.
    public var schemeEnglish: String { fields.text("scheme_en") }

    /// Eligible, not, or unknown.
    public var decision: String { fields.text("decision") }
    /// The same in words.
    public var decisionLabel: Bilingual { StatusNames.label("entitlement_decision", decision) }

    /// The reason as a code.
    public var reasonCode: String { fields.text("reason_code") }

    /// The reason in words.
    public var reasonThai: String { fields.text("reason_th") }

    /// The reason in English.
    public var reasonEnglish: String { fields.text("reason_en") }

    /// The rule and version that decided.
    public var ruleVersion: String { fields.text("rule_version") }

    /// When it was decided, in milliseconds since 1970, UTC.
    public var decidedAt: Int64? { fields.moment("decided_at") }

    /// When the right may be used.
    public var window: Window { Window(fields: fields.group("window")) }

    /// What is given.
    public var items: [Benefit] { fields.list("items").map(Benefit.init) }

    /// The records that were used.
    public var sources: [UsedRecord] { fields.list("sources").map(UsedRecord.init) }

    /// The last day to appeal; nil if none.
    public var appealUntil: PartialDate? { fields.date("appeal_until") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// A span of days.
    public struct Window: Hashable, Sendable {
        let fields: RecordFields

        /// The first day.
        public var from: PartialDate? { fields.date("from") }

        /// The last day.
        public var to: PartialDate? { fields.date("to") }
    }

    /// Something that a scheme gives.
    public struct Benefit: Hashable, Sendable {
        let fields: RecordFields

        /// What it is, as a code.
        public var code: String { fields.text("k") }

        /// What it is.
        public var nameThai: String { fields.text("name_th") }

        /// The amount, in satang.
        public var satang: Int64? { fields.integer("satang") }

        /// Per `month`, `day`, `once` or `scheme`.
        public var per: String { fields.text("per") }
    }

    /// A record that a rule looked at.
    public struct UsedRecord: Hashable, Sendable {
        let fields: RecordFields

        /// Its kind.
        public var table: String { fields.text("table") }

        /// Its id.
        public var recordID: String { fields.text("id") }
    }
}
