/// An application, from the draft to the decision.
public struct RequestRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.request

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "service", "action", "state", "form", "client_uuid",
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

    /// The service in the catalogue.
    public var service: String { fields.text("service") }

    /// The name of the service.
    public var serviceThai: String { fields.text("service_th") }

    /// New, renew, amend or cancel.
    public var action: String { fields.text("action") }
    /// The same in words.
    public var actionLabel: Bilingual { StatusNames.label("request_action", action) }

    /// Where the request stands.
    public var stateCode: String { fields.text("state") }
    /// The same in words.
    public var stateLabel: Bilingual { StatusNames.label("request_state", stateCode) }

    /// What the citizen filled in.
    public var form: RecordFields { fields.group("form") }

    /// The files sent along.
    public var attachments: [Attachment] { fields.list("attachments").map(Attachment.init) }

    /// The number the device gave, by which a repeat is known.
    public var clientUUID: String { fields.text("client_uuid") }

    /// When the draft began, by the device's clock, in milliseconds since 1970, UTC.
    public var draftedAt: Int64? { fields.moment("drafted_at") }

    /// When it was put in the queue, by the device's clock, in milliseconds since 1970, UTC.
    public var queuedAt: Int64? { fields.moment("queued_at") }

    /// The member that a device shows while a withdrawal waits there.
    package static let withdrawalQueuedField = "withdrawal_queued_at"

    /// When its withdrawal was put in the queue, in milliseconds since 1970, UTC.
    ///
    /// By the device's clock; nil where none waits on this device.
    public var withdrawalQueuedAt: Int64? { fields.moment(Self.withdrawalQueuedField) }

    /// When its withdrawal entered the system, in milliseconds since 1970, UTC.
    ///
    /// By the server's clock.
    public var withdrawnAt: Int64? { fields.moment("withdrawn_at") }

    /// When it entered the system, in milliseconds since 1970, UTC.
    ///
    /// By the server's clock: the lawful time of receipt.
    public var enteredAt: Int64? { fields.moment("entered_at") }

    /// The number of the receipt; empty before receipt.
    public var receiptNumber: String { fields.text("receipt_no") }

    /// The hash of what was received.
    public var payloadHash: String { fields.text("payload_sha256") }

    /// The declared channel.
    public var channel: String { fields.text("channel") }

    /// The day an answer is due.
    public var answerDue: PartialDate? { fields.date("sla_due") }

    /// Who works on it.
    public var assigneeThai: String { fields.text("assignee_th") }

    /// The decision, empty before it.
    public var decision: Decision { Decision(fields: fields.group("decision")) }

    /// What happened so far.
    public var timeline: [Step] { fields.list("timeline").map(Step.init) }

    /// Who acted, if for somebody else.
    public var actedBy: String { fields.text("acted_by") }

    /// For whom, if for somebody else.
    public var onBehalfOf: String { fields.text("on_behalf_of") }

    /// The delegation it rests on.
    public var delegationReference: String { fields.text("delegation_ref") }

    /// A note about the subject.
    public var subjectNoteThai: String { fields.text("subject_note_th") }

    /// A file that goes with a request.
    public struct Attachment: Hashable, Sendable {
        let fields: RecordFields

        /// The name of the file.
        public var name: String { fields.text("name") }

        /// The type of the content.
        public var mime: String { fields.text("mime") }

        /// The size, in bytes.
        public var bytes: Int64? { fields.integer("bytes") }

        /// The hash of the content.
        public var sha256: String { fields.text("sha256") }
    }

    /// What an officer decided, and by what authority.
    public struct Decision: Hashable, Sendable {
        let fields: RecordFields

        /// `approved` or `rejected`.
        public var result: String { fields.text("result") }

        /// When, in milliseconds since 1970, UTC.
        public var at: Int64? { fields.moment("at") }

        /// Why.
        public var reasonThai: String { fields.text("reason_th") }

        /// The rule that decided, if one did.
        public var rule: String { fields.text("rule") }

        /// By what authority.
        public var authorityThai: String { fields.text("authority_th") }

        /// The officer, by an opaque reference.
        public var officerReference: String { fields.text("officer_ref") }

        /// The system it was made in.
        public var system: String { fields.text("system") }

        /// The signature.
        public var signatureReference: String { fields.text("signature_ref") }
    }

    /// A step of the timeline.
    public struct Step: Hashable, Sendable {
        let fields: RecordFields

        /// When, in milliseconds since 1970, UTC.
        public var at: Int64? { fields.moment("at") }

        /// Who did it.
        public var byThai: String { fields.text("by_th") }

        /// What was done.
        public var noteThai: String { fields.text("note_th") }

        /// What it became.
        public var state: String { fields.text("state") }
        /// The same in words.
        public var stateLabel: Bilingual { StatusNames.label("request_state", state) }
    }
}
