/// One look at a citizen's data, by whom and what for.
public struct AccessEventRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.accessEvent

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "log_time", "org", "target_table", "purpose_th", "query_id",
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

    /// When, in milliseconds since 1970, UTC.
    public var at: Int64? { fields.moment("log_time") }

    /// Who looked, by its short name.
    public var organisation: String { fields.text("org") }

    /// Who looked.
    public var organisationThai: String { fields.text("org_th") }

    /// The officer or system, by an opaque reference.
    public var actor: String { fields.text("actor") }

    /// `officer` or `system`.
    public var actorKind: String { fields.text("actor_kind") }

    /// The kind of record.
    public var targetTable: String { fields.text("target_table") }

    /// The record.
    public var targetID: String { fields.text("target_id") }

    /// The fields that were seen.
    public var fieldNames: [String] { fields.texts("fields") }

    /// What for.
    public var purposeThai: String { fields.text("purpose_th") }

    /// What for, in English.
    public var purposeEnglish: String { fields.text("purpose_en") }

    /// The law it rests on.
    public var legalBasis: String { fields.text("legal_basis") }

    /// The consent it rests on, if any.
    public var consentReference: String { fields.text("consent_ref") }

    /// `shown`, `refused`, `nothing_found` or `no_answer`.
    public var outcome: String { fields.text("outcome") }

    /// The number of the query.
    public var queryID: String { fields.text("query_id") }

    /// Whether many persons were looked at together.
    public var isBulk: Bool? { fields.flag("bulk") }

    /// The day until which the law hides the event.
    public var hiddenUntil: PartialDate? { fields.date("hidden_until") }

    /// Why the law hides it.
    public var hiddenReasonThai: String { fields.text("hidden_reason_th") }

    /// Whether the usual check was set aside in an emergency.
    public var isBreakGlass: Bool? { fields.flag("break_glass") }

    /// Why it was set aside.
    public var breakGlassReasonThai: String { fields.text("break_glass_reason_th") }

    /// When the citizen was told, in milliseconds since 1970, UTC.
    public var subjectNotifiedAt: Int64? { fields.moment("notified_subject_at") }
}
