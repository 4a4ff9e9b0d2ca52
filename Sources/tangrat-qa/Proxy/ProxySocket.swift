internal import Glibc
internal import NetworkIO

/// One side of a connection: bytes come in at once and go out when their time has come.
///
/// It belongs to its loop's thread.
final class ProxySocket: ReadinessHandler {
    /// Takes what has come in.
    var received: (([UInt8]) -> Void)?

    /// Is told once that nothing more comes in: the other side ended it, or it broke.
    var ended: ((_ isBroken: Bool) -> Void)?

    /// Is told when little waits to go out.
    var drained: (() -> Void)?

    /// How many bytes wait to go out.
    private(set) var waitingBytes = 0

    /// More than this, and who sends is asked to pause.
    static let waitingBytesMax = 4 << 20

    /// A rate is kept by letting go so many pieces a second.
    private static let piecesPerSecond = 20

    private struct Piece {
        var bytes: ArraySlice<UInt8>
        let due: Int64
    }

    private let loop: EventLoop
    private var descriptor: OwnedDescriptor?
    private let number: Int32
    private var registration: UInt64 = 0
    private var pieces: [Piece] = []
    private var timer: TimerToken?
    private var lastDue: Int64 = 0
    private var isPaused = false
    private var hasEnded = false
    private var endsOutput = false
    private var closesAfterwards = false

    /// Takes over a connected descriptor that never blocks.
    init(_ descriptor: consuming OwnedDescriptor, on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        number = descriptor.number
        do throws(SystemError) {
            registration = 0
            self.descriptor = consume descriptor
            registration = try loop.register(number, .connection, self)
        } catch {
            self.descriptor.take()?.close()
            throw error
        }
    }

    deinit { descriptor.take()?.close() }

    /// Whether it can still send.
    var isOpen: Bool { descriptor != nil }

    // MARK: - In

    func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        read()
    }

    /// Takes no more bytes until ``resume()``.
    func pause() { isPaused = true }

    /// Goes on taking bytes.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        read()
    }

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        while !isPaused, !hasEnded, descriptor != nil {
            switch bytes.withUnsafeMutableBytes({ Socket.receive(number, into: $0) }) {
            case .bytes(let count): received?(Array(bytes[..<count]))
            case .wouldBlock: return
            case .ended: end(isBroken: false)
            case .failed: end(isBroken: true)
            }
        }
    }

    private func end(isBroken: Bool) {
        hasEnded = true
        ended?(isBroken)
    }

    // MARK: - Out

    /// Sends bytes after all that were sent before.
    ///
    /// - Parameters:
    ///   - bytes: What to send.
    ///   - delay: How long they wait, in milliseconds.
    ///   - rate: How many bytes may go in a second; nil for all.
    func send(_ bytes: [UInt8], after delay: Int64 = 0, rate: Int? = nil) {
        guard descriptor != nil, !bytes.isEmpty else { return }
        waitingBytes += bytes.count
        lastDue = max(lastDue, loop.now + delay)
        if let rate {
            let size = max(1, rate / Self.piecesPerSecond)
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = bytes[start..<min(start + size, bytes.count)]
                lastDue += Int64(piece.count * 1_000 / rate)
                pieces.append(Piece(bytes: piece, due: lastDue))
            }
        } else {
            pieces.append(Piece(bytes: bytes[...], due: lastDue))
        }
        flush()
    }

    /// Ends the output after all that was sent; what comes in still comes.
    func finish() {
        endsOutput = true
        flush()
    }

    /// Closes after all that was sent.
    func finishAndClose() {
        closesAfterwards = true
        finish()
    }

    /// Closes so that the other side sees a reset.
    func reset() {
        guard descriptor != nil else { return }
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Closes at once; what waits is lost, and nobody is told.
    func close() {
        guard let open = descriptor.take() else { return }
        if let timer { loop.cancel(timer) }
        loop.deregister(open.number, number: registration)
        open.close()
        pieces = []
        waitingBytes = 0
        received = nil
        ended = nil
        drained = nil
    }

    private func flush() {
        while descriptor != nil, let piece = pieces.first {
            guard piece.due <= loop.now else {
                wait(until: piece.due)
                return
            }
            switch piece.bytes.withUnsafeBytes({ Socket.send(number, $0) }) {
            case .bytes(let count):
                waitingBytes -= count
                pieces[0].bytes = piece.bytes.dropFirst(count)
                if pieces[0].bytes.isEmpty { pieces.removeFirst() }
            case .wouldBlock: return
            case .ended, .failed:
                pieces = []
                waitingBytes = 0
                if !hasEnded { end(isBroken: true) }
                return
            }
        }
        guard descriptor != nil else { return }
        if endsOutput {
            Socket.endOutput(number)
            if closesAfterwards { close() }
        } else if waitingBytes < Self.waitingBytesMax / 2 {
            drained?()
        }
    }

    private func wait(until due: Int64) {
        guard timer == nil else { return }
        timer = loop.schedule(afterMilliseconds: due - loop.now, repeating: false) { [weak self] in
            self?.timer = nil
            self?.flush()
        }
    }
}
