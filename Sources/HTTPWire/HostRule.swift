/// What may stand in an authority: a name or address, and a port.
enum HostRule {
    /// Whether bytes are a host with an optional port, without user information.
    ///
    /// Names are letters, digits, `.`, `-` and `_`; an escape is refused, because
    /// nobody would agree on what it stands for. Addresses of IPv6 are checked in
    /// full, zones and future versions are refused.
    static func isValid(_ host: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        if host.count > 0, host[0] == UInt8(ascii: "[") {
            guard let end = host.firstIndex(of: UInt8(ascii: "]")),
                isIPv6(UnsafeRawBufferPointer(rebasing: host[1..<end]))
            else { return false }
            index = end + 1
        } else {
            while index < host.count, isNameByte(host[index]) { index += 1 }
            guard index > 0 else { return false }
        }
        if index == host.count { return true }
        guard host[index] == UInt8(ascii: ":") else { return false }
        return isPort(UnsafeRawBufferPointer(rebasing: host[(index + 1)...]))
    }

    /// Whether bytes are a port; RFC 3986 allows none after the colon.
    private static func isPort(_ digits: UnsafeRawBufferPointer) -> Bool {
        guard digits.count <= 5 else { return false }
        var port = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return false }
            port = port * 10 + Int(digit)
        }
        return port <= 65_535
    }

    /// Whether bytes are an address of IPv6: eight groups, or fewer around one `::`.
    private static func isIPv6(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var groups = 0
        var hasGap = false
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: ":") {
                // A colon stands between groups; two of them are the gap, once.
                let isGap = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: ":")
                guard isGap ? !hasGap : groups > 0 && index + 1 < bytes.count else { return false }
                hasGap = hasGap || isGap
                index += isGap ? 2 : 1
                if index == bytes.count { break }
            }
            let start = index
            while index < bytes.count, ASCII.hexadecimal(bytes[index]) != nil { index += 1 }
            if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
                guard isIPv4(UnsafeRawBufferPointer(rebasing: bytes[start...])) else {
                    return false
                }
                groups += 2
                break
            }
            guard index > start, index - start <= 4 else { return false }
            guard index == bytes.count || bytes[index] == UInt8(ascii: ":") else { return false }
            groups += 1
        }
        return hasGap ? groups < 8 : groups == 8
    }

    /// Whether bytes are four numbers up to 255, without leading zeros.
    private static func isIPv4(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                let value = DecimalDigits.parse(UnsafeRawBufferPointer(rebasing: part))
                return value.map { $0 <= 255 } ?? false
            }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let folded = ASCII.folded(byte)
        return folded &- UInt8(ascii: "a") < 26 || byte &- 48 < 10 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
