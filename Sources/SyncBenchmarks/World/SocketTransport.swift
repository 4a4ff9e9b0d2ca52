internal import Dispatch
internal import Foundation
internal import SyncClientCore
internal import Synchronization

/// The network through one blocking socket: the least a client can pay for it.
///
/// It speaks just enough HTTP/1.1 for our own server on this machine. What is
/// measured over it is the client itself, without the cost of URLSession.
final class SocketTransport: Transport {
    private let connection: Mutex<SocketConnection>
    private let queue = DispatchQueue(label: "benchmark.socket")

    init(port: UInt16) throws {
        connection = Mutex(try SocketConnection(port: port))
    }

    /// The token sent last.
    var lastBearer: String { connection.withLock { $0.lastBearer } }

    /// All bytes received, heads included.
    var bytesReceived: Int { connection.withLock { $0.bytesReceived } }

    func listen(_ request: Request) -> AsyncStream<LiveSignal> {
        AsyncStream { $0.finish() }
    }

    func send(_ request: Request) async -> TransportOutcome {
        await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: self.exchange(request))
            }
        }
    }

    /// The same, on the caller's thread.
    func exchange(_ request: Request) -> TransportOutcome {
        connection.withLock { connection in
            do {
                return .response(try connection.exchange(request))
            } catch {
                return .unknown(reason: "\(error)")
            }
        }
    }
}

/// One connection and the bytes read ahead on it.
struct SocketConnection: ~Copyable {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private(set) var bytesReceived = 0
    private(set) var lastBearer = ""

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw BenchmarkError("connect to \(port): \(errno)") }
    }

    deinit {
        close(descriptor)
    }

    mutating func exchange(_ request: Request) throws -> Response {
        var text = "\(request.method.rawValue) \(request.path) HTTP/1.1\r\nHost: localhost\r\n"
        lastBearer = request.bearer ?? lastBearer
        if let bearer = request.bearer { text += "Authorization: Bearer \(bearer)\r\n" }
        if let accept = request.accept { text += "Accept: \(accept)\r\n" }
        text += "Content-Type: \(request.contentType)\r\nContent-Length: \(request.body.count)\r\n"
        try write(Array((text + "\r\n").utf8) + request.body)
        let head = try readHead()
        let fields = head.split(separator: "\r\n")
        let words = fields.first?.split(separator: " ") ?? []
        guard words.count > 1, let status = Int(words[1]) else {
            throw BenchmarkError("no status: \(head)")
        }
        func field(_ name: String) -> String? {
            for line in fields {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == name else { continue }
                return parts[1].trimmingCharacters(in: .whitespaces).lowercased()
            }
            return nil
        }
        let type = field("content-type")?.split(separator: ";").first.map(String.init) ?? ""
        if field("transfer-encoding") == "chunked" {
            return Response(status: status, contentType: type, body: try readChunks())
        }
        let length = field("content-length").flatMap { Int($0) } ?? 0
        return Response(status: status, contentType: type, body: try take(length))
    }

    private func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
            }
            guard count > 0 else { throw BenchmarkError("send: \(errno)") }
            sent += count
        }
    }

    /// Reads more; `wanted` is how much is known to come.
    private mutating func fill(_ wanted: Int) throws {
        let room = max(wanted, 65_536)
        let start = buffer.count
        let descriptor = descriptor
        var count = 0
        buffer.reserveCapacity(start + room)
        buffer.append(
            contentsOf: [UInt8](unsafeUninitializedCapacity: room) { target, used in
                count = recv(descriptor, target.baseAddress, room, 0)
                used = max(0, count)
            })
        guard count > 0 else { throw BenchmarkError("recv: \(count) \(errno)") }
        bytesReceived += count
    }

    private mutating func line() throws -> [UInt8] {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: 10) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                return line.last == 13 ? line.dropLast() : line
            }
            searched = buffer.count
            try fill(0)
        }
    }

    private mutating func readHead() throws -> String {
        var head: [UInt8] = []
        while true {
            let line = try line()
            if line.isEmpty { return String(decoding: head, as: UTF8.self) }
            head += line + [13, 10]
        }
    }

    private mutating func take(_ length: Int) throws -> [UInt8] {
        while buffer.count < length { try fill(length - buffer.count) }
        if buffer.count == length {
            defer { buffer = [] }
            return buffer
        }
        let taken = Array(buffer[..<length])
        buffer.removeFirst(length)
        return taken
    }

    private mutating func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let size = Int(String(decoding: try line(), as: UTF8.self), radix: 16) ?? 0
            body += try take(size)
            _ = try line()
            if size == 0 { return body }
        }
    }
}
