import Foundation
import Synchronization

/// Answers each connection with fixed bytes and keeps what it was sent.
final class RawServer: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let received = Mutex<[[UInt8]]>([])

    /// What was received, one element for each connection.
    var requests: [[UInt8]] { received.withLock { $0 } }

    /// Listens on a port of the system's choice.
    ///
    /// - Parameter answer: What to write once a request is complete; nil to
    ///   close without a word, and nothing to leave the client waiting.
    /// - Throws: `POSIXError` where no port can be had.
    init(answer: [UInt8]?) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, listen(descriptor, 8) == 0 else {
                    return false
                }
                return getsockname(descriptor, generic, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                let request = Self.read(client)
                self?.received.withLock { $0.append(request) }
                if let answer {
                    if answer.isEmpty { continue }
                    _ = answer.withUnsafeBytes {
                        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                }
                close(client)
            }
        }
    }

    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    private static func read(_ client: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            // A client that wants TLS begins with a handshake, of which no end can be read here.
            if bytes.first == 0x16 { return bytes }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let length = text.range(of: "Content-Length: ").map { place in
                Int(text[place.upperBound...].prefix { $0.isNumber }) ?? 0
            }
            let head = text[..<end.upperBound].utf8.count
            if bytes.count >= head + (length ?? 0) { return bytes }
        }
    }
}
