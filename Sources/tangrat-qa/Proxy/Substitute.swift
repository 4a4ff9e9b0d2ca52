internal import SyncProtocol

/// An answer that is not the server's, as devices meet them on the way.
enum Substitute: String, CaseIterable, Hashable, Sendable {
    /// A gateway that gets no answer.
    case badGateway = "502"
    /// A gateway whose server is away.
    case unavailable = "503"
    /// A gateway that waited too long.
    case timeout = "504"
    /// A gateway to which the request is too large.
    case tooLarge = "413"
    /// A gateway that asks for patience.
    case tooMany = "429"
    /// The page of a hotel's network, with status 200.
    case captive
    /// The way to a login page.
    case login
    /// Status 200 and no body.
    case empty
    /// A body that says it is compressed, and ends half way.
    case gzipCut = "gzip-cut"
    /// A compressed body with other bytes behind it.
    case gzipJunk = "gzip-junk"
    /// More bytes promised than sent; the connection ends.
    case lengthLong = "length-long"
    /// Fewer bytes promised than sent.
    case lengthShort = "length-short"

    /// The answer as it goes over the wire.
    ///
    /// Every one but `lengthShort` says that the connection closes, and it does.
    var bytes: [UInt8] {
        let page = "<!doctype html><title>Welcome</title><p>Please sign in to the network."
        switch self {
        case .badGateway: return Self.gateway("502 Bad Gateway")
        case .unavailable: return Self.gateway("503 Service Unavailable")
        case .timeout: return Self.gateway("504 Gateway Time-out")
        case .tooLarge: return Self.gateway("413 Request Entity Too Large")
        case .tooMany: return Self.gateway("429 Too Many Requests", "Retry-After: 1\r\n")
        case .captive: return Self.answer("200 OK", "text/html", Array(page.utf8))
        case .login:
            return Self.answer(
                "302 Found", "text/html", Array(page.utf8),
                "Location: http://127.0.0.1:9/login\r\n")
        case .empty: return Self.answer("200 OK", Self.frames, [])
        case .gzipCut:
            return Self.answer(
                "200 OK", Self.frames, Array(Self.compressed.dropLast(14)),
                "Content-Encoding: gzip\r\n")
        case .gzipJunk:
            return Self.answer(
                "200 OK", Self.frames, Self.compressed + Array("trailing junk".utf8),
                "Content-Encoding: gzip\r\n")
        case .lengthLong:
            return Self.answer("200 OK", Self.frames, Array(page.utf8), length: 4_096)
        case .lengthShort:
            return Self.answer("200 OK", Self.frames, Array(page.utf8), length: 16)
        }
    }

    private static let frames = BinaryFrames.mediaType

    /// `hello hello hello hello hello` and a line end as gzip makes it, without a date.
    private static let compressed: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
        0x57, 0xc8, 0xc0, 0x4e, 0x72, 0x01, 0x00, 0x68, 0x02, 0x31, 0x66, 0x1e, 0x00, 0x00, 0x00,
    ]

    private static func gateway(_ status: String, _ fields: String = "") -> [UInt8] {
        answer(status, "text/html", Array("<h1>\(status)</h1>\n".utf8), fields)
    }

    private static func answer(
        _ status: String, _ type: String, _ body: [UInt8], _ fields: String = "",
        length: Int? = nil
    ) -> [UInt8] {
        Array(
            ("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(length ?? body.count)\r\n\(fields)"
                + "Connection: close\r\n\r\n").utf8) + body
    }
}
