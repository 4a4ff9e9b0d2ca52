/// The states that a record may have, and the moves between them.
///
/// Client and server ask the same table, so a move that one makes offline is
/// not refused by the other.
public protocol StateMachine: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {
    /// The state that a new record has.
    static var initial: Self { get }
    /// The states to which each state may move.
    static var transitions: [Self: [Self]] { get }
}

extension StateMachine {
    /// The states that may follow.
    public var successors: [Self] { Self.transitions[self, default: []] }

    /// True if nothing may follow.
    public var isFinal: Bool { successors.isEmpty }

    /// Tells whether a record may move to another state.
    public func mayBecome(_ next: Self) -> Bool { successors.contains(next) }
}
