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

    /// Creates a clock, or resumes one from what its owner stored.
    package init(last: UInt64 = 0, offsetMilliseconds: Int64 = 0) {
        self.last = last
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// Stamps a write.
    package mutating func stamp(wallMilliseconds: Int64, device: DeviceID) -> HybridTime {
        let corrected = wallMilliseconds.addingReportingOverflow(offsetMilliseconds)
        let wall = corrected.overflow ? 0 : min(max(corrected.partialValue, 0), (1 << 48) - 1)
        last = max(UInt64(wall) << 16, last + 1)
        return HybridTime(packed: last, device: device)
    }

    /// Takes note of a time made elsewhere, so that later stamps follow it.
    package mutating func observe(_ time: HybridTime) {
        last = max(last, time.packed)
    }

    /// Takes note of the server's clock, read when its answer was written.
    package mutating func observeServer(milliseconds server: Int64, wallMilliseconds: Int64) {
        offsetMilliseconds = server - wallMilliseconds
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
    package static func accepted(
        _ time: HybridTime, serverMilliseconds: Int64, previous: UInt64
    ) -> HybridTime {
        let limit = UInt64(max(serverMilliseconds, 0)) + aheadMillisecondsMax
        let base =
            time.milliseconds > limit ? UInt64(max(serverMilliseconds, 0)) << 16 : time.packed
        return HybridTime(packed: max(base, previous + 1), device: time.device)
    }
}
