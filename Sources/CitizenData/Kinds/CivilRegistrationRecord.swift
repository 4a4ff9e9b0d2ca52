/// What the civil register says of a person and their house.
package struct CivilRegistrationRecord: RecordView {
    package static let kind = RecordKind.civilRegistration
    package static let mandatoryFields = [
        "fullname_and_rank", "dob", "dob_precision", "house_id", "address",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The full name with its rank.
    package var nameThai: String { fields.text("fullname_and_rank") }

    /// The title.
    package var titleThai: String { fields.text("title_th") }

    /// The code of the gender.
    package var genderCode: String { fields.text("gender_code") }

    /// The gender.
    package var genderThai: String { fields.text("gender_th") }

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

    /// The code of the nationality, 099 for Thai.
    package var nationalityCode: String { fields.text("nationality_code") }

    /// The nationality.
    package var nationalityThai: String { fields.text("nationality_th") }

    /// The eleven digits of the house.
    package var houseID: String { fields.text("house_id") }

    /// Where the house stands.
    package var address: PostalAddress { PostalAddress(fields: fields.group("address")) }

    /// When the person moved in.
    package var movedIn: PartialDate? { fields.date("date_of_move_in") }

    /// Whether the person is the householder.
    package var ownerStatus: String { fields.text("owner_status") }

    /// What the register says of the residence.
    package var personStatus: String { fields.text("status_of_person") }

    /// The office of the register.
    package var registrationOffice: String { fields.text("registered_at") }

    /// The father, with a masked number.
    package var father: Parent { Parent(fields: fields.group("father")) }

    /// The mother, with a masked number.
    package var mother: Parent { Parent(fields: fields.group("mother")) }

    /// Names before a change.
    package var formerNames: [FormerName] { fields.list("former_names").map(FormerName.init) }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// An address as the register writes it.
    package struct PostalAddress: Hashable, Sendable {
        let fields: RecordFields

        /// The number of the house.
        package var houseNumber: String { fields.text("house_no") }

        /// The number of the village, moo.
        package var village: Int64? { fields.integer("moo") }

        /// The road.
        package var road: String { fields.text("road") }

        /// The subdistrict.
        package var subdistrict: String { fields.text("subdistrict") }

        /// The district.
        package var district: String { fields.text("district") }

        /// The province.
        package var province: String { fields.text("province") }

        /// The two-digit code of the province.
        package var provinceCode: String { fields.text("province_code") }

        /// The postcode.
        package var postcode: String { fields.text("postcode") }
    }

    /// A parent, as far as the child's record may show.
    package struct Parent: Hashable, Sendable {
        let fields: RecordFields

        /// The name.
        package var nameThai: String { fields.text("name_th") }

        /// The number with most digits hidden.
        package var maskedID: String { fields.text("pid_masked") }

        /// The nationality.
        package var nationalityThai: String { fields.text("nationality_th") }
    }

    /// A name that is no longer used.
    package struct FormerName: Hashable, Sendable {
        let fields: RecordFields

        /// The family name.
        package var lastNameThai: String { fields.text("last_th") }

        /// The day it changed.
        package var until: PartialDate? { fields.date("until") }
    }
}
