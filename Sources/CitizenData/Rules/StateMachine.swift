/// The states that a record may have, and the moves between them.
///
/// Client and server ask the same table, so a move that one makes offline is
/// not refused by the other.
package protocol StateMachine: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {
    /// The state that a new record has.
    static var initial: Self { get }
    /// The states to which each state may move.
    static var transitions: [Self: [Self]] { get }
}

extension StateMachine {
    /// The states that may follow.
    package var successors: [Self] { Self.transitions[self, default: []] }

    /// True if nothing may follow.
    package var isFinal: Bool { successors.isEmpty }

    /// Tells whether a record may move to another state.
    package func mayBecome(_ next: Self) -> Bool { successors.contains(next) }
}
