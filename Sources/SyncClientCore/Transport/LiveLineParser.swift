/// Reads server-sent events as far as this client needs them: their names.
///
/// The live channel says only that something moved, so data lines are skipped.
/// A line longer than the limit ends the channel: it is not from our server.
struct LiveLineParser: Sendable {
    private var line: [UInt8] = []
    private var eventName = ""

    /// Takes the next bytes and gives the names of the events they complete.
    ///
    /// - Returns: The names, or nil when a line is too long.
    mutating func push(_ bytes: some Sequence<UInt8>) -> [String]? {
        var events: [String] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"):
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                if let event = take() { events.append(event) }
                line.removeAll(keepingCapacity: true)
            default:
                guard line.count < Limits.liveLineBytesMax else { return nil }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func take() -> String? {
        guard !line.isEmpty else {
            defer { eventName = "" }
            return eventName.isEmpty ? nil : eventName
        }
        let prefix = Array("event:".utf8)
        if line.starts(with: prefix) {
            let value = line.dropFirst(prefix.count)
            let trimmed = value.first == UInt8(ascii: " ") ? value.dropFirst() : value
            eventName = String(decoding: trimmed, as: UTF8.self)
        }
        return nil
    }
}
