/// Where a request stands, from the draft to the end.
public enum RequestState: String, StateMachine {
    case draft, ready, queued, sent, received
    case underReview = "under_review"
    case needInfo = "need_info"
    case approved, rejected, closed, withdrawn
    case expiredBeforeReceipt = "expired_before_receipt"
    case superseded

    /// The state of a new request.
    public static let initial = draft

    private static let beforeReceipt: [Self] = [.withdrawn, .expiredBeforeReceipt, .superseded]

    /// The states that may follow each state.
    public static let transitions: [Self: [Self]] = [
        .draft: [.ready] + beforeReceipt,
        .ready: [.queued] + beforeReceipt,
        .queued: [.sent] + beforeReceipt,
        .sent: [.received],
        .received: [.underReview, .withdrawn],
        .underReview: [.needInfo, .approved, .rejected, .withdrawn],
        .needInfo: [.underReview, .withdrawn],
        .approved: [.closed],
        .rejected: [.closed],
    ]

    /// True while the citizen may change everything in it.
    public var isEditable: Bool { self == .draft || self == .ready || self == .queued }

    /// True for a state that only a received request can have.
    public var isReceived: Bool {
        switch self {
        // A withdrawal may come before or after: `enteredAt` of the row tells.
        case .draft, .ready, .queued, .sent, .expiredBeforeReceipt, .superseded, .withdrawn:
            false
        case .received, .underReview, .needInfo, .approved, .rejected, .closed: true
        }
    }

    /// True if the citizen is asked to do something.
    public var waitsForCitizen: Bool { self == .draft || self == .ready || self == .needInfo }

    /// The name of the state in Thai and English.
    public var label: Bilingual { StatusNames.label("request_state", rawValue) }
}
