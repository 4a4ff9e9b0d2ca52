/// The proof that a request entered the system, and when.
public struct ReceiptRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.receipt

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "receipt_no", "client_uuid", "service", "entered_at", "payload_sha256",
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

    /// The number of the receipt.
    public var number: String { fields.text("receipt_no") }

    /// The number the device gave the request.
    public var clientUUID: String { fields.text("client_uuid") }

    /// The row of the request.
    public var requestID: String { fields.text("request_id") }

    /// The service in the catalogue.
    public var service: String { fields.text("service") }

    /// The lawful time of receipt, by the server's clock, in milliseconds since 1970, UTC.
    public var enteredAt: Int64? { fields.moment("entered_at") }

    /// The hash of the canonical request.
    public var payloadHash: String { fields.text("payload_sha256") }

    /// The files that were received.
    public var attachments: [Attachment] { fields.list("attachments").map(Attachment.init) }

    /// The declared channel it came by.
    public var channel: String { fields.text("channel") }

    /// The number in the server's chain.
    public var serverSequence: Int64? { fields.integer("server_sequence") }

    /// The hash of the receipt before it.
    public var previousHash: String { fields.text("previous_sha256") }

    /// The key of the signature.
    public var keyID: String { fields.text("kid") }

    /// The signature.
    public var signature: String { fields.text("sig") }

    /// A file that was received.
    public struct Attachment: Hashable, Sendable {
        let fields: RecordFields

        /// The name of the file.
        public var name: String { fields.text("name") }

        /// The size, in bytes.
        public var bytes: Int64? { fields.integer("bytes") }

        /// The hash of the content.
        public var sha256: String { fields.text("sha256") }
    }
}
