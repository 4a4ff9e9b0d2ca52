internal import HTTPWire
internal import NetworkIO

/// How fast somebody may ask: a device by its token, anybody else by their address.
extension SyncService {
    private static func tooFast(_ seconds: StaticString) -> StaticHead {
        StaticHead(
            429,
            [
                "Content-Type": "application/json", "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff", "Retry-After": seconds,
            ])
    }

    private static let tooFastDevice = tooFast("1")
    private static let tooFastAddress = tooFast("2")
    private static let tooManyWait = tooFast("60")

    private static let rateBody = ErrorBody(
        code: "limit.rate", english: "Too many requests came in a short time.",
        thai: "มีคำขอมากเกินไปในเวลาสั้น", adviceEnglish: "It is tried again by itself.",
        adviceThai: "ระบบจะลองใหม่เอง")

    /// Answers that a device asks too fast.
    func refuseTooFast(_ exchange: Exchange) {
        metrics.requestLimited()
        exchange.respond(Self.tooFastDevice, body: Self.rateBody.bytes)
    }

    /// Counts a request of somebody who has no token, or answers that it comes too fast.
    ///
    /// - Returns: Whether to go on.
    func admit(
        _ request: borrowing RequestView, by rates: AddressRates, _ exchange: Exchange
    ) -> Bool {
        guard rates.take(address(of: request, exchange), now: context.now) else {
            metrics.addressLimited()
            exchange.respond(Self.tooFastAddress, body: Self.rateBody.bytes)
            return false
        }
        return true
    }

    /// Answers that enough sign-ins of one network wait.
    static func refuseTooManyWait(_ exchange: Exchange) {
        exchange.respond(Self.tooManyWait, body: Self.rateBody.bytes)
    }

    /// Where a request comes from, or nil where that is not known.
    ///
    /// Behind a proxy every peer is local. Only where the operator says that there is one, which
    /// writes the field itself, is the field believed, and only from such a peer: from anybody
    /// else it says whatever they like.
    func address(of request: borrowing RequestView, _ exchange: Exchange) -> PeerAddress? {
        let peer = exchange.peer
        guard peer.isLocal else { return peer }
        guard limits.http.countsLocalAddresses || parts.isBehindProxy else { return nil }
        guard parts.isBehindProxy else { return peer }
        // A proxy that tells nothing makes one of all who come through it.
        return PeerAddress(text: request.bytes(request.head.forwardedFor)) ?? .local
    }
}
