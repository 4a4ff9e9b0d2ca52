internal import SyncClientCore

/// A program whose screen stays open: it listens, and syncs when something moves.
extension Program {
    /// Begins to listen, if it does not.
    func listen(for action: Int) {
        guard let client, listening == nil else { return }
        networkAction = action
        let world = world
        listening = Task(executorPreference: tasks) { [self] in
            for await event in client.live() {
                guard !isDead else { break }
                heard(event, world)
            }
            listening = nil
        }
    }

    /// Ends listening, as closing the screen does.
    func stopListening() {
        listening?.cancel()
        listening = nil
    }

    private func heard(_ event: LiveEvent, _ world: World) {
        switch event {
        case .connected: world.reached("live.connected")
        case .synced(let report):
            world.syncs += 1
            world.reached("live.synced")
            device.lastFailure = nil
            world.oracle.synced(device, hasRepaired: report.repairs > 0)
        case .waiting(_, let failure):
            world.points.count(named: "live.waiting.\(failure.code)")
            if failure == .signInExpired || failure == .deviceCopied { device.needsSignIn = true }
        case .revoked:
            world.reached("live.revoked")
            device.needsSignIn = true
        case .stopped(let failure):
            world.note(device.name, "stops listening: \(failure)")
            if failure == .signInExpired || failure == .deviceCopied { device.needsSignIn = true }
        }
        // A round that failed may have come to a checkpoint before.
        world.oracle.look(at: device, mirror: true)
    }

    /// Opens the live channel.
    func listen(_ request: Request) -> AsyncStream<LiveSignal> {
        let (stream, continuation) = AsyncStream.makeStream(of: LiveSignal.self)
        guard !isDead else {
            continuation.yield(.ended(.network(reason: "dead")))
            continuation.finish()
            return stream
        }
        let exchange = makeExchange(request) { outcome in
            let end: LiveEnd =
                switch outcome {
                case .response(let response) where response.status != 200:
                    .status(
                        response.status, retryAfterMilliseconds: response.retryAfterMilliseconds)
                case .response: .network(reason: "not a channel")
                case .notSent(let reason), .unknown(let reason), .cut(let reason):
                    .network(reason: reason)
                }
            continuation.yield(.ended(end))
            continuation.finish()
        }
        exchange.signal = { continuation.yield($0) }
        let handler = Confined((exchange: exchange, endpoint: endpoint, network: world.network))
        continuation.onTermination = { _ in
            guard !handler.value.exchange.isDone else { return }
            handler.value.network.end(
                handler.value.exchange, from: handler.value.endpoint, reason: "left")
        }
        world.network.begin(exchange, from: endpoint)
        return stream
    }
}
