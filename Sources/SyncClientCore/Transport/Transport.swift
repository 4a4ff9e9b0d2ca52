/// The network as the client sees it: one request, one of four outcomes.
package protocol Transport: Sendable {
    /// Sends a request and waits for what becomes of it.
    func send(_ request: Request) async -> TransportOutcome

    /// Opens the live channel; the stream ends with ``LiveSignal/ended(_:)``.
    func listen(_ request: Request) -> AsyncStream<LiveSignal>
}

/// What became of a request.
///
/// The difference between them decides whether a write may have taken effect.
/// Whoever sends a push must look at all four.
package enum TransportOutcome: Sendable, Hashable {
    /// The server answered.
    case response(Response)
    /// Nothing reached the server.
    case notSent(reason: String)
    /// It may or may not have reached the server, and may have taken effect.
    case unknown(reason: String)
    /// An answer of status 200 came, and not the whole of its body; it may have taken effect.
    case cut(reason: String)
}

/// One HTTP request.
package struct Request: Sendable, Hashable {
    /// The methods in use.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// The method.
    package var method: Method
    /// The server.
    package var server: ServerAddress
    /// The path, made of constants only.
    package var path: String
    /// The access token, or nil.
    package var bearer: String?
    /// The media type of the body.
    package var contentType: String
    /// The media type wanted, or nil for any.
    package var accept: String?
    /// The body.
    package var body: [UInt8]
    /// The largest response body, in decoded bytes.
    package var responseBytesMax: Int
    /// How long it may take in all, in milliseconds.
    package var deadlineMilliseconds: Int64

    /// Creates a request.
    package init(
        _ method: Method, _ server: ServerAddress, _ path: String, bearer: String? = nil,
        contentType: String = "", accept: String? = nil, body: [UInt8] = [],
        responseBytesMax: Int = Limits.responseBytesMax,
        deadlineMilliseconds: Int64 = Limits.requestMilliseconds
    ) {
        self.method = method
        self.server = server
        self.path = path
        self.bearer = bearer
        self.contentType = contentType
        self.accept = accept
        self.body = body
        self.responseBytesMax = responseBytesMax
        self.deadlineMilliseconds = deadlineMilliseconds
    }
}

/// One HTTP response.
package struct Response: Sendable, Hashable {
    /// The status code.
    package var status: Int
    /// The media type without parameters, in lower case.
    package var contentType: String
    /// What `Retry-After` asks for, in milliseconds, or nil.
    package var retryAfterMilliseconds: Int64?
    /// The body.
    package var body: [UInt8]

    /// Creates a response.
    package init(
        status: Int, contentType: String = "", retryAfterMilliseconds: Int64? = nil,
        body: [UInt8] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.body = body
    }
}

/// What comes out of the live channel.
package enum LiveSignal: Sendable, Hashable {
    /// The server accepted the connection.
    case opened
    /// An event, by its name.
    case event(String)
    /// The channel is over: with an answer of another kind, or by the network.
    case ended(LiveEnd)
}

/// Why the live channel ended.
package enum LiveEnd: Sendable, Hashable {
    /// The server answered with a status that is not 200.
    case status(Int, retryAfterMilliseconds: Int64?)
    /// The connection could not be made or broke.
    case network(reason: String)
}
