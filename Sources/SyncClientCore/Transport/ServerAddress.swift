/// The address of a server, checked once and then trusted.
///
/// Plain http is allowed only to this machine itself: a token sent in the clear
/// over any network is a token given away.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// `https` or `http`.
    package let scheme: String
    /// The host, in lower case; an IPv6 address in brackets.
    package let host: String
    /// The port, or nil for the scheme's own.
    package let port: UInt16?

    /// Reads `https://host[:port][/]`, or `http://` for a loopback host.
    ///
    /// No user, path, query or fragment is accepted, and only ASCII, read by
    /// hand: `URL(string:)` repairs what it should refuse.
    package init(_ text: String) throws(SyncFailure) {
        guard let parsed = Self.parse(Array(text.utf8)) else {
            throw SyncFailure.addressInvalid(text)
        }
        self = parsed
    }

    private init(scheme: String, host: String, port: UInt16?) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    package var description: String {
        "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")"
    }

    /// The address with a path, for a request.
    package func url(path: String) -> String { description + path }

    private static func parse(_ bytes: [UInt8]) -> ServerAddress? {
        let isSecure = bytes.starts(with: "https://".utf8)
        guard isSecure || bytes.starts(with: "http://".utf8), bytes.count <= 300 else { return nil }
        var rest = bytes.dropFirst(isSecure ? 8 : 7)
        if rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        var host = rest
        var port: UInt16?
        let bracket = rest.firstIndex(of: UInt8(ascii: "]")) ?? rest.startIndex
        if let colon = rest[bracket...].firstIndex(of: UInt8(ascii: ":")) {
            host = rest[..<colon]
            let digits = rest[(colon + 1)...]
            guard !digits.isEmpty, digits.count <= 5, digits.allSatisfy({ (48...57).contains($0) }),
                let number = UInt16(String(decoding: digits, as: UTF8.self)), number > 0
            else { return nil }
            port = number
        }
        guard let name = hostName(host) else { return nil }
        guard isSecure || isLoopback(name) else { return nil }
        return ServerAddress(scheme: isSecure ? "https" : "http", host: name, port: port)
    }

    private static func hostName(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.isEmpty else { return nil }
        if bytes.first == UInt8(ascii: "[") {
            guard bytes.last == UInt8(ascii: "]"), bytes.count > 3 else { return nil }
            let inner = bytes.dropFirst().dropLast()
            let isAddress = inner.allSatisfy {
                (48...58).contains($0) || (97...102).contains($0) || (65...70).contains($0)
                    || $0 == UInt8(ascii: ".")
            }
            return isAddress ? String(decoding: bytes, as: UTF8.self) : nil
        }
        var name: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 48...57, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."): name.append(byte)
            case 65...90: name.append(byte + 32)
            default: return nil
            }
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Whether the host is this machine by definition, without asking a resolver.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, Array(parts[0]) == Array("127".utf8) else { return false }
        return parts.allSatisfy { part in
            guard (1...3).contains(part.count), part.allSatisfy({ (48...57).contains($0) }) else {
                return false
            }
            return UInt8(String(decoding: part, as: UTF8.self)) != nil
        }
    }
}
