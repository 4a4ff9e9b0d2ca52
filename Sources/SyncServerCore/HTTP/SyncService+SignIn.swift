internal import HTTPWire
internal import SyncProtocol

extension SyncService {
    func startSignIn(
        _ request: borrowing RequestView, _ body: UnsafeRawBufferPointer, _ exchange: Exchange
    ) {
        guard let form = FormBody(body), let client = form["client_id"], !client.isEmpty else {
            return oauthError(exchange, "invalid_request", "client_id is missing")
        }
        let name = (form["device_name"] ?? client).cut(toBytes: limits.deviceNameBytesMax)
        let claimed = form["device_id"].flatMap { DeviceID(text: $0) }
        let address = parts.publicURL()
        let places = parts.signInPlaces
        let metrics = parts.metrics
        let asker = self.address(of: request, exchange)
        // Drawn once: a job that is tried again takes the place that it took before.
        let code = parts.secrets.deviceCode()
        let place = SHA256.hash(Array(code.utf8))
        write(exchange, notTaken: { places.leave(place) }) { machine in
            // On the writer's thread, so that many at once are as many as one after the other.
            let now = machine.context.now
            places.leave(place)
            guard places.hasRoom(for: asker, now: now) else {
                metrics.addressLimited()
                return .tooMany
            }
            guard let started = try machine.start(code, deviceName: name, claimed: claimed) else {
                return .busy
            }
            places.enter(
                place, of: asker, until: now + machine.limits.deviceCodeMillisecondsMax, now: now)
            return .json([
                ("device_code", .string(started.deviceCode)),
                ("expires_in", .integer(started.expiresIn)),
                ("interval", .integer(machine.limits.pollIntervalSeconds)),
                ("user_code", .string(started.userCode)),
                ("verification_uri", .string(address.verification)),
                (
                    "verification_uri_complete",
                    .string(address.verification(of: started.userCode))
                ),
            ])
        }
    }

    func exchangeToken(_ body: UnsafeRawBufferPointer, _ exchange: Exchange) {
        guard let form = FormBody(body), let grant = form["grant_type"] else {
            return oauthError(exchange, "invalid_request", "grant_type is missing")
        }
        switch grant {
        case "urn:ietf:params:oauth:grant-type:device_code":
            guard let code = form["device_code"] else {
                return oauthError(exchange, "invalid_request", "device_code is missing")
            }
            let places = parts.signInPlaces
            write(exchange) { machine in
                let result = try machine.exchange(deviceCode: code)
                if case .failure(.pending) = result { return .tokens(result) }
                places.leave(SHA256.hash(Array(code.utf8)))
                return .tokens(result)
            }
        case "refresh_token":
            guard let token = form["refresh_token"] else {
                return oauthError(exchange, "invalid_request", "refresh_token is missing")
            }
            write(exchange) { machine in .tokens(try machine.refresh(token)) }
        default: oauthError(exchange, "unsupported_grant_type", "the grant is not known")
        }
    }

    /// Ends the rights of the device that holds a token (RFC 7009).
    func revokeToken(_ body: UnsafeRawBufferPointer, _ exchange: Exchange) {
        guard let token = FormBody(body)?["token"] else {
            return oauthError(exchange, "invalid_request", "token is missing")
        }
        write(exchange) { machine in
            let hash = SHA256.hash(Array(token.utf8))
            if let (_, device) = try machine.context.transaction.token(hash) {
                try machine.revoke(device, by: .device(device.id))
            }
            // RFC 7009: an unknown token is answered like a known one.
            return .json([])
        }
    }

    // MARK: - Answers

    private enum Answer: Sendable {
        case json([(String, JSONValue)])
        case error(String)
        case busy
        case tooMany

        static func tokens(
            _ result: Result<SignInMachine.Granted, SignInMachine.Refusal>
        ) -> Answer {
            switch result {
            case .success(let granted):
                .json([
                    ("access_token", .string(granted.accessToken)),
                    ("device_id", .string(granted.device.description)),
                    ("expires_in", .integer(granted.expiresIn)),
                    ("refresh_token", .string(granted.refreshToken)),
                    ("subject", .string(granted.subject)),
                    ("token_type", "Bearer"),
                ])
            case .failure(.tooSoon): .tooMany
            case .failure(let refusal): .error(refusal.rawValue)
            }
        }
    }

    private func write(
        _ exchange: Exchange, notTaken: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable (SignInMachine) throws -> Answer
    ) {
        let id = exchange.id
        let limits = self.limits
        let secrets = parts.secrets
        let metrics = self.metrics
        let job = WriterJob(
            loop: context.handle,
            run: { context in
                let answer = try body(
                    SignInMachine(context: context, limits: limits, secrets: secrets))
                return { context in
                    if case .busy = answer { metrics.busy() }
                    guard let exchange = context.exchange(id) else { return }
                    Self.send(answer, exchange)
                }
            },
            failed: { context in
                notTaken()
                context.exchange(id)?.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
            })
        if !commits.submit(job) { refuseBusy(exchange) }
    }

    private static func send(_ answer: Answer, _ exchange: Exchange) {
        switch answer {
        case .json(let members):
            exchange.respond(Heads.json, body: JSON.canonical(.object(JSONObject(members))))
        case .error(let code): send(error: code, "", exchange)
        case .busy: exchange.respond(Heads.unavailable, body: ErrorBody.busy.bytes)
        case .tooMany: refuseTooManyWait(exchange)
        }
    }

    private static func send(error code: String, _ description: String, _ exchange: Exchange) {
        var members: [(String, JSONValue)] = [("error", .string(code))]
        if !description.isEmpty { members.append(("error_description", .string(description))) }
        exchange.respond(
            Heads.badRequest, body: JSON.canonical(.object(JSONObject(members))))
    }

    private func oauthError(_ exchange: Exchange, _ code: String, _ description: String) {
        Self.send(error: code, description, exchange)
    }
}
