/// An application, from the draft to the decision.
package struct RequestRecord: RecordView {
    package static let kind = RecordKind.request
    package static let mandatoryFields = [
        "service", "action", "state", "form", "client_uuid",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The service in the catalogue.
    package var service: String { fields.text("service") }

    /// The name of the service.
    package var serviceThai: String { fields.text("service_th") }

    /// New, renew, amend or cancel.
    package var action: String { fields.text("action") }
    /// The same in words.
    package var actionLabel: Bilingual { StatusNames.label("request_action", action) }

    /// Where the request stands.
    package var stateCode: String { fields.text("state") }
    /// The same in words.
    package var stateLabel: Bilingual { StatusNames.label("request_state", stateCode) }

    /// What the citizen filled in.
    package var form: RecordFields { fields.group("form") }

    /// The files sent along.
    package var attachments: [Attachment] { fields.list("attachments").map(Attachment.init) }

    /// The number the device gave, by which a repeat is known.
    package var clientUUID: String { fields.text("client_uuid") }

    /// When the draft began, by the device's clock.
    package var draftedAt: Int64? { fields.moment("drafted_at") }

    /// When it was put in the queue, by the device's clock.
    package var queuedAt: Int64? { fields.moment("queued_at") }

    /// The member that a device shows while a withdrawal waits there.
    package static let withdrawalQueuedField = "withdrawal_queued_at"

    /// When its withdrawal was put in the queue, by the device's clock; nil
    /// where none waits on this device.
    package var withdrawalQueuedAt: Int64? { fields.moment(Self.withdrawalQueuedField) }

    /// When its withdrawal entered the system, by the server's clock.
    package var withdrawnAt: Int64? { fields.moment("withdrawn_at") }

    /// When it entered the system: the lawful time of receipt.
    package var enteredAt: Int64? { fields.moment("entered_at") }

    /// The number of the receipt; empty before receipt.
    package var receiptNumber: String { fields.text("receipt_no") }

    /// The hash of what was received.
    package var payloadHash: String { fields.text("payload_sha256") }

    /// The declared channel.
    package var channel: String { fields.text("channel") }

    /// The day an answer is due.
    package var answerDue: PartialDate? { fields.date("sla_due") }

    /// Who works on it.
    package var assigneeThai: String { fields.text("assignee_th") }

    /// The decision, empty before it.
    package var decision: Decision { Decision(fields: fields.group("decision")) }

    /// What happened so far.
    package var timeline: [Step] { fields.list("timeline").map(Step.init) }

    /// Who acted, if for somebody else.
    package var actedBy: String { fields.text("acted_by") }

    /// For whom, if for somebody else.
    package var onBehalfOf: String { fields.text("on_behalf_of") }

    /// The delegation it rests on.
    package var delegationReference: String { fields.text("delegation_ref") }

    /// A note about the subject.
    package var subjectNoteThai: String { fields.text("subject_note_th") }

    /// A file that goes with a request.
    package struct Attachment: Hashable, Sendable {
        let fields: RecordFields

        /// The name of the file.
        package var name: String { fields.text("name") }

        /// The type of the content.
        package var mime: String { fields.text("mime") }

        /// The size.
        package var bytes: Int64? { fields.integer("bytes") }

        /// The hash of the content.
        package var sha256: String { fields.text("sha256") }
    }

    /// What an officer decided, and by what authority.
    package struct Decision: Hashable, Sendable {
        let fields: RecordFields

        /// `approved` or `rejected`.
        package var result: String { fields.text("result") }

        /// When.
        package var at: Int64? { fields.moment("at") }

        /// Why.
        package var reasonThai: String { fields.text("reason_th") }

        /// The rule that decided, if one did.
        package var rule: String { fields.text("rule") }

        /// By what authority.
        package var authorityThai: String { fields.text("authority_th") }

        /// The officer, by an opaque reference.
        package var officerReference: String { fields.text("officer_ref") }

        /// The system it was made in.
        package var system: String { fields.text("system") }

        /// The signature.
        package var signatureReference: String { fields.text("signature_ref") }
    }

    /// A step of the timeline.
    package struct Step: Hashable, Sendable {
        let fields: RecordFields

        /// When.
        package var at: Int64? { fields.moment("at") }

        /// Who did it.
        package var byThai: String { fields.text("by_th") }

        /// What was done.
        package var noteThai: String { fields.text("note_th") }

        /// What it became.
        package var state: String { fields.text("state") }
        /// The same in words.
        package var stateLabel: Bilingual { StatusNames.label("request_state", state) }
    }
}
