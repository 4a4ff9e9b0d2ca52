internal import Foundation

/// A row of the HTTP conformance and attack table, `Tests/Vectors/http.json`.
///
/// The same file is read by the tests of the parser, of the server's socket, and
/// by `Scripts/differential`, which alters its messages.
package struct HTTPVector: Sendable, CustomStringConvertible {
    /// The name of the row; the part before the hyphen is its class.
    package let id: String

    /// The bytes to send.
    package let input: [UInt8]

    /// Whether the client closes its sending side behind the input.
    package let ends: Bool

    /// How many requests are taken before the rejection, or in all.
    package let accepted: Int

    /// The status of the rejection; nil if there is none.
    package let rejection: Int?

    /// The code of the rejection.
    package let code: String?

    /// The path of the last request that is taken, if the row says.
    package let path: String?

    /// The body of the last request that is taken, if the row says.
    package let body: [UInt8]?

    /// Whether the last answer closes the connection without a rejection.
    package let closes: Bool

    /// The name of the row.
    package var description: String { id }

    /// What follows each message: it is answered only if nothing before it closed.
    package static let smuggled = Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

    /// Every row.
    package static let all: [HTTPVector] = {
        guard let bytes = try? Repository.bytes(of: "Tests/Vectors/http.json"),
            let rows = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]]
        else { return [] }
        return rows.compactMap(HTTPVector.init)
    }()

    private init?(_ row: [String: Any]) {
        guard let id = row["id"] as? String, let parts = row["input"] as? [Any],
            let expected = row["expected"] as? [String: Any],
            let accepted = expected["accept"] as? Int
        else { return nil }
        self.id = id
        self.accepted = accepted
        input = parts.flatMap(Self.bytes)
        ends = row["ends"] != nil
        rejection = expected["reject"] as? Int
        code = expected["code"] as? String
        path = expected["path"] as? String
        body = (expected["body"] as? String).map(Self.latin)
        closes = expected["closes"] != nil
    }

    /// A text, or a text and how often it stands there.
    private static func bytes(_ part: Any) -> [UInt8] {
        if let text = part as? String { return latin(text) }
        guard let pair = part as? [Any], pair.count == 2, let text = pair[0] as? String,
            let times = pair[1] as? Int
        else { return [] }
        let unit = latin(text)
        return (0..<times).flatMap { _ in unit }
    }

    /// One byte for each character: the table has none above U+00FF.
    private static func latin(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
