/// The sizes beyond which a request is refused, each with its reason.
package struct WireLimits: Hashable, Sendable {
    /// The longest request head, in bytes; offsets in it are 16 bits wide.
    package var headBytesMax = 32 * 1024

    /// The longest request line or field line, in bytes without its CRLF.
    package var lineBytesMax = 8 * 1024

    /// The most field lines in one request.
    package var fieldsMax = 100

    /// The longest method name: longer ones are noise, not a method.
    package var methodBytesMax = 24

    /// The largest body any request may declare or send, in bytes.
    package var bodyBytesMax = 1024 * 1024

    /// The longest chunk extension, in bytes: nothing we know uses one.
    package var chunkExtensionBytesMax = 256

    /// The most bytes of chunk extensions in one body: they cost and carry nothing.
    package var chunkExtensionsBytesMax = 16 * 1024

    /// The longest trailer section after a chunked body, in bytes.
    package var trailerBytesMax = 8 * 1024

    /// Creates the limits of the product.
    package init() {}
}
