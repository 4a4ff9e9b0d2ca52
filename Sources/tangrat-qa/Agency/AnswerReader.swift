internal import HTTPWire

/// Cuts the bytes of one HTTP answer into its status and its lines.
///
/// The bytes may come in any pieces; nothing is read twice.
struct AnswerReader: Sendable {
    /// What was found.
    enum Event: Hashable, Sendable {
        /// The status of the answer.
        case status(Int)
        /// A line of the body, without its line end.
        case line([UInt8])
        /// The answer is complete.
        case end
    }

    private enum State: Hashable {
        case head, body, done
    }

    private var state = State.head
    private var head: [UInt8] = []
    private var line: [UInt8] = []
    private var decoder = BodyDecoder(.none, limits: Self.limits)

    /// The longest head and the longest line, in bytes.
    private static let bytesMax = 1 << 20

    /// A feed of any length is answered; only its parts have bounds.
    private static let limits: WireLimits = {
        var limits = WireLimits()
        limits.bodyBytesMax = 1 << 40
        return limits
    }()

    /// Takes bytes as they came.
    ///
    /// - Throws: `Trouble` if this is no HTTP.
    mutating func received(_ bytes: [UInt8]) throws(Trouble) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while state == .head, let byte = rest.popFirst() {
            head.append(byte)
            guard head.count <= Self.bytesMax else { throw Self.unreadable("its head is too long") }
            if byte == 10, head.suffix(4) == [13, 10, 13, 10] { try readHead(&events) }
        }
        if state == .body { try readBody(Array(rest), &events) }
        return events
    }

    private mutating func readHead(_ events: inout [Event]) throws(Trouble) {
        let fields = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        head = []
        let words = fields.first?.split(separator: " ") ?? []
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Self.unreadable("it does not begin with a status")
        }
        // An answer in between, as 100: the real one follows.
        guard status >= 200 else { return }
        events.append(.status(status))
        var framing = BodyFraming.none
        for field in fields.dropFirst() {
            let parts = field.split(separator: ":", maxSplits: 1)
            let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
            switch parts.first?.lowercased() {
            case "transfer-encoding" where value.lowercased() == "chunked": framing = .chunked
            case "content-length":
                guard let length = Int(value), length >= 0 else {
                    throw Self.unreadable("its length is \(value)")
                }
                framing = length == 0 ? .none : .length(length)
            default: break
            }
        }
        decoder = BodyDecoder(framing, limits: Self.limits)
        state = .body
    }

    private mutating func readBody(_ bytes: [UInt8], _ events: inout [Event]) throws(Trouble) {
        var position = 0
        while true {
            switch bytes.withUnsafeBytes({ decoder.next($0, &position) }) {
            case .data(let range):
                for byte in bytes[range] {
                    if byte == 10 {
                        events.append(.line(line))
                        line = []
                    } else {
                        line.append(byte)
                    }
                }
                guard line.count <= Self.bytesMax else {
                    throw Self.unreadable("a line is too long")
                }
            case .end:
                if !line.isEmpty { events.append(.line(line)) }
                line = []
                events.append(.end)
                state = .done
                return
            case .needsInput: return
            case .rejected(let rejection):
                throw Self.unreadable("its framing is wrong: \(rejection.code)")
            }
        }
    }

    private static func unreadable(_ why: String) -> Trouble {
        Trouble(
            "server.answer", "the server's answer cannot be read: \(why)",
            advice: "Is a tangrat-server listening at this address?")
    }
}
