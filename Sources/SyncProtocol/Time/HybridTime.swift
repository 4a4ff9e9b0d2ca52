/// A moment that orders writes across devices: wall clock, counter, device.
///
/// The upper 48 bits of ``packed`` are milliseconds since 1970 and the lower 16
/// a counter, so that adding one never needs a carry by hand. The device breaks
/// ties: two different writes never compare equal.
package struct HybridTime: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970 shifted by sixteen bits, and a counter below.
    package let packed: UInt64

    /// The device that stamped.
    package let device: DeviceID

    /// Creates a time from its parts as stored or sent.
    package init(packed: UInt64, device: DeviceID) {
        self.packed = packed
        self.device = device
    }

    /// Creates a time from milliseconds and a counter.
    ///
    /// - Precondition: `milliseconds` fits 48 bits.
    package init(milliseconds: UInt64, counter: UInt16 = 0, device: DeviceID) {
        precondition(milliseconds < 1 << 48, "milliseconds out of range: \(milliseconds)")
        self.init(packed: milliseconds << 16 | UInt64(counter), device: device)
    }

    /// Reads the text form: sixteen digits, a hyphen, sixteen digits.
    package init?(text: String) {
        var text = text
        let read = text.withUTF8 { HybridTime(bytes: UnsafeRawBufferPointer($0)) }
        guard let read else { return nil }
        self = read
    }

    /// Reads the bytes of the text form.
    init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 33, bytes[16] == UInt8(ascii: "-"),
            let packed = FixedHex.parse(bytes[..<16], digits: 16),
            let device = FixedHex.parse(bytes[17...], digits: 16)
        else { return nil }
        self.init(packed: packed, device: DeviceID(device))
    }

    /// Milliseconds since 1970.
    package var milliseconds: UInt64 { packed >> 16 }

    /// The counter within the millisecond.
    package var counter: UInt16 { UInt16(truncatingIfNeeded: packed) }

    /// The text form, whose byte order is the order of time.
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(33)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text form.
    package func append(to bytes: inout [UInt8]) {
        FixedHex.append(packed, digits: 16, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        FixedHex.append(device.number, digits: 16, to: &bytes)
    }

    package static func < (left: HybridTime, right: HybridTime) -> Bool {
        left.packed != right.packed ? left.packed < right.packed : left.device < right.device
    }
}
