internal import SyncClientCore

/// Carries the live channel: one answer that goes on until somebody ends it.
extension Network {
    /// After how long a silent channel is given up, in milliseconds.
    private static let silence: Int64 = 60_000

    /// Gives a channel up from which nothing comes.
    func watchSilence(of exchange: Exchange, from endpoint: Endpoint) {
        let heard = exchange.heardAt
        world.timeline.schedule(after: Self.silence) { [self] in
            guard !exchange.isDone else { return }
            guard exchange.heardAt == heard else {
                return watchSilence(of: exchange, from: endpoint)
            }
            end(exchange, from: endpoint, reason: "silence")
        }
    }

    /// Ends a channel, and the connection it is on.
    func end(_ exchange: Exchange, from endpoint: Endpoint, reason: String) {
        if let connection = exchange.connection {
            connection.exchange = nil
            abandon(connection, endpoint)
        }
        exchange.finish(.unknown(reason: reason))
    }

    /// Breaks a channel that has a fault, some time after it was asked for.
    func breakLater(_ exchange: Exchange, from endpoint: Endpoint) {
        switch exchange.fault?.kind {
        case .lostReply, .cutReply, .proxyAfter, .cutRequest:
            world.timeline.schedule(after: 500 + (exchange.fault?.amount ?? 0) % 60_000) {
                [self] in
                if !exchange.isDone { end(exchange, from: endpoint, reason: "cut") }
            }
        default: break
        }
    }

    /// Bytes of a live answer have left the server.
    ///
    /// - Throws: `ReplyReader.Malformed`.
    func heard(_ bytes: [UInt8], on connection: SimulatedConnection) throws {
        guard let exchange = connection.exchange else { return }
        let items = try connection.live.push(bytes)
        guard exchange.fault?.kind != .silentReply else { return }
        // What was sent first arrives first.
        let time = max(world.timeline.now + options.latencyMin, exchange.heardAt)
        exchange.heardAt = time
        let endpoint = world.endpoint(of: exchange.sender)
        for item in items {
            if case .event(let name) = item, name != "moved", name != "revoked" {
                world.fail("HTTP", "the live channel says \(name)")
            }
            world.timeline.schedule(at: time) { [self] in
                guard !exchange.isDone else { return }
                deliver(item, to: exchange, from: endpoint)
            }
        }
    }

    private func deliver(_ item: LiveReader.Item, to exchange: Exchange, from endpoint: Endpoint) {
        switch item {
        case .opened:
            world.reached("live.opened")
            exchange.signal?(.opened)
        case .event(let name):
            world.reached("live.event")
            exchange.signal?(.event(name))
        case .over: end(exchange, from: endpoint, reason: "over")
        case .refused(let status, let retryAfter):
            if let connection = exchange.connection {
                connection.exchange = nil
                abandon(connection, endpoint)
            }
            exchange.finish(
                .response(Response(status: status, retryAfterMilliseconds: retryAfter)))
        }
    }
}
