internal import NetworkIO
internal import SyncProtocol

/// A proxy for TCP that does to requests and answers what its rules say.
///
/// One loop, one thread; everything but ``start()`` and ``stop()`` belongs to it.
final class ChaosProxy: @unchecked Sendable {
    // `@unchecked`: what changes is touched on the loop's thread alone, or after its end.

    /// What was done.
    let log: ProxyLog

    /// Where it listens, once it is made.
    var port: UInt16 { listener.port }

    private let loop: EventLoop
    private let listener: Listener
    private let target: PlainAddress
    private var machine: FaultMachine
    private var lines: [Int64: ProxyLine] = [:]
    private var asides: [Int64: ProxySocket] = [:]
    private var lastNumber: Int64 = 0

    /// Delays are kept to about this, in milliseconds.
    private static let tickMilliseconds: Int64 = 5

    /// Binds; nothing is taken yet.
    ///
    /// - Throws: `SystemError` if the address is taken or wrong.
    init(
        listen: ListenAddress, to target: PlainAddress, machine: FaultMachine, log: ProxyLog
    ) throws(SystemError) {
        self.target = target
        self.machine = machine
        self.log = log
        loop = try EventLoop(tickMilliseconds: Self.tickMilliseconds)
        listener = try Listener(listen)
    }

    /// Begins to take connections.
    func start() throws(SystemError) {
        listener.accepted = { [weak self] descriptor, _ in
            guard let self else { return descriptor.close() }
            accept(descriptor)
        }
        try listener.start(on: loop)
        try loop.start()
    }

    /// Ends all connections and the loop.
    func stop() {
        loop.execute { [self] in
            listener.close()
            for line in lines.values { line.close() }
            for aside in asides.values { aside.close() }
            loop.stop()
        }
        loop.join()
    }

    // MARK: - For the lines, on the loop

    /// Judges the next request.
    func judge(method: String, path: String) -> FaultMachine.Verdict {
        let verdict = machine.judge(method: method, path: path)
        log.count(verdict)
        return verdict
    }

    /// How much more than the least a piece waits, in milliseconds.
    func jitter(upTo most: Int64) -> Int64 { machine.jitter(upTo: most) }

    /// A new connection to the server, or nil if none answers.
    func connect() -> ProxySocket? {
        guard let descriptor = try? target.connect() else { return nil }
        return try? ProxySocket(OwnedDescriptor(owning: descriptor), on: loop)
    }

    /// A line is over.
    func closed(_ line: ProxyLine) { lines[line.number] = nil }

    /// Sends a request on a connection of its own, whose answer nobody gets.
    func sendAside(_ request: [UInt8], of line: ProxyLine, after milliseconds: Int64) {
        guard milliseconds > 0 else { return sendAside(request, of: line.number) }
        let number = line.number
        _ = loop.schedule(afterMilliseconds: milliseconds, repeating: false) { [weak self] in
            self?.sendAside(request, of: number)
        }
    }

    private func sendAside(_ request: [UInt8], of connection: Int64) {
        lastNumber += 1
        let number = lastNumber
        let members: [(String, JSONValue)] = [
            ("connection", .integer(number)), ("of", .integer(connection)),
            ("up", .integer(Int64(request.count))),
        ]
        guard let socket = connect() else { return log.add("aside_unreachable", members) }
        var scan = AnswerScan(isHead: request.starts(with: Array("HEAD ".utf8)))
        let end = { [weak self, weak socket] (status: Int) in
            self?.log.add("aside", members + [("status", .integer(Int64(status)))])
            self?.asides[number] = nil
            socket?.close()
        }
        socket.received = { bytes in
            _ = scan.take(bytes)
            if scan.isOver { end(scan.status) }
        }
        socket.ended = { _ in end(scan.status) }
        asides[number] = socket
        socket.send(request)
    }

    private func accept(_ descriptor: consuming OwnedDescriptor) {
        lastNumber += 1
        let number = lastNumber
        guard let socket = try? ProxySocket(descriptor, on: loop) else { return }
        lines[number] = ProxyLine(socket, number: number, proxy: self)
    }
}
