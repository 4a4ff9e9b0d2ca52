internal import HTTPWire
internal import SyncProtocol

/// What the gateway of an identity provider says about a sign-in.
extension SyncService {
    private static let locked = StaticHead(
        429,
        [
            "Content-Type": "application/json", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Retry-After": "600",
        ])

    func receivedDecision(_ request: borrowing RequestView, _ exchange: Exchange) -> BodyPlan {
        // Off unless it is configured, and then as if there were no such address.
        guard parts.identity != nil else { return refuse(exchange, Heads.notFound, .notFound) }
        exchange.kind = .identity
        return request.method == .post
            ? collect(request, max: limits.smallBodyBytesMax, exchange)
            : refuse(exchange, Heads.methodNotAllowedPost, .method)
    }

    /// Confirms or denies a sign-in, as a signed assertion says.
    ///
    /// A gateway comes from one address for everybody, so only what it has not signed counts
    /// against an address.
    func decideSignIn(
        _ request: borrowing RequestView, _ body: UnsafeRawBufferPointer, _ exchange: Exchange
    ) {
        guard let provider = parts.identity else { return }
        guard let assertion = FormBody(body)?["assertion"] else {
            guard admit(request, by: parts.signInRates, exchange) else { return }
            let problem = WireError(
                code: "wire.form", position: 0, message: "assertion is needed")
            _ = refuse(exchange, Heads.badRequest, .wire(problem))
            return
        }
        let decision: IdentityDecision
        switch provider.decision(in: assertion, now: parts.now()) {
        case .success(let proven): decision = proven
        case .failure(let problem):
            metrics.assertionRefused()
            if problem == .unproven, !admit(request, by: parts.signInRates, exchange) { return }
            _ = refuse(exchange, Heads.badRequest, .assertion(problem))
            return
        }
        let tag = store.personKey.code(for: Array(decision.pid.utf8))
        guard parts.guesses.enter(tag, now: context.now) else {
            metrics.codesLocked()
            _ = refuse(exchange, Self.locked, .codesLocked)
            return
        }
        let id = exchange.id
        let limits = self.limits
        let secrets = parts.secrets
        let guesses = parts.guesses
        let name = provider.name
        let job = WriterJob(
            loop: context.handle,
            run: { context in
                let device = try SignInMachine(context: context, limits: limits, secrets: secrets)
                    .decide(decision, tag: tag, by: name)
                return { context in
                    if device != nil { guesses.forgive(tag) }
                    guard let exchange = context.exchange(id) else { return }
                    guard let device else {
                        return exchange.respond(
                            Heads.badRequest, body: ErrorBody.codeUnknown.bytes)
                    }
                    exchange.respond(
                        Heads.json, body: JSON.canonical(["device_name": .string(device)]))
                }
            },
            failed: { context in
                guesses.forgive(tag)
                context.exchange(id)?.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
            })
        if !commits.submit(job) {
            guesses.forgive(tag)
            refuseBusy(exchange)
        }
    }
}

extension ErrorBody {
    fileprivate static let codesLocked = ErrorBody(
        code: "limit.codes", english: "This person has tried too many wrong codes.",
        thai: "มีการใส่รหัสผิดหลายครั้งเกินไป",
        adviceEnglish: "Compare the code with the device's own, and try again in ten minutes.",
        adviceThai: "ตรวจรหัสบนอุปกรณ์ของคุณ แล้วลองใหม่ในสิบนาที")
    fileprivate static let codeUnknown = ErrorBody(
        code: "identity.code", english: "No sign-in waits under this code.",
        thai: "ไม่มีการลงชื่อเข้าใช้ที่รอรหัสนี้",
        adviceEnglish: "Codes live ten minutes and count once; start again on the device.",
        adviceThai: "รหัสใช้ได้สิบนาทีและใช้ได้ครั้งเดียว เริ่มใหม่บนอุปกรณ์")

    /// Why an assertion does not count; only who has the key is told more than that.
    fileprivate static func assertion(_ problem: AssertionProblem) -> ErrorBody {
        let (code, english, advice) =
            switch problem {
            case .unproven:
                (
                    "identity.assertion",
                    "This is not an assertion that the identity provider has signed.",
                    "Send a compact JWS with HS256, signed with the key of this server."
                )
            case .misdirected:
                (
                    "identity.direction",
                    "The assertion is of another issuer or for another server.",
                    "Compare iss and aud with the server's configuration."
                )
            case .untimely:
                (
                    "identity.time", "The assertion is not valid now, or for too long.",
                    "Check the clocks; iat and exp may be two minutes apart."
                )
            case .claim(let name):
                (
                    "identity.claim", "The claim \(name) is missing or malformed.",
                    "See docs/protocol.md."
                )
            case .level:
                (
                    "identity.level", "The person was not identified surely enough.",
                    "Identify the person at the level that the server asks for."
                )
            }
        return ErrorBody(
            code: code, english: english, thai: "ผลการยืนยันตัวตนใช้ไม่ได้", adviceEnglish: advice,
            adviceThai: "ติดต่อผู้ให้บริการยืนยันตัวตน")
    }
}
