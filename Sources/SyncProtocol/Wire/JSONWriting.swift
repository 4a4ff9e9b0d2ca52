extension [UInt8] {
    /// Appends text as a canonical JSON string, quotes included.
    ///
    /// - Precondition: The bytes are valid UTF-8; they are copied unchecked.
    package mutating func appendJSONString(_ utf8: UnsafeRawBufferPointer) {
        reserveForAppending(utf8.count + 2)
        append(UInt8(ascii: "\""))
        var runStart = 0
        var position = WideBytes.escapeIndex(utf8, from: 0)
        while position < utf8.count {
            append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[runStart..<position]))
            appendEscape(of: utf8[position])
            runStart = position + 1
            position = WideBytes.escapeIndex(utf8, from: runStart)
        }
        append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[runStart..<position]))
        append(UInt8(ascii: "\""))
    }

    /// Appends a string as a canonical JSON string, quotes included.
    package mutating func appendJSONString(_ text: String) {
        var text = text
        text.withUTF8 { appendJSONString(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a number in decimal digits, with a minus where it is negative.
    package mutating func appendDecimal(_ value: Int64) {
        if value >= 0 && value < 10 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { scratch in
            var position = 20
            var rest = value.magnitude
            repeat {
                position -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                scratch[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            if value < 0 {
                position -= 1
                scratch[position] = UInt8(ascii: "-")
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: scratch[position...]))
        }
    }

    /// Appends text known when the program was written, without quotes.
    package mutating func appendLiteral(_ text: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Makes room without giving up doubling, which `reserveCapacity` alone would.
    private mutating func reserveForAppending(_ additional: Int) {
        let needed = count + additional
        if needed > capacity { reserveCapacity(Swift.max(needed, capacity * 2)) }
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0a: append(UInt8(ascii: "n"))
        case 0x0c: append(UInt8(ascii: "f"))
        case 0x0d: append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            appendLiteral("u00")
            append(Hex.digit(byte >> 4))
            append(Hex.digit(byte & 15))
        default: append(byte)
        }
    }
}
