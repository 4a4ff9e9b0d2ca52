internal import Glibc
internal import NetworkIO
internal import SyncProtocol

/// Pushes an agency's rows to a server, as an agency's own program would.
///
/// Lines are made and sent while the answers come in, so that neither side has
/// to keep the feed in memory. Nothing here is shared with the way data take to
/// devices.
struct AgencyFeed: Sendable {
    let address: PlainAddress

    /// The secret key that the server gave the agency.
    let key: String

    /// Bytes of lines that are sent in one chunk, about.
    private static let chunkBytes = 32 << 10

    /// The longest silence, in milliseconds.
    private static let silenceMax: Int32 = 60_000

    /// Sends rows and reads what became of each.
    ///
    /// - Throws: `Trouble` if the feed was not answered to its end.
    func push(_ rows: [WorldRow]) throws(Trouble) -> FeedLedger {
        var ledger = FeedLedger(rows: rows.map(\.label))
        var reader = AnswerReader()
        var status = 0
        var hasEnded = false
        var complaint: [UInt8] = []
        let descriptor = try address.connect()
        defer { close(descriptor) }
        var output = ChunkedLines(head: head, rows: rows, bytes: Self.chunkBytes)
        while !hasEnded {
            output.fill()
            let isWritable = try wait(descriptor, wantsToSend: !output.waiting.isEmpty)
            if isWritable { output.sent(Self.send(descriptor, output.waiting)) }
            guard let bytes = Self.receive(descriptor) else { break }
            for event in try reader.received(bytes) {
                switch event {
                case .status(let number): status = number
                case .line(let line) where status == 200: try ledger.take(line)
                case .line(let line): complaint += line
                case .end: hasEnded = true
                }
            }
        }
        guard status == 200 else { throw refused(status, complaint) }
        try ledger.check()
        return ledger
    }

    private var head: [UInt8] {
        Array(
            ("POST /v1/agency/records HTTP/1.1\r\nHost: \(address.authority)\r\n"
                + "Authorization: Bearer \(key)\r\nContent-Type: application/x-ndjson\r\n"
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n").utf8)
    }

    private func refused(_ status: Int, _ complaint: [UInt8]) -> Trouble {
        guard status != 0 else {
            return Trouble(
                "server.answer", "the server at \(address.url) closed without an answer",
                advice: "Look at the server's log.")
        }
        let error = (try? JSON.parse(complaint))?["error"]
        guard status != 401 else {
            return Trouble(
                error?["code"]?.text ?? "auth.agency_key",
                "the server at \(address.url) does not know the key that was just made",
                advice: "--url and --data must be of the same server.")
        }
        return Trouble(
            error?["code"]?.text ?? "http.\(status)",
            "the server answered \(status): \(error?["message_en"]?.text ?? "")",
            advice: error?["advice_en"]?.text ?? "")
    }

    // MARK: - The socket

    /// Waits until something can be read, or sent where that is wanted.
    private func wait(_ descriptor: Int32, wantsToSend: Bool) throws(Trouble) -> Bool {
        let events = POLLIN | (wantsToSend ? POLLOUT : 0)
        var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&waiting, 1, Self.silenceMax)
            if count > 0 { return waiting.revents & Int16(POLLOUT) != 0 }
            guard count < 0, errno == EINTR else {
                throw Trouble(
                    "server.silent", "the server at \(address.url) has said nothing for a minute",
                    advice: "Look at the server's log, then load again.")
            }
        }
    }

    /// Sends what the kernel takes; nil if the server takes no more.
    private static func send(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int? {
        switch bytes.withUnsafeBytes({ Socket.send(descriptor, $0) }) {
        case .bytes(let count): count
        case .wouldBlock: 0
        // Its reason is in the answer.
        case .ended, .failed: nil
        }
    }

    /// Reads what has come; nil if there will be no more.
    private static func receive(_ descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        switch bytes.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
        case .bytes(let count): return Array(bytes[..<count])
        case .wouldBlock: return []
        case .ended, .failed: return nil
        }
    }
}

/// The bytes of a chunked request, made as they are needed.
struct ChunkedLines: Sendable {
    /// What is to be sent next.
    private(set) var waiting: ArraySlice<UInt8>

    private var rows: ArraySlice<WorldRow>
    private let bytes: Int
    private var hasEnded = false

    init(head: [UInt8], rows: [WorldRow], bytes: Int) {
        waiting = head[...]
        self.rows = rows[...]
        self.bytes = bytes
    }

    /// Makes the next chunk if nothing waits.
    mutating func fill() {
        guard waiting.isEmpty, !hasEnded else { return }
        var chunk: [UInt8] = []
        while chunk.count < bytes, let row = rows.popFirst() { chunk += row.line }
        hasEnded = chunk.isEmpty
        let size = String(chunk.count, radix: 16)
        waiting = (Array("\(size)\r\n".utf8) + chunk + [13, 10])[...]
    }

    /// Takes off what was sent; nil if nothing more can be.
    mutating func sent(_ count: Int?) {
        guard let count else {
            waiting = []
            rows = []
            hasEnded = true
            return
        }
        waiting = waiting.dropFirst(count)
    }
}
