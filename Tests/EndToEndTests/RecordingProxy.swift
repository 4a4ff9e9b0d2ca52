import Foundation
import Synchronization

/// A blocking TCP socket, for what no HTTP library would send.
final class PlainSocket: Sendable {
    let descriptor: Int32
    private let isClosed = Mutex(false)

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Connects to a port of this machine.
    init(port: Int) throws {
        descriptor = Glibc.socket(AF_INET, Self.stream, 0)
        var address = Self.address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            Glibc.close(descriptor)
            throw WorldProblem("connect \(port): \(errno)")
        }
    }

    static let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

    static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw WorldProblem("send: \(errno)") }
            sent += count
        }
    }

    /// The next bytes; none at the end.
    func receive() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 * 1_024)
        var count = recv(descriptor, &bytes, bytes.count, 0)
        while count < 0 && errno == EINTR { count = recv(descriptor, &bytes, bytes.count, 0) }
        return count > 0 ? Array(bytes[..<count]) : []
    }

    /// Everything until the other side ends.
    func receiveAll() -> String {
        var bytes: [UInt8] = []
        while case let more = receive(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        let wasClosed = isClosed.withLock { closed in
            defer { closed = true }
            return closed
        }
        guard !wasClosed else { return }
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
    }
}

/// Stands between device and server and keeps every byte that passes.
final class RecordingProxy: Sendable {
    let port: Int
    private let listener: PlainSocket
    private let target: Int
    private let state = Mutex<(up: [UInt8], down: [UInt8], open: Int)>(([], [], 0))

    init(target: Int) throws {
        self.target = target
        let socket = Glibc.socket(AF_INET, PlainSocket.stream, 0)
        var address = PlainSocket.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, $0, &length) == 0
            }
        }
        guard bound else { throw WorldProblem("bind: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        listener = PlainSocket(descriptor: socket)
        Self.thread { [self] in serve() }
    }

    var address: String { "http://127.0.0.1:\(port)" }

    func close() { listener.close() }

    /// What passed since the last call, once no connection is open.
    func take() async throws -> (up: [UInt8], down: [UInt8]) {
        try await eventually("all connections have ended") { state.withLock { $0.open == 0 } }
        return state.withLock { state in
            defer { state = ([], [], 0) }
            return (state.up, state.down)
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.stackSize = 512 * 1_024
        thread.start()
    }

    private func serve() {
        while true {
            let descriptor = Glibc.accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let device = PlainSocket(descriptor: descriptor)
            guard let server = try? PlainSocket(port: target) else {
                device.close()
                continue
            }
            let left = Mutex(2)
            state.withLock { $0.open += 1 }
            let ended: @Sendable () -> Void = { [self] in
                let isLast = left.withLock { left in
                    left -= 1
                    return left == 0
                }
                guard isLast else { return }
                device.close()
                server.close()
                state.withLock { $0.open -= 1 }
            }
            Self.thread { [self] in
                while case let bytes = device.receive(), !bytes.isEmpty {
                    state.withLock { $0.up += bytes }
                    guard (try? server.send(bytes)) != nil else { break }
                }
                server.endSending()
                ended()
            }
            Self.thread { [self] in
                while case let bytes = server.receive(), !bytes.isEmpty {
                    state.withLock { $0.down += bytes }
                    guard (try? device.send(bytes)) != nil else { break }
                }
                device.endSending()
                ended()
            }
        }
    }
}
