/// Which writes of an older device name the server has.
struct TakenWrites: Hashable, Sendable {
    /// The last write up to which the server's history is this device's own.
    var last: UInt64 = 0
    /// Of those that wait here still, the ones that took no effect there.
    ///
    /// They are sent once more, so that the person is told.
    var refused: Set<UInt64> = []

    /// Whether the server has the write, so that it must not be sent again.
    func contains(_ mid: UInt64) -> Bool { mid <= last && !refused.contains(mid) }
}
