package import SyncProtocol

/// A file that goes with a request, known by its hash.
package struct RequestAttachment: Hashable, Sendable {
    /// The name of the file, without a folder.
    package let name: String
    /// The type of the content.
    package let mime: String
    /// The size of the content.
    package let bytes: Int64
    /// The SHA-256 of the content, 64 small hexadecimal digits.
    package let sha256: String

    /// Makes an attachment.
    package init(name: String, mime: String, bytes: Int64, sha256: String) {
        self.name = name
        self.mime = mime
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Reads an attachment as a request row holds it, or nil.
    package init?(_ value: JSONValue) {
        guard let name = value["name"]?.text, let mime = value["mime"]?.text,
            let bytes = value["bytes"]?.intValue, let sha256 = value["sha256"]?.text
        else { return nil }
        self.init(name: name, mime: mime, bytes: bytes, sha256: sha256)
    }

    /// The attachment as a request row holds it.
    package var json: JSONValue {
        .object(
            JSONObject([
                ("bytes", .integer(bytes)), ("mime", .string(mime)), ("name", .string(name)),
                ("sha256", .string(sha256)),
            ]))
    }
}
