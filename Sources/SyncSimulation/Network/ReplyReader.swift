internal import SyncClientCore

/// Puts an HTTP answer together from the bytes of a connection.
///
/// Written for the simulator and strict: what this does not understand is a
/// fault of the server's.
struct ReplyReader {
    /// A whole answer.
    struct Reply: Sendable {
        /// What a client would be given.
        var response: Response
        /// Whether the connection can be used again.
        var keepsAlive: Bool
    }

    /// Why bytes are not an answer.
    struct Malformed: Error {
        let what: String
    }

    private var bytes: [UInt8] = []

    /// Whether the head of an answer of status 200 has come, and not yet its end.
    var hasBegunWell: Bool {
        bytes.starts(with: "HTTP/1.1 200 ".utf8) && Self.end(of: bytes) != nil
    }

    /// Takes bytes in; gives the answer they complete, if they do.
    mutating func push(_ more: [UInt8]) throws -> Reply? {
        bytes.append(contentsOf: more)
        guard let headEnd = Self.end(of: bytes) else { return nil }
        let head = String(decoding: bytes[..<headEnd], as: UTF8.self)
        var lines = head.components(separatedByLineEnd: true)[...]
        guard let first = lines.popFirst() else { throw Malformed(what: "no status line") }
        let words = first.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw Malformed(what: "status line \(first)")
        }
        if status == 100 {
            bytes.removeFirst(headEnd)
            return try push([])
        }
        var fields: [String: String] = [:]
        for line in lines where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Malformed(what: line) }
            let name = line[..<colon].lowercased()
            guard fields[name] == nil else { throw Malformed(what: "\(name) twice") }
            fields[name] = line[line.index(after: colon)...].trimmedSpaces
        }
        guard let body = try body(fields, from: headEnd) else { return nil }
        let media = fields["content-type", default: ""].split(separator: ";").first ?? ""
        let retry = fields["retry-after"].flatMap { Int64($0) }
        bytes = []
        return Reply(
            response: Response(
                status: status, contentType: String(media).trimmedSpaces.lowercased(),
                retryAfterMilliseconds: retry.map { $0 * 1_000 }, body: body),
            keepsAlive: fields["connection"]?.lowercased() != "close")
    }

    /// The body, or nil while it is not complete.
    private func body(_ fields: [String: String], from start: Int) throws -> [UInt8]? {
        if let text = fields["content-length"] {
            guard fields["transfer-encoding"] == nil, let length = Int(text), length >= 0 else {
                throw Malformed(what: "content-length \(text)")
            }
            guard bytes.count >= start + length else { return nil }
            guard bytes.count == start + length else {
                throw Malformed(what: "bytes after the end")
            }
            return Array(bytes[start...])
        }
        guard fields["transfer-encoding"] == "chunked" else {
            throw Malformed(what: "an answer without a length")
        }
        return try chunks(from: start)
    }

    private func chunks(from start: Int) throws -> [UInt8]? {
        var body: [UInt8] = []
        var index = start
        while true {
            guard let lineEnd = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) else {
                return nil
            }
            let text = String(decoding: bytes[index..<lineEnd], as: UTF8.self).trimmedSpaces
            guard let size = Int(text, radix: 16) else { throw Malformed(what: "chunk \(text)") }
            let chunkStart = lineEnd + 1
            guard bytes.count >= chunkStart + size + 2 else { return nil }
            if size == 0 {
                guard bytes.count == chunkStart + 2 else {
                    throw Malformed(what: "bytes after the last chunk")
                }
                return body
            }
            body.append(contentsOf: bytes[chunkStart..<chunkStart + size])
            index = chunkStart + size + 2
        }
    }

    private static func end(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10,
                bytes[index - 3] == 13
            {
                return index + 1
            }
            index += 1
        }
        return nil
    }
}

extension String {
    /// The lines between CR LF, which Swift takes for one character.
    fileprivate func components(separatedByLineEnd _: Bool) -> [String] {
        utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).map { line in
            String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
        }
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    fileprivate var trimmedSpaces: String {
        let isSpace: (UInt8) -> Bool = { $0 == 32 || $0 == 13 || $0 == 9 }
        let bytes = utf8.drop(while: isSpace)
        let kept = Array(bytes.reversed().drop(while: isSpace).reversed())
        return String(decoding: kept, as: UTF8.self)
    }
}
