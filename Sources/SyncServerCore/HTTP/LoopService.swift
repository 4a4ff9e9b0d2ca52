internal import HTTPWire
internal import NetworkIO

/// What the connections of one loop share: buffers, counters, the handler.
final class LoopService {
    let limits: HTTPLimits
    let counters: HTTPCounters
    let ledger: ConnectionLedger
    var handler: (any RequestHandler)?
    /// The listener, on the loop that accepts.
    var listener: Listener?
    private(set) var isDraining = false

    /// What every connection reads into, so that an idle one owns no buffer.
    let receiveBuffer: UnsafeMutableRawBufferPointer

    /// What every answer that is built in place is built with.
    let bodyWriter = BodyWriter()

    private let eventLoop: EventLoop
    private let wallClock: WallClock
    private var date = HTTPDate()
    private var dateIsDueAt: Int64 = 0
    private var pool: [ByteBuffer] = []
    private var dirty: [HTTPConnection] = []
    private var connectionCount = 0
    private var emptied: (() -> Void)?

    private static let pooledBuffersMax = 64
    private static let pooledBufferBytes = 16 * 1024
    private static let unsentConnectionsMax = 32

    init(
        limits: HTTPLimits, counters: HTTPCounters, ledger: ConnectionLedger,
        eventLoop: EventLoop, wallClock: WallClock
    ) {
        self.limits = limits
        self.counters = counters
        self.ledger = ledger
        self.eventLoop = eventLoop
        self.wallClock = wallClock
        self.receiveBuffer = .allocate(byteCount: limits.receiveBufferBytes, alignment: 16)
    }

    deinit {
        receiveBuffer.deallocate()
    }

    // MARK: - Connections

    /// Takes over an accepted connection.
    ///
    /// - Returns: Its registration number, or nil if it could not be taken.
    @discardableResult
    func adopt(_ stream: any ByteStream, _ peer: PeerAddress, context: LoopContext) -> UInt64? {
        guard !isDraining else {
            stream.close()
            ledger.left(peer)
            return nil
        }
        let connection = HTTPConnection(
            stream: stream, peer: peer, context: context, service: self)
        guard connection.register() else {
            ledger.left(peer)
            return nil
        }
        connectionCount += 1
        eventLoop.wantsTicks = true
        HTTPCounters.add(1, to: counters.opened)
        return connection.number
    }

    /// A connection has closed its descriptor.
    func connectionClosed(_ peer: PeerAddress) {
        connectionCount -= 1
        HTTPCounters.add(1, to: counters.closed)
        ledger.left(peer)
        if connectionCount == 0 {
            eventLoop.wantsTicks = false
            reportIfEmpty()
        }
    }

    func exchange(_ id: ExchangeID) -> Exchange? {
        guard let connection = eventLoop.handler(id.connection) as? HTTPConnection,
            connection.isCurrent(id.serial)
        else { return nil }
        return Exchange(connection: connection, serial: id.serial)
    }

    // MARK: - Turns

    /// Remembers a connection that has something to send or to go on with.
    ///
    /// When many have something to send, it is sent at once, so that a message
    /// to a thousand watchers does not need a thousand buffers.
    func markDirty(_ connection: HTTPConnection) {
        guard !connection.isDirty else { return }
        // Those before this one, whose answers are whole: its own is only being begun, and
        // a buffer that is sent and given back now would be written to for somebody else.
        if !dirty.isEmpty, dirty.count % Self.unsentConnectionsMax == 0 {
            for waiting in dirty.suffix(Self.unsentConnectionsMax) { waiting.sendPending() }
        }
        connection.isDirty = true
        dirty.append(connection)
    }

    func turnEnded() {
        // What a connection does here can make others dirty; they follow.
        var index = 0
        let end = dirty.count
        while index < end {
            let connection = dirty[index]
            connection.isDirty = false
            connection.advance()
            index += 1
        }
        if end > 0 { dirty.removeSubrange(0..<end) }
        if !dirty.isEmpty { eventLoop.wake() }
        handler?.turnEnded()
    }

    func ticked() {
        let now = eventLoop.now
        eventLoop.forEachHandler { ($0 as? HTTPConnection)?.checkDeadlines(now) }
    }

    // MARK: - Buffers and the date

    func takeBuffer() -> ByteBuffer {
        pool.popLast() ?? ByteBuffer(capacity: Self.pooledBufferBytes)
    }

    func giveBack(_ buffer: ByteBuffer) {
        guard pool.count < Self.pooledBuffersMax,
            buffer.capacity <= 4 * Self.pooledBufferBytes
        else { return }
        buffer.removeAll()
        pool.append(buffer)
    }

    /// The `Date` field, rendered at most once a second.
    var dateField: [UInt8] {
        if eventLoop.now >= dateIsDueAt {
            date.update(unixSeconds: wallClock.unixSeconds())
            dateIsDueAt = eventLoop.now + 250
        }
        return date.field
    }

    // MARK: - The end

    /// Stops accepting.
    func closeListener() {
        listener?.close()
        listener = nil
    }

    /// Lets exchanges in flight finish and closes everything else.
    ///
    /// - Parameter emptied: Called once when no connection is left.
    func drain(emptied: @escaping () -> Void) {
        isDraining = true
        self.emptied = emptied
        eventLoop.forEachHandler { ($0 as? HTTPConnection)?.drain() }
        reportIfEmpty()
    }

    /// Closes every connection at once.
    func closeAll() {
        closeListener()
        isDraining = true
        eventLoop.forEachHandler { ($0 as? HTTPConnection)?.die() }
        dirty.removeAll()
        handler = nil
    }

    private func reportIfEmpty() {
        guard isDraining, connectionCount == 0, let emptied else { return }
        self.emptied = nil
        emptied()
    }
}
