internal import HTTPWire
internal import NetworkIO
internal import SyncProtocol

/// What the handlers of all loops share.
package struct ServiceParts: Sendable {
    let store: any ReplicaStore
    let commits: GroupCommit
    let heads: HeadCache
    let sessions: SessionCache
    let indexes: RangeIndexCache
    let metrics: Metrics
    let limits: Limits
    let secrets: SecretSource
    let now: @Sendable () -> Int64
    let publicURL: @Sendable () -> PublicURL
    let isReady: @Sendable () -> Bool
    let holders: HolderLedger
    let watchers: WatcherRegistry
    let identity: (any IdentityProvider)?
    let guesses: GuessLedger
    let signInRates: AddressRates
    let signInPlaces: SignInPlaces
    let tokenRates: AddressRates
    let isBehindProxy: Bool
}

/// Answers the requests of one event loop: the doors of the server.
///
/// Reads run here, on the loop's own connection. Writes go to the writer and
/// come back after the commit.
final class SyncService: RequestHandler {
    let parts: ServiceParts
    let context: LoopContext
    let reader: any StoreReader
    let live: LiveHub
    let pages: PageBuilder

    var store: any ReplicaStore { parts.store }
    var commits: GroupCommit { parts.commits }
    var metrics: Metrics { parts.metrics }
    var limits: Limits { parts.limits }

    init(parts: ServiceParts, context: LoopContext, reader: any StoreReader) {
        self.parts = parts
        self.context = context
        self.reader = reader
        live = LiveHub(
            metrics: parts.metrics, context: context, registry: parts.watchers,
            spreadAtOnce: parts.limits.liveSpreadAtOnce, now: parts.now,
            granted: { person in
                // A store that cannot be read wakes nobody; who watches pulls now and then anyway.
                let now = parts.now()
                return (try? reader.snapshot { try $0.wakingRights(of: person, now: now) }) ?? []
            })
        pages = PageBuilder(
            lineage: parts.store.lineage, key: parts.store.cursorKey, limits: parts.limits)
    }

    deinit {
        reader.close()
    }

    func turnEnded() {
        reader.endSnapshot()
    }

    // MARK: - Routes

    func received(_ request: borrowing RequestView, exchange: Exchange) -> BodyPlan {
        if isRefusedAtTheDoor(request, exchange) { return .answered }
        if request.pathIs("/v1/sync") || request.pathIs("/v1/reconcile") {
            return receivedSync(request, exchange)
        }
        if request.pathIs("/v1/live") { return receivedLive(request, exchange) }
        if request.pathIs("/v1/devices/replace") { return receivedDeviceForm(request, exchange) }
        if request.pathIs("/v1/devices") { return receivedDeviceList(request, exchange) }
        if request.pathIs("/v1/devices/end") { return receivedDeviceForm(request, exchange) }
        if request.pathIs("/v1/agency/records") { return receivedFeed(request, exchange) }
        if request.pathIs("/v1/oauth/device_authorization")
            || request.pathIs("/v1/oauth/token") || request.pathIs("/v1/oauth/revoke")
        {
            exchange.kind = .identity
            guard request.method == .post else {
                return refuse(exchange, Heads.methodNotAllowedPost, .method)
            }
            let begins = request.pathIs("/v1/oauth/device_authorization")
            guard admit(request, by: begins ? parts.signInRates : parts.tokenRates, exchange)
            else { return .answered }
            return collect(request, max: limits.smallBodyBytesMax, exchange)
        }
        if request.pathIs("/v1/oauth/decision") { return receivedDecision(request, exchange) }
        return receivedOperations(request, exchange)
    }

    func bodyReceived(
        _ request: borrowing RequestView, body: UnsafeRawBufferPointer, exchange: Exchange
    ) {
        if request.pathIs("/v1/sync") {
            syncBody(request, body, exchange)
        } else if request.pathIs("/v1/devices/replace") {
            replaceDevice(request, body, exchange)
        } else if request.pathIs("/v1/devices/end") {
            endDevice(request, body, exchange)
        } else if request.pathIs("/v1/reconcile") {
            reconcileBody(request, body, exchange)
        } else if request.pathIs("/v1/oauth/device_authorization") {
            startSignIn(request, body, exchange)
        } else if request.pathIs("/v1/oauth/token") {
            exchangeToken(body, exchange)
        } else if request.pathIs("/v1/oauth/revoke") {
            revokeToken(body, exchange)
        } else if request.pathIs("/v1/oauth/decision") {
            decideSignIn(request, body, exchange)
        }
    }

    private func receivedOperations(
        _ request: borrowing RequestView, _ exchange: Exchange
    ) -> BodyPlan {
        let code = request.path(after: "/device/")
        let isPage = request.pathIs("/device") || code != nil
        let isDocument =
            request.pathIs("/openapi.json")
            || request.pathIs("/.well-known/oauth-authorization-server")
        let isKnown =
            request.pathIs("/healthz") || request.pathIs("/readyz") || request.pathIs("/metrics")
            || isPage || isDocument
        guard isKnown else { return refuse(exchange, Heads.notFound, .notFound) }
        guard request.method == .get || request.method == .head else {
            return refuse(exchange, Heads.methodNotAllowedGet, .method)
        }
        if isPage {
            exchange.respond(
                Heads.page,
                body: VerificationPage.html(
                    for: code, confirmedBy: parts.identity == nil ? .operator : .provider))
        } else if request.pathIs("/openapi.json") {
            exchange.respond(Heads.document, body: OpenAPIDocument.json)
        } else if isDocument {
            exchange.respond(
                Heads.document, body: AuthorisationMetadata.json(parts.publicURL()))
        } else if request.pathIs("/healthz") {
            exchange.respond(Heads.json, body: "{\"status\":\"ok\"}\n")
        } else if request.pathIs("/readyz") {
            if parts.isReady() {
                exchange.respond(Heads.json, body: "{\"status\":\"ready\"}\n")
            } else {
                exchange.respond(Heads.unavailable, body: ErrorBody.notReady.bytes)
            }
        } else {
            exchange.respond(Heads.text, body: Array(operationsText().utf8))
        }
        return .answered
    }

    /// Collects a body up to a size; a longer one that says so is answered in two languages.
    func collect(
        _ request: borrowing RequestView, max: Int, _ exchange: Exchange
    ) -> BodyPlan {
        if case .length(let length) = request.head.framing, length > max {
            return refuse(exchange, Heads.bodyTooLarge, .bodyTooLarge)
        }
        return .collect(max: max)
    }

    func refuse(_ exchange: Exchange, _ head: StaticHead, _ body: ErrorBody) -> BodyPlan {
        exchange.respond(head, body: body.bytes)
        return .answered
    }

    // MARK: - Who asks

    /// Finds the session of the asker, or answers why there is none.
    func admit(_ request: borrowing RequestView, _ exchange: Exchange) -> Session? {
        do {
            if let session = try session(request.authorization) { return session }
            refuseUnauthorised(exchange, head: Self.challenge(request.authorization))
        } catch {
            refuseUnreadable(exchange, error)
        }
        return nil
    }

    /// Answers that nobody is signed in with this token, or not any more.
    func refuseUnauthorised(_ exchange: Exchange, head: StaticHead = Heads.unauthorised) {
        metrics.unauthorised()
        exchange.respond(head, body: ErrorBody.unauthorised.bytes)
    }

    /// What somebody is told who is not admitted with this field.
    private static func challenge(_ authorization: UnsafeRawBufferPointer) -> StaticHead {
        bearer(authorization) == nil ? Heads.tokenMissing : Heads.unauthorised
    }

    /// A store that cannot be read says nothing about anybody's rights.
    func refuseUnreadable(_ exchange: Exchange, _ error: any Error) {
        metrics.readFailed(error)
        _ = refuse(exchange, Heads.unavailable, .storage)
    }

    /// Finds the session of a bearer token.
    private func session(_ authorization: UnsafeRawBufferPointer) throws -> Session? {
        guard let token = Self.bearer(authorization) else { return nil }
        let hash = SHA256.hash(token)
        let now = parts.now()
        // One that is over goes the way of one that never was.
        if let known = parts.sessions.session(hash), known.expires > now { return known }
        let generation = parts.sessions.generation
        guard let (record, device) = try reader.snapshot({ try $0.token(hash) }),
            record.kind == .access, record.expires > now, device.revoked == 0
        else { return nil }
        let session = Session(
            device: device.number, id: device.id, person: device.person, expires: record.expires,
            hash: hash, generation: generation,
            requests: parts.holders.count(of: .device(device.number)))
        parts.sessions.add(session)
        return session
    }

    /// The longest field `Authorization` that is looked at, in bytes.
    static let authorizationBytesMax = 256

    /// The token after `Bearer `, as bytes.
    static func bearer(_ authorization: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard authorization.count > 7, authorization.count <= authorizationBytesMax else {
            return nil
        }
        let scheme = UnsafeRawBufferPointer(rebasing: authorization[..<7])
        guard ASCII.equalFolded(scheme, "bearer ") else { return nil }
        return UnsafeRawBufferPointer(rebasing: authorization[7...])
    }

    // MARK: - Live

    private func receivedLive(_ request: borrowing RequestView, _ exchange: Exchange) -> BodyPlan {
        guard request.method == .get else {
            return refuse(exchange, Heads.methodNotAllowedWhole, .method)
        }
        guard let session = admit(request, exchange) else { return .answered }
        guard admit(session.requests, exchange) else { return .answered }
        if !live.watch(exchange, session: session) { refuseBusy(exchange) }
        return .answered
    }

    // MARK: - Feed

    private func receivedFeed(_ request: borrowing RequestView, _ exchange: Exchange) -> BodyPlan {
        guard request.method == .post else {
            return refuse(exchange, Heads.methodNotAllowedPost, .method)
        }
        // Its answer comes in chunks, which HTTP/1.0 does not have: nothing may take effect first.
        guard request.head.minorVersion == 1 else {
            exchange.rejectOldVersion()
            return .answered
        }
        let key = Self.bearer(request.authorization).map { SHA256.hash($0) }
        let found: AgencyRecord?
        do {
            found = try key.flatMap { key in try reader.snapshot { try $0.agency(key: key) } }
        } catch {
            refuseUnreadable(exchange, error)
            return .answered
        }
        guard let key, let agency = found, agency.revoked == 0 else {
            metrics.unauthorised()
            return refuse(exchange, Self.challenge(request.authorization), .agencyKey)
        }
        guard admit(parts.holders.count(of: .agency(agency.code)), exchange) else {
            return .answered
        }
        exchange.kind = .feed
        guard !sheds(.long) else {
            return refuse(
                exchange, Heads.comeLater(exchange.id),
                ErrorBody.busy.forFeed("the service is busy"))
        }
        let sink = FeedSink(service: self, agency: agency, key: key, exchange: exchange)
        exchange.attachment = sink
        return .stream(sink)
    }
}
