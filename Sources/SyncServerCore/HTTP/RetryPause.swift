internal import Synchronization

/// Pauses that the server asks for, each a second longer than the one before.
///
/// A thousand clients that are turned away in one moment are asked to come back at
/// moments that lie apart, whatever their own jitter. The pauses go round in a
/// ring: no random numbers, and each pause comes as often as any other.
final class RetryPause: Sendable {
    /// For what the next attempt may find done.
    static let soon = RetryPause(2...9)
    /// For what waits until a load has passed.
    static let later = RetryPause(5...20)

    /// The pauses, in seconds.
    let range: ClosedRange<Int>
    private let turn = Atomic<Int>(0)

    private init(_ range: ClosedRange<Int>) {
        self.range = range
    }

    /// The next pause, in seconds.
    func next() -> Int {
        let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return range.lowerBound + Int(UInt(bitPattern: turn) % UInt(range.count))
    }
}
