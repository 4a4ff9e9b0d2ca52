/// Why bytes from the other side could not be read.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable name, for instance `wire.truncated`.
    package let code: String

    /// Where in the stream, in bytes.
    package let position: Int

    /// What is wrong, for a developer.
    package let message: String

    /// Creates an error.
    package init(code: String, position: Int, message: String) {
        self.code = code
        self.position = position
        self.message = message
    }

    package var description: String { "\(code) at byte \(position): \(message)" }
}
