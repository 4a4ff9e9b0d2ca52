/// Where a bill stands.
public enum BillState: String, StateMachine {
    case unpaid, presented, pending, paid, failed, expired, void
    case refundRequested = "refund_requested"
    case refunded

    /// The state of a new bill.
    public static let initial = unpaid

    /// The states that may follow each state.
    public static let transitions: [Self: [Self]] = [
        .unpaid: [.presented],
        .presented: [.pending],
        .pending: [.paid, .failed, .expired, .void],
        .paid: [.refundRequested],
        .refundRequested: [.refunded],
    ]

    /// The state that a status number of the payment guide leads to.
    ///
    /// The guide itself shows 0 for a success once, so a callback is checked
    /// with the payment system before it is believed.
    public init?(paymentStatusCode code: Int64) {
        let states: [Self] = [
            .pending, .paid, .failed, .failed, .void, .pending, .expired, .refunded,
            .refundRequested,
        ]
        guard let index = Int(exactly: code), states.indices.contains(index) else { return nil }
        self = states[index]
    }

    /// True if the bill still asks for money.
    public var isDue: Bool {
        self == .unpaid || self == .presented || self == .failed || self == .expired
    }

    /// The name of the state in Thai and English.
    public var label: Bilingual { StatusNames.label("bill_state", rawValue) }
}
