internal import HTTPWire
internal import NetworkIO

/// One connection on its loop: obeys the machine and moves the bytes.
///
/// An idle connection owns no buffer. Input is read into the loop's shared
/// buffer and looked at there; only an unfinished rest is copied into a buffer
/// of its own. Output is collected in a buffer from the loop's pool and sent
/// once per turn; the buffer goes back when the kernel has taken everything.
///
/// Callbacks never destroy the connection under the caller: whatever ends it
/// inside a handler's call takes effect at the end of the turn.
final class HTTPConnection: ReadinessHandler {
    /// What is done with the body of the current request.
    enum Body {
        case discard
        case collect(max: Int)
        case stream(any BodySink)
    }

    struct Flags: OptionSet {
        let rawValue: UInt16
        static let canRead = Flags(rawValue: 1)
        static let canWrite = Flags(rawValue: 2)
        /// The kernel has reported that the client closed its sending side.
        static let peerEnded = Flags(rawValue: 4)
        /// The end of the input has been read.
        static let inputEnded = Flags(rawValue: 8)
        static let isPaused = Flags(rawValue: 16)
        static let exchangeIsOpen = Flags(rawValue: 32)
        static let isStreaming = Flags(rawValue: 64)
        static let isLive = Flags(rawValue: 128)
        static let closesAfterOutput = Flags(rawValue: 256)
        static let isLingering = Flags(rawValue: 512)
        static let isBroken = Flags(rawValue: 1024)
        static let isDead = Flags(rawValue: 2048)
        static let isAdvancing = Flags(rawValue: 4096)
        static let isDirty = Flags(rawValue: 8192)
        static let hasServed = Flags(rawValue: 16384)
        static let closesAfterStream = Flags(rawValue: 32768)
    }

    /// How often a busy client is read, or its stream written, before others.
    private static let readsPerTurnMax = 16

    /// After how many counted requests in one piece their answers are sent.
    private static let waitingCountsMax = 8

    let context: LoopContext
    let service: LoopService
    let peer: PeerAddress
    private(set) var number: UInt64 = 0
    private let stream: any ByteStream

    var machine: ConnectionMachine
    var flags: Flags = [.canWrite]
    /// Which request of the connection is current; grows by one per head.
    var serial: UInt32 = 0

    /// Input that was not used up, starting at the current head if it is kept.
    var input: ByteBuffer?
    /// How much of `input` has been looked at.
    var cursor = 0
    var output: ByteBuffer?
    /// Where the body of a chunked request is put together.
    var collected: ByteBuffer?
    /// The body of an answer that waits until it may leave.
    var held: ByteBuffer?

    var body = Body.discard
    var attachment: AnyObject?
    /// See ``Exchange/count``.
    var count: (any RequestCount)? {
        get { counts.present }
        set { counts.replacePresent(with: newValue) }
    }
    private var counts = RequestCounts()

    /// Lets what works for the present request count it as well.
    func shareCount() -> (any RequestCount)? { counts.sharePresent() }

    var closed: ((Exchange) -> Void)?
    var writable: ((StreamWriter) -> Void)?

    /// What the current request is, and when its head was complete.
    var kind = RequestKind.other
    var asked: Int64 = 0
    /// When the current phase began: waiting, head, body or lingering.
    var since: Int64
    /// When the kernel last took output, or output was last added to none.
    var outputProgress: Int64 = 0
    /// When output was last added to none, and how much of it was taken since.
    var outputSince: Int64 = 0
    var outputTaken = 0
    /// The bytes of buffers that the ledger knows of.
    private var bookedBytes = 0
    /// The bytes of the body when its rate was last reset.
    var bodyBytesBefore = 0

    init(
        stream: any ByteStream, peer: PeerAddress, context: LoopContext, service: LoopService
    ) {
        self.stream = stream
        self.peer = peer
        self.context = context
        self.service = service
        self.machine = ConnectionMachine(limits: service.limits.wire)
        self.since = context.eventLoop.now
    }

    deinit {
        stream.close()
    }

    var isDirty: Bool {
        get { flags.contains(.isDirty) }
        set { if newValue { flags.insert(.isDirty) } else { flags.remove(.isDirty) } }
    }

    var now: Int64 { context.eventLoop.now }

    var exchange: Exchange { Exchange(connection: self, serial: serial) }

    @inline(__always)
    func isCurrent(_ serial: UInt32) -> Bool {
        serial == self.serial && flags.contains(.exchangeIsOpen)
    }

    func isStreaming(_ serial: UInt32) -> Bool {
        isCurrent(serial) && flags.contains(.isStreaming)
    }

    var pendingOutputBytes: Int { output?.count ?? 0 }

    /// Whether the client must first take answers before more requests are looked at.
    var holdsTooMuchOutput: Bool {
        pendingOutputBytes >= service.limits.pipelineOutputBytesMax
    }

    // MARK: - Life and death

    /// Starts being watched; closes itself if that is impossible.
    func register() -> Bool {
        do {
            number = try context.eventLoop.register(stream.descriptor, .connection, self)
            return true
        } catch {
            stream.close()
            flags.insert(.isDead)
            return false
        }
    }

    /// Closes the connection now and tells whom it concerns.
    func die() {
        guard !flags.contains(.isDead) else { return }
        flags.insert(.isDead)
        machine.close()
        context.eventLoop.deregister(stream.descriptor, number: number)
        stream.close()
        giveUpExchange()
        releaseBuffers()
        service.connectionClosed(peer)
    }

    /// Ends the count of the request before the one that begins; not before its answer is taken.
    ///
    /// Requests that come in one piece are answered in one piece. What one device may have open
    /// would end that early, so some of the answers leave before the rest is looked at.
    func leaveCount() {
        guard counts.present != nil else { return }
        counts.keepPresent()
        if counts.waiting >= Self.waitingCountsMax { sendPending() }
        if output == nil { counts.leaveWaiting() }
    }

    /// Breaks the connection off at the end of the turn.
    func abort() {
        flags.insert(.isBroken)
        service.markDirty(self)
    }

    /// Ends the current exchange unanswered and tells the handler.
    func giveUpExchange() {
        let wasOpen = flags.contains(.exchangeIsOpen)
        let lost = exchange
        flags.remove([.exchangeIsOpen, .isStreaming, .isPaused])
        let sink: (any BodySink)? = if case .stream(let sink) = body { sink } else { nil }
        let closed = self.closed
        body = .discard
        self.closed = nil
        writable = nil
        attachment = nil
        guard wasOpen else { return }
        sink?.aborted(lost)
        closed?(lost)
    }

    private func releaseBuffers() {
        for buffer in [input, output, collected, held] {
            if let buffer { service.giveBack(buffer) }
        }
        input = nil
        output = nil
        collected = nil
        held = nil
        count = nil
        counts.leaveWaiting()
        bookBuffers()
    }

    /// Tells the ledger what buffers this connection holds between turns.
    func bookBuffers() {
        let held =
            (input?.capacity ?? 0) + (output?.capacity ?? 0) + (collected?.capacity ?? 0)
            + (held?.capacity ?? 0)
        guard held != bookedBytes else { return }
        service.ledger.book(bufferedBytes: held - bookedBytes)
        bookedBytes = held
    }

    /// Ends politely: idle connections and live streams now, others when done.
    func drain() {
        advance()
        guard !flags.contains(.isDead) else { return }
        if flags.contains([.exchangeIsOpen, .isLive]) {
            streamFinish()
        } else if machine.phase == .head && input == nil {
            machine.close()
            flags.insert(.closesAfterOutput)
        }
        advance()
    }

    // MARK: - Events

    func ready(_ readiness: Readiness) {
        guard readiness.isDisjoint(with: .broken) else {
            return die()
        }
        if readiness.contains(.readable) { flags.insert(.canRead) }
        if readiness.contains(.writable) { flags.insert(.canWrite) }
        if readiness.contains(.peerEnded) {
            flags.insert([.canRead, .peerEnded])
            // Nobody listens to a live stream whose client has said goodbye.
            if flags.contains([.exchangeIsOpen, .isLive]) { return die() }
        }
        advance()
    }

    /// Goes on as far as input, output and the handler allow.
    func advance() {
        guard flags.isDisjoint(with: [.isAdvancing, .isDead]) else { return }
        flags.insert(.isAdvancing)
        pump()
        flags.remove(.isAdvancing)
        if flags.contains(.isBroken) { die() } else { bookBuffers() }
    }

    private func pump() {
        var rounds = 0
        repeat {
            readAndProcess()
            // Requests at hand wait while much output does; nothing else will wake them.
            let wasHeldUp = holdsTooMuchOutput
            sendPending()
            let goesOn = wasHeldUp && !holdsTooMuchOutput
            guard callWritable() || goesOn else { break }
            rounds += 1
            if rounds == Self.readsPerTurnMax {
                service.markDirty(self)
                break
            }
        } while !flags.contains(.isBroken)
        if flags.contains(.closesAfterOutput), output == nil, !flags.contains(.isLingering) {
            stream.endOutput()
            flags.insert(.isLingering)
            since = now
        }
        if flags.contains(.isLingering) { discardInput() }
    }

    private func readAndProcess() {
        if flags.contains(.isPaused) { return }
        if input != nil {
            processOwnInput()
        } else if machine.phase == .body, machine.bodyBytesLeft == 0 {
            // The sink paused at the last byte: no input will come to tell it of the end.
            processShared(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        var reads = 0
        while wantsInput, flags.contains(.canRead), !flags.contains(.isBroken) {
            guard reads < Self.readsPerTurnMax else { return service.markDirty(self) }
            read()
            reads += 1
        }
    }

    var wantsInput: Bool {
        switch machine.phase {
        case .answering, .closed: return false
        case .body: return !flags.contains(.isPaused) && !flags.contains(.inputEnded)
        case .head:
            return !flags.contains(.inputEnded)
                && !holdsTooMuchOutput
        }
    }

    private func read() {
        let room: UnsafeMutableRawBufferPointer
        if let input {
            guard makeRoom(in: input) else { return }
            room = input.spare
        } else {
            room = service.receiveBuffer
        }
        switch stream.receive(into: room) {
        case .bytes(let count):
            HTTPCounters.add(count, to: service.counters.bytesIn)
            // A short read has emptied the socket, unless the end comes next.
            if count < room.count && !flags.contains(.peerEnded) { flags.remove(.canRead) }
            if let input {
                input.advanceEnd(by: count)
                processOwnInput()
            } else {
                processShared(UnsafeRawBufferPointer(start: room.baseAddress, count: count))
            }
        case .wouldBlock:
            flags.remove(.canRead)
        case .ended:
            flags.remove(.canRead)
            flags.insert(.inputEnded)
            if let rejection = machine.inputEnded(pending: input?.count ?? 0) {
                reject(rejection)
            } else {
                flags.insert(.closesAfterOutput)
            }
        case .failed:
            flags.insert(.isBroken)
        }
    }

    /// Reads and forgets, so that a reset does not overtake the answer.
    private func discardInput() {
        var reads = 0
        while flags.contains(.canRead) {
            guard reads < Self.readsPerTurnMax else { return service.markDirty(self) }
            reads += 1
            switch stream.receive(into: service.receiveBuffer) {
            case .bytes(let count):
                HTTPCounters.add(count, to: service.counters.bytesIn)
            case .wouldBlock: flags.remove(.canRead)
            case .ended, .failed:
                flags.remove(.canRead)
                flags.insert(.isBroken)
            }
        }
        if flags.contains(.inputEnded) { flags.insert(.isBroken) }
    }

    /// Sends what is collected, as far as the kernel takes it.
    func sendPending() {
        guard let output, flags.contains(.canWrite), flags.isDisjoint(with: [.isDead, .isBroken])
        else { return }
        while !output.isEmpty {
            let bytes = output.readable
            switch stream.send(bytes) {
            case .bytes(let count):
                HTTPCounters.add(count, to: service.counters.bytesOut)
                output.consume(count)
                outputProgress = now
                outputTaken += count
            case .wouldBlock:
                flags.remove(.canWrite)
                return
            case .ended, .failed:
                flags.insert(.isBroken)
                service.markDirty(self)
                return
            }
        }
        self.output = nil
        service.giveBack(output)
        counts.leaveWaiting()
        if !flags.contains(.exchangeIsOpen) { count = nil }
        if machine.phase == .head && input == nil { since = now }
    }

    /// Lets the writer of a stream go on once its output is gone.
    ///
    /// - Returns: Whether there is more to do in this turn.
    private func callWritable() -> Bool {
        guard let writable, output == nil, flags.contains(.isStreaming) else { return false }
        writable(StreamWriter(connection: self, serial: serial))
        return output != nil
    }
}
