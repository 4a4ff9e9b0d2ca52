/// Decides what the bytes of one connection mean, request after request.
///
/// ```text
///              head               body complete            answered
///   head ─────────────▶ body ─────────────────▶ answering ──────────▶ head
///     │                  │                                            or
///     └──── rejected ────┴──────────────▶ closed ◀──────────────────── closed
/// ```
///
/// A request is not looked at before the answer to the one before is complete,
/// so answers keep their order. After a rejection, or an answer that closes,
/// nothing more is ever read: bytes behind it are nobody's request.
package struct ConnectionMachine: Sendable {
    /// What the bytes at hand turned out to be.
    package enum Event: Hashable, Sendable {
        /// Nothing more can be told before more bytes or an answer come.
        case needsInput
        /// A request head is complete: ``ConnectionMachine/head``.
        case head
        /// These bytes of the input belong to the body.
        case body(Range<Int>)
        /// The request is complete.
        case bodyEnd
        /// The message is refused; answer this, then close.
        case rejected(Rejection)
    }

    /// Where the connection stands.
    package enum Phase: UInt8, Hashable, Sendable {
        /// Waiting for a request head.
        case head
        /// Inside a request body.
        case body
        /// The request is complete, its answer is not.
        case answering
        /// Nothing more is read.
        case closed
    }

    /// Where the connection stands.
    package private(set) var phase = Phase.head

    private var parser: HeadParser
    private var decoder: BodyDecoder
    private var isAnswered = false
    private let limits: WireLimits

    /// Creates a machine for a new connection.
    package init(limits: WireLimits) {
        self.limits = limits
        self.parser = HeadParser(limits: limits)
        self.decoder = BodyDecoder(.none, limits: limits)
    }

    /// The head of the current request.
    package var head: RequestHead { parser.head }

    /// The bytes of the body that must still come; `nil` if chunked.
    package var bodyBytesLeft: Int? { decoder.bytesLeft }

    /// The bytes of the body so far.
    package var bodyBytes: Int { decoder.total }

    /// Lowers the limit of the current body, so that a chunk that promises more is refused at once.
    package mutating func limitBody(to bytesMax: Int) {
        decoder.limit(to: bytesMax)
    }

    /// Looks at the bytes at hand and tells the next thing in them.
    ///
    /// - Parameters:
    ///   - input: The bytes at hand. While a head is incomplete, it must start
    ///     at `position` again in the next call, with more after it.
    ///   - position: The first byte to look at; moved past what was used.
    /// - Returns: One event; call again until it is `.needsInput`.
    package mutating func next(_ input: UnsafeRawBufferPointer, _ position: inout Int) -> Event {
        switch phase {
        case .head:
            switch parser.parse(UnsafeRawBufferPointer(rebasing: input[position...])) {
            case .incomplete: return .needsInput
            case .rejected(let rejection): return reject(rejection)
            case .complete:
                position += parser.head.byteCount
                decoder = BodyDecoder(parser.head.framing, limits: limits)
                isAnswered = false
                phase = .body
                return .head
            }
        case .body:
            switch decoder.next(input, &position) {
            case .data(let range): return .body(range)
            case .needsInput: return .needsInput
            case .rejected(let rejection): return reject(rejection)
            case .end:
                phase = .answering
                if isAnswered { nextRequest() }
                return .bodyEnd
            }
        case .answering, .closed:
            return .needsInput
        }
    }

    /// The answer to the current request is complete.
    ///
    /// If the body is not, what is left of it is passed over first.
    package mutating func answered() {
        precondition(phase == .body || phase == .answering, "answered in \(phase)")
        isAnswered = true
        if phase == .answering { nextRequest() }
    }

    /// Whether the answer is complete and what is left of the body is passed over.
    package var isPassingOver: Bool { phase == .body && isAnswered }

    /// Stops reading: the connection closes after what has been answered.
    package mutating func close() {
        phase = .closed
    }

    /// The client has sent its last byte.
    ///
    /// - Parameter pending: The bytes at hand that are part of no message yet.
    /// - Returns: A rejection if a message was cut off, or `nil`.
    package mutating func inputEnded(pending: Int) -> Rejection? {
        if isPassingOver {
            // The answer has been given: a second one would be nobody's.
            phase = .closed
            return nil
        }
        let isCut =
            phase == .body && decoder.bytesLeft != 0
            || phase == .head && !parser.isBetweenMessages(pending: pending)
        if phase == .head || isCut { phase = .closed }
        return isCut ? Rejection(400, .truncated) : nil
    }

    private mutating func nextRequest() {
        if parser.head.keepsAlive {
            parser.reset()
            phase = .head
        } else {
            phase = .closed
        }
    }

    private mutating func reject(_ rejection: Rejection) -> Event {
        phase = .closed
        return .rejected(rejection)
    }
}
