/// Where a licence or document stands.
package enum DocumentState: String, StateMachine {
    case issued, active, expiring, expired, suspended, revoked, replaced

    package static let initial = issued

    package static let transitions: [Self: [Self]] = [
        .issued: [.active],
        .active: [.expiring, .suspended, .revoked, .replaced],
        .expiring: [.expired, .suspended, .revoked, .replaced],
        .suspended: [.active, .revoked],
    ]

    /// True if it may be used today.
    package var isUsable: Bool { self == .issued || self == .active || self == .expiring }

    /// The name of the state in Thai and English.
    package var label: Bilingual { StatusNames.label("document_state", rawValue) }
}
