/// What the civil register says of a person and their house.
public struct CivilRegistrationRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.civilRegistration

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "fullname_and_rank", "dob", "dob_precision", "house_id", "address",
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

    /// The full name with its rank.
    public var nameThai: String { fields.text("fullname_and_rank") }

    /// The title.
    public var titleThai: String { fields.text("title_th") }

    /// The code of the gender.
    public var genderCode: String { fields.text("gender_code") }

    /// The gender.
    public var genderThai: String { fields.text("gender_th") }

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

    /// The code of the nationality, 099 for Thai.
    public var nationalityCode: String { fields.text("nationality_code") }

    /// The nationality.
    public var nationalityThai: String { fields.text("nationality_th") }

    /// The eleven digits of the house.
    public var houseID: String { fields.text("house_id") }

    /// Where the house stands.
    public var address: PostalAddress { PostalAddress(fields: fields.group("address")) }

    /// When the person moved in.
    public var movedIn: PartialDate? { fields.date("date_of_move_in") }

    /// Whether the person is the householder.
    public var ownerStatus: String { fields.text("owner_status") }

    /// What the register says of the residence.
    public var personStatus: String { fields.text("status_of_person") }

    /// The office of the register.
    public var registrationOffice: String { fields.text("registered_at") }

    /// The father, with a masked number.
    public var father: Parent { Parent(fields: fields.group("father")) }

    /// The mother, with a masked number.
    public var mother: Parent { Parent(fields: fields.group("mother")) }

    /// Names before a change.
    public var formerNames: [FormerName] { fields.list("former_names").map(FormerName.init) }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// An address as the register writes it.
    public struct PostalAddress: Hashable, Sendable {
        let fields: RecordFields

        /// The number of the house.
        public var houseNumber: String { fields.text("house_no") }

        /// The number of the village, moo.
        public var village: Int64? { fields.integer("moo") }

        /// The road.
        public var road: String { fields.text("road") }

        /// The subdistrict.
        public var subdistrict: String { fields.text("subdistrict") }

        /// The district.
        public var district: String { fields.text("district") }

        /// The province.
        public var province: String { fields.text("province") }

        /// The two-digit code of the province.
        public var provinceCode: String { fields.text("province_code") }

        /// The postcode.
        public var postcode: String { fields.text("postcode") }
    }

    /// A parent, as far as the child's record may show.
    public struct Parent: Hashable, Sendable {
        let fields: RecordFields

        /// The name.
        public var nameThai: String { fields.text("name_th") }

        /// The number with most digits hidden.
        public var maskedID: String { fields.text("pid_masked") }

        /// The nationality.
        public var nationalityThai: String { fields.text("nationality_th") }
    }

    /// A name that is no longer used.
    public struct FormerName: Hashable, Sendable {
        let fields: RecordFields

        /// The family name.
        public var lastNameThai: String { fields.text("last_th") }

        /// The day it changed.
        public var until: PartialDate? { fields.date("until") }
    }
}
