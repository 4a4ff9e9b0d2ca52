/// Stamps writes so that a device never goes back, whatever its clock does.
///
/// The server's clock is the reference. Every response carries it, and the
/// device stamps its own clock corrected by the difference. A stamp is always
/// later than every stamp made or seen before, also after a restart, because
/// the owner stores ``last`` together with the write it stamped.
package struct HybridClock: Hashable, Sendable {
    /// The latest stamp made or seen.
    package private(set) var last: UInt64

    /// What to add to this device's clock to get the server's, in milliseconds.
    package private(set) var offsetMilliseconds: Int64

    /// The furthest a time may stand ahead of the server before it re-stamps.
    package static let aheadMillisecondsMax: UInt64 = 60_000

    /// The last millisecond that fits a time's 48 bits, in the year 10889.
    private static let millisecondsMax: Int64 = (1 << 48) - 1

    /// Creates a clock, or resumes one from what its owner stored.
    package init(last: UInt64 = 0, offsetMilliseconds: Int64 = 0) {
        self.last = last
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// Stamps a write.
    ///
    /// - Parameters:
    ///   - wallMilliseconds: This device's clock.
    ///   - device: Who stamps.
    ///   - random: How far to go beyond the earliest stamp there can be. Copies of a
    ///     device that do the same at one time would else write one and the same thing.
    /// - Returns: The stamp.
    package mutating func stamp(
        wallMilliseconds: Int64, device: DeviceID, random: UInt16 = 0
    ) -> HybridTime {
        let corrected = wallMilliseconds.addingReportingOverflow(offsetMilliseconds)
        let wall = corrected.overflow ? 0 : Self.inRange(corrected.partialValue)
        // A time read from the wire may be the last there is; do not trap on it.
        last = max(wall << 16, last.addingSaturating(1)).addingSaturating(UInt64(random))
        return HybridTime(packed: last, device: device)
    }

    /// Takes note of a time made elsewhere, so that later stamps follow it.
    package mutating func observe(_ time: HybridTime) {
        last = max(last, time.packed)
    }

    /// Takes note of the server's clock, read when its answer was written.
    ///
    /// A clock that no server can have is not believed.
    package mutating func observeServer(milliseconds server: Int64, wallMilliseconds: Int64) {
        let (difference, overflow) = server.subtractingReportingOverflow(wallMilliseconds)
        guard !overflow, server >= 0, server <= Self.millisecondsMax else { return }
        offsetMilliseconds = difference
    }

    /// Gives the time the server stores for a write a device stamped.
    ///
    /// A time too far ahead is replaced by the server's own, and a device's
    /// writes keep their order in either case.
    ///
    /// - Parameters:
    ///   - time: The device's stamp.
    ///   - serverMilliseconds: The server's clock.
    ///   - previous: The packed time stored for this device's write before.
    /// - Returns: The time to store, later than `previous`.
    package static func accepted(
        _ time: HybridTime, serverMilliseconds: Int64, previous: UInt64
    ) -> HybridTime {
        let server = inRange(serverMilliseconds)
        let isAhead = time.milliseconds > server + aheadMillisecondsMax
        let base = isAhead ? server << 16 : time.packed
        return HybridTime(
            packed: max(base, previous.addingSaturating(1)), device: time.device)
    }

    private static func inRange(_ milliseconds: Int64) -> UInt64 {
        UInt64(min(max(milliseconds, 0), millisecondsMax))
    }
}
