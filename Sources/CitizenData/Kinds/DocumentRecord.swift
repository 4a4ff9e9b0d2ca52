/// A licence or certificate that the citizen holds.
public struct DocumentRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.document

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "type", "title_th", "number", "issuer_th", "status",
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

    /// What it is, as a code.
    public var documentType: String { fields.text("type") }

    /// What it is.
    public var titleThai: String { fields.text("title_th") }

    /// What it is, in English.
    public var titleEnglish: String { fields.text("title_en") }

    /// Its number.
    public var number: String { fields.text("number") }

    /// Whose it is.
    public var holderThai: String { fields.text("holder_th") }

    /// Who issued it.
    public var issuerThai: String { fields.text("issuer_th") }

    /// The day of issue.
    public var issued: PartialDate? { fields.date("issued") }

    /// The last day it is valid; nil if it has none.
    public var expires: PartialDate? { fields.date("expires") }

    /// Whether it may be used.
    public var status: String { fields.text("status") }
    /// The same in words.
    public var statusLabel: Bilingual { StatusNames.label("document_state", status) }

    /// Its place in the public list of revoked documents.
    public var statusIndex: Int64? { fields.integer("status_index") }

    /// The notice that lets it be shown on a screen; empty if none.
    public var displayBasis: String { fields.text("display_basis") }

    /// What must be said when it is shown.
    public var displayNoteThai: String { fields.text("display_note_th") }

    /// The type of the file.
    public var mime: String { fields.text("mime") }

    /// The hash of the file.
    public var contentHash: String { fields.text("blob_sha256") }

    /// The size of the file.
    public var contentBytes: Int64? { fields.integer("blob_bytes") }

    /// The number of the business it belongs to.
    public var juristicID: String { fields.text("juristic_id") }

    /// The name of the business.
    public var juristicNameThai: String { fields.text("juristic_name_th") }

    /// Whether anybody may look it up.
    public var isInPublicRegister: Bool? { fields.flag("public_register") }

    /// The plots of a farmer's book.
    public var plots: [Plot] { fields.list("plots").map(Plot.init) }

    /// A note of the issuer.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// A plot of land with its crop.
    public struct Plot: Hashable, Sendable {
        let fields: RecordFields

        /// The number of the plot.
        public var number: Int64? { fields.integer("no") }

        /// What grows there.
        public var cropThai: String { fields.text("crop_th") }

        /// The area in rai.
        public var rai: Int64? { fields.integer("rai") }

        /// The rest in ngan.
        public var ngan: Int64? { fields.integer("ngan") }

        /// The rest in square wa.
        public var wa: Int64? { fields.integer("wa") }
    }
}
