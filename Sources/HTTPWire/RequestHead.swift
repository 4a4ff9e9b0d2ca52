/// A stretch of a request head, as an offset and a length in 16 bits each.
package struct ByteRange: Hashable, Sendable {
    /// The offset of the first byte from the start of the head.
    package var lower: UInt16

    /// The number of bytes; zero also when the thing is absent.
    package var count: UInt16

    /// Whether the thing is absent altogether, which differs from empty.
    package var isAbsent: Bool { lower == .max }

    /// Nothing there.
    static let absent = ByteRange(lower: .max, count: 0)

    @inline(__always)
    init(lower: UInt16, count: UInt16) {
        self.lower = lower
        self.count = count
    }

    @inline(__always)
    init(_ lower: Int, _ upper: Int) {
        self.lower = UInt16(truncatingIfNeeded: lower)
        self.count = UInt16(truncatingIfNeeded: upper - lower)
    }
}

/// The request methods this server knows; all others are refused.
package enum Method: UInt8, Hashable, Sendable {
    case get, head, post, put, patch, delete, options
}

/// How the end of a request body is found.
package enum BodyFraming: Hashable, Sendable {
    /// There is no body.
    case none
    /// The body has a declared length, which is above zero.
    case length(Int)
    /// The body comes in chunks, and only its end tells its length.
    case chunked
}

/// A parsed request head: where everything is, and nothing copied.
///
/// All ranges count from the first byte of the head, so the head can move in
/// memory without changing.
package struct RequestHead: Hashable, Sendable {
    /// The request method.
    package internal(set) var method = Method.get

    /// The minor version: 1 for HTTP/1.1, 0 for HTTP/1.0.
    package internal(set) var minorVersion: UInt8 = 1

    /// Whether the connection stays open after the answer.
    package internal(set) var keepsAlive = true

    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false

    /// The number of field lines.
    package internal(set) var fieldCount: UInt8 = 0

    /// The number of bytes in the head, with the empty line that ends it.
    package internal(set) var byteCount = 0

    /// How the end of the body is found.
    package internal(set) var framing = BodyFraming.none

    /// The path, from `/` up to the question mark; `*` for `OPTIONS *`.
    ///
    /// It is empty where an absolute target ends after its authority.
    /// It is free of dot segments, encoded slashes and malformed escapes.
    package internal(set) var path = ByteRange.absent

    /// The query without its question mark; absent if there is none.
    package internal(set) var query = ByteRange.absent

    /// The field lines together, each with its CRLF.
    package internal(set) var fields = ByteRange.absent

    /// The authority: from an absolute-form target, or else the Host field.
    package internal(set) var host = ByteRange.absent

    /// The value of `Authorization`, printable ASCII only.
    package internal(set) var authorization = ByteRange.absent

    /// The value of `Content-Type`.
    package internal(set) var contentType = ByteRange.absent

    /// The value of `Content-Encoding`.
    package internal(set) var contentEncoding = ByteRange.absent

    /// The value of the first `Accept`.
    package internal(set) var accept = ByteRange.absent

    /// The value of the first `Accept-Encoding`.
    package internal(set) var acceptEncoding = ByteRange.absent

    /// The value of the first `If-None-Match`.
    package internal(set) var ifNoneMatch = ByteRange.absent

    /// The value of `Last-Event-ID`.
    package internal(set) var lastEventID = ByteRange.absent

    /// The value of the only `X-Forwarded-For`, to be believed from a proxy only; absent if
    /// there are several.
    package internal(set) var forwardedFor = ByteRange.absent

    init() {}
}
