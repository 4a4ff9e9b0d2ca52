/// What a citizen let somebody see, until when.
package struct ConsentRecord: RecordView {
    package static let kind = RecordKind.consent
    package static let mandatoryFields = [
        "purpose_th", "recipient", "kinds", "from", "to", "state",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// What for.
    package var purposeThai: String { fields.text("purpose_th") }

    /// What for, in English.
    package var purposeEnglish: String { fields.text("purpose_en") }

    /// Who may see it.
    package var recipient: String { fields.text("recipient") }

    /// The recipient's name.
    package var recipientThai: String { fields.text("recipient_th") }

    /// The kinds of record.
    package var kinds: [String] { fields.texts("kinds") }

    /// The fields of these records.
    package var fieldNames: [String] { fields.texts("fields") }

    /// The first day.
    package var from: PartialDate? { fields.date("from") }

    /// The last day.
    package var to: PartialDate? { fields.date("to") }

    /// When it was given.
    package var grantedAt: Int64? { fields.moment("granted_at") }

    /// When it was taken back.
    package var withdrawnAt: Int64? { fields.moment("withdrawn_at") }

    /// Whether it holds.
    package var state: String { fields.text("state") }
    /// The same in words.
    package var stateLabel: Bilingual { StatusNames.label("consent_state", state) }

    /// Where it was given.
    package var channel: String { fields.text("channel") }

    /// The version of the words agreed to.
    package var textVersion: String { fields.text("text_version") }

    /// The hash of these words.
    package var textHash: String { fields.text("text_sha256") }
}
