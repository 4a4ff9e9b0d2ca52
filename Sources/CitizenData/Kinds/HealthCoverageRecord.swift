/// The right to treatment, as the health security office sees it.
public struct HealthCoverageRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.healthCoverage

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "maininscl", "maininscl_name", "startdate",
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

    /// The main right; an unknown code is kept.
    public var mainRight: String { fields.text("maininscl") }
    /// The same in words.
    public var mainRightLabel: Bilingual { StatusNames.label("health_maininscl", mainRight) }

    /// The main right in words.
    public var mainRightName: String { fields.text("maininscl_name") }

    /// The sub-right.
    public var subRight: String { fields.text("subinscl") }

    /// The sub-right in words.
    public var subRightName: String { fields.text("subinscl_name") }

    /// The main hospital.
    public var mainUnit: Unit { Unit(fields: fields.group("hmain")) }

    /// The primary care unit.
    public var primaryUnit: Unit { Unit(fields: fields.group("hsub")) }

    /// The first day.
    public var starts: PartialDate? { fields.date("startdate") }

    /// The last day; nil if it has none.
    public var ends: PartialDate? { fields.date("expdate") }

    /// The province of registration.
    public var province: String { fields.text("purchase_province") }

    /// A note of the office.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// A care unit by its code.
    public struct Unit: Hashable, Sendable {
        let fields: RecordFields

        /// The code.
        public var code: String { fields.text("code") }

        /// The name.
        public var nameThai: String { fields.text("name_th") }
    }
}
