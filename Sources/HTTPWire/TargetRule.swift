/// What may stand in a request target.
enum TargetRule {
    /// Checks an origin-form target and finds where its path ends.
    ///
    /// Refused are bytes outside the grammar of RFC 3986 (also `\`, `#` and
    /// anything not ASCII), malformed escapes, and in the path: dot segments,
    /// encoded or not, and escapes of `/`, `\` and the space. Escapes of control
    /// characters are refused in the query too. What is left can be split at `/`
    /// and decoded once, safely.
    ///
    /// - Returns: The offset of the question mark or the end, or `nil`.
    static func pathEnd(_ target: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        var dots = 0
        var others = 1
        while index < target.count {
            var byte = target[index]
            if byte == UInt8(ascii: "?") { break }
            if byte == UInt8(ascii: "/") {
                if others == 0 && dots > 0 { return nil }
                dots = 0
                others = 0
                index += 1
                continue
            }
            guard isAllowed(byte) else { return nil }
            if byte == UInt8(ascii: "%") {
                guard let decoded = escape(target, index) else { return nil }
                guard decoded > 0x20, decoded != 0x7f, decoded != UInt8(ascii: "/"),
                    decoded != UInt8(ascii: "\\")
                else { return nil }
                byte = decoded
                index += 2
            }
            // Three dots are an ordinary name; one or two are a step.
            if byte == UInt8(ascii: "."), dots < 2 { dots += 1 } else { others += 1 }
            index += 1
        }
        if others == 0 && dots > 0 { return nil }
        let end = index
        index += 1
        while index < target.count {
            let byte = target[index]
            guard isAllowed(byte) || byte == UInt8(ascii: "?") else { return nil }
            if byte == UInt8(ascii: "%") {
                guard let decoded = escape(target, index), decoded >= 0x20, decoded != 0x7f
                else { return nil }
                index += 2
            }
            index += 1
        }
        return end
    }

    /// Whether a byte may stand in a path: pchar, `/` and the percent sign.
    @inline(__always)
    private static func isAllowed(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x2FFF_FFF2_0000_0000
        let high: UInt64 = 0x47FF_FFFE_87FF_FFFF
        guard byte < 128 else { return false }
        return ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    private static func escape(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt8? {
        guard index + 2 < bytes.count, let high = ASCII.hexadecimal(bytes[index + 1]),
            let low = ASCII.hexadecimal(bytes[index + 2])
        else { return nil }
        return UInt8(high * 16 + low)
    }
}
