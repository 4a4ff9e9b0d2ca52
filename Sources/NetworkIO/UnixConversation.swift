internal import CLinux
internal import Glibc

/// One question and its answer over a UNIX socket, blocking.
///
/// For commands that talk to a server on the same machine, not for servers.
package enum UnixConversation {
    /// Connects, sends, reads until the other side closes.
    ///
    /// - Parameters:
    ///   - path: The socket.
    ///   - request: What to send.
    ///   - answerBytesMax: More than this is an error (`EMSGSIZE`).
    /// - Returns: The answer, or nil if nobody listens there.
    /// - Throws: `SystemError`, naming the call that failed.
    package static func exchange(
        path: String, request: [UInt8], answerBytesMax: Int
    ) throws(SystemError) -> [UInt8]? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw SystemError("socket", errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        let bytes = Array(path.utf8)
        guard bytes.count < capacity else { throw SystemError("connect", ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if connected != 0 {
            if errno == ENOENT || errno == ECONNREFUSED { return nil }
            throw SystemError("connect", errno)
        }
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { raw in
                send(
                    descriptor, raw.baseAddress?.advanced(by: sent), raw.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("send", errno)
            }
            sent += count
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1_024)
        while true {
            let capacity = chunk.count
            let count = chunk.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress, capacity, 0)
            }
            if count == 0 { return answer }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("recv", errno)
            }
            answer.append(contentsOf: chunk[..<count])
            guard answer.count <= answerBytesMax else { throw SystemError("recv", EMSGSIZE) }
        }
    }
}
