/// The right to treatment, as the health security office sees it.
package struct HealthCoverageRecord: RecordView {
    package static let kind = RecordKind.healthCoverage
    package static let mandatoryFields = [
        "maininscl", "maininscl_name", "startdate",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The main right; an unknown code is kept.
    package var mainRight: String { fields.text("maininscl") }
    /// The same in words.
    package var mainRightLabel: Bilingual { StatusNames.label("health_maininscl", mainRight) }

    /// The main right in words.
    package var mainRightName: String { fields.text("maininscl_name") }

    /// The sub-right.
    package var subRight: String { fields.text("subinscl") }

    /// The sub-right in words.
    package var subRightName: String { fields.text("subinscl_name") }

    /// The main hospital.
    package var mainUnit: Unit { Unit(fields: fields.group("hmain")) }

    /// The primary care unit.
    package var primaryUnit: Unit { Unit(fields: fields.group("hsub")) }

    /// The first day.
    package var starts: PartialDate? { fields.date("startdate") }

    /// The last day; nil if it has none.
    package var ends: PartialDate? { fields.date("expdate") }

    /// The province of registration.
    package var province: String { fields.text("purchase_province") }

    /// A note of the office.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// A care unit by its code.
    package struct Unit: Hashable, Sendable {
        let fields: RecordFields

        /// The code.
        package var code: String { fields.text("code") }

        /// The name.
        package var nameThai: String { fields.text("name_th") }
    }
}
