internal import HTTPWire
internal import SyncProtocol

/// `/v1/reconcile`: repair by comparing sums of ranges.
extension SyncService {
    /// What a body of `/v1/reconcile` says.
    private struct ReconcileBody {
        var request: ReconcileRequest?
        var claims: [ReconcileClaim] = []
    }

    func reconcileBody(
        _ request: borrowing RequestView, _ body: UnsafeRawBufferPointer, _ exchange: Exchange
    ) {
        guard let session = exchange.attachment as? Session else { return }
        // A body may take its time, and rights may have ended since its head.
        guard parts.sessions.isCurrent(session) || admit(request, exchange) != nil else { return }
        guard let form = Self.form(request.bytes(request.head.contentType)) else {
            _ = refuse(exchange, Heads.unsupportedMedia, .media)
            return
        }
        let answer = Self.form(request.bytes(request.head.accept)) ?? form
        do throws(WireError) {
            let read = try read(body, form)
            guard let request = read.request else {
                throw WireError(
                    code: "wire.reconcile_missing", position: 0,
                    message: "a request begins with reconcile")
            }
            reconcile(request, read.claims, session, answer, exchange)
        } catch {
            _ = refuse(exchange, Heads.badRequest, .wire(error))
        }
    }

    private func read(
        _ body: UnsafeRawBufferPointer, _ form: Form
    ) throws(WireError) -> ReconcileBody {
        var read = ReconcileBody()
        switch form {
        case .binary:
            let used = try FrameSplitter.split(body) { (payload, origin) throws(WireError) in
                try take(try BinaryFrames.decode(payload, origin: origin), origin, into: &read)
            }
            guard used == body.count else {
                throw WireError(
                    code: "wire.truncated", position: used,
                    message: "the last frame is not complete")
            }
        case .lines:
            var reader = JSONFrameReader()
            try reader.push(body) { (frame) throws(WireError) in try take(frame, 0, into: &read) }
            try reader.finish { (frame) throws(WireError) in try take(frame, 0, into: &read) }
        }
        return read
    }

    private func take(
        _ frame: Frame, _ position: Int, into read: inout ReconcileBody
    ) throws(WireError) {
        func fail(_ code: String, _ message: String) -> WireError {
            WireError(code: code, position: position, message: message)
        }
        func add(_ claim: ReconcileClaim) throws(WireError) {
            guard read.request != nil else {
                throw fail("wire.reconcile_missing", "a request begins with reconcile")
            }
            guard read.claims.count < limits.claimsMax else {
                throw fail("wire.claims_too_many", "the limit is \(limits.claimsMax)")
            }
            read.claims.append(claim)
        }
        switch frame {
        case .reconcile(let request):
            guard read.request == nil else {
                throw fail("wire.reconcile_twice", "reconcile stands twice")
            }
            read.request = request
        case .sums(let claim): try add(.sums(claim))
        case .items(let claim):
            guard claim.hashes.allSatisfy(claim.range.contains) else {
                throw fail("wire.items", "a hash lies outside its range")
            }
            try add(.items(claim))
        case .unknown: break
        default: throw fail("wire.frame_direction", "the frame does not belong here")
        }
    }

    // MARK: - Answering

    private func reconcile(
        _ request: ReconcileRequest, _ claims: [ReconcileClaim], _ session: Session,
        _ form: Form, _ exchange: Exchange
    ) {
        exchange.kind = .repair
        guard !sheds(request.goesOn ? .page : .long) else { return refuseForNow(exchange) }
        do {
            let summary = try exchange.hold { body in
                switch form {
                case .binary:
                    var sink = BinaryFrameSink(body)
                    return try answer(request, claims, session, into: &sink)
                case .lines:
                    var sink = JSONFrameSink(body)
                    return try answer(request, claims, session, into: &sink)
                }
            }
            release(
                summary.disclosed, for: .repair, to: session, form, exchange,
                sent: { [metrics] in metrics.reconciled(summary, request) },
                orElse: { $0.reconcile(request, claims, session, form, $1) })
        } catch is ReconcileMachine.Shed {
            refuseForNow(exchange)
        } catch is PageBuilder.Revoked {
            refuseUnauthorised(exchange)
        } catch StoreFailure.inconsistent(let what) {
            metrics.readFailed(what, isDamage: true)
            exchange.respond(Heads.internalError, body: ErrorBody.damaged.bytes)
        } catch {
            metrics.readFailed(error)
            exchange.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
        }
    }

    private func answer(
        _ request: ReconcileRequest, _ claims: [ReconcileClaim], _ session: Session,
        into sink: inout some FrameSink
    ) throws -> ReconcileMachine.Summary {
        sink.append(.hello(Hello(serverMilliseconds: parts.now())))
        let machine = ReconcileMachine(
            pages: pages, indexes: parts.indexes, limits: limits,
            mayRead: { [self] in !sheds(.long) })
        let asker = PageBuilder.Asker(
            device: session.device, id: session.id, person: session.person,
            now: parts.now())
        let summary = try reader.snapshot { snapshot in
            try machine.answer(
                request, claims, for: asker, in: snapshot, names: { try reader.name($0) },
                into: &sink)
        }
        for bucket in summary.inconsistent {
            metrics.log(.error, "store.inconsistent", "the books of \(bucket) are wrong")
        }
        return summary
    }
}
