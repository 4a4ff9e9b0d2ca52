/// The identity of one write: the device that made it and its mutation number.
///
/// Sets and texts name the writes they replace by dots rather than by time,
/// because the server may re-stamp a time but never renumbers a mutation.
package struct Dot: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The device that wrote.
    package let device: DeviceID

    /// The device's mutation number.
    package let mid: UInt64

    /// Creates a dot.
    package init(device: DeviceID, mid: UInt64) {
        self.device = device
        self.mid = mid
    }

    /// Reads the form `<device>.<mid>` that ``description`` writes.
    package init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let device = FixedHex.parse(parts[0], digits: 16),
            let mid = Decimal.parse(parts[1])
        else { return nil }
        self.init(device: DeviceID(device), mid: mid)
    }

    package var description: String { "\(device).\(mid)" }

    package static func < (left: Dot, right: Dot) -> Bool {
        (left.device, left.mid) < (right.device, right.mid)
    }
}

/// Decimal numbers read by hand, because `Int("+5")` is 5.
package enum Decimal {
    /// Reads plain digits with no sign, no leading zero and no overflow.
    package static func parse(_ bytes: some Collection<UInt8>) -> UInt64? {
        guard let first = bytes.first, bytes.count == 1 || first != UInt8(ascii: "0") else {
            return nil
        }
        var number: UInt64 = 0
        for byte in bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            number = sum
        }
        return number
    }
}
