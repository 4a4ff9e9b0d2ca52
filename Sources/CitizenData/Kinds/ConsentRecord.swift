/// What a citizen let somebody see, until when.
public struct ConsentRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.consent

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "purpose_th", "recipient", "kinds", "from", "to", "state",
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

    /// What for.
    public var purposeThai: String { fields.text("purpose_th") }

    /// What for, in English.
    public var purposeEnglish: String { fields.text("purpose_en") }

    /// Who may see it.
    public var recipient: String { fields.text("recipient") }

    /// The recipient's name.
    public var recipientThai: String { fields.text("recipient_th") }

    /// The kinds of record.
    public var kinds: [String] { fields.texts("kinds") }

    /// The fields of these records.
    public var fieldNames: [String] { fields.texts("fields") }

    /// The first day.
    public var from: PartialDate? { fields.date("from") }

    /// The last day.
    public var to: PartialDate? { fields.date("to") }

    /// When it was given, in milliseconds since 1970, UTC.
    public var grantedAt: Int64? { fields.moment("granted_at") }

    /// When it was taken back, in milliseconds since 1970, UTC.
    public var withdrawnAt: Int64? { fields.moment("withdrawn_at") }

    /// Whether it holds.
    public var state: String { fields.text("state") }
    /// The same in words.
    public var stateLabel: Bilingual { StatusNames.label("consent_state", state) }

    /// Where it was given.
    public var channel: String { fields.text("channel") }

    /// The version of the words agreed to.
    public var textVersion: String { fields.text("text_version") }

    /// The hash of these words.
    public var textHash: String { fields.text("text_sha256") }
}
