/// The power of one person to act for another.
package struct DelegationRecord: RecordView {
    package static let kind = RecordKind.delegation
    package static let mandatoryFields = [
        "delegation_ref", "grantor", "grantee", "role", "basis", "scope", "from", "to",
        "state",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The reference that both sides share.
    package var reference: String { fields.text("delegation_ref") }

    /// For whom one may act.
    package var grantor: String { fields.text("grantor") }

    /// Who may act.
    package var grantee: String { fields.text("grantee") }

    /// `grantor` or `grantee`: the side of this row.
    package var role: String { fields.text("role") }

    /// What it rests on.
    package var basis: String { fields.text("basis") }
    /// The same in words.
    package var basisLabel: Bilingual { StatusNames.label("delegation_basis", basis) }

    /// What may be done.
    package var scope: [Scope] { fields.list("scope").map(Scope.init) }

    /// The first day.
    package var from: PartialDate? { fields.date("from") }

    /// The last day.
    package var to: PartialDate? { fields.date("to") }

    /// Whether it holds.
    package var state: String { fields.text("state") }
    /// The same in words.
    package var stateLabel: Bilingual { StatusNames.label("delegation_state", state) }

    /// The hash of the evidence.
    package var evidenceHash: String { fields.text("evidence_sha256") }

    /// A note about it.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// What may be done with one kind of record.
    package struct Scope: Hashable, Sendable {
        let fields: RecordFields

        /// The kind of record.
        package var kind: String { fields.text("kind") }

        /// What may be done.
        package var verbs: [String] { fields.texts("verbs") }
    }
}
