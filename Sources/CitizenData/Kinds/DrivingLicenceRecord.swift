/// A driving licence as the land transport office issued it.
public struct DrivingLicenceRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.drivingLicence

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "licence_no", "class_code", "name_th", "issued", "expires", "status",
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

    /// The number of the licence.
    public var number: String { fields.text("licence_no") }

    /// What may be driven.
    public var classCode: String { fields.text("class_code") }
    /// The same in words.
    public var classLabel: Bilingual { StatusNames.label("licence_class", classCode) }

    /// The class, as printed.
    public var classThai: String { fields.text("class_th") }

    /// The class in English.
    public var classEnglish: String { fields.text("class_en") }

    /// The law under which it was issued.
    public var act: String { fields.text("act") }
    /// The same in words.
    public var actLabel: Bilingual { StatusNames.label("licence_act", act) }

    /// The holder's name on the licence.
    public var nameThai: String { fields.text("name_th") }

    /// The holder's name in Latin letters.
    public var nameEnglish: String { fields.text("name_en") }

    /// The day of issue.
    public var issued: PartialDate? { fields.date("issued") }

    /// The last day it is valid.
    public var expires: PartialDate? { fields.date("expires") }

    /// The issuing office.
    public var officeThai: String { fields.text("office_th") }

    /// Whether it may be used.
    public var status: String { fields.text("status") }
    /// The same in words.
    public var statusLabel: Bilingual { StatusNames.label("driving_licence_status", status) }

    /// The points left; nil if the source did not say, never zero for that.
    public var pointsLeft: Int64? { fields.integer("points_left") }

    /// The points of a clean licence.
    public var pointsMax: Int64? { fields.integer("points_max") }

    /// How points were lost.
    public var pointsHistory: [PointsChange] {
        fields.list("points_history").map(PointsChange.init)
    }

    /// Conditions of the licence.
    public var conditionsThai: String { fields.text("conditions_th") }

    /// Whether the holder has a card with a code.
    public var hasQRCard: Bool? { fields.flag("has_qr_card") }

    /// The notice that lets it be shown on a screen; empty if none.
    public var displayBasis: String { fields.text("display_basis") }

    /// What must be said when it is shown.
    public var displayNoteThai: String { fields.text("display_note_th") }

    /// The day it was revoked.
    public var revokedAt: PartialDate? { fields.date("revoked_at") }

    /// Why it was revoked.
    public var revokedReasonThai: String { fields.text("revoked_reason_th") }

    /// Why it was revoked, in English.
    public var revokedReasonEnglish: String { fields.text("revoked_reason_en") }

    /// The day from which a new test is allowed.
    public var retestAfter: PartialDate? { fields.date("retest_after") }

    /// The first day of a suspension.
    public var suspendedFrom: PartialDate? { fields.date("suspended_from") }

    /// The last day of a suspension.
    public var suspendedTo: PartialDate? { fields.date("suspended_to") }

    /// A note of the office.
    public var noteThai: String { fields.text("note_th") }

    /// The hash of the photo.
    public var photoReference: String { fields.text("photo_ref") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// Points that an offence took.
    public struct PointsChange: Hashable, Sendable {
        let fields: RecordFields

        /// The day.
        public var at: PartialDate? { fields.date("at") }

        /// The points taken.
        public var cut: Int64? { fields.integer("cut") }

        /// The points left after it.
        public var left: Int64? { fields.integer("left") }
    }
}
