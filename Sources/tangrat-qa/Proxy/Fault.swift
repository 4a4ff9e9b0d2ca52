/// What the proxy does to one request and its answer.
enum Fault: Hashable, Sendable {
    /// Each piece of both directions waits, in milliseconds: so long, and up to so much more.
    case delay(milliseconds: Int64, jitter: Int64)
    /// So many bytes a second pass in each direction.
    case rate(bytesPerSecond: Int)
    /// The server gets so many bytes of the request; then both connections end.
    case cutUp(bytes: Int)
    /// The device gets so many bytes of the answer; then both connections end.
    case cutDown(bytes: Int)
    /// As `cutDown`, but the device's connection is reset.
    case reset(bytes: Int)
    /// The device gets so many bytes of the answer, then silence on an open connection.
    case halfOpen(bytes: Int)
    /// The server gets nothing, and the device hears nothing on an open connection.
    case silence
    /// The server gets the request and answers it; the device gets the end of the connection.
    case swallow
    /// The server gets nothing; the request is read and the connection ended.
    case drop
    /// The request goes to the server a second time, on another connection, at once.
    case duplicate
    /// The request goes to the server again after so many milliseconds.
    case replay(milliseconds: Int64)
    /// The device's connection ends; the server gets the request so many milliseconds later.
    case late(milliseconds: Int64)
    /// The device gets this in place of an answer; the server gets nothing.
    case answer(Substitute)
    /// The server gets the request and answers it; the device gets this instead.
    case mask(Substitute)

    /// How the fault is typed, without its value.
    var name: String {
        switch self {
        case .delay: "delay"
        case .rate: "rate"
        case .cutUp: "cut-up"
        case .cutDown: "cut-down"
        case .reset: "reset"
        case .halfOpen: "half-open"
        case .silence: "silence"
        case .swallow: "swallow"
        case .drop: "drop"
        case .duplicate: "duplicate"
        case .replay: "replay"
        case .late: "late"
        case .answer: "answer"
        case .mask: "mask"
        }
    }

    /// Whether it decides how the exchange ends: a request has one such fault at most.
    var isFate: Bool {
        switch self {
        case .delay, .rate, .duplicate, .replay: false
        default: true
        }
    }

    /// Whether the bytes of the request are needed after it has passed.
    var needsRequest: Bool {
        switch self {
        case .duplicate, .replay, .late: true
        default: false
        }
    }

    /// The help: each fault as it is typed, and what it does.
    static let words: [(typed: String, summary: String)] = [
        ("delay=MS[~JITTER]", "each piece waits, both ways"),
        ("rate=BYTES", "so many bytes a second, each way"),
        ("cut-up=N", "the server gets N bytes of the request, then both ends close"),
        ("cut-down=N", "the device gets N bytes of the answer, then both ends close"),
        ("reset[=N]", "as cut-down, with a reset"),
        ("half-open[=N]", "after N bytes of the answer silence; nothing closes"),
        ("silence", "the server gets nothing, the device silence; nothing closes"),
        ("swallow", "the server answers, the device gets the end of the connection"),
        ("drop", "the request is read and thrown away, the connection closed"),
        ("duplicate", "the server gets the request twice at once"),
        ("replay=MS", "the server gets the request again MS milliseconds later"),
        ("late=MS", "the device is cut off, the server gets the request MS later"),
        ("answer=KIND", "the device gets KIND, the server nothing"),
        ("mask=KIND", "the server answers, the device gets KIND"),
    ]

    /// Reads `NAME` or `NAME=VALUE`.
    ///
    /// - Returns: The fault, or nil if there is none of that name and value.
    static func read(_ text: Substring) -> Fault? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? parts[1] : nil
        switch (parts.first ?? "", value) {
        case ("swallow", nil): return .swallow
        case ("drop", nil): return .drop
        case ("silence", nil): return .silence
        case ("duplicate", nil): return .duplicate
        case ("reset", nil): return .reset(bytes: 0)
        case ("half-open", nil): return .halfOpen(bytes: 0)
        case ("answer", let kind?): return Substitute(rawValue: String(kind)).map { .answer($0) }
        case ("mask", let kind?): return Substitute(rawValue: String(kind)).map { .mask($0) }
        case ("delay", let value?):
            let times = value.split(separator: "~", omittingEmptySubsequences: false)
                .map(number)
            guard times.count <= 2, let least = times[0], let more = times.count == 2 ? times[1] : 0
            else { return nil }
            return .delay(milliseconds: Int64(least), jitter: Int64(more))
        case (let name, let value?):
            guard let number = number(value) else { return nil }
            switch name {
            case "rate": return number > 0 ? .rate(bytesPerSecond: number) : nil
            case "cut-up": return .cutUp(bytes: number)
            case "cut-down": return .cutDown(bytes: number)
            case "reset": return .reset(bytes: number)
            case "half-open": return .halfOpen(bytes: number)
            case "replay": return .replay(milliseconds: Int64(number))
            case "late": return .late(milliseconds: Int64(number))
            default: return nil
            }
        default: return nil
        }
    }

    /// Digits and nothing else, of a size that no sum of them overflows.
    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count <= 12 else {
            return nil
        }
        return Int(text)
    }
}
