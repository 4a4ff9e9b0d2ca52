/// Finds the body in the bytes after a head, however they are split.
///
/// Chunks are read strictly: sizes are one to eight hexadecimal digits, lines
/// end in CRLF, extensions are well formed, short and ignored, trailers are
/// checked and dropped. White space in a size line is refused everywhere.
package struct BodyDecoder: Sendable {
    /// What comes next in the input.
    package enum Step: Hashable, Sendable {
        /// These bytes of the input belong to the body.
        case data(Range<Int>)
        /// The body is complete.
        case end
        /// All input is used up.
        case needsInput
        /// The body is malformed or too large.
        case rejected(Rejection)
    }

    private enum State: UInt8 {
        case fixed, size, sizeDigits, sizeLineFeed, data, dataReturn, dataLineFeed
        case extensionStart, extensionName, extensionValue, extensionToken
        case extensionQuoted, extensionEscape, extensionEnd
        case trailerStart, trailerName, trailerValue, trailerLineFeed, finalLineFeed, done
    }

    private var state: State
    /// Bytes of the body, or of the chunk, that have not come yet.
    private var remaining: Int
    /// Bytes of the current extension, digits of the size, or bytes of trailers.
    private var lineBytes = 0
    /// Bytes of all extensions of the body so far.
    private var extensionBytes = 0
    /// The name of the trailer field being read, in lower case.
    private var trailerName: [UInt8] = []
    private var limits: WireLimits

    /// The bytes of the body so far.
    package private(set) var total = 0

    /// Creates a decoder for a body.
    package init(_ framing: BodyFraming, limits: WireLimits) {
        self.limits = limits
        switch framing {
        case .none:
            state = .done
            remaining = 0
        case .length(let length):
            state = .fixed
            remaining = length
        case .chunked:
            state = .size
            remaining = 0
        }
    }

    /// Lowers the limit of this body; a higher one than before changes nothing.
    package mutating func limit(to bytesMax: Int) {
        limits.bodyBytesMax = min(limits.bodyBytesMax, bytesMax)
    }

    /// The bytes that must still come, or `nil` if only the end will tell.
    package var bytesLeft: Int? {
        switch state {
        case .fixed: remaining
        case .done: 0
        default: nil
        }
    }

    /// Takes one step.
    ///
    /// - Parameters:
    ///   - input: The bytes at hand.
    ///   - position: The first byte to look at; moved past what was used.
    /// - Returns: What the bytes are; call again until it is `.needsInput`.
    package mutating func next(
        _ input: UnsafeRawBufferPointer, _ position: inout Int
    ) -> Step {
        if state == .done { return .end }
        while position < input.count {
            if state == .fixed || state == .data {
                let count = min(remaining, input.count - position)
                let range = position..<position + count
                position += count
                remaining -= count
                total += count
                if remaining == 0 { state = state == .fixed ? .done : .dataReturn }
                return .data(range)
            }
            do throws(Rejection) {
                try take(input[position])
            } catch {
                return .rejected(error)
            }
            position += 1
            if state == .done { return .end }
        }
        return .needsInput
    }

    /// Takes one byte of the framing around the data.
    private mutating func take(_ byte: UInt8) throws(Rejection) {
        switch state {
        case .size, .sizeDigits, .sizeLineFeed: try takeSize(byte)
        case .extensionStart, .extensionName, .extensionValue, .extensionToken,
            .extensionQuoted, .extensionEscape, .extensionEnd:
            try takeExtension(byte)
        case .dataReturn: try expect(byte, 13, then: .dataLineFeed)
        case .dataLineFeed: try expect(byte, 10, then: .size)
        case .fixed, .data, .done: preconditionFailure("no framing in \(state)")
        default: try takeTrailer(byte)
        }
    }

    private mutating func takeSize(_ byte: UInt8) throws(Rejection) {
        switch state {
        case .size, .sizeDigits:
            if let digit = ASCII.hexadecimal(byte) {
                if state == .size { lineBytes = 0 }
                guard lineBytes < 8 else { throw Rejection(400, .chunk) }
                lineBytes += 1
                remaining = remaining << 4 | digit
                state = .sizeDigits
                guard total + remaining <= limits.bodyBytesMax else {
                    throw Rejection(413, .bodyTooLarge)
                }
            } else if state == .sizeDigits, byte == UInt8(ascii: ";") {
                lineBytes = 0
                state = .extensionStart
            } else if state == .sizeDigits, byte == 13 {
                state = .sizeLineFeed
            } else {
                throw Rejection(400, .chunk)
            }
        default:
            lineBytes = 0
            try expect(byte, 10, then: remaining == 0 ? .trailerStart : .data)
        }
    }

    /// Takes one byte of `;name`, `;name=token` or `;name="text"` (RFC 9112, 7.1.1).
    private mutating func takeExtension(_ byte: UInt8) throws(Rejection) {
        lineBytes += 1
        extensionBytes += 1
        guard lineBytes <= limits.chunkExtensionBytesMax,
            extensionBytes <= limits.chunkExtensionsBytesMax
        else { throw Rejection(400, .chunk) }
        let isEnd = byte == 13 || byte == UInt8(ascii: ";")
        switch state {
        case .extensionStart where ASCII.isToken(byte): state = .extensionName
        case .extensionName where byte == UInt8(ascii: "="): state = .extensionValue
        case .extensionName where ASCII.isToken(byte): break
        case .extensionValue where byte == UInt8(ascii: "\""): state = .extensionQuoted
        case .extensionValue where ASCII.isToken(byte): state = .extensionToken
        case .extensionToken where ASCII.isToken(byte): break
        case .extensionQuoted where byte == UInt8(ascii: "\""): state = .extensionEnd
        case .extensionQuoted where byte == UInt8(ascii: "\\"): state = .extensionEscape
        case .extensionQuoted where Self.isText(byte): break
        case .extensionEscape where Self.isText(byte): state = .extensionQuoted
        case .extensionName where isEnd, .extensionToken where isEnd, .extensionEnd where isEnd:
            state = byte == 13 ? .sizeLineFeed : .extensionStart
        default: throw Rejection(400, .chunk)
        }
    }

    private static func isText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f || byte == 9
    }

    private mutating func takeTrailer(_ byte: UInt8) throws(Rejection) {
        lineBytes += 1
        guard lineBytes <= limits.trailerBytesMax else { throw Rejection(431, .trailer) }
        switch state {
        case .trailerStart where byte == 13: state = .finalLineFeed
        case .trailerStart where ASCII.isToken(byte):
            state = .trailerName
            trailerName = [ASCII.folded(byte)]
        case .trailerName where byte == UInt8(ascii: ":"):
            // What frames, routes or authorises a message stands in its head or nowhere.
            let isHeadField = trailerName.withUnsafeBytes { name in
                HeadParser.endToEndFields.contains { ASCII.equal(name, $0) }
                    || ASCII.equal(name, "transfer-encoding") || ASCII.equal(name, "connection")
            }
            guard !isHeadField else { throw Rejection(400, .trailer) }
            state = .trailerValue
        case .trailerName where ASCII.isToken(byte): trailerName.append(ASCII.folded(byte))
        case .trailerValue where byte == 13: state = .trailerLineFeed
        case .trailerValue where Self.isText(byte): break
        case .trailerLineFeed where byte == 10: state = .trailerStart
        case .finalLineFeed where byte == 10: state = .done
        default: throw Rejection(400, .trailer)
        }
    }

    private mutating func expect(
        _ byte: UInt8, _ expected: UInt8, then next: State
    ) throws(Rejection) {
        guard byte == expected else { throw Rejection(400, .chunk) }
        state = next
    }
}
