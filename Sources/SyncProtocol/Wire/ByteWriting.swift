/// Writing numbers and fields into a growing array of bytes.
///
/// A field is a varint `number << 3 | kind` and a value; kind 0 is a varint,
/// kind 2 a length and that many bytes. A reader skips numbers it does not know.
extension [UInt8] {
    /// Appends eight bytes, the most significant first.
    package mutating func appendBigEndian(_ number: UInt64) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends a number in groups of seven bits, the least significant first.
    package mutating func appendVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a field that holds a number.
    package mutating func appendField(_ number: UInt64, _ value: UInt64) {
        appendVarint(number << 3)
        appendVarint(value)
    }

    /// Appends a field that holds a signed number in zigzag form.
    package mutating func appendField(_ number: UInt64, signed value: Int64) {
        appendField(number, ZigZag.encode(value))
    }

    /// Appends a field that holds bytes.
    package mutating func appendField(_ number: UInt64, _ bytes: some Collection<UInt8>) {
        appendVarint(number << 3 | 2)
        appendVarint(UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    /// Appends a field that holds eight bytes, the most significant first.
    package mutating func appendField(_ number: UInt64, fixed value: UInt64) {
        appendVarint(number << 3 | 2)
        append(8)
        appendBigEndian(value)
    }

    /// Appends a field that holds the sixteen bytes of a sum.
    package mutating func appendField(_ number: UInt64, _ sum: HashSum) {
        appendVarint(number << 3 | 2)
        append(16)
        sum.append(to: &self)
    }

    /// Appends a field that holds text.
    package mutating func appendField(_ number: UInt64, _ text: String) {
        appendField(number, text.utf8)
    }

    /// Writes how many bytes follow a place into the one byte kept free there.
    ///
    /// Most frames are shorter than 128 bytes, so that one byte holds it; what
    /// follows moves up for a longer length.
    mutating func writeLength(at place: Int) {
        var length = UInt64(count - place - 1)
        let size = varintSize(length)
        if size > 1 { insert(contentsOf: repeatElement(0, count: size - 1), at: place) }
        for index in place..<place + size {
            self[index] = UInt8(truncatingIfNeeded: length & 0x7f | 0x80)
            length >>= 7
        }
        self[place + size - 1] &= 0x7f
    }
}

/// Signed numbers as unsigned ones, small ones staying small.
package enum ZigZag {
    /// Encodes.
    package static func encode(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    /// Decodes.
    package static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}

/// How many bytes a varint takes.
package func varintSize(_ number: UInt64) -> Int {
    (Swift.max(64 - number.leadingZeroBitCount, 1) + 6) / 7
}
