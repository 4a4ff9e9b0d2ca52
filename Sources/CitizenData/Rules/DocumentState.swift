/// Where a licence or document stands.
public enum DocumentState: String, StateMachine {
    case issued, active, expiring, expired, suspended, revoked, replaced

    /// The state of a new licence or document.
    public static let initial = issued

    /// The states that may follow each state.
    public static let transitions: [Self: [Self]] = [
        .issued: [.active],
        .active: [.expiring, .suspended, .revoked, .replaced],
        .expiring: [.expired, .suspended, .revoked, .replaced],
        .suspended: [.active, .revoked],
    ]

    /// True if it may be used today.
    public var isUsable: Bool { self == .issued || self == .active || self == .expiring }

    /// The name of the state in Thai and English.
    public var label: Bilingual { StatusNames.label("document_state", rawValue) }
}
