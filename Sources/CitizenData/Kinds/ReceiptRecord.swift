/// The proof that a request entered the system, and when.
package struct ReceiptRecord: RecordView {
    package static let kind = RecordKind.receipt
    package static let mandatoryFields = [
        "receipt_no", "client_uuid", "service", "entered_at", "payload_sha256",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number of the receipt.
    package var number: String { fields.text("receipt_no") }

    /// The number the device gave the request.
    package var clientUUID: String { fields.text("client_uuid") }

    /// The row of the request.
    package var requestID: String { fields.text("request_id") }

    /// The service in the catalogue.
    package var service: String { fields.text("service") }

    /// The lawful time of receipt, by the server's clock.
    package var enteredAt: Int64? { fields.moment("entered_at") }

    /// The hash of the canonical request.
    package var payloadHash: String { fields.text("payload_sha256") }

    /// The files that were received.
    package var attachments: [Attachment] { fields.list("attachments").map(Attachment.init) }

    /// The declared channel it came by.
    package var channel: String { fields.text("channel") }

    /// The number in the server's chain.
    package var serverSequence: Int64? { fields.integer("server_sequence") }

    /// The hash of the receipt before it.
    package var previousHash: String { fields.text("previous_sha256") }

    /// The key of the signature.
    package var keyID: String { fields.text("kid") }

    /// The signature.
    package var signature: String { fields.text("sig") }

    /// A file that was received.
    package struct Attachment: Hashable, Sendable {
        let fields: RecordFields

        /// The name of the file.
        package var name: String { fields.text("name") }

        /// The size.
        package var bytes: Int64? { fields.integer("bytes") }

        /// The hash of the content.
        package var sha256: String { fields.text("sha256") }
    }
}
