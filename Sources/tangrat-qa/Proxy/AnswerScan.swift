internal import HTTPWire

/// Finds the end of an HTTP answer in the bytes that pass.
struct AnswerScan: Sendable {
    /// The status, once the head has passed; zero before.
    private(set) var status = 0

    /// Whether the whole answer has passed.
    private(set) var isOver = false

    /// Whether only the end of the connection ends the answer.
    private(set) var endsWithConnection = false

    private let isHead: Bool
    private var head: [UInt8] = []
    private var decoder: BodyDecoder?

    /// Looks for the end of the answer to a request.
    ///
    /// - Parameter isHead: Whether the method is `HEAD`, whose answer has no body.
    init(isHead: Bool) { self.isHead = isHead }

    /// Takes bytes as they came.
    ///
    /// - Returns: How many of them belong to this answer.
    mutating func take(_ bytes: [UInt8]) -> Int {
        var position = 0
        while !isOver, position < bytes.count {
            guard decoder != nil else {
                head.append(bytes[position])
                position += 1
                if head.suffix(4) == [13, 10, 13, 10] { readHead() }
                continue
            }
            guard !endsWithConnection else { return bytes.count }
            let step = bytes.withUnsafeBytes { decoder?.next($0, &position) }
            switch step {
            case .end: isOver = true
            // What cannot be read is passed on; its end is that of the connection.
            case .rejected: endsWithConnection = true
            case .data:
                if decoder?.bytesLeft == 0 { isOver = true }
            case .needsInput, nil: return bytes.count
            }
        }
        return position
    }

    private mutating func readHead() {
        let fields = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        head = []
        let words = fields.first?.split(separator: " ") ?? []
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        // An answer in between, as 100: the real one follows.
        guard status >= 200 else { return }
        var framing = BodyFraming.none
        endsWithConnection = true
        for field in fields.dropFirst() {
            let parts = field.split(separator: ":", maxSplits: 1)
            let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
            switch parts.first?.lowercased() {
            case "transfer-encoding" where value.lowercased() == "chunked":
                framing = .chunked
                endsWithConnection = false
            case "content-length":
                guard let length = Int(value), length >= 0 else { continue }
                framing = length == 0 ? .none : .length(length)
                endsWithConnection = false
            default: break
            }
        }
        if isHead || status == 204 || status == 304 {
            framing = .none
            endsWithConnection = false
        }
        var limits = WireLimits()
        limits.bodyBytesMax = 1 << 50
        decoder = BodyDecoder(framing, limits: limits)
        isOver = framing == .none && !endsWithConnection
    }
}
