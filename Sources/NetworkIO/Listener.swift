internal import CLinux
internal import Glibc

/// Where a server listens.
package enum ListenAddress: Hashable, Sendable {
    /// A TCP port of a numeric address; port 0 lets the kernel choose.
    case tcp(host: String = "127.0.0.1", port: UInt16)
    /// A UNIX socket with mode 0600.
    case unix(path: String)
}

extension ListenAddress {
    /// Whether a host is an address as it is, and no name that somebody would have to look up.
    package static func isNumeric(_ host: String) -> Bool {
        var bytes = in6_addr()
        return inet_pton(AF_INET, host, &bytes) == 1 || inet_pton(AF_INET6, host, &bytes) == 1
    }
}

/// Accepts connections on one loop.
///
/// When the process or the system is out of descriptors, accepting pauses
/// until the next tick: a level-triggered listener would otherwise spin.
package final class Listener: ReadinessHandler {
    /// The most connections accepted per turn, so that others get theirs.
    private static let acceptedPerTurnMax = 64

    /// The port the kernel gave, or 0 for a UNIX socket.
    package let port: UInt16

    /// Takes each connection; the taker owns its descriptor.
    package var accepted: ((consuming OwnedDescriptor, PeerAddress) -> Void)?

    private var descriptor: OwnedDescriptor?
    private let number: Int32
    private let path: String?
    private var registration: UInt64?
    private weak var loop: EventLoop?

    /// Binds and listens; nothing is accepted yet.
    package init(_ address: ListenAddress) throws(SystemError) {
        let bound: OwnedDescriptor
        switch address {
        case .tcp(let host, let port):
            bound = try Self.bindTCP(host, port)
            self.port = Self.port(of: bound.number)
            path = nil
        case .unix(let path):
            bound = try Self.bindUNIX(path)
            self.path = path
            port = 0
        }
        number = bound.number
        descriptor = consume bound
    }

    deinit {
        close()
    }

    /// Starts accepting on a loop; called on its thread or before it starts.
    package func start(on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        registration = try loop.register(number, .readable, self)
    }

    /// Stops listening and removes the UNIX socket.
    package func close() {
        guard let open = descriptor.take() else { return }
        if let registration { loop?.deregister(open.number, number: registration) }
        open.close()
        if let path { unlink(path) }
    }

    /// Accepts what waits.
    package func ready(_ readiness: Readiness) {
        var family: Int32 = 0
        for _ in 0..<Self.acceptedPerTurnMax {
            var peer: (UInt64, UInt64) = (0, 0)
            let result = withUnsafeMutableBytes(of: &peer) { bytes in
                clinux_accept(
                    number, &family, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
            if result >= 0 {
                let address = withUnsafeBytes(of: &peer) { PeerAddress(family: family, bytes: $0) }
                let connection = OwnedDescriptor(owning: result)
                if let accepted {
                    accepted(connection, address)
                } else {
                    connection.close()
                }
                continue
            }
            switch -result {
            case EAGAIN: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return pause()
            // Errors of one connection, reported here by Linux; the next may be well.
            default: continue
            }
        }
    }

    private func pause() {
        guard let loop, let registration else { return }
        try? loop.change(number, number: registration, [])
        _ = loop.schedule(afterMilliseconds: 1, repeating: false) { [weak self] in self?.resume() }
    }

    private func resume() {
        guard let loop, let registration, descriptor != nil else { return }
        try? loop.change(number, number: registration, .readable)
    }
}

// MARK: - Binding

extension Listener {
    private static let backlog: Int32 = 1024

    /// How long a peer may leave the kernel's packets unacknowledged.
    ///
    /// Without it a watcher whose phone lost its network would be kept for a
    /// quarter of an hour.
    private static let deadPeerMilliseconds: Int32 = 60_000

    private static func bindTCP(
        _ host: String, _ port: UInt16
    ) throws(SystemError) -> OwnedDescriptor {
        var address4 = sockaddr_in()
        var address6 = sockaddr_in6()
        let isIPv4 = inet_pton(AF_INET, host, &address4.sin_addr) == 1
        guard isIPv4 || inet_pton(AF_INET6, host, &address6.sin6_addr) == 1 else {
            throw SystemError("inet_pton \(host)", EINVAL)
        }
        let open = try socket(isIPv4 ? AF_INET : AF_INET6)
        setOption(open.number, SOL_SOCKET, SO_REUSEADDR)
        // Accepted sockets inherit this: answers are not held back for more.
        setOption(open.number, Int32(IPPROTO_TCP), TCP_NODELAY)
        // And these: a peer that acknowledges nothing for a minute is gone, also if nobody writes.
        setOption(open.number, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, deadPeerMilliseconds)
        setOption(open.number, SOL_SOCKET, SO_KEEPALIVE)
        setOption(open.number, Int32(IPPROTO_TCP), TCP_KEEPIDLE, deadPeerMilliseconds / 1_000)
        address4.sin_family = sa_family_t(AF_INET)
        address4.sin_port = port.bigEndian
        address6.sin6_family = sa_family_t(AF_INET6)
        address6.sin6_port = port.bigEndian
        let result =
            isIPv4 ? bind(open.number, to: &address4) : bind(open.number, to: &address6)
        guard result == 0, listen(open.number, backlog) == 0 else {
            let error = SystemError("bind \(host):\(port)")
            open.close()
            throw error
        }
        return open
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(descriptor, $0, &size)
            }
        }
        // The port lies at the same place in both kinds of address.
        return UInt16(bigEndian: bound.sin6_port)
    }

    private static func bindUNIX(_ path: String) throws(SystemError) -> OwnedDescriptor {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw SystemError("bind \(path)", ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try removeStaleSocket(path, &address)
        let open = try socket(AF_UNIX)
        // Before binding, so that the socket never exists with a wider mode.
        guard fchmod(open.number, 0o600) == 0, bind(open.number, to: &address) == 0,
            listen(open.number, backlog) == 0
        else {
            let error = SystemError("bind \(path)")
            open.close()
            throw error
        }
        chmod(path, 0o600)
        return open
    }

    /// Removes a socket that a dead server left, and nothing else.
    private static func removeStaleSocket(
        _ path: String, _ address: inout sockaddr_un
    ) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError("bind \(path)", EEXIST) }
        let probe = try socket(AF_UNIX)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let code = errno
        probe.close()
        guard result != 0, code == ECONNREFUSED else {
            throw SystemError("bind \(path)", EADDRINUSE)
        }
        unlink(path)
    }

    private static func socket(_ family: Int32) throws(SystemError) -> OwnedDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(family, kind, 0)
        guard number >= 0 else { throw SystemError("socket") }
        return OwnedDescriptor(owning: number)
    }

    private static func setOption(
        _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32 = 1
    ) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func bind<Address>(_ descriptor: Int32, to address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
