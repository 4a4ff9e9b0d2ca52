import Glibc

/// A blocking client on one socket, for tests.
final class HTTPTestClient {
    struct Answer: Equatable {
        var status = 0
        var head = ""
        var body: [UInt8] = []
        var text: String { String(decoding: body, as: UTF8.self) }
        var closes: Bool { head.contains("Connection: close") }
    }

    struct Failure: Error {}

    let number: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true

    init(port: UInt16, receiveBuffer: Int32 = 0) throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A hung test fails instead of waiting for ever.
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            number, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if receiveBuffer > 0 {
            var size = receiveBuffer
            setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try connect(to: &address)
    }

    init(path: String) throws {
        number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try connect(to: &address)
    }

    deinit {
        close()
    }

    private func connect<Address>(to address: inout Address) throws {
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        if result != 0 { throw Failure() }
    }

    func close() {
        if isOpen { _ = Glibc.close(number) }
        isOpen = false
    }

    /// Ends the connection so that the server notices at once, and loses what was sent to it.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func endOutput() {
        shutdown(number, Int32(SHUT_WR))
    }

    /// Lets every send travel by itself instead of waiting for more.
    func sendAtOnce() {
        var one: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { throw Failure() }
            sent += count
        }
    }

    /// Sends without waiting and returns how much the kernel took.
    func sendWhatFits(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(
                number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            )
        }
        return max(0, count)
    }

    func get(_ path: String, _ fields: String = "") throws -> Answer {
        try send("GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        return try answer()
    }

    func post(_ path: String, _ body: String) throws -> Answer {
        try send(
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return try answer()
    }

    /// Reads the next answer, with its body unless it answers HEAD.
    func answer(toHead isHead: Bool = false) throws -> Answer {
        var answer = Answer()
        answer.head = String(decoding: try take(upTo: Array("\r\n\r\n".utf8)), as: UTF8.self)
        answer.status = Int(answer.head.dropFirst(9).prefix(3)) ?? 0
        if isHead || answer.status == 304 || answer.status == 204 || answer.status == 100 {
            return answer
        }
        if answer.head.contains("Transfer-Encoding: chunked") {
            while let chunk = try chunk() { answer.body += chunk }
            return answer
        }
        guard let place = answer.head.range(of: "Content-Length: ") else { throw Failure() }
        let digits = answer.head[place].prefix { $0.isNumber }
        answer.body = try take(Int(digits) ?? 0)
        return answer
    }

    /// Reads a head only, of an answer that goes on.
    func head() throws -> String {
        String(decoding: try take(upTo: Array("\r\n\r\n".utf8)), as: UTF8.self)
    }

    /// Reads one chunk, or `nil` for the last one.
    func chunk() throws -> [UInt8]? {
        let line = String(decoding: try take(upTo: Array("\r\n".utf8)).dropLast(2), as: UTF8.self)
        guard let size = Int(line, radix: 16) else { throw Failure() }
        let bytes = try take(size + 2)
        return size == 0 ? nil : Array(bytes.dropLast(2))
    }

    /// Reads and drops so many bytes.
    func skip(_ count: Int) throws {
        _ = try take(count)
    }

    /// Whether the server closes without sending anything more.
    func isClosedByServer() throws -> Bool {
        guard buffer.isEmpty else { return false }
        return try !fill()
    }

    private func take(upTo mark: [UInt8]) throws -> [UInt8] {
        while true {
            if buffer.count >= mark.count {
                for end in mark.count...buffer.count
                where buffer[end - mark.count..<end].elementsEqual(mark) {
                    return try take(end)
                }
            }
            guard try fill() else { throw Failure() }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Failure() }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Reads some more; false at the end of the input.
    private func fill() throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(number, &bytes, bytes.count, 0)
        if count < 0 { throw Failure() }
        buffer += bytes[..<count]
        return count > 0
    }
}

extension String {
    /// The place after the first occurrence of a text, from there to the end.
    fileprivate func range(of text: String) -> PartialRangeFrom<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count)... }
            start = index(after: start)
        }
        return nil
    }
}
