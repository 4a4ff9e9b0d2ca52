internal import HTTPWire
internal import NetworkIO
internal import SyncProtocol

/// One connection of a device, and the one to the server that belongs to it.
///
/// Bytes pass as they come. Requests and answers are only looked at to know
/// where each begins and ends; what is no HTTP passes untouched.
final class ProxyLine {
    /// One request and its answer.
    private struct Exchange {
        let number: Int64
        let method: String
        let path: String
        let verdict: FaultMachine.Verdict
        let begun: Int64
        /// The bytes of the request, where they are needed again.
        var request: [UInt8] = []
        var upBytes = 0
        var downBytes = 0
        var requestIsOver = false
        var isMuted = false
        var answer: AnswerScan
    }

    /// The number of the connection, for the log.
    let number: Int64

    private unowned let proxy: ChaosProxy
    private let device: ProxySocket
    private var server: ProxySocket?
    private var machine = ConnectionMachine(limits: ProxyLine.limits)
    private var input: [UInt8] = []
    private var exchange: Exchange?
    private var isRaw = false
    private var isClosed = false

    /// Requests that wait behind one that is not answered: more, and the device must wait.
    private static let inputBytesMax = 1 << 20

    private static let limits: WireLimits = {
        var limits = WireLimits()
        limits.bodyBytesMax = 1 << 50
        return limits
    }()

    /// Takes over a device's connection.
    init(_ device: ProxySocket, number: Int64, proxy: ChaosProxy) {
        self.device = device
        self.number = number
        self.proxy = proxy
        device.received = { [weak self] in self?.cameUp($0) }
        device.ended = { [weak self] in self?.deviceEnded(isBroken: $0) }
        device.drained = { [weak self] in self?.server?.resume() }
    }

    /// Closes both connections at once.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let exchange { log(exchange, "closed") }
        device.close()
        server?.close()
        proxy.closed(self)
    }

    // MARK: - From the device

    private func cameUp(_ bytes: [UInt8]) {
        guard !isRaw else { return passUp(bytes) }
        input += bytes
        look()
        if input.count > Self.inputBytesMax { device.pause() }
    }

    /// Looks at what came from the device, as far as it can be told.
    private func look() {
        var position = 0
        while !isClosed, !isRaw {
            let start = position
            let event = input.withUnsafeBytes { machine.next($0, &position) }
            let piece = Array(input[start..<position])
            switch event {
            case .head:
                begin(head: piece)
                send(piece)
            case .body: send(piece)
            case .bodyEnd:
                send(piece)
                requestEnded()
            case .needsInput:
                send(piece)
                input.removeFirst(position)
                return
            case .rejected:
                isRaw = true
                proxy.log.add("not_http", [("connection", .integer(number))])
                passUp(Array(input[start...]))
            }
        }
        input = []
    }

    private func begin(head: [UInt8]) {
        let start = head.first == 13 ? 2 : 0
        let method = String(
            decoding: head[start...].prefix { $0 != 0x20 }, as: UTF8.self)
        let path = head.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return "/" }
            let view = RequestView(head: machine.head, base: base)
            return String(decoding: view.path, as: UTF8.self)
        }
        let verdict = proxy.judge(method: method, path: path)
        exchange = Exchange(
            number: proxy.log.requests, method: method, path: path, verdict: verdict,
            begun: proxy.log.now, answer: AnswerScan(isHead: method == "HEAD"))
    }

    /// Sends a piece of the request on, or what the verdict leaves of it.
    private func send(_ piece: [UInt8]) {
        guard !piece.isEmpty, var current = exchange else { return }
        if current.verdict.needsRequest { current.request += piece }
        let before = current.upBytes
        current.upBytes += piece.count
        exchange = current
        switch current.verdict.fate {
        case .drop, .answer, .late, .silence: break
        case .cutUp(let bytes):
            passUp(Array(piece.prefix(max(0, bytes - before))))
            if current.upBytes > bytes { cut() }
        default: passUp(piece)
        }
    }

    private func passUp(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, let server = server ?? connect() else { return }
        server.send(bytes, after: delay(), rate: exchange?.verdict.bytesPerSecond)
        if server.waitingBytes > ProxySocket.waitingBytesMax { device.pause() }
    }

    private func requestEnded() {
        exchange?.requestIsOver = true
        guard let exchange, !isClosed else { return }
        for fault in exchange.verdict.others {
            switch fault {
            case .duplicate: proxy.sendAside(exchange.request, of: self, after: 0)
            case .replay(let wait): proxy.sendAside(exchange.request, of: self, after: wait)
            default: break
            }
        }
        switch exchange.verdict.fate {
        case .drop: endLine("drop")
        case .cutUp: cut()
        case .late(let wait):
            proxy.sendAside(exchange.request, of: self, after: wait)
            endLine("late")
        case .answer(let substitute): substituteAnswer(substitute)
        default: break
        }
    }

    private func deviceEnded(isBroken: Bool) {
        guard !isBroken, let server, server.isOpen else { return close() }
        switch exchange?.verdict.fate {
        case .halfOpen, .silence: close()
        default: server.finish()
        }
    }

    // MARK: - From the server

    private func connect() -> ProxySocket? {
        guard let socket = proxy.connect() else {
            endLine("unreachable")
            return nil
        }
        socket.received = { [weak self] in self?.cameDown($0) }
        socket.ended = { [weak self] in self?.serverEnded(isBroken: $0) }
        socket.drained = { [weak self] in self?.device.resume() }
        server = socket
        return socket
    }

    private func cameDown(_ bytes: [UInt8]) {
        // Before a request, or beside HTTP: nothing to judge.
        guard exchange != nil, !isRaw else { return passDown(bytes) }
        let used = exchange?.answer.take(bytes) ?? 0
        answer(Array(bytes[..<used]))
        guard !isClosed else { return }
        if exchange?.answer.isOver == true { answerEnded() }
        if used < bytes.count, !isClosed { passDown(Array(bytes[used...])) }
    }

    /// Passes a piece of the answer, or what the verdict leaves of it.
    private func answer(_ piece: [UInt8]) {
        guard let exchange else { return }
        let before = exchange.downBytes
        self.exchange?.downBytes += piece.count
        let limit: Int
        switch exchange.verdict.fate {
        case .swallow, .mask: return
        case .cutDown(let bytes), .reset(let bytes), .halfOpen(let bytes): limit = bytes
        default: return passDown(piece)
        }
        guard !exchange.isMuted else { return }
        passDown(Array(piece.prefix(max(0, limit - before))))
        if before + piece.count >= limit { endEarly() }
    }

    private func passDown(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        device.send(bytes, after: delay(), rate: exchange?.verdict.bytesPerSecond)
        if device.waitingBytes > ProxySocket.waitingBytesMax { server?.pause() }
    }

    private func answerEnded() {
        guard let exchange else { return }
        switch exchange.verdict.fate {
        case .swallow: endLine("swallow")
        case .mask(let substitute): substituteAnswer(substitute)
        case .cutDown, .reset, .halfOpen:
            if !exchange.isMuted { endEarly() }
        default:
            log(exchange, "answered")
            self.exchange = nil
            machine.answered()
            device.resume()
            look()
        }
    }

    private func serverEnded(isBroken: Bool) {
        if exchange?.isMuted == true || exchange?.verdict.fate == .silence { return }
        if let current = exchange, current.answer.status != 0, current.answer.endsWithConnection {
            answerEnded()
        } else if let current = exchange {
            log(current, "server_ended")
            exchange = nil
        }
        if isBroken { device.reset() }
        device.finishAndClose()
        if !device.isOpen { close() }
    }

    // MARK: - Fates

    /// Ends the answer where the verdict says.
    private func endEarly() {
        guard let current = exchange, let fate = current.verdict.fate else { return }
        switch fate {
        case .halfOpen:
            exchange?.isMuted = true
            log(current, fate.name)
        case .reset:
            finish(current, fate.name)
            // What was passed is on its way; a reset does not wait for it.
            device.reset()
            close()
        default: cut()
        }
    }

    /// Ends both connections; what was passed arrives.
    private func cut() { endLine(exchange?.verdict.fate?.name ?? "cut") }

    private func endLine(_ how: String) {
        guard let current = exchange else { return close() }
        finish(current, how)
        server?.finishAndClose()
        device.finishAndClose()
        if !device.isOpen { close() }
    }

    private func substituteAnswer(_ substitute: Substitute) {
        guard let current = exchange else { return }
        finish(current, current.verdict.fate?.name ?? "")
        server?.close()
        device.send(substitute.bytes)
        device.finishAndClose()
        if !device.isOpen { close() }
    }

    private func finish(_ current: Exchange, _ how: String) {
        log(current, how)
        exchange = nil
        // Nothing more is read from the device as HTTP.
        machine.close()
        device.received = { _ in }
    }

    private func delay() -> Int64 {
        guard let delay = exchange?.verdict.delay, delay.least > 0 || delay.jitter > 0 else {
            return 0
        }
        return delay.least + proxy.jitter(upTo: delay.jitter)
    }

    private func log(_ current: Exchange, _ end: String) {
        proxy.log.add(
            "request",
            [
                ("connection", .integer(number)), ("down", .integer(Int64(current.downBytes))),
                ("end", .string(end)),
                ("faults", .array(current.verdict.faults.map { .string($0.name) })),
                ("method", .string(current.method)),
                ("milliseconds", .integer(proxy.log.now - current.begun)),
                ("path", .string(current.path)), ("request", .integer(current.number)),
                ("status", .integer(Int64(current.answer.status))),
                ("up", .integer(Int64(current.upBytes))),
            ])
    }
}
