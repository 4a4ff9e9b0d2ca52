internal import FaultVFS
internal import SyncClientCore

/// Carries requests as bytes to the server, and answers back, with faults.
final class Network {
    unowned let world: World

    init(_ world: World) {
        self.world = world
    }

    private var timeline: Timeline { world.timeline }
    var options: PlanOptions { world.plan.options }

    // MARK: - Sending

    /// Begins an exchange; its sender is told exactly once how it ended.
    func begin(_ exchange: Exchange, from endpoint: Endpoint) {
        var random = stream(of: exchange)
        exchange.sentInHistory = world.oracle.history
        exchange.fault = world.fault(of: exchange, &random)
        if exchange.isLive {
            watchSilence(of: exchange, from: endpoint)
            breakLater(exchange, from: endpoint)
        } else {
            timeline.schedule(after: exchange.deadline) { [self] in
                if !exchange.isDone {
                    exchange.connection.map { abandon($0, endpoint) }
                    exchange.finish(.unknown(reason: "timeout"))
                }
            }
        }
        if endpoint.offlineUntil > timeline.now {
            if endpoint.isSilent { return }
            return later(&random) { exchange.finish(.notSent(reason: "offline")) }
        }
        switch exchange.fault?.kind {
        case .refused: later(&random) { exchange.finish(.notSent(reason: "refused")) }
        case .lost: drop(endpoint)
        case .proxyInstead:
            let answer = ProxyAnswers.answer(exchange.fault?.amount ?? 0)
            later(&random) { exchange.finish(.response(answer)) }
        case .late:
            drop(endpoint)
            let random = random
            timeline.schedule(after: exchange.fault?.amount ?? 0) { [self] in
                transmit(exchange, from: endpoint, random)
            }
        case .duplicated where !exchange.isLive:
            transmit(exchange, from: endpoint, random)
            let copy = Exchange(copyOf: exchange)
            var random = random
            _ = random.next()
            let later = random
            timeline.schedule(after: exchange.fault?.amount ?? 0) { [self] in
                transmit(copy, from: endpoint, later)
            }
        case .ghost:
            transmit(exchange, from: endpoint, random)
            let random = random
            timeline.schedule(after: 1 + options.latencySpread * 4) { [self] in
                ghost(exchange, random)
            }
        default: transmit(exchange, from: endpoint, random)
        }
    }

    private func stream(of exchange: Exchange) -> SeededRandom {
        let sender: UInt64 =
            switch exchange.sender {
            case .device(let index): UInt64(index)
            case .second(let index): UInt64(index + 2_000)
            case .agency: 1_000
            case .rogue: 1_001
            }
        return SeededRandom(
            seed: world.plan.seed, stream: "net", sender, UInt64(exchange.key.action),
            UInt64(exchange.key.request))
    }

    private func latency(_ random: inout SeededRandom) -> Int64 {
        let spread = Int64(random.next(in: 0...Int(options.latencySpread)))
        // A few are very slow, so that what was sent first does not arrive first.
        return options.latencyMin + (random.chance(perMille: 50) ? min(spread * 30, 4_000) : spread)
    }

    private func later(_ random: inout SeededRandom, _ action: @escaping () -> Void) {
        timeline.schedule(after: latency(&random), action)
    }

    // MARK: - To the server

    private func transmit(_ exchange: Exchange, from endpoint: Endpoint, _ random: SeededRandom) {
        var random = random
        guard let connection = connection(for: exchange, endpoint) else {
            return later(&random) { exchange.finish(.notSent(reason: "refused")) }
        }
        exchange.connection = connection
        var bytes = exchange.bytes[...]
        let cut = exchange.fault?.kind == .cutRequest ? exchange.fault?.amount : nil
        if let cut { bytes = bytes.prefix(Int(cut) % exchange.bytes.count) }
        connection.exchange = exchange
        let arrival = deliver(bytes, on: connection, &random) { [self] in
            if cut != nil {
                abandon(connection, endpoint)
                exchange.finish(.unknown(reason: "cut"))
            }
        }
        connection.lastArrival = arrival
    }

    /// Uses the connection that is open, or opens one.
    private func connection(
        for exchange: Exchange, _ endpoint: Endpoint
    ) -> SimulatedConnection? {
        if let idle = endpoint.idle, !exchange.isCopy {
            endpoint.idle = nil
            if idle.serverRun == world.server.run, !idle.stream.isClosed, !idle.isBroken {
                idle.isIdle = false
                world.reached("network.reused")
                return idle
            }
            abandon(idle, endpoint)
        }
        guard let connection = world.server.connect(window: options.window) else { return nil }
        endpoint.active.append(connection)
        return connection
    }

    /// Delivers bytes in pieces; gives when the last one arrives.
    @discardableResult
    private func deliver(
        _ bytes: ArraySlice<UInt8>, on connection: SimulatedConnection,
        _ random: inout SeededRandom, _ arrived: @escaping () -> Void
    ) -> Int64 {
        var time = max(timeline.now + latency(&random), connection.lastArrival)
        var rest = bytes
        var pieces = random.next(in: 1...max(1, options.pieces))
        while !rest.isEmpty {
            let count =
                pieces <= 1 ? rest.count : random.next(in: 1...max(1, rest.count * 2 / pieces))
            let piece = rest.prefix(count)
            rest = rest.dropFirst(count)
            pieces -= 1
            let isLast = rest.isEmpty
            timeline.schedule(at: time) { [self] in
                world.server.receive(piece, on: connection, isLast: isLast)
                if isLast { arrived() }
            }
            if !isLast { time += Int64(random.next(in: 0...3)) }
        }
        if bytes.isEmpty { timeline.schedule(at: time, arrived) }
        return time
    }

    /// Sends the head alone on a second connection, as curl does by itself.
    private func ghost(_ exchange: Exchange, _ random: SeededRandom) {
        var random = random
        guard let connection = world.server.connect(window: options.window) else { return }
        let breaksOff = random.chance(perMille: 500)
        let head = exchange.bytes.prefix(exchange.headCount)
        deliver(head, on: connection, &random) { [self] in
            guard breaksOff else { return }
            world.server.hangUp(connection)
        }
    }

    // MARK: - From the server

    /// The server has answered the exchange of a connection.
    func replied(_ reply: ReplyReader.Reply, on connection: SimulatedConnection) {
        guard let exchange = connection.exchange else { return }
        connection.exchange = nil
        let endpoint = world.endpoint(of: exchange.sender)
        guard !exchange.isCopy else {
            return world.server.hangUp(connection)
        }
        var random = stream(of: exchange)
        _ = random.next()
        let amount = exchange.fault?.amount ?? 0
        switch exchange.fault?.kind {
        case .lostReply:
            abandon(connection, endpoint)
            later(&random) { exchange.finish(.unknown(reason: "reset")) }
        case .silentReply, .ghost:
            // Its deadline ends it.
            forget(connection, endpoint)
        case .cutReply:
            // Most transports notice; what a proxy frames anew comes as if it were whole.
            var response = reply.response
            response.body = Array(response.body.prefix(Int(amount) % (response.body.count + 1)))
            let isNoticed = amount % 2 == 0 && response.status == 200
            abandon(connection, endpoint)
            later(&random) {
                exchange.finish(isNoticed ? .cut(reason: "cut") : .response(response))
            }
        case .proxyAfter:
            abandon(connection, endpoint)
            later(&random) { exchange.finish(.response(ProxyAnswers.answer(amount))) }
        default:
            later(&random) { [self] in
                if exchange.isDone || !reply.keepsAlive || connection.isBroken {
                    abandon(connection, endpoint)
                } else {
                    forget(connection, endpoint)
                    connection.isIdle = true
                    endpoint.idle = connection
                }
                exchange.finish(
                    reply.response.body.count > exchange.bytesMax
                        ? .cut(reason: "too large") : .response(reply.response))
            }
        }
    }

    /// The server has closed a connection, or is gone.
    func closed(_ connection: SimulatedConnection) {
        connection.isBroken = true
        guard let exchange = connection.exchange else { return }
        connection.exchange = nil
        var random = stream(of: exchange)
        let wasBegun = connection.reader.hasBegunWell
        later(&random) {
            exchange.finish(wasBegun ? .cut(reason: "cut") : .unknown(reason: "closed"))
        }
    }

    // MARK: - Connections

    /// The sender's program is gone: all its connections break.
    func disconnect(_ endpoint: Endpoint) {
        for connection in endpoint.active { world.server.hangUp(connection) }
        endpoint.active = []
        drop(endpoint)
    }

    private func drop(_ endpoint: Endpoint) {
        if let idle = endpoint.idle { world.server.hangUp(idle) }
        endpoint.idle = nil
    }

    func abandon(_ connection: SimulatedConnection, _ endpoint: Endpoint) {
        forget(connection, endpoint)
        world.server.hangUp(connection)
    }

    private func forget(_ connection: SimulatedConnection, _ endpoint: Endpoint) {
        endpoint.active.removeAll { $0 === connection }
    }
}

/// What proxies and captive portals answer in a server's place.
enum ProxyAnswers {
    /// One of the answers, by any number.
    static func answer(_ number: Int64) -> Response {
        let portal = Array("<html><body>Welcome to the network</body></html>".utf8)
        let all: [Response] = [
            Response(status: 502, contentType: "text/html", body: portal),
            Response(status: 503, contentType: "text/html", retryAfterMilliseconds: 2_000),
            Response(status: 503, contentType: "text/html"),
            Response(status: 504, contentType: "text/html", body: portal),
            Response(status: 413, contentType: "text/html", body: portal),
            Response(status: 429, contentType: "text/html", retryAfterMilliseconds: 5_000),
            Response(status: 200, contentType: "text/html", body: portal),
            Response(status: 302, contentType: "text/html"),
            Response(status: 200, contentType: "application/vnd.tangrat.sync"),
            Response(status: 408, contentType: "text/html"),
            Response(status: 500, contentType: "text/html", body: portal),
            Response(status: 200, contentType: "application/json", body: Array("{}".utf8)),
        ]
        return all[Int(number.magnitude % UInt64(all.count))]
    }
}
