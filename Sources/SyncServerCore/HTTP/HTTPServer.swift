internal import HTTPWire
package import NetworkIO
internal import Synchronization

/// The HTTP/1.1 front of the server: sockets in, requests out.
///
/// One thread per event loop; each loop has its own handler. One listener deals
/// connections out to the loops in turn.
///
/// ```swift
/// let server = HTTPServer(configuration: .init(address: .tcp(port: 8080))) { context in
///     HealthHandler(context: context)
/// }
/// try server.start()
/// _ = TerminationSignals.wait()
/// server.drain(milliseconds: 10_000)
/// server.stop()
/// ```
package final class HTTPServer: Sendable {
    /// Where and how to serve.
    package struct Configuration: Sendable {
        /// Where to listen: a TCP port, or the path of a UNIX socket.
        package var address: ListenAddress

        /// The number of event loops; the number of cores if `nil`.
        package var loopCount: Int?

        /// Every bound.
        package var limits = HTTPLimits()

        /// The clock for deadlines; tests hand in one that they turn.
        package var clock = MonotonicClock.system

        /// The clock for the `Date` field.
        package var wallClock = WallClock.system

        /// Creates a configuration.
        package init(address: ListenAddress, loopCount: Int? = nil) {
            self.address = address
            self.loopCount = loopCount
        }
    }

    private struct Running {
        var port: UInt16 = 0
        var loops: [LoopHandle] = []
    }

    private let configuration: Configuration
    private let makeHandler: @Sendable (LoopContext) throws -> any RequestHandler
    private let ledger: ConnectionLedger
    private let running = Mutex(Running())

    /// Creates a server that does not run yet.
    ///
    /// - Parameters:
    ///   - configuration: Where and how to serve.
    ///   - makeHandler: Makes the handler of one loop, on that loop's thread.
    package init(
        configuration: Configuration,
        makeHandler: @escaping @Sendable (LoopContext) throws -> any RequestHandler
    ) {
        self.configuration = configuration
        self.makeHandler = makeHandler
        self.ledger = ConnectionLedger(limits: configuration.limits)
    }

    /// The port that is bound, or 0 for a UNIX socket or before the start.
    package var port: UInt16 { running.withLock { $0.port } }

    /// The ways to the loops, for work that concerns all of them.
    package var loops: [LoopHandle] { running.withLock { $0.loops } }

    /// The bytes of all buffers that connections hold now.
    package var bufferedBytes: Int { ledger.bufferedBytes }

    /// What has been counted so far.
    package var counts: HTTPCounts { ledger.counts }

    /// Binds, makes the handlers, and starts to serve.
    ///
    /// - Throws: ``SystemError`` if the address cannot be bound, or what making
    ///   a handler throws. Nothing is left running then.
    package func start() throws {
        let listener = try Listener(configuration.address)
        var started = Running()
        started.port = listener.port
        let count = max(1, configuration.loopCount ?? ProcessorCount.online)
        do {
            for index in 0..<count {
                let loop = try EventLoop(
                    clock: configuration.clock,
                    tickMilliseconds: configuration.limits.tickMilliseconds)
                let handle = LoopHandle(index: index, eventLoop: loop, cell: LoopCell())
                prepare(handle)
                try loop.start()
                started.loops.append(handle)
            }
            try makeHandlers(on: started.loops)
        } catch {
            listener.close()
            Self.stop(started.loops)
            throw error
        }
        let loops = started.loops
        running.withLock { $0 = started }
        // The listener moves to its loop's thread and is not touched here again.
        let box = UncheckedBox(listener)
        loops[0].execute { [self] context in accept(with: box.value, on: loops, context) }
    }

    /// Starts without threads and sockets: the caller hands in connections and turns.
    ///
    /// - Returns: The only loop.
    /// - Throws: What making the handler throws.
    func startStepped() throws -> LoopContext {
        let loop = EventLoop(
            steppedBy: configuration.clock,
            tickMilliseconds: configuration.limits.tickMilliseconds)
        let handle = LoopHandle(index: 0, eventLoop: loop, cell: LoopCell())
        let context = prepare(handle)
        context.service.handler = try makeHandler(context)
        running.withLock { $0.loops = [handle] }
        return context
    }

    /// Takes over a connection that was not accepted from a listener.
    ///
    /// - Returns: Its registration number, or nil if it was refused.
    func adopt(_ stream: any ByteStream, _ peer: PeerAddress, on context: LoopContext) -> UInt64? {
        guard ledger.admit(peer) else {
            stream.close()
            return nil
        }
        return context.service.adopt(stream, peer, context: context)
    }

    /// Closes everything on a loop that was stepped.
    func stopStepped(_ context: LoopContext) {
        running.withLock { $0.loops = [] }
        Self.end(context)
    }

    /// Stops accepting, lets requests in flight finish, and closes the rest.
    ///
    /// Answers from now on close their connection; live streams end at once.
    /// Blocks the calling thread, which must not be one of the loops.
    ///
    /// - Returns: Whether every connection was gone within the time.
    @discardableResult
    package func drain(milliseconds: Int64) -> Bool {
        let loops = self.loops
        guard let first = loops.first, let gate = try? Gate() else { return true }
        first.execute { context in
            context.service.closeListener()
            for loop in loops {
                loop.execute { context in context.service.drain { gate.open() } }
            }
        }
        let clock = MonotonicClock.system.milliseconds
        let deadline = clock() + milliseconds
        for _ in loops {
            guard gate.wait(milliseconds: max(0, deadline - clock())) else { return false }
        }
        return true
    }

    /// Closes everything and ends the loops' threads; harmless when repeated.
    package func stop() {
        let loops = running.withLock { running in
            let loops = running.loops
            running.loops = []
            return loops
        }
        Self.stop(loops)
    }

    // MARK: - Set-up

    /// Ties a loop to its service, before its thread exists.
    @discardableResult
    private func prepare(_ handle: LoopHandle) -> LoopContext {
        let counters = HTTPCounters()
        ledger.add(counters)
        let service = LoopService(
            limits: configuration.limits, counters: counters, ledger: ledger,
            eventLoop: handle.eventLoop, wallClock: configuration.wallClock)
        handle.eventLoop.turnEnded = { [unowned service] in service.turnEnded() }
        handle.eventLoop.ticked = { [unowned service] in service.ticked() }
        let context = LoopContext(
            index: handle.index, handle: handle, eventLoop: handle.eventLoop, service: service)
        handle.cell.context = context
        return context
    }

    private func makeHandlers(on loops: [LoopHandle]) throws {
        let gate = try Gate()
        let makeHandler = self.makeHandler
        let results = HandlerResults()
        for loop in loops {
            loop.execute { context in
                do {
                    context.service.handler = try makeHandler(context)
                } catch {
                    results.failed(error)
                }
                gate.open()
            }
        }
        for _ in loops {
            while !gate.wait(milliseconds: 60_000) {}
        }
        if let error = results.error { throw error }
    }

    /// Deals connections out; runs on the first loop.
    private func accept(with listener: Listener, on loops: [LoopHandle], _ context: LoopContext) {
        let ledger = self.ledger
        var turn = 0
        listener.accepted = { [unowned context] descriptor, peer in
            guard ledger.admit(peer) else {
                return Self.refuse(descriptor, context.service)
            }
            let number = descriptor.release()
            let loop = loops[turn]
            turn = (turn + 1) % loops.count
            @Sendable func adopt(_ context: LoopContext) {
                let stream = SocketStream(OwnedDescriptor(owning: number))
                context.service.adopt(stream, peer, context: context)
            }
            if loop.index == context.index {
                adopt(context)
            } else {
                loop.execute(adopt)
            }
        }
        context.service.listener = listener
        try? listener.start(on: context.eventLoop)
    }

    private static func refuse(
        _ descriptor: consuming OwnedDescriptor, _ service: LoopService
    ) {
        let answer = ByteBuffer(capacity: 512)
        ErrorAnswer.append(Rejection(503, .overloaded), date: service.dateField, to: answer)
        // What came already is read, or closing would be a reset that eats the answer.
        _ = Socket.receive(descriptor.number, into: service.receiveBuffer)
        _ = Socket.send(descriptor.number, answer.readable)
        Socket.endOutput(descriptor.number)
        descriptor.close()
    }

    private static func stop(_ loops: [LoopHandle]) {
        loops.first?.execute { context in
            // From here, so that connections dealt out before are taken first.
            context.service.closeListener()
            for loop in loops { loop.execute { end($0) } }
        }
        for loop in loops { loop.eventLoop.join() }
    }

    /// Closes everything on one loop and lets its thread end.
    private static func end(_ context: LoopContext) {
        context.service.closeAll()
        // The service dies with this job; the loop must not call it again.
        context.eventLoop.turnEnded = nil
        context.eventLoop.ticked = nil
        context.eventLoop.stop()
        context.handle.cell.context = nil
    }
}

/// The first error among the loops that make their handlers.
private final class HandlerResults: Sendable {
    private let first = Mutex<(any Error)?>(nil)

    var error: (any Error)? { first.withLock { $0 } }

    func failed(_ error: any Error) {
        first.withLock { $0 = $0 ?? error }
    }
}

/// Moves a value to another thread.
///
/// `@unchecked Sendable`: the sender gives the value up when it makes the box.
private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
