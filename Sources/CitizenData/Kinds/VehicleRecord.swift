/// A registered vehicle with its tax and insurance.
package struct VehicleRecord: RecordView {
    package static let kind = RecordKind.vehicle
    package static let mandatoryFields = [
        "plate", "province", "plate_key", "vehicle_type", "tax_due", "tax_status",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The text of the plate.
    package var plate: String { fields.text("plate") }

    /// The province of the plate, or Betong.
    package var province: String { fields.text("province") }

    /// The code of the province.
    package var provinceCode: String { fields.text("province_code") }

    /// Text and province together, the key of the vehicle.
    package var plateKey: String { fields.text("plate_key") }

    /// The series of the plate.
    package var plateKind: String { fields.text("plate_kind") }
    /// The same in words.
    package var plateKindLabel: Bilingual { StatusNames.label("plate_kind", plateKind) }

    /// The type, รย.1 and on.
    package var vehicleType: String { fields.text("vehicle_type") }
    /// The same in words.
    package var vehicleTypeLabel: Bilingual { StatusNames.label("vehicle_type", vehicleType) }

    /// The type, in words.
    package var vehicleTypeThai: String { fields.text("vehicle_type_th") }

    /// The make.
    package var brand: String { fields.text("brand") }

    /// The model.
    package var model: String { fields.text("model") }

    /// The colour.
    package var colourThai: String { fields.text("colour_th") }

    /// The fuel.
    package var fuelThai: String { fields.text("fuel_th") }

    /// The engine volume in cubic centimetres; nil for an electric car.
    package var engineVolume: Int64? { fields.integer("cc") }

    /// The weight.
    package var weightKilograms: Int64? { fields.integer("weight_kg") }

    /// The model year.
    package var modelYear: Int64? { fields.integer("year") }

    /// The day of the first registration.
    package var firstRegistered: PartialDate? { fields.date("first_registered") }

    /// The chassis number with most characters hidden.
    package var maskedChassis: String { fields.text("chassis_masked") }

    /// The engine number with most characters hidden.
    package var maskedEngine: String { fields.text("engine_masked") }

    /// `owner` or `possessor`.
    package var role: String { fields.text("role") }

    /// The owner's name in the register, if it differs.
    package var ownerNameThai: String { fields.text("owner_name_th") }

    /// Whether a lender holds the title.
    package var hasLien: Bool? { fields.flag("lien") }

    /// Who holds it.
    package var lienHolderThai: String { fields.text("lien_holder_th") }

    /// The day the yearly tax is due.
    package var taxDue: PartialDate? { fields.date("tax_due") }

    /// Whether the tax is paid.
    package var taxStatus: String { fields.text("tax_status") }
    /// The same in words.
    package var taxStatusLabel: Bilingual { StatusNames.label("vehicle_tax_status", taxStatus) }

    /// What to do about the tax.
    package var taxNoteThai: String { fields.text("tax_note_th") }

    /// The last day of the compulsory insurance.
    package var insuranceExpires: PartialDate? { fields.date("compulsory_insurance_expires") }

    /// Whether it covers today.
    package var insuranceStatus: String { fields.text("compulsory_insurance_status") }
    /// The same in words.
    package var insuranceStatusLabel: Bilingual {
        StatusNames.label("insurance_status", insuranceStatus)
    }

    /// The insurer.
    package var insurerThai: String { fields.text("compulsory_insurer_th") }

    /// A note of the office.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }
}
