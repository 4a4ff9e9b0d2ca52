/// Who the citizen is, and how to reach them.
package struct ProfileRecord: RecordView {
    package static let kind = RecordKind.profile
    package static let mandatoryFields = [
        "pid", "first_th", "dob", "dob_precision",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The 13 digits, never logged or put in a message.
    package var nationalID: String { fields.text("pid") }

    /// The full name with its title.
    package var nameThai: String { fields.text("name_th") }

    /// The full name in Latin letters.
    package var nameEnglish: String { fields.text("name_en") }

    /// The title.
    package var titleThai: String { fields.text("title_th") }

    /// The title in English.
    package var titleEnglish: String { fields.text("title_en") }

    /// The given name.
    package var firstNameThai: String { fields.text("first_th") }

    /// The middle name, often empty.
    package var middleNameThai: String { fields.text("middle_th") }

    /// The family name; empty for a person with one name.
    package var lastNameThai: String { fields.text("last_th") }

    /// The given name in Latin letters.
    package var firstNameEnglish: String { fields.text("first_en") }

    /// The middle name in Latin letters.
    package var middleNameEnglish: String { fields.text("middle_en") }

    /// The family name in Latin letters.
    package var lastNameEnglish: String { fields.text("last_en") }

    /// The family name before a change.
    package var formerLastNameThai: String { fields.text("former_last_th") }

    /// `female` or `male`.
    package var gender: String { fields.text("gender") }

    /// The birth date, as far as it is known.
    package var birthDate: PartialDate? { fields.date("dob") }

    /// How much of the birth date is known.
    package var birthDatePrecision: String { fields.text("dob_precision") }
    /// The same in words.
    package var birthDatePrecisionLabel: Bilingual {
        StatusNames.label("dob_precision", birthDatePrecision)
    }

    /// The birth date in the words of the register.
    package var birthDateRegistered: String { fields.text("dob_registered_th") }

    /// The first day it can be, if the day is not known.
    package var birthDateEarliest: PartialDate? { fields.date("dob_earliest") }

    /// The last day it can be, if the day is not known.
    package var birthDateLatest: PartialDate? { fields.date("dob_latest") }

    /// The mobile number, which the citizen may edit.
    package var mobile: String { fields.text("mobile") }

    /// The e-mail address, which the citizen may edit.
    package var email: String { fields.text("email") }

    /// The language of the app, `th` or `en`.
    package var language: String { fields.text("language") }

    /// How surely the person was identified.
    package var identityAssuranceLevel: String { fields.text("ial") }

    /// The hash of the photo.
    package var photoReference: String { fields.text("photo_ref") }

    /// The size of the photo.
    package var photoBytes: Int64? { fields.integer("photo_bytes") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }
}
