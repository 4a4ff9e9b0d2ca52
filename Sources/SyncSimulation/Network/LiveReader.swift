/// Reads the endless answer of the live channel as its bytes come.
///
/// Written for the simulator and strict, like ``ReplyReader``.
struct LiveReader {
    /// What came out of the bytes.
    enum Item: Hashable {
        /// The channel is open.
        case opened
        /// An event, by its name.
        case event(String)
        /// The server answered with another status than 200.
        case refused(status: Int, retryAfterMilliseconds: Int64?)
        /// The server ended the answer.
        case over
    }

    private var bytes: [UInt8] = []
    private var line: [UInt8] = []
    private var event = ""
    private var isOpen = false
    private var isOver = false

    /// Takes bytes in.
    ///
    /// - Returns: What they complete, in order.
    /// - Throws: `ReplyReader.Malformed`.
    mutating func push(_ more: [UInt8]) throws -> [Item] {
        bytes += more
        var items: [Item] = []
        if !isOpen {
            guard let head = try readHead() else { return [] }
            items.append(head)
            guard head == .opened else { return items }
        }
        while let chunk = try readChunk() {
            if chunk.isEmpty {
                isOver = true
                items.append(.over)
            }
            for byte in chunk { take(byte, &items) }
        }
        return items
    }

    private mutating func readHead() throws -> Item? {
        let end = Array("\r\n\r\n".utf8)
        guard
            let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) })
        else { return nil }
        let lines = String(decoding: bytes[..<start], as: UTF8.self).utf8
            .split(separator: UInt8(ascii: "\n"))
            .map { String(decoding: $0.last == 13 ? $0.dropLast() : $0, as: UTF8.self) }
        bytes.removeFirst(start + end.count)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw ReplyReader.Malformed(what: "the live channel begins with \(lines.first ?? "")")
        }
        let fields = lines.dropFirst().map { $0.lowercased() }
        guard status == 200 else {
            let retry = fields.first { $0.utf8.starts(with: "retry-after:".utf8) }
                .flatMap { Int64(String($0.dropFirst(12).drop { $0 == " " })) }
            return .refused(status: status, retryAfterMilliseconds: retry.map { $0 * 1_000 })
        }
        guard fields.contains("transfer-encoding: chunked"),
            fields.contains(where: { $0.utf8.starts(with: "content-type: text/event-stream".utf8) })
        else { throw ReplyReader.Malformed(what: "the live channel has the head \(fields)") }
        isOpen = true
        return .opened
    }

    /// The next whole chunk; an empty one is the last.
    private mutating func readChunk() throws -> ArraySlice<UInt8>? {
        guard !isOver, let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let text = String(decoding: bytes[..<lineEnd].dropLast(), as: UTF8.self)
        guard let size = Int(text, radix: 16) else {
            throw ReplyReader.Malformed(what: "chunk \(text)")
        }
        let start = lineEnd + 1
        guard bytes.count >= start + size + 2 else { return nil }
        let chunk = bytes[start..<start + size]
        bytes.removeFirst(start + size + 2)
        return chunk
    }

    private mutating func take(_ byte: UInt8, _ items: inout [Item]) {
        guard byte == UInt8(ascii: "\n") else { return line.append(byte) }
        if line.isEmpty, !event.isEmpty {
            items.append(.event(event))
            event = ""
        }
        let name = Array("event: ".utf8)
        if line.starts(with: name) {
            event = String(decoding: line.dropFirst(name.count), as: UTF8.self)
        }
        line = []
    }
}
