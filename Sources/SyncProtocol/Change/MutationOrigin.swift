/// The name under which a device first stored a write that it sends under another one.
///
/// Copies of one device that go their own ways each send what waited in both when
/// the copy was made. Both name the same origin, so the server takes the first of
/// them alone, and their sets and texts know the write by the same ``dot``.
package struct MutationOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The device that stored it first.
    package let device: DeviceID

    /// The number it had there.
    package let mid: UInt64

    /// Its link of that device's chain, which tells of all that was before it.
    package let chain: UInt64

    /// Creates an origin.
    package init(device: DeviceID, mid: UInt64, chain: UInt64) {
        self.device = device
        self.mid = mid
        self.chain = chain
    }

    /// Reads the form `<device>.<mid>.<chain>` that ``description`` writes.
    package init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let device = FixedHex.parse(parts[0], digits: 16),
            let mid = Decimal.parse(parts[1]), mid > 0, mid < 1 << 62,
            let chain = FixedHex.parse(parts[2], digits: 16)
        else { return nil }
        self.init(device: DeviceID(device), mid: mid, chain: chain)
    }

    package var description: String { "\(device).\(mid).\(DeviceID(chain))" }

    /// The identity of the write in sets and texts.
    ///
    /// The link stands for the device: two writes that a device's copies stored under
    /// one number have two links.
    package var dot: Dot { Dot(device: DeviceID(chain), mid: mid) }
}
