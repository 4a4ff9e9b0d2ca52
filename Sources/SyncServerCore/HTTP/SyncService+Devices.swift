internal import HTTPWire
internal import SyncProtocol

/// A citizen's own devices: which there are, and the end of one.
extension SyncService {
    /// Answers the devices of the person who asks.
    func receivedDeviceList(
        _ request: borrowing RequestView, _ exchange: Exchange
    ) -> BodyPlan {
        guard request.method == .get || request.method == .head else {
            return refuse(exchange, Heads.methodNotAllowedGet, .method)
        }
        guard let session = admit(request, exchange) else { return .answered }
        guard admit(session.requests, exchange) else { return .answered }
        exchange.kind = .identity
        do {
            // The asker's own rights in the moment of the list, as for rows.
            let devices = try reader.snapshot { snapshot -> [DeviceRecord]? in
                guard try snapshot.device(session.device)?.revoked == 0 else { return nil }
                return try snapshot.activeDevices(
                    of: session.person, max: limits.devicesListedMax)
            }
            guard let devices else {
                refuseUnauthorised(exchange)
                return .answered
            }
            exchange.respond(Heads.json, body: Self.body(devices, asker: session.device))
        } catch {
            refuseUnreadable(exchange, error)
        }
        return .answered
    }

    /// Begins a form in which a device names another one: to take its place, or to end it.
    func receivedDeviceForm(
        _ request: borrowing RequestView, _ exchange: Exchange
    ) -> BodyPlan {
        guard request.method == .post else {
            return refuse(exchange, Heads.methodNotAllowedPost, .method)
        }
        guard let session = admit(request, exchange) else { return .answered }
        guard admit(session.requests, exchange) else { return .answered }
        exchange.kind = .identity
        exchange.attachment = session
        return collect(request, max: limits.smallBodyBytesMax, exchange)
    }

    /// Ends the rights of a device of the same person.
    func endDevice(
        _ request: borrowing RequestView, _ body: UnsafeRawBufferPointer, _ exchange: Exchange
    ) {
        guard let session = exchange.attachment as? Session else { return }
        guard parts.sessions.isCurrent(session) || admit(request, exchange) != nil else { return }
        guard let form = FormBody(body), let named = form["device"].flatMap({ DeviceID(text: $0) })
        else {
            let problem = WireError(code: "wire.form", position: 0, message: "device is needed")
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
                let ended = try SignInMachine(context: context, limits: limits, secrets: secrets)
                    .end(named, by: session.device)
                return { context in
                    guard let exchange = context.exchange(id) else { return }
                    guard let ended else {
                        metrics.unauthorised()
                        return exchange.respond(
                            Heads.unauthorised, body: ErrorBody.unauthorised.bytes)
                    }
                    exchange.respond(
                        Heads.json, body: JSON.canonical(["ended": .integer(ended ? 1 : 0)]))
                }
            },
            failed: { context in
                context.exchange(id)?.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
            })
        if !commits.submit(job) { refuseBusy(exchange) }
    }

    private static func body(_ devices: [DeviceRecord], asker: DeviceNumber) -> [UInt8] {
        let rows = devices.map { device -> JSONValue in
            let wrote = HybridTime(packed: device.lastTime, device: device.id).milliseconds
            return [
                "added_ms": .integer(device.added),
                "current": .integer(device.number == asker ? 1 : 0),
                "device_id": .string(device.id.description), "name": .string(device.name),
                "wrote_ms": .integer(Int64(clamping: wrote)),
            ]
        }
        return JSON.canonical(["devices": .array(rows)])
    }
}
