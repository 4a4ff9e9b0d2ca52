internal import SyncProtocol

/// What a response says, apart from its rows, after one look over its frames.
///
/// A response is used whole or not at all: it must begin with `hello`, end with
/// exactly one terminal frame, and hold as many rows as that frame says.
struct PageScan: Sendable {
    /// The server's clock.
    private(set) var hello = Hello(serverMilliseconds: 0)
    /// The end.
    private(set) var terminal = Frame.unknown(0)
    /// The outcomes, in order.
    private(set) var outcomes: [OutcomeRange] = []
    /// The buckets, in order.
    private(set) var buckets: [BucketState] = []
    /// The number of rows.
    private(set) var rows = 0
    /// The number of tombstones.
    private(set) var tombstones = 0
    /// The buckets taken away.
    private(set) var gone: [String] = []
    /// The ranges in which the server differs.
    private(set) var parts: [PartsAnswer] = []
    /// The rows that the server does not have.
    private(set) var surplus: [SurplusRows] = []

    /// Looks over a response.
    ///
    /// - Throws: ``WireError`` where a frame or their order is wrong.
    init(_ bytes: [UInt8]) throws(WireError) {
        var found = PageScan()
        var frames = 0
        var hasEnded = false
        let used = try bytes.withUnsafeBytesTyped { (raw) throws(WireError) in
            try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                guard !hasEnded else {
                    throw WireError(
                        code: "wire.after_end", position: origin, message: "a frame after the end")
                }
                frames += 1
                hasEnded = try found.take(payload, origin, isFirst: frames == 1)
            }
        }
        guard used == bytes.count, hasEnded else {
            throw WireError(
                code: "wire.cut", position: used, message: "the response ends without an end")
        }
        try found.checkCount()
        self = found
    }

    private init() {}

    /// Takes one frame and tells whether it was the end.
    private mutating func take(
        _ payload: UnsafeRawBufferPointer, _ origin: Int, isFirst: Bool
    ) throws(WireError) -> Bool {
        // Rows are most of a page; they are read once, when they are applied.
        switch payload.first {
        case 21 where !isFirst:
            rows += 1
            return false
        case 22 where !isFirst:
            tombstones += 1
            return false
        default: break
        }
        let frame = try BinaryFrames.decode(payload, origin: origin)
        guard isFirst == frame.isHello else {
            throw WireError(
                code: "wire.magic", position: origin, message: "hello must be first, and only once")
        }
        switch frame {
        case .hello(let hello): self.hello = hello
        case .outcomes(let range):
            guard range.first > 0, range.first <= range.last, range.last - range.first < 1 << 20
            else {
                throw WireError(
                    code: "wire.outcome", position: origin, message: "a range of outcomes is wrong")
            }
            outcomes.append(range)
        case .bucket(let bucket): buckets.append(bucket)
        case .bucketGone(let name): gone.append(name)
        case .name, .unknown: break
        case .unchanged, .page, .checkpoint, .pushed, .restart, .error, .reconciled:
            terminal = frame
            return true
        case .parts(let answer): parts.append(answer)
        case .surplus(let rows): surplus.append(rows)
        default:
            throw WireError(
                code: "wire.order", position: origin, message: "a frame that does not belong here")
        }
        return false
    }

    private func checkCount() throws(WireError) {
        let said: UInt64? =
            switch terminal {
            case .page(let end): end.rows
            case .checkpoint(let end): end.rows
            case .reconciled(let end): end.rows
            default: 0
            }
        guard said == UInt64(rows + tombstones) else {
            throw WireError(
                code: "wire.count", position: 0,
                message: "\(rows + tombstones) rows came, \(said ?? 0) were promised")
        }
    }

    /// The sum of the rows that the end promises, or nil where it has none.
    var promisedSum: HashSum? {
        switch terminal {
        case .page(let end): end.sum
        case .checkpoint(let end): end.sum
        case .reconciled(let end): end.sum
        default: nil
        }
    }

    /// Whether a bucket is announced whose rows were not asked for.
    func announcesMore(than priority: UInt64) -> Bool {
        buckets.contains { !$0.name.isEmpty && $0.priority > priority }
    }

    /// Rows that are still to come, this page's included, as the server counts.
    var ahead: Int {
        buckets.reduce(0) { $0 + Int(clamping: min($1.ahead, 1 << 40)) }
    }
}

extension Frame {
    fileprivate var isHello: Bool {
        if case .hello = self { true } else { false }
    }
}
