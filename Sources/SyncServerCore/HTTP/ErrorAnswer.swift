internal import HTTPWire

/// The answer to a message that was refused before it became a request.
enum ErrorAnswer {
    /// Appends a whole answer that names the rule and repeats no input.
    ///
    /// - Parameters:
    ///   - rejection: What was refused, and why.
    ///   - date: The field line `Date`.
    ///   - isHead: Whether the message was a HEAD, whose answer has no body.
    ///   - output: Where the answer goes.
    static func append(
        _ rejection: Rejection, date: [UInt8], isHead: Bool = false, to output: ByteBuffer
    ) {
        let head = StaticHead(
            rejection.status,
            [
                "Content-Type": "application/json", "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            ])
        let body = ErrorBody(rejection).bytes
        output.append(head.bytes)
        output.append(date)
        if rejection.status == 503 { output.append("Retry-After: 2\r\n") }
        output.append("Connection: close\r\nContent-Length: ")
        output.append(decimal: body.count)
        output.append("\r\n\r\n")
        if !isHead { output.append(body) }
    }
}

extension ErrorBody {
    /// What a broken rule of HTTP means, for the developer of a client.
    init(_ rejection: Rejection) {
        let (english, advice) = Self.words(rejection.rule)
        self.init(
            code: "\(rejection.code)", english: english, thai: "คำขอ HTTP ไม่ถูกต้อง",
            adviceEnglish: advice, adviceThai: "แก้ไขคำขอแล้วส่งใหม่",
            position: Self.isOfHead(rejection.rule) ? rejection.position : nil)
    }

    /// Whether the position of a rejection counts from the first byte of the head.
    private static func isOfHead(_ rule: Rejection.Rule) -> Bool {
        switch rule {
        case .bodyTooLarge, .chunk, .trailer, .truncated, .headTimeout, .bodyTimeout, .overloaded,
            .streamingNeedsHTTP11, .internalError:
            false
        default: true
        }
    }

    private static func words(_ rule: Rejection.Rule) -> (String, String) {
        switch rule {
        case .method: ("The method is not known here.", "Use GET, HEAD or POST.")
        case .target: ("The target of the request is malformed.", "Send an absolute path.")
        case .version: ("The version of HTTP is not spoken here.", "Speak HTTP/1.1.")
        case .lineTooLong, .headTooLarge, .fieldCount:
            ("The head of the request is too large.", "Send fewer and shorter header fields.")
        case .host: ("Host is missing, malformed or stands twice.", "Send one Host field.")
        case .contentLength, .transferEncoding, .framingConflict:
            (
                "The length of the body cannot be told.",
                "Send Content-Length once, or Transfer-Encoding: chunked, and not both."
            )
        case .expectation: ("The expectation is not known.", "Send Expect: 100-continue or none.")
        case .authorization: ("Authorization holds a byte it must not.", "Send a bearer token.")
        case .bodyNotAllowed: ("The method takes no body.", "Leave the body out.")
        case .bodyTooLarge: ("The request is too large.", "Send it in smaller parts.")
        case .chunk, .trailer: ("The chunks of the body are malformed.", "See RFC 9112, section 7.")
        case .truncated: ("The request ended before its end.", "Send the whole request again.")
        case .headTimeout, .bodyTimeout:
            ("The request came too slowly.", "Send the whole request again.")
        case .overloaded: ("The service has too many connections.", "Try again after a pause.")
        case .streamingNeedsHTTP11: ("The answer is sent in chunks.", "Speak HTTP/1.1.")
        case .internalError: ("The service could not answer.", "Try again after a pause.")
        default: ("The head of the request is malformed.", "See RFC 9112, sections 3 and 5.")
        }
    }
}
