/// The kinds of row; the raw value is the name of the table.
public enum RecordKind: String, CaseIterable, Hashable, Sendable {
    case profile
    case civilRegistration = "civil_registration"
    case drivingLicence = "driving_licence"
    case vehicle
    case trafficTicket = "traffic_ticket"
    case creditReport = "credit_report"
    case socialSecurity = "social_security"
    case healthCoverage = "health_coverage"
    case newbornSubsidy = "newborn_subsidy"
    case entitlement
    case notification
    case request
    case receipt
    case bill
    case payment
    case document
    case consent
    case accessEvent = "access_event"
    case delegation
    case device
    case service
    case category
    case agency
    case channel
    case rule
    case onboarding
    case province
    case biller
    case openDataGroup = "open_data_group"

    /// The part of a citizen's data that is granted and synced as one.
    public enum Domain: String, CaseIterable, Hashable, Sendable {
        case core, transport, welfare, civil, credit, bills, access
        /// Public rows that every device shares.
        case catalogue

        /// True if anybody may read it without signing in.
        public var isPublic: Bool { self == .catalogue }
    }

    /// Who may write rows of a kind.
    public enum Writer: String, Hashable, Sendable {
        case agency, citizen, system
    }

    /// The domain whose bucket holds the rows.
    public var domain: Domain {
        switch self {
        case .profile, .notification, .request, .receipt, .document, .device: .core
        case .consent, .accessEvent, .delegation: .access
        case .drivingLicence, .vehicle, .trafficTicket: .transport
        case .entitlement, .socialSecurity, .healthCoverage, .newbornSubsidy: .welfare
        case .civilRegistration: .civil
        case .creditReport: .credit
        case .bill, .payment: .bills
        case .service, .category, .agency, .channel, .rule, .onboarding, .province, .biller,
            .openDataGroup:
            .catalogue
        }
    }

    /// The writers, the owner first.
    public var writers: [Writer] {
        switch self {
        case .profile, .request, .delegation:
            self == .profile ? [.agency, .citizen] : [.citizen, .agency]
        case .consent: [.citizen]
        case .receipt: [.system]
        case .device: [.system, .citizen]
        case .notification: [.agency, .system, .citizen]
        case .entitlement, .payment, .accessEvent, .service, .category, .agency, .channel, .rule:
            [.agency, .system]
        case .province, .biller, .openDataGroup: [.system]
        default: [.agency]
        }
    }

    /// The classes that fields of the kind may have, the least first.
    public var sensitivity: ClosedRange<Sensitivity> {
        switch self {
        case .profile, .civilRegistration, .creditReport, .healthCoverage, .newbornSubsidy:
            .p3 ... .p3
        case .drivingLicence, .vehicle, .trafficTicket, .socialSecurity, .payment, .consent,
            .accessEvent, .delegation:
            .p2 ... .p2
        case .entitlement, .request, .document: .p2 ... .p3
        case .bill: .p1 ... .p2
        case .notification, .receipt, .device, .onboarding: .p1 ... .p1
        case .service, .category, .agency, .channel, .rule, .province, .biller, .openDataGroup:
            .p0 ... .p0
        }
    }

    /// How long a row stays fresh after its moment of truth, in seconds.
    ///
    /// Nil where age does not make a row wrong: a dated report, a receipt, a
    /// message, or what the citizen wrote. The periods of licence, ticket,
    /// vehicle, insurance, health, register, entitlement and service are in the
    /// reference data; the others are choices made here.
    public var freshSeconds: Int64? {
        switch self {
        case .trafficTicket: 6 * 3600
        case .drivingLicence, .socialSecurity, .healthCoverage, .entitlement, .newbornSubsidy,
            .bill, .payment, .delegation:
            24 * 3600
        case .vehicle, .document, .service, .category, .agency, .channel, .rule, .province,
            .biller, .openDataGroup, .onboarding:
            7 * 24 * 3600
        case .civilRegistration, .profile: 30 * 24 * 3600
        case .creditReport, .notification, .request, .receipt, .consent, .accessEvent, .device:
            nil
        }
    }

    /// The name of the kind in Thai and English.
    public var label: Bilingual {
        switch self {
        case .province: Bilingual("จังหวัด", "Province")
        case .biller: Bilingual("ผู้วางบิล", "Biller")
        case .openDataGroup: Bilingual("กลุ่มข้อมูลเปิด", "Open data group")
        default: StatusNames.label("record_kind", rawValue)
        }
    }
}
