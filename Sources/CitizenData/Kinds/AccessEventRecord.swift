/// One look at a citizen's data, by whom and what for.
package struct AccessEventRecord: RecordView {
    package static let kind = RecordKind.accessEvent
    package static let mandatoryFields = [
        "log_time", "org", "target_table", "purpose_th", "query_id",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// When.
    package var at: Int64? { fields.moment("log_time") }

    /// Who looked, by its short name.
    package var organisation: String { fields.text("org") }

    /// Who looked.
    package var organisationThai: String { fields.text("org_th") }

    /// The officer or system, by an opaque reference.
    package var actor: String { fields.text("actor") }

    /// `officer` or `system`.
    package var actorKind: String { fields.text("actor_kind") }

    /// The kind of record.
    package var targetTable: String { fields.text("target_table") }

    /// The record.
    package var targetID: String { fields.text("target_id") }

    /// The fields that were seen.
    package var fieldNames: [String] { fields.texts("fields") }

    /// What for.
    package var purposeThai: String { fields.text("purpose_th") }

    /// What for, in English.
    package var purposeEnglish: String { fields.text("purpose_en") }

    /// The law it rests on.
    package var legalBasis: String { fields.text("legal_basis") }

    /// The consent it rests on, if any.
    package var consentReference: String { fields.text("consent_ref") }

    /// `shown`, `refused`, `nothing_found` or `no_answer`.
    package var outcome: String { fields.text("outcome") }

    /// The number of the query.
    package var queryID: String { fields.text("query_id") }

    /// Whether many persons were looked at together.
    package var isBulk: Bool? { fields.flag("bulk") }

    /// The day until which the law hides the event.
    package var hiddenUntil: PartialDate? { fields.date("hidden_until") }

    /// Why the law hides it.
    package var hiddenReasonThai: String { fields.text("hidden_reason_th") }

    /// Whether the usual check was set aside in an emergency.
    package var isBreakGlass: Bool? { fields.flag("break_glass") }

    /// Why it was set aside.
    package var breakGlassReasonThai: String { fields.text("break_glass_reason_th") }

    /// When the citizen was told.
    package var subjectNotifiedAt: Int64? { fields.moment("notified_subject_at") }
}
