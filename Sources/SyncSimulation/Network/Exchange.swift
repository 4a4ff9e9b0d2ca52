internal import SyncClientCore

/// One request on its way, and what is to become of its answer.
final class Exchange {
    /// Who sends.
    enum Sender: Hashable {
        case device(Int)
        /// The second program of a device.
        case second(Int)
        case agency
        case rogue
    }

    let sender: Sender
    let key: ExchangeKey
    let path: String
    let bearer: String?
    let body: [UInt8]
    let bytes: [UInt8]
    /// Which of all requests it is; a copy has the number of what it is a copy of.
    let number: Int
    let deadline: Int64
    let bytesMax: Int
    /// Whether it is a second copy whose answer nobody waits for.
    let isCopy: Bool

    var fault: ExchangeFault?
    /// How often the server had been restored when it was sent.
    var sentInHistory = 0
    /// How many commits there were when it reached the server whole.
    var arrivedAt: Int?
    /// The server's clock then.
    var arrivedMilliseconds: Int64 = 0
    /// The connection it travels on, once it does.
    weak var connection: SimulatedConnection?

    /// Takes what the live channel says; nil for a request with one answer.
    var signal: ((LiveSignal) -> Void)?
    /// When the live channel was heard last.
    var heardAt: Int64 = 0

    private var completion: ((TransportOutcome) -> Void)?

    init(
        _ sender: Sender, _ key: ExchangeKey, method: String = "POST", path: String,
        bearer: String?, contentType: String, accept: String = "*/*", body: [UInt8],
        number: Int = 0, deadline: Int64 = 60_000, bytesMax: Int = 16 << 20,
        isCopy: Bool = false,
        completion: @escaping (TransportOutcome) -> Void
    ) {
        self.sender = sender
        self.key = key
        self.path = path
        self.bearer = bearer
        self.body = body
        self.number = number
        self.deadline = deadline
        self.bytesMax = bytesMax
        self.isCopy = isCopy
        self.completion = completion
        var head = "\(method) \(path) HTTP/1.1\r\nHost: sync.example.test\r\n"
        head += "User-Agent: tangrat/1\r\nAccept-Encoding: identity\r\nAccept-Language: th\r\n"
        if let bearer { head += "Authorization: Bearer \(bearer)\r\n" }
        if !contentType.isEmpty { head += "Content-Type: \(contentType)\r\n" }
        head += "Accept: \(accept)\r\nContent-Length: \(body.count)\r\n\r\n"
        bytes = Array(head.utf8) + body
    }

    /// The same request once more.
    init(copyOf other: Exchange) {
        sender = other.sender
        key = other.key
        path = other.path
        bearer = other.bearer
        body = other.body
        bytes = other.bytes
        number = other.number
        deadline = other.deadline
        bytesMax = other.bytesMax
        isCopy = true
        completion = nil
        // It was sent when the other one was, however much later it arrives.
        sentInHistory = other.sentInHistory
    }

    /// Whether the sender has been told.
    var isDone: Bool { completion == nil }

    /// Tells the sender, once.
    func finish(_ outcome: TransportOutcome) {
        guard let completion else { return }
        self.completion = nil
        completion(outcome)
    }

    /// Whether its answer goes on until somebody ends it.
    var isLive: Bool { signal != nil }

    /// How many bytes stand before the body.
    var headCount: Int { bytes.count - body.count }
}

/// One connection between a sender and the server.
final class SimulatedConnection {
    let stream: ServerStream
    /// The server's number for it.
    let number: UInt64
    /// Which run of the server it belongs to.
    let serverRun: Int
    var reader = ReplyReader()
    var live = LiveReader()
    var exchange: Exchange?
    /// What can have been true when the answer that is on its way was read.
    var moments: [Oracle.Moment] = []
    /// Whether the sender may use it for another request.
    var isIdle = false
    /// When the last bytes on their way to the server arrive: they never overtake.
    var lastArrival: Int64 = 0
    /// Whether the sender has gone.
    var isBroken = false
    var openedAt: Int64

    init(stream: ServerStream, number: UInt64, serverRun: Int, openedAt: Int64) {
        self.stream = stream
        self.number = number
        self.serverRun = serverRun
        self.openedAt = openedAt
    }
}

/// Where a sender stands in the network.
final class Endpoint {
    /// The connection that can be used again.
    var idle: SimulatedConnection?
    /// Until when nothing passes.
    var offlineUntil: Int64 = 0
    /// Whether what is sent meanwhile disappears instead of being refused.
    var isSilent = false
    /// The number of the newest request from here that has reached the server.
    var arrived = 0
    /// All connections of the sender that are in use.
    var active: [SimulatedConnection] = []
}
