internal import NetworkIO

/// The server's end of a simulated connection: bytes in memory, both ways.
final class ServerStream: ByteStream {
    let descriptor: Int32 = -1

    /// Whether the server has closed the connection.
    private(set) var isClosed = false
    /// Whether the server has said that it sends no more.
    private(set) var outputEnded = false
    /// Whether the server had more to send than the window takes.
    private(set) var isBlocked = false

    private var inbound: [UInt8] = []
    private var inboundStart = 0
    private var inputEnded = false
    private var outbound: [UInt8] = []
    private let window: Int

    init(window: Int) {
        self.window = max(1, window)
    }

    // MARK: - The client's end

    func deliver(_ bytes: ArraySlice<UInt8>) {
        inbound.append(contentsOf: bytes)
    }

    func endInput() { inputEnded = true }

    /// Takes what the server has sent so far.
    func takeOutput() -> [UInt8] {
        defer {
            outbound.removeAll(keepingCapacity: true)
            isBlocked = false
        }
        return outbound
    }

    var hasOutput: Bool { !outbound.isEmpty }

    // MARK: - The server's end

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> SocketResult {
        let count = min(buffer.count, inbound.count - inboundStart)
        guard count > 0 else { return inputEnded ? .ended : .wouldBlock }
        inbound.withUnsafeBytes { source in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: source[inboundStart..<inboundStart + count]))
        }
        inboundStart += count
        if inboundStart == inbound.count {
            inbound.removeAll(keepingCapacity: true)
            inboundStart = 0
        }
        return .bytes(count)
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> SocketResult {
        guard !isClosed else { return .failed }
        let room = window - outbound.count
        guard room > 0 else {
            isBlocked = true
            return .wouldBlock
        }
        let count = min(room, bytes.count)
        outbound.append(contentsOf: bytes.prefix(count))
        return .bytes(count)
    }

    func endOutput() { outputEnded = true }

    func close() { isClosed = true }
}
