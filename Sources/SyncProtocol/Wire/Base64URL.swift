/// Base64 with the URL alphabet and no padding (RFC 4648, section 5).
///
/// Decoding is strict: one text for each value. Padding, other alphabets, white
/// space and stray bits in the last digit are refused, so a token cannot be
/// written two ways.
package enum Base64URL {
    /// The text of the bytes.
    package static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        let count = (bytes.count * 4 + 2) / 3
        return String(unsafeUninitializedCapacity: count) { output in
            var position = 0
            var bits: UInt32 = 0
            var bitCount: UInt32 = 0
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                bitCount += 8
                while bitCount >= 6 {
                    bitCount -= 6
                    output[position] = digit(UInt8(truncatingIfNeeded: bits >> bitCount) & 63)
                    position += 1
                }
            }
            if bitCount > 0 {
                let last = UInt8(truncatingIfNeeded: bits << (6 - bitCount)) & 63
                output[position] = digit(last)
                position += 1
            }
            return position
        }
    }

    /// The text of an array of bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { encode($0) }
    }

    /// The bytes of a text, or nothing where it is not the one form.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode(UnsafeRawBufferPointer($0)) }
    }

    /// The bytes of a text given as ASCII, or nothing.
    package static func decode(_ ascii: UnsafeRawBufferPointer) -> [UInt8]? {
        guard ascii.count % 4 != 1 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(ascii.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in ascii {
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        guard bits & ((1 << bitCount) - 1) == 0 else { return nil }
        return output
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + (value - 26)
        case 52..<62: UInt8(ascii: "0") + (value - 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
