extension RecordKind {
    /// The members of a body that this version knows; nil for a kind without a view.
    ///
    /// They are those that ``RecordView`` types read, and what the registers of the
    /// synthetic people have (`Data/personas`). A row may have more: a later version of its
    /// owner's form has added them.
    public var knownFields: Set<String>? { Self.fields[self] }

    private static let fields: [RecordKind: Set<String>] = [
        .profile: [
            "dob", "dob_earliest", "dob_latest", "dob_precision", "dob_registered_th", "email",
            "first_en", "first_th", "former_last_th", "gender", "ial", "language", "last_en",
            "last_th", "legal_basis", "middle_en", "middle_th", "mobile", "name_en", "name_th",
            "photo_bytes", "photo_ref", "pid", "source", "title_en", "title_th",
        ],
        .civilRegistration: [
            "address", "date_of_move_in", "dob", "dob_precision", "dob_registered_th", "father",
            "former_names", "fullname_and_rank", "gender_code", "gender_th", "house_id",
            "legal_basis", "mother", "nationality_code", "nationality_th", "owner_status",
            "registered_at", "source", "status_of_person", "title_th",
        ],
        .drivingLicence: [
            "act", "class_code", "class_en", "class_th", "conditions_th", "display_basis",
            "display_note_th", "expires", "has_qr_card", "issued", "legal_basis", "licence_no",
            "name_en", "name_th", "note_th", "office_th", "photo_ref", "points_history",
            "points_left", "points_max", "retest_after", "revoked_at", "revoked_reason_en",
            "revoked_reason_th", "source", "status", "suspended_from", "suspended_to",
        ],
        .vehicle: [
            "brand", "cc", "chassis_masked", "colour_th", "compulsory_insurance_expires",
            "compulsory_insurance_status", "compulsory_insurer_th", "engine_masked",
            "first_registered", "fuel_th", "legal_basis", "lien", "lien_holder_th", "model",
            "note_th", "owner_name_th", "plate", "plate_key", "plate_kind", "province",
            "province_code", "role", "source", "tax_due", "tax_note_th", "tax_status",
            "vehicle_type", "vehicle_type_th", "weight_kg", "year",
        ],
        .trafficTicket: [
            "dispute", "due", "evidence", "fine_satang", "issued_at", "legal_basis", "limit_kmh",
            "note_th", "offence_at", "offence_code", "offence_en", "offence_th", "paid_at",
            "place_th", "plate", "points_cut", "province", "source", "speed_kmh", "station_th",
            "status", "ticket_no", "why_mine",
        ],
        .creditReport: [
            "account_count", "accounts", "consent_ref", "content_purged_on", "delivered_at",
            "enquiries", "legal_basis", "mode", "note_th", "purge_content_after", "report_no",
            "requested_at", "score", "source", "total_balance_satang", "total_limit_satang",
            "total_overdue_satang",
        ],
        .socialSecurity: [
            "employer_th", "ended_on", "hospital", "hospital_change_window", "insured_no_masked",
            "last_contribution", "legal_basis", "months_contributed", "note_th",
            "old_age_savings_satang", "section", "section_th", "source", "status",
        ],
        .healthCoverage: [
            "expdate", "hmain", "hsub", "legal_basis", "maininscl", "maininscl_name", "note_th",
            "purchase_province", "source", "startdate", "subinscl", "subinscl_name",
        ],
        .newbornSubsidy: [
            "account_masked", "amount_satang_per_month", "applicant_role", "bank_th", "child_dob",
            "child_name_th", "child_ref", "ends", "last_payment", "legal_basis", "months_paid",
            "next_pay", "registered", "source", "status", "status_th", "timeline",
        ],
        .entitlement: [
            "appeal_until", "decided_at", "decision", "items", "legal_basis", "reason_code",
            "reason_en", "reason_th", "rule_version", "scheme", "scheme_en", "scheme_th", "sources",
            "window",
        ],
        .notification: [
            "ack_required", "app_id", "archived_at", "body_en", "body_th", "category", "dedupe_key",
            "expires_at", "link", "priority", "read_at", "sent_at", "seq", "signature_ref",
            "title_en", "title_th",
        ],
        .request: [
            "acted_by", "action", "assignee_th", "attachments", "channel", "client_uuid",
            "decision", "delegation_ref", "drafted_at", "entered_at", "form", "on_behalf_of",
            "payload_sha256", "queued_at", "receipt_no", "service", "service_th", "sla_due",
            "state", "statement", "subject_note_th", "timeline", "withdrawal_queued_at",
            "withdrawn_at",
        ],
        .receipt: [
            "attachments", "channel", "client_uuid", "entered_at", "kid", "payload_sha256",
            "previous_sha256", "receipt_no", "request_id", "server_sequence", "service", "sig",
        ],
        .bill: [
            "amount_satang", "biller", "biller_en", "biller_id", "biller_th", "due", "issued",
            "kind", "lines", "meter", "note_th", "period", "qr", "qr_expires", "ref1", "ref2",
            "service", "status",
        ],
        .payment: [
            "amount_satang", "bank_ref", "bank_th", "bill_id", "biller_id", "method", "paid_at",
            "ref1", "ref2", "slip_qr", "source", "state", "state_code", "time_zone_assumed",
        ],
        .document: [
            "blob_bytes", "blob_sha256", "display_basis", "display_note_th", "expires", "holder_th",
            "issued", "issuer_th", "juristic_id", "juristic_name_th", "legal_basis", "mime",
            "note_th", "number", "plots", "public_register", "source", "status", "status_index",
            "title_en", "title_th", "type",
        ],
        .consent: [
            "channel", "fields", "from", "granted_at", "kinds", "purpose_en", "purpose_th",
            "recipient", "recipient_th", "state", "text_sha256", "text_version", "to",
            "withdrawn_at",
        ],
        .accessEvent: [
            "actor", "actor_kind", "break_glass", "break_glass_reason_th", "bulk", "consent_ref",
            "fields", "hidden_reason_th", "hidden_until", "legal_basis", "log_time",
            "notified_subject_at", "org", "org_th", "outcome", "purpose_en", "purpose_th",
            "query_id", "target_id", "target_table",
        ],
        .delegation: [
            "basis", "delegation_ref", "evidence_sha256", "from", "grantee", "grantor",
            "legal_basis", "note_th", "role", "scope", "state", "to",
        ],
    ]
}
