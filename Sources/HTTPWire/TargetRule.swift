/// What may stand in a request target.
enum TargetRule {
    /// Checks an origin-form target and finds where its path ends.
    ///
    /// Refused are bytes outside the grammar of RFC 3986 (also `\`, `#` and
    /// anything not ASCII), malformed escapes, and in the path: dot segments,
    /// encoded or not, and escapes of `/`, `\` and control characters. What is
    /// left can be split at `/` and decoded once, safely.
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
                guard let decoded = escape(target, index), decoded != 0 else { return nil }
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

/// What may stand in an authority: a name or address, and a port.
enum HostRule {
    /// Whether bytes are a host with an optional port, without user information.
    static func isValid(_ host: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        if host.count > 0, host[0] == UInt8(ascii: "[") {
            index = 1
            while index < host.count, isAddressByte(host[index]) { index += 1 }
            guard index > 2, index < host.count, host[index] == UInt8(ascii: "]") else {
                return false
            }
            index += 1
        } else {
            while index < host.count, isNameByte(host[index]) { index += 1 }
            guard index > 0 else { return false }
        }
        if index == host.count { return true }
        guard host[index] == UInt8(ascii: ":") else { return false }
        let port = host[(index + 1)...]
        return port.count <= 5 && port.allSatisfy { $0 &- 48 < 10 }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let folded = ASCII.folded(byte)
        return folded &- UInt8(ascii: "a") < 26 || byte &- 48 < 10 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        ASCII.hexadecimal(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }
}

/// What may stand in a field value.
enum FieldRule {
    /// Whether a range holds no control character but the tab.
    @inline(__always)
    static func isText(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ end: Int) -> Bool {
        var index = from
        while index + 8 <= end {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let ones: UInt64 = 0x0101_0101_0101_0101
            let highs: UInt64 = 0x8080_8080_8080_8080
            let below = (word &- ones &* 0x20) & ~word & highs
            let delete = word ^ (ones &* 0x7f)
            let deletes = (delete &- ones) & ~delete & highs
            if below | deletes != 0 {
                // The trick can only over-report, so look again byte by byte.
                for place in index..<index + 8 where !isText(bytes[place]) { return false }
            }
            index += 8
        }
        while index < end {
            guard isText(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    private static func isText(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7f) || byte == 9
    }
}
