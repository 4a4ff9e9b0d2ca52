/// A message of an agency, without links to the outside.
public struct NotificationRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.notification

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "seq", "app_id", "title_th", "body_th", "dedupe_key", "sent_at",
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

    /// The number in the citizen's inbox.
    public var sequence: Int64? { fields.integer("seq") }

    /// The service that sent it.
    public var applicationID: String { fields.text("app_id") }

    /// What it is about.
    public var category: String { fields.text("category") }

    /// How much it matters.
    public var priority: String { fields.text("priority") }
    /// The same in words.
    public var priorityLabel: Bilingual { StatusNames.label("notification_priority", priority) }

    /// The title.
    public var titleThai: String { fields.text("title_th") }

    /// The title in English.
    public var titleEnglish: String { fields.text("title_en") }

    /// The text.
    public var bodyThai: String { fields.text("body_th") }

    /// The text in English.
    public var bodyEnglish: String { fields.text("body_en") }

    /// A link inside the app; empty if none.
    public var link: String { fields.text("link") }

    /// Messages with one key are shown once.
    public var dedupeKey: String { fields.text("dedupe_key") }

    /// When it was sent, in milliseconds since 1970, UTC.
    public var sentAt: Int64? { fields.moment("sent_at") }

    /// When it may leave the inbox, in milliseconds since 1970, UTC.
    public var expiresAt: Int64? { fields.moment("expires_at") }

    /// When the citizen read it, in milliseconds since 1970, UTC.
    public var readAt: Int64? { fields.moment("read_at") }

    /// When the citizen put it away, in milliseconds since 1970, UTC.
    public var archivedAt: Int64? { fields.moment("archived_at") }

    /// Whether it must be confirmed.
    public var needsAcknowledgement: Bool? { fields.flag("ack_required") }

    /// The signature of the message.
    public var signatureReference: String { fields.text("signature_ref") }
}
