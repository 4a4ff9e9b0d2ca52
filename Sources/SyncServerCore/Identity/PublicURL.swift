package import NetworkIO
internal import Synchronization

/// The address under which people and devices reach the server.
///
/// Behind a proxy it differs from where the server listens. It is configured
/// and never taken from a request: whoever asks could write anything there.
package struct PublicURL: Hashable, Sendable, CustomStringConvertible {
    /// The address, without a slash at its end.
    package let description: String

    /// Reads an address as an operator writes it.
    ///
    /// - Parameter text: `http` or `https`, a host, perhaps a port and a path; nothing
    ///   else, for it is shown to people and put into a QR picture.
    package init?(_ text: String) {
        var rest = text.utf8[...]
        guard let scheme = ["https://", "http://"].first(where: { rest.starts(with: $0.utf8) })
        else { return nil }
        rest = rest.dropFirst(scheme.utf8.count)
        while rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        let path = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard text.utf8.count <= 200, Self.isAuthority(rest[..<path]),
            rest[path...].split(separator: UInt8(ascii: "/")).allSatisfy(Self.isSegment)
        else { return nil }
        description = scheme + String(decoding: rest, as: UTF8.self)
    }

    /// The address of a server that nothing stands before.
    ///
    /// - Parameters:
    ///   - address: Where it listens; any address of the machine means this machine.
    ///   - port: The port that is bound.
    package init(listening address: ListenAddress, port: UInt16) {
        switch address {
        case .unix: description = "http://localhost"
        case .tcp(let host, _):
            let reachable = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
            let isIPv6 = reachable.utf8.contains(UInt8(ascii: ":"))
            description = "http://" + (isIPv6 ? "[\(reachable)]" : reachable) + ":\(port)"
        }
    }

    /// Where a person learns how a sign-in is confirmed (RFC 8628, `verification_uri`).
    package var verification: String { description + "/device" }

    /// The same for one code (RFC 8628, `verification_uri_complete`).
    ///
    /// In the path, because no address here takes a query.
    package func verification(of userCode: String) -> String { verification + "/" + userCode }

    private static func isAuthority(_ bytes: Substring.UTF8View) -> Bool {
        var host = bytes
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]") {
            let port = bytes[bytes.index(after: colon)...]
            guard (1...5).contains(port.count), port.allSatisfy({ (48...57).contains($0) }),
                Int(String(port) ?? "").map({ $0 <= 65_535 }) == true
            else { return false }
            host = bytes[..<colon]
        }
        if host.first == UInt8(ascii: "[") {
            let inside = host.dropFirst().dropLast()
            return host.last == UInt8(ascii: "]") && inside.count > 1
                && inside.allSatisfy { isHex($0) || $0 == UInt8(ascii: ":") }
        }
        return !host.isEmpty
            && host.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isSegment(_ bytes: Substring.UTF8View) -> Bool {
        !bytes.elementsEqual(".".utf8) && !bytes.elementsEqual("..".utf8)
            && bytes.allSatisfy {
                isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F, 0x7E].contains($0)
            }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte | 0x20)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte | 0x20)
    }
}

/// Holds the public address, which may be known only once a port is bound.
final class PublicAddress: Sendable {
    private let held: Mutex<PublicURL>

    init(_ url: PublicURL) {
        held = Mutex(url)
    }

    var url: PublicURL {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
