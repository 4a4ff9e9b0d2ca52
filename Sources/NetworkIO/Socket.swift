internal import Glibc

/// What a read or a write on a socket came to.
package enum SocketResult: Hashable, Sendable {
    /// So many bytes were moved.
    case bytes(Int)
    /// Nothing can be moved now; the loop will tell when.
    case wouldBlock
    /// The peer sends no more.
    case ended
    /// The connection is broken.
    case failed
}

/// System calls on a connected, non-blocking socket.
package enum Socket {
    /// Reads what has come, at most what fits.
    @inline(__always)
    package static func receive(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) -> SocketResult {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { return .failed }
        }
    }

    /// Sends as much as the kernel takes, without raising a signal.
    @inline(__always)
    package static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> SocketResult {
        while true {
            let count = Glibc.send(
                descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            if errno == EAGAIN { return .wouldBlock }
            if errno != EINTR { return .failed }
        }
    }

    /// Tells the peer that nothing more will be sent.
    package static func endOutput(_ descriptor: Int32) {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }
}

/// The other end of a connection.
package struct PeerAddress: Hashable, Sendable {
    /// A peer on this machine, for streams that have no address.
    package static let local = PeerAddress(family: AF_UNIX, high: 0, low: 0)

    private let family: Int32
    private let high: UInt64
    private let low: UInt64

    private init(family: Int32, high: UInt64, low: UInt64) {
        self.family = family
        self.high = high
        self.low = low
    }

    init(family: Int32, bytes: UnsafeRawBufferPointer) {
        self.family = family
        self.high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        self.low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Reads an address as a proxy writes it, IPv4 or IPv6, without a port.
    package init?(text: UnsafeRawBufferPointer) {
        guard (2...45).contains(text.count), text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        // Ends in a zero, which the text has none of.
        let line = text.map { CChar(bitPattern: $0) } + [0]
        var bytes: (UInt64, UInt64) = (0, 0)
        let family = withUnsafeMutableBytes(of: &bytes) { output -> Int32? in
            if inet_pton(AF_INET, line, output.baseAddress) == 1 { return AF_INET }
            return inet_pton(AF_INET6, line, output.baseAddress) == 1 ? AF_INET6 : nil
        }
        guard let family else { return nil }
        self = withUnsafeBytes(of: &bytes) { PeerAddress(family: family, bytes: $0) }
    }

    /// The network that one party has: an IPv4 address, or 64 bits of one of IPv6.
    package var network: PeerAddress {
        // An IPv4 address in the form of IPv6 has zeros there, and is as good as itself.
        guard family == AF_INET6, high != 0 else { return self }
        return PeerAddress(family: family, high: high, low: 0)
    }

    /// The most that one party is commonly given: an IPv4 address, or 48 bits of one of IPv6.
    package var site: PeerAddress {
        guard family == AF_INET6, high != 0 else { return self }
        return PeerAddress(family: family, high: high & ~0xffff, low: 0)
    }

    /// Whether the peer is on this machine: a UNIX socket or loopback.
    package var isLocal: Bool {
        switch family {
        case AF_INET: high >> 56 == 127
        case AF_INET6: high == 0 && (low == 1 || low >> 24 == 0xffff_7f)
        default: true
        }
    }
}
