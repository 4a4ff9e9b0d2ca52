/// The power of one person to act for another.
public struct DelegationRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.delegation

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "delegation_ref", "grantor", "grantee", "role", "basis", "scope", "from", "to",
        "state",
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

    /// The reference that both sides share.
    public var reference: String { fields.text("delegation_ref") }

    /// For whom one may act.
    public var grantor: String { fields.text("grantor") }

    /// Who may act.
    public var grantee: String { fields.text("grantee") }

    /// `grantor` or `grantee`: the side of this row.
    public var role: String { fields.text("role") }

    /// What it rests on.
    public var basis: String { fields.text("basis") }
    /// The same in words.
    public var basisLabel: Bilingual { StatusNames.label("delegation_basis", basis) }

    /// What may be done.
    public var scope: [Scope] { fields.list("scope").map(Scope.init) }

    /// The first day.
    public var from: PartialDate? { fields.date("from") }

    /// The last day.
    public var to: PartialDate? { fields.date("to") }

    /// Whether it holds.
    public var state: String { fields.text("state") }
    /// The same in words.
    public var stateLabel: Bilingual { StatusNames.label("delegation_state", state) }

    /// The hash of the evidence.
    public var evidenceHash: String { fields.text("evidence_sha256") }

    /// A note about it.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// What may be done with one kind of record.
    public struct Scope: Hashable, Sendable {
        let fields: RecordFields

        /// The kind of record.
        public var kind: String { fields.text("kind") }

        /// What may be done.
        public var verbs: [String] { fields.texts("verbs") }
    }
}
