/// A licence or certificate that the citizen holds.
package struct DocumentRecord: RecordView {
    package static let kind = RecordKind.document
    package static let mandatoryFields = [
        "type", "title_th", "number", "issuer_th", "status",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// What it is, as a code.
    package var documentType: String { fields.text("type") }

    /// What it is.
    package var titleThai: String { fields.text("title_th") }

    /// What it is, in English.
    package var titleEnglish: String { fields.text("title_en") }

    /// Its number.
    package var number: String { fields.text("number") }

    /// Whose it is.
    package var holderThai: String { fields.text("holder_th") }

    /// Who issued it.
    package var issuerThai: String { fields.text("issuer_th") }

    /// The day of issue.
    package var issued: PartialDate? { fields.date("issued") }

    /// The last day it is valid; nil if it has none.
    package var expires: PartialDate? { fields.date("expires") }

    /// Whether it may be used.
    package var status: String { fields.text("status") }
    /// The same in words.
    package var statusLabel: Bilingual { StatusNames.label("document_state", status) }

    /// Its place in the public list of revoked documents.
    package var statusIndex: Int64? { fields.integer("status_index") }

    /// The notice that lets it be shown on a screen; empty if none.
    package var displayBasis: String { fields.text("display_basis") }

    /// What must be said when it is shown.
    package var displayNoteThai: String { fields.text("display_note_th") }

    /// The type of the file.
    package var mime: String { fields.text("mime") }

    /// The hash of the file.
    package var contentHash: String { fields.text("blob_sha256") }

    /// The size of the file.
    package var contentBytes: Int64? { fields.integer("blob_bytes") }

    /// The number of the business it belongs to.
    package var juristicID: String { fields.text("juristic_id") }

    /// The name of the business.
    package var juristicNameThai: String { fields.text("juristic_name_th") }

    /// Whether anybody may look it up.
    package var isInPublicRegister: Bool? { fields.flag("public_register") }

    /// The plots of a farmer's book.
    package var plots: [Plot] { fields.list("plots").map(Plot.init) }

    /// A note of the issuer.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// A plot of land with its crop.
    package struct Plot: Hashable, Sendable {
        let fields: RecordFields

        /// The number of the plot.
        package var number: Int64? { fields.integer("no") }

        /// What grows there.
        package var cropThai: String { fields.text("crop_th") }

        /// The area in rai.
        package var rai: Int64? { fields.integer("rai") }

        /// The rest in ngan.
        package var ngan: Int64? { fields.integer("ngan") }

        /// The rest in square wa.
        package var wa: Int64? { fields.integer("wa") }
    }
}
