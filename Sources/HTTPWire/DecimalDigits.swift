/// Decimal numbers as bytes, strictly: digits only, no sign, no white space.
///
/// `Int("+5")` is 5 and `Int("٥")` depends on the day, so numbers from the
/// wire are read here and nowhere else.
package enum DecimalDigits {
    /// Reads a whole run of bytes as one number.
    ///
    /// - Returns: The number, or `nil` if the run is empty, holds anything but
    ///   ASCII digits, has a leading zero, or exceeds 18 digits.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count > 0, bytes.count <= 18 else { return nil }
        if bytes.count > 1 && bytes[0] == UInt8(ascii: "0") { return nil }
        var value = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
    }

    /// The number of digits a number is written with.
    static func count(of value: UInt) -> Int {
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }

    /// Writes a number so that its last digit lies just before an address.
    ///
    /// - Returns: The number of digits written.
    @discardableResult
    static func write(_ value: UInt, endingAt end: UnsafeMutableRawPointer) -> Int {
        var rest = value
        var written = 0
        repeat {
            written += 1
            let digit = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            (end - written).storeBytes(of: digit, as: UInt8.self)
            rest /= 10
        } while rest > 0
        return written
    }
}
