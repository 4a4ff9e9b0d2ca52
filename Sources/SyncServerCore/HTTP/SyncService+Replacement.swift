internal import HTTPWire
internal import SyncProtocol

extension SyncService {
    /// Answers what the device had done whose place the asker takes.
    func replaceDevice(
        _ request: borrowing RequestView, _ body: UnsafeRawBufferPointer, _ exchange: Exchange
    ) {
        guard let session = exchange.attachment as? Session else { return }
        guard parts.sessions.isCurrent(session) || admit(request, exchange) != nil else { return }
        guard let form = FormBody(body), let old = form["device"].flatMap({ DeviceID(text: $0) }),
            let mid = form["after"].flatMap(Self.number)
        else {
            let problem = WireError(
                code: "wire.form", position: 0, message: "device and after are needed")
            _ = refuse(exchange, Heads.badRequest, .wire(problem))
            return
        }
        let id = exchange.id
        let limits = self.limits
        let secrets = parts.secrets
        let metrics = self.metrics
        let job = WriterJob(
            loop: context.handle,
            run: { context in
                let signIns = SignInMachine(context: context, limits: limits, secrets: secrets)
                let history = try ReplacementMachine(context: context, signIns: signIns)
                    .replace(old, by: session.device, after: mid)
                return { context in
                    guard let exchange = context.exchange(id) else { return }
                    guard let history else {
                        metrics.unauthorised()
                        return exchange.respond(
                            Heads.unauthorised, body: ErrorBody.unauthorised.bytes)
                    }
                    exchange.respond(Heads.json, body: Self.body(history))
                }
            },
            failed: { context in
                context.exchange(id)?.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
            })
        if !commits.submit(job) { refuseBusy(exchange) }
    }

    private static func body(_ history: ReplacementMachine.History) -> [UInt8] {
        var chains: [UInt8] = []
        for chain in history.chains { chains.appendBigEndian(chain) }
        return JSON.canonical([
            "chains": .string(Hex.encode(chains)),
            "last": .integer(Int64(clamping: history.last)),
            "took_effect": .string(history.tookEffect.map { $0 ? "1" : "0" }.joined()),
        ])
    }

    /// A number of digits alone, up to the largest of 63 bits: `Int64` would take a sign as well.
    private static func number(_ text: String) -> UInt64? {
        guard (1...19).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(text).map(UInt64.init)
    }
}
