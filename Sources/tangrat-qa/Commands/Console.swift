internal import Glibc
internal import SyncProtocol

/// Where results and troubles go.
struct Console: Sendable {
    /// Whether the reader is a script.
    let isJSON: Bool

    /// Writes a line for a person; a script gets nothing.
    func say(_ line: String = "") {
        if !isJSON { Self.put(line + "\n", to: STDOUT_FILENO) }
    }

    /// Writes a line for a person to standard error; a script gets nothing.
    func warn(_ line: String) {
        if !isJSON { Self.put(line + "\n", to: STDERR_FILENO) }
    }

    /// Writes a value as one line for a script.
    func give(_ value: JSONValue) {
        if isJSON { Self.put(Self.line(value), to: STDOUT_FILENO) }
    }

    /// Writes text, whoever reads.
    func show(_ text: String) { Self.put(text, to: STDOUT_FILENO) }

    /// Writes why something did not work.
    func complain(_ trouble: Trouble) {
        Self.put(isJSON ? Self.line(trouble.json) : trouble.text, to: STDERR_FILENO)
    }

    private static func line(_ value: JSONValue) -> String {
        String(decoding: JSON.canonical(value), as: UTF8.self) + "\n"
    }

    /// Writes all of a text, or what its reader wants of it.
    private static func put(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
