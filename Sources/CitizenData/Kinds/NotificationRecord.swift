/// A message of an agency, without links to the outside.
package struct NotificationRecord: RecordView {
    package static let kind = RecordKind.notification
    package static let mandatoryFields = [
        "seq", "app_id", "title_th", "body_th", "dedupe_key", "sent_at",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number in the citizen's inbox.
    package var sequence: Int64? { fields.integer("seq") }

    /// The service that sent it.
    package var applicationID: String { fields.text("app_id") }

    /// What it is about.
    package var category: String { fields.text("category") }

    /// How much it matters.
    package var priority: String { fields.text("priority") }
    /// The same in words.
    package var priorityLabel: Bilingual { StatusNames.label("notification_priority", priority) }

    /// The title.
    package var titleThai: String { fields.text("title_th") }

    /// The title in English.
    package var titleEnglish: String { fields.text("title_en") }

    /// The text.
    package var bodyThai: String { fields.text("body_th") }

    /// The text in English.
    package var bodyEnglish: String { fields.text("body_en") }

    /// A link inside the app; empty if none.
    package var link: String { fields.text("link") }

    /// Messages with one key are shown once.
    package var dedupeKey: String { fields.text("dedupe_key") }

    /// When it was sent.
    package var sentAt: Int64? { fields.moment("sent_at") }

    /// When it may leave the inbox.
    package var expiresAt: Int64? { fields.moment("expires_at") }

    /// When the citizen read it.
    package var readAt: Int64? { fields.moment("read_at") }

    /// When the citizen put it away.
    package var archivedAt: Int64? { fields.moment("archived_at") }

    /// Whether it must be confirmed.
    package var needsAcknowledgement: Bool? { fields.flag("ack_required") }

    /// The signature of the message.
    package var signatureReference: String { fields.text("signature_ref") }
}
