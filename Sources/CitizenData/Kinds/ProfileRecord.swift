/// Who the citizen is, and how to reach them.
public struct ProfileRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.profile

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "pid", "first_th", "dob", "dob_precision",
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

    /// The 13 digits, never logged or put in a message.
    public var nationalID: String { fields.text("pid") }

    /// The full name with its title.
    public var nameThai: String { fields.text("name_th") }

    /// The full name in Latin letters.
    public var nameEnglish: String { fields.text("name_en") }

    /// The title.
    public var titleThai: String { fields.text("title_th") }

    /// The title in English.
    public var titleEnglish: String { fields.text("title_en") }

    /// The given name.
    public var firstNameThai: String { fields.text("first_th") }

    /// The middle name, often empty.
    public var middleNameThai: String { fields.text("middle_th") }

    /// The family name; empty for a person with one name.
    public var lastNameThai: String { fields.text("last_th") }

    /// The given name in Latin letters.
    public var firstNameEnglish: String { fields.text("first_en") }

    /// The middle name in Latin letters.
    public var middleNameEnglish: String { fields.text("middle_en") }

    /// The family name in Latin letters.
    public var lastNameEnglish: String { fields.text("last_en") }

    /// The family name before a change.
    public var formerLastNameThai: String { fields.text("former_last_th") }

    /// `female` or `male`.
    public var gender: String { fields.text("gender") }

    /// The birth date, as far as it is known.
    public var birthDate: PartialDate? { fields.date("dob") }

    /// How much of the birth date is known.
    public var birthDatePrecision: String { fields.text("dob_precision") }
    /// The same in words.
    public var birthDatePrecisionLabel: Bilingual {
        StatusNames.label("dob_precision", birthDatePrecision)
    }

    /// The birth date in the words of the register.
    public var birthDateRegistered: String { fields.text("dob_registered_th") }

    /// The first day it can be, if the day is not known.
    public var birthDateEarliest: PartialDate? { fields.date("dob_earliest") }

    /// The last day it can be, if the day is not known.
    public var birthDateLatest: PartialDate? { fields.date("dob_latest") }

    /// The mobile number, which the citizen may edit.
    public var mobile: String { fields.text("mobile") }

    /// The e-mail address, which the citizen may edit.
    public var email: String { fields.text("email") }

    /// The language of the app, `th` or `en`.
    public var language: String { fields.text("language") }

    /// How surely the person was identified.
    public var identityAssuranceLevel: String { fields.text("ial") }

    /// The hash of the photo.
    public var photoReference: String { fields.text("photo_ref") }

    /// The size of the photo.
    public var photoBytes: Int64? { fields.integer("photo_bytes") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }
}
