internal import Glibc

/// The address of a server that speaks HTTP without TLS on this machine.
struct PlainAddress: Hashable, Sendable {
    let host: String
    let port: String

    /// The host and the port, as `Host` wants them.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The address as it is typed.
    var url: String { "http://\(authority)" }

    /// Reads `http://HOST[:PORT]`.
    ///
    /// - Throws: `Trouble` with exit code 2.
    init(_ text: String) throws(Trouble) {
        let scheme = "http://"
        var rest = text.hasPrefix(scheme) ? text.dropFirst(scheme.utf8.count) : ""
        if rest.last == "/" { rest.removeLast() }
        var name = rest
        var number: Substring = "80"
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            name = rest[rest.index(after: rest.startIndex)..<end]
            let tail = rest[rest.index(after: end)...]
            if !tail.isEmpty { number = tail.first == ":" ? tail.dropFirst() : "" }
        } else if let colon = rest.firstIndex(of: ":") {
            name = rest[..<colon]
            number = rest[rest.index(after: colon)...]
        }
        let isNumber = number.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard !name.isEmpty, !name.contains("/"), isNumber, UInt16(number) ?? 0 > 0 else {
            throw .usage(
                "url", "\(text) is no address of a local server",
                advice: "It must be http://HOST:PORT, for instance http://127.0.0.1:8470")
        }
        host = String(name)
        port = String(number)
    }

    /// Reads `HOST:PORT` or `[HOST]:PORT`, where the port may be 0 for any.
    ///
    /// - Throws: `Trouble` with exit code 2.
    init(listening text: String) throws(Trouble) {
        let colon = text.lastIndex(of: ":") ?? text.endIndex
        let name = text[..<colon]
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        let number = text[colon...].dropFirst()
        let isNumber = number.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard !name.isEmpty, isBracketed || !name.contains(":"), isNumber, UInt16(number) != nil
        else {
            throw .usage(
                "listen", "\(text) is no place to listen",
                advice: "It must be HOST:PORT with a numeric host, for instance 127.0.0.1:8471")
        }
        host = String(isBracketed ? name.dropFirst().dropLast() : name)
        port = String(number)
    }

    /// Connects a socket that never blocks.
    ///
    /// - Throws: `Trouble` if nobody listens there.
    func connect() throws(Trouble) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0 else {
            throw unreachable("the name is not known")
        }
        defer { freeaddrinfo(found) }
        var reason = ""
        var next = found
        while let candidate = next?.pointee {
            next = candidate.ai_next
            let kind = candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = socket(candidate.ai_family, kind, 0)
            guard descriptor >= 0 else { continue }
            if Glibc.connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 {
                _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
                return descriptor
            }
            reason = String(cString: strerror(errno))
            close(descriptor)
        }
        throw unreachable(reason)
    }

    private func unreachable(_ reason: String) -> Trouble {
        Trouble(
            "server.unreachable", "no server answers at \(url): \(reason)",
            advice: "Start one: tangrat-server serve --data DIR --listen \(authority)")
    }
}
