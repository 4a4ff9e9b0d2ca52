/// Reads one request head, however its bytes are split.
///
/// Work goes line by line: a line is looked at when its end has come, in the
/// order of the bytes, and limits count offsets. So the outcome depends on the
/// bytes alone and never on how they arrived. Nothing is copied or allocated;
/// the head is a set of offsets.
///
/// The rules are stricter than RFC 9112 wherever it says MAY, because the
/// server sits behind a proxy, and two parsers that differ are how requests are
/// smuggled: line ends are CRLF, names are tokens, no folding, one Host, one
/// Content-Length without leading zeros, `chunked` alone as a coding.
package struct HeadParser: Sendable {
    /// What is known after looking at some bytes.
    package enum Outcome: Hashable, Sendable {
        case incomplete
        case complete
        case rejected(Rejection)
    }

    private enum Stage: UInt8 { case leading, method, requestLine, fields }

    private struct Seen: OptionSet {
        let rawValue: UInt16
        static let host = Seen(rawValue: 1)
        static let contentLength = Seen(rawValue: 2)
        static let transferEncoding = Seen(rawValue: 4)
        static let contentType = Seen(rawValue: 8)
        static let authorization = Seen(rawValue: 16)
        static let expect = Seen(rawValue: 32)
        static let close = Seen(rawValue: 64)
        static let authority = Seen(rawValue: 128)
        static let contentEncoding = Seen(rawValue: 256)
        static let forwardedFor = Seen(rawValue: 512)
    }

    /// The head; whole once the outcome is `.complete`.
    package private(set) var head = RequestHead()

    private let limits: WireLimits
    private var stage = Stage.leading
    private var seen = Seen()
    /// Where the current line starts.
    private var position = 0
    /// Up to where the current line is known to hold no line feed.
    private var scanned = 0
    private var fieldsStart = 0
    private var contentLength = 0

    /// Creates a parser that has seen nothing.
    ///
    /// - Precondition: Offsets into a head fit in 16 bits.
    package init(limits: WireLimits) {
        precondition(limits.headBytesMax < 65_535, "a head of \(limits.headBytesMax) bytes")
        precondition(limits.fieldsMax < 256, "\(limits.fieldsMax) fields")
        self.limits = limits
    }

    /// Forgets everything, for the next head.
    package mutating func reset() {
        head = RequestHead()
        stage = .leading
        seen = Seen()
        position = 0
        scanned = 0
    }

    /// Whether so many bytes are the start of no message: nothing, or an empty line.
    func isBetweenMessages(pending: Int) -> Bool {
        pending == 0 || stage == .leading || stage == .method && pending == position
    }

    /// Looks at the bytes that have come so far.
    ///
    /// - Parameter bytes: Everything from the first byte of the head; a longer
    ///   run with the same start as in the call before.
    /// - Returns: What is known now.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        do throws(Rejection) {
            if stage == .leading, try !skipLeadingLine(bytes) { return .incomplete }
            if stage == .method, try !checkMethodBytes(bytes) { return .incomplete }
            while let lineFeed = try nextLineFeed(bytes) {
                let line = position
                guard lineFeed > line, bytes[lineFeed - 1] == 13 else {
                    throw Rejection(400, .lineEnding, at: line)
                }
                position = lineFeed + 1
                scanned = position
                if stage == .requestLine {
                    try parseRequestLine(bytes, line, lineFeed - 1)
                    stage = .fields
                    fieldsStart = position
                } else if lineFeed - 1 == line {
                    try finish(at: line)
                    return .complete
                } else {
                    try parseField(bytes, line, lineFeed - 1)
                }
            }
            return .incomplete
        } catch {
            return .rejected(error)
        }
    }

    // MARK: - Lines

    /// Skips one empty line, which RFC 9112 asks servers to tolerate.
    private mutating func skipLeadingLine(_ bytes: UnsafeRawBufferPointer) throws(Rejection) -> Bool
    {
        guard bytes.count > 0 else { return false }
        if bytes[0] == 13 {
            guard bytes.count > 1 else { return false }
            guard bytes[1] == 10 else { throw Rejection(400, .lineEnding) }
            position = 2
            scanned = 2
        }
        stage = .method
        return true
    }

    /// Refuses noise at its first byte instead of waiting for a line end.
    private mutating func checkMethodBytes(
        _ bytes: UnsafeRawBufferPointer
    ) throws(Rejection) -> Bool {
        var index = position
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x20 {
                guard index > position else { throw Rejection(400, .requestLine) }
                stage = .requestLine
                return true
            }
            guard ASCII.isToken(byte) else { throw Rejection(400, .requestLine) }
            index += 1
            guard index - position <= limits.methodBytesMax else { throw Rejection(501, .method) }
        }
        return false
    }

    private mutating func nextLineFeed(
        _ bytes: UnsafeRawBufferPointer
    ) throws(Rejection) -> Int? {
        let lineMax = position + limits.lineBytesMax + 2
        let offsetMax = min(lineMax, limits.headBytesMax)
        let searchEnd = min(bytes.count, offsetMax)
        if let found = Self.lineFeed(in: bytes, scanned, searchEnd) { return found }
        guard bytes.count >= offsetMax else {
            scanned = searchEnd
            return nil
        }
        if stage == .requestLine {
            throw Rejection(414, .lineTooLong, at: position)
        }
        throw Rejection(
            431, lineMax <= limits.headBytesMax ? .lineTooLong : .headTooLarge, at: position)
    }

    /// Finds a line feed, eight bytes at a time.
    @inline(__always)
    private static func lineFeed(
        in bytes: UnsafeRawBufferPointer, _ from: Int, _ end: Int
    ) -> Int? {
        var index = from
        while index + 8 <= end {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let difference = word ^ 0x0A0A_0A0A_0A0A_0A0A
            let zeros = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if zeros != 0 { return index + UInt64(littleEndian: zeros).trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end {
            if bytes[index] == 10 { return index }
            index += 1
        }
        return nil
    }

    // MARK: - The request line

    private mutating func parseRequestLine(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) throws(Rejection) {
        var methodEnd = start
        while bytes[methodEnd] != 0x20 { methodEnd += 1 }
        var targetEnd = methodEnd + 1
        while targetEnd < end && bytes[targetEnd] != 0x20 { targetEnd += 1 }
        guard targetEnd < end, targetEnd > methodEnd + 1 else {
            throw Rejection(400, .requestLine, at: start)
        }
        head.minorVersion = try Self.version(bytes, targetEnd + 1, end)
        guard let method = Self.method(bytes, start, methodEnd) else {
            throw Rejection(501, .method, at: start)
        }
        head.method = method
        try parseTarget(bytes, methodEnd + 1, targetEnd)
    }

    private static func version(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) throws(Rejection) -> UInt8 {
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if ASCII.equal(text, "HTTP/1.1") { return 1 }
        if ASCII.equal(text, "HTTP/1.0") { return 0 }
        guard text.count == 8, text[6] == UInt8(ascii: "."),
            ASCII.equal(UnsafeRawBufferPointer(rebasing: text[..<5]), "HTTP/"),
            text[5] &- 48 < 10, text[7] &- 48 < 10
        else { throw Rejection(400, .version, at: start) }
        throw Rejection(505, .version, at: start)
    }

    private static func method(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) -> Method? {
        let name = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        switch name.count {
        case 3:
            if ASCII.equal(name, "GET") { return .get }
            if ASCII.equal(name, "PUT") { return .put }
        case 4:
            if ASCII.equal(name, "POST") { return .post }
            if ASCII.equal(name, "HEAD") { return .head }
        case 5: if ASCII.equal(name, "PATCH") { return .patch }
        case 6: if ASCII.equal(name, "DELETE") { return .delete }
        case 7: if ASCII.equal(name, "OPTIONS") { return .options }
        default: break
        }
        return nil
    }

    private mutating func parseTarget(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) throws(Rejection) {
        if bytes[start] == UInt8(ascii: "/") {
            return try parsePath(bytes, start, end)
        }
        if bytes[start] == UInt8(ascii: "*") {
            guard end == start + 1, head.method == .options else {
                throw Rejection(400, .target, at: start)
            }
            head.path = ByteRange(start, end)
            return
        }
        let target = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        var authority = start
        for scheme in ["http://", "https://"] as [StaticString] {
            let count = scheme.utf8CodeUnitCount
            if target.count > count,
                ASCII.equalFolded(UnsafeRawBufferPointer(rebasing: target[..<count]), scheme)
            {
                authority = start + count
            }
        }
        guard authority > start else { throw Rejection(400, .target, at: start) }
        var path = authority
        while path < end, bytes[path] != UInt8(ascii: "/"), bytes[path] != UInt8(ascii: "?") {
            path += 1
        }
        guard HostRule.isValid(UnsafeRawBufferPointer(rebasing: bytes[authority..<path])) else {
            throw Rejection(400, .target, at: start)
        }
        head.host = ByteRange(authority, path)
        seen.insert(.authority)
        try parsePath(bytes, path, end)
    }

    private mutating func parsePath(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) throws(Rejection) {
        guard
            let pathEnd = TargetRule.pathEnd(
                UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        else { throw Rejection(400, .target, at: start) }
        head.path = ByteRange(start, start + pathEnd)
        if start + pathEnd < end { head.query = ByteRange(start + pathEnd + 1, end) }
    }

    // MARK: - Fields

    private mutating func parseField(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) throws(Rejection) {
        guard Int(head.fieldCount) < limits.fieldsMax else {
            throw Rejection(431, .fieldCount, at: start)
        }
        head.fieldCount += 1
        var colon = start
        while colon < end && ASCII.isToken(bytes[colon]) { colon += 1 }
        guard colon > start, colon < end, bytes[colon] == UInt8(ascii: ":") else {
            throw Rejection(400, .fieldName, at: start)
        }
        var lower = colon + 1
        var upper = end
        while lower < upper && (bytes[lower] == 0x20 || bytes[lower] == 9) { lower += 1 }
        while upper > lower && (bytes[upper - 1] == 0x20 || bytes[upper - 1] == 9) { upper -= 1 }
        guard FieldRule.isText(bytes, lower, upper) else {
            throw Rejection(400, .fieldValue, at: start)
        }
        try takeField(
            UnsafeRawBufferPointer(rebasing: bytes[start..<colon]),
            UnsafeRawBufferPointer(rebasing: bytes[lower..<upper]),
            ByteRange(lower, upper), start)
    }

    private mutating func takeField(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ range: ByteRange,
        _ line: Int
    ) throws(Rejection) {
        switch name.count {
        case 4 where ASCII.equalFolded(name, "host"):
            try once(.host, line, .host)
            guard HostRule.isValid(value) else { throw Rejection(400, .host, at: line) }
            if !seen.contains(.authority) { head.host = range }
        case 6 where ASCII.equalFolded(name, "accept"):
            if head.accept.isAbsent { head.accept = range }
        case 6 where ASCII.equalFolded(name, "expect"):
            guard ASCII.equalFolded(value, "100-continue") else {
                throw Rejection(417, .expectation, at: line)
            }
            seen.insert(.expect)
        case 10 where ASCII.equalFolded(name, "connection"):
            try takeConnection(value, line)
        case 12 where ASCII.equalFolded(name, "content-type"):
            try once(.contentType, line, .duplicateField)
            head.contentType = range
        case 13 where ASCII.equalFolded(name, "authorization"):
            try once(.authorization, line, .duplicateField)
            guard value.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
                throw Rejection(400, .authorization, at: line)
            }
            head.authorization = range
        case 13 where ASCII.equalFolded(name, "if-none-match"):
            if head.ifNoneMatch.isAbsent { head.ifNoneMatch = range }
        case 13 where ASCII.equalFolded(name, "last-event-id"):
            if head.lastEventID.isAbsent { head.lastEventID = range }
        case 14 where ASCII.equalFolded(name, "content-length"):
            try once(.contentLength, line, .contentLength)
            guard let length = DecimalDigits.parse(value) else {
                throw Rejection(400, .contentLength, at: line)
            }
            contentLength = length
        case 15 where ASCII.equalFolded(name, "accept-encoding"):
            if head.acceptEncoding.isAbsent { head.acceptEncoding = range }
        case 15 where ASCII.equalFolded(name, "x-forwarded-for"):
            // A proxy that writes the field leaves no second one: of two, neither is its word.
            let isOnly = seen.insert(.forwardedFor).inserted
            head.forwardedFor = isOnly ? range : .absent
        case 16 where ASCII.equalFolded(name, "content-encoding"):
            try once(.contentEncoding, line, .duplicateField)
            head.contentEncoding = range
        case 17 where ASCII.equalFolded(name, "transfer-encoding"):
            try once(.transferEncoding, line, .transferEncoding)
            guard ASCII.equalFolded(value, "chunked") else {
                let isOneToken = value.count > 0 && value.allSatisfy(ASCII.isToken)
                throw Rejection(isOneToken ? 501 : 400, .transferEncoding, at: line)
            }
        default: break
        }
    }

    private mutating func once(
        _ field: Seen, _ line: Int, _ rule: Rejection.Rule
    ) throws(Rejection) {
        guard seen.insert(field).inserted else { throw Rejection(400, rule, at: line) }
    }

    /// The fields that are meant for us, so that no proxy on the way may take them out.
    static let endToEndFields: [StaticString] = [
        "host", "content-length", "content-type", "content-encoding", "authorization", "expect",
    ]

    /// Reads a list of options: tokens, or nothing between commas (RFC 9110, 5.6.1).
    private mutating func takeConnection(
        _ value: UnsafeRawBufferPointer, _ line: Int
    ) throws(Rejection) {
        var start = 0
        while start < value.count {
            var end = start
            while end < value.count && value[end] != UInt8(ascii: ",") { end += 1 }
            let option = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: value[start..<end]))
            guard option.allSatisfy(ASCII.isToken),
                !Self.endToEndFields.contains(where: { ASCII.equalFolded(option, $0) })
            else { throw Rejection(400, .connection, at: line) }
            if ASCII.equalFolded(option, "close") { seen.insert(.close) }
            start = end + 1
        }
    }

    // MARK: - The whole head

    /// Checks what only the whole head can tell.
    private mutating func finish(at line: Int) throws(Rejection) {
        guard seen.contains(.host) else { throw Rejection(400, .host, at: line) }
        head.fields = ByteRange(fieldsStart, line)
        head.byteCount = position
        head.keepsAlive = head.minorVersion == 1 && !seen.contains(.close)
        if seen.contains(.transferEncoding) {
            guard head.minorVersion == 1, !seen.contains(.contentLength) else {
                throw Rejection(400, .framingConflict, at: line)
            }
            head.framing = .chunked
        } else if seen.contains(.contentLength), contentLength > 0 {
            guard contentLength <= limits.bodyBytesMax else {
                throw Rejection(413, .bodyTooLarge, at: line)
            }
            head.framing = .length(contentLength)
        }
        if head.framing != .none {
            guard head.method != .get, head.method != .head, head.method != .delete else {
                throw Rejection(400, .bodyNotAllowed, at: line)
            }
            head.expectsContinue = seen.contains(.expect) && head.minorVersion == 1
        }
    }
}
