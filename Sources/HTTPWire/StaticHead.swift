/// The status line and the fixed fields of an answer, rendered once.
///
/// Make each one a `static let`. Date, Content-Length or Transfer-Encoding,
/// and `Connection: close` are added per answer and cannot be given here.
package struct StaticHead: Sendable {
    /// The status code.
    package let status: Int

    /// Whether an answer with this status carries a `Date`.
    package let sendsDate: Bool

    /// The status line and the fields, each with its CRLF.
    package let bytes: [UInt8]

    /// Whether this status forbids a body and its length (1xx, 204, 304).
    package var forbidsBody: Bool { status < 200 || status == 204 || status == 304 }

    /// Renders a head.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - fields: The fixed fields.
    ///   - sendsDate: Whether to send `Date`, as an origin server must.
    /// - Precondition: Names are tokens, values are printable, and no field is
    ///   one that the server writes itself.
    package init(
        _ status: Int, _ fields: KeyValuePairs<StaticString, StaticString> = [:],
        sendsDate: Bool = true
    ) {
        precondition((100...599).contains(status), "no such status: \(status)")
        var rendered = HeaderFields()
        for (name, value) in fields {
            let bytes = UnsafeRawBufferPointer(
                start: value.utf8Start, count: value.utf8CodeUnitCount)
            precondition(rendered.append(name, bytes), "field \(name) cannot be sent")
        }
        self.status = status
        self.sendsDate = sendsDate
        self.bytes = Array("HTTP/1.1 \(status) \(Self.reason(status))\r\n".utf8) + rendered.bytes
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: "Status"
        }
    }
}

/// Fields made from data, checked byte by byte before they are written.
package struct HeaderFields: Sendable {
    /// The fields, each with its CRLF.
    package private(set) var bytes: [UInt8] = []

    /// No fields.
    package static let none = HeaderFields()

    /// Creates an empty block.
    package init() {}

    /// Adds a field, or refuses it and stays as it was.
    ///
    /// - Parameters:
    ///   - name: The name, a literal: names never come from data.
    ///   - value: The value.
    /// - Returns: Whether the field was added. It is refused if the name is not
    ///   a token or is one that the server writes itself, or if the value holds
    ///   a byte below 0x20 or 0x7f, which could start another line.
    package mutating func append(_ name: StaticString, _ value: UnsafeRawBufferPointer) -> Bool {
        let label = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard label.count > 0, label.allSatisfy(ASCII.isToken) else { return false }
        let reserved: [StaticString] = [
            "content-length", "transfer-encoding", "connection", "date",
        ]
        guard !reserved.contains(where: { ASCII.equalFolded(label, $0) }) else { return false }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return false }
        bytes.append(contentsOf: label)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: value)
        bytes.append(13)
        bytes.append(10)
        return true
    }

    /// Adds a field whose value is a string, or refuses it.
    package mutating func append(_ name: StaticString, _ value: String) -> Bool {
        var value = value
        return value.withUTF8 { append(name, UnsafeRawBufferPointer($0)) }
    }
}
