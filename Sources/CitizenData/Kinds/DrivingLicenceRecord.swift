/// A driving licence as the land transport office issued it.
package struct DrivingLicenceRecord: RecordView {
    package static let kind = RecordKind.drivingLicence
    package static let mandatoryFields = [
        "licence_no", "class_code", "name_th", "issued", "expires", "status",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number of the licence.
    package var number: String { fields.text("licence_no") }

    /// What may be driven.
    package var classCode: String { fields.text("class_code") }
    /// The same in words.
    package var classLabel: Bilingual { StatusNames.label("licence_class", classCode) }

    /// The class, as printed.
    package var classThai: String { fields.text("class_th") }

    /// The class in English.
    package var classEnglish: String { fields.text("class_en") }

    /// The law under which it was issued.
    package var act: String { fields.text("act") }
    /// The same in words.
    package var actLabel: Bilingual { StatusNames.label("licence_act", act) }

    /// The holder's name on the licence.
    package var nameThai: String { fields.text("name_th") }

    /// The holder's name in Latin letters.
    package var nameEnglish: String { fields.text("name_en") }

    /// The day of issue.
    package var issued: PartialDate? { fields.date("issued") }

    /// The last day it is valid.
    package var expires: PartialDate? { fields.date("expires") }

    /// The issuing office.
    package var officeThai: String { fields.text("office_th") }

    /// Whether it may be used.
    package var status: String { fields.text("status") }
    /// The same in words.
    package var statusLabel: Bilingual { StatusNames.label("driving_licence_status", status) }

    /// The points left; nil if the source did not say, never zero for that.
    package var pointsLeft: Int64? { fields.integer("points_left") }

    /// The points of a clean licence.
    package var pointsMax: Int64? { fields.integer("points_max") }

    /// How points were lost.
    package var pointsHistory: [PointsChange] {
        fields.list("points_history").map(PointsChange.init)
    }

    /// Conditions of the licence.
    package var conditionsThai: String { fields.text("conditions_th") }

    /// Whether the holder has a card with a code.
    package var hasQRCard: Bool? { fields.flag("has_qr_card") }

    /// The notice that lets it be shown on a screen; empty if none.
    package var displayBasis: String { fields.text("display_basis") }

    /// What must be said when it is shown.
    package var displayNoteThai: String { fields.text("display_note_th") }

    /// The day it was revoked.
    package var revokedAt: PartialDate? { fields.date("revoked_at") }

    /// Why it was revoked.
    package var revokedReasonThai: String { fields.text("revoked_reason_th") }

    /// Why it was revoked, in English.
    package var revokedReasonEnglish: String { fields.text("revoked_reason_en") }

    /// The day from which a new test is allowed.
    package var retestAfter: PartialDate? { fields.date("retest_after") }

    /// The first day of a suspension.
    package var suspendedFrom: PartialDate? { fields.date("suspended_from") }

    /// The last day of a suspension.
    package var suspendedTo: PartialDate? { fields.date("suspended_to") }

    /// A note of the office.
    package var noteThai: String { fields.text("note_th") }

    /// The hash of the photo.
    package var photoReference: String { fields.text("photo_ref") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// Points that an offence took.
    package struct PointsChange: Hashable, Sendable {
        let fields: RecordFields

        /// The day.
        package var at: PartialDate? { fields.date("at") }

        /// The points taken.
        package var cut: Int64? { fields.integer("cut") }

        /// The points left after it.
        package var left: Int64? { fields.integer("left") }
    }
}
