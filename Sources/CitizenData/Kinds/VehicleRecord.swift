/// A registered vehicle with its tax and insurance.
public struct VehicleRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.vehicle

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "plate", "province", "plate_key", "vehicle_type", "tax_due", "tax_status",
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

    /// The text of the plate.
    public var plate: String { fields.text("plate") }

    /// The province of the plate, or Betong.
    public var province: String { fields.text("province") }

    /// The code of the province.
    public var provinceCode: String { fields.text("province_code") }

    /// Text and province together, the key of the vehicle.
    public var plateKey: String { fields.text("plate_key") }

    /// The series of the plate.
    public var plateKind: String { fields.text("plate_kind") }
    /// The same in words.
    public var plateKindLabel: Bilingual { StatusNames.label("plate_kind", plateKind) }

    /// The type, รย.1 and on.
    public var vehicleType: String { fields.text("vehicle_type") }
    /// The same in words.
    public var vehicleTypeLabel: Bilingual { StatusNames.label("vehicle_type", vehicleType) }

    /// The type, in words.
    public var vehicleTypeThai: String { fields.text("vehicle_type_th") }

    /// The make.
    public var brand: String { fields.text("brand") }

    /// The model.
    public var model: String { fields.text("model") }

    /// The colour.
    public var colourThai: String { fields.text("colour_th") }

    /// The fuel.
    public var fuelThai: String { fields.text("fuel_th") }

    /// The engine volume in cubic centimetres; nil for an electric car.
    public var engineVolume: Int64? { fields.integer("cc") }

    /// The weight in kilograms.
    public var weightKilograms: Int64? { fields.integer("weight_kg") }

    /// The model year.
    public var modelYear: Int64? { fields.integer("year") }

    /// The day of the first registration.
    public var firstRegistered: PartialDate? { fields.date("first_registered") }

    /// The chassis number with most characters hidden.
    public var maskedChassis: String { fields.text("chassis_masked") }

    /// The engine number with most characters hidden.
    public var maskedEngine: String { fields.text("engine_masked") }

    /// `owner` or `possessor`.
    public var role: String { fields.text("role") }

    /// The owner's name in the register, if it differs.
    public var ownerNameThai: String { fields.text("owner_name_th") }

    /// Whether a lender holds the title.
    public var hasLien: Bool? { fields.flag("lien") }

    /// Who holds it.
    public var lienHolderThai: String { fields.text("lien_holder_th") }

    /// The day the yearly tax is due.
    public var taxDue: PartialDate? { fields.date("tax_due") }

    /// Whether the tax is paid.
    public var taxStatus: String { fields.text("tax_status") }
    /// The same in words.
    public var taxStatusLabel: Bilingual { StatusNames.label("vehicle_tax_status", taxStatus) }

    /// What to do about the tax.
    public var taxNoteThai: String { fields.text("tax_note_th") }

    /// The last day of the compulsory insurance.
    public var insuranceExpires: PartialDate? { fields.date("compulsory_insurance_expires") }

    /// Whether it covers today.
    public var insuranceStatus: String { fields.text("compulsory_insurance_status") }
    /// The same in words.
    public var insuranceStatusLabel: Bilingual {
        StatusNames.label("insurance_status", insuranceStatus)
    }

    /// The insurer.
    public var insurerThai: String { fields.text("compulsory_insurer_th") }

    /// A note of the office.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }
}
