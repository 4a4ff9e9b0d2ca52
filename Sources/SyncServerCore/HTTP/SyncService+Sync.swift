internal import HTTPWire
internal import SyncProtocol

extension SyncService {
    /// The form of frames a request or answer uses.
    enum Form {
        case binary
        case lines
    }

    /// What a body of `/v1/sync` says.
    private struct SyncBody {
        var request: SyncRequest?
        var baseChain: UInt64?
        var mutations: [Mutation] = []
    }

    func receivedSync(_ request: borrowing RequestView, _ exchange: Exchange) -> BodyPlan {
        guard request.method == .post else {
            return refuse(exchange, Heads.methodNotAllowedPost, .method)
        }
        guard let session = admit(request, exchange) else { return .answered }
        guard admit(session.requests, exchange) else { return .answered }
        exchange.attachment = session
        return collect(request, max: limits.syncBodyBytesMax, exchange)
    }

    func syncBody(
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
            let read = form == .binary ? try readBinary(body) : try readLines(body)
            sync(read, bodyBytes: body.count, session, answer, exchange)
        } catch {
            _ = refuse(exchange, Heads.badRequest, .wire(error))
        }
    }

    /// The form that a media type names, whatever parameters it carries.
    static func form(_ value: UnsafeRawBufferPointer) -> Form? {
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        let type = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: value[..<end]))
        if ASCII.equalFolded(type, "application/vnd.tangrat.sync") { return .binary }
        if ASCII.equalFolded(type, "application/json") { return .lines }
        return nil
    }

    // MARK: - Reading

    private func readBinary(_ body: UnsafeRawBufferPointer) throws(WireError) -> SyncBody {
        var read = SyncBody()
        let used = try FrameSplitter.split(body) { (payload, origin) throws(WireError) in
            let frame = try BinaryFrames.decodeRequest(payload, origin: origin)
            try take(frame, at: origin, into: &read)
        }
        guard used == body.count else {
            throw WireError(
                code: "wire.truncated", position: used, message: "the last frame is not complete")
        }
        return try finish(read)
    }

    private func readLines(_ body: UnsafeRawBufferPointer) throws(WireError) -> SyncBody {
        var read = SyncBody()
        var reader = JSONFrameReader(rescuesMutations: true)
        try reader.push(body) { (frame) throws(WireError) in
            try take(frame, at: 0, into: &read)
        }
        try reader.finish { (frame) throws(WireError) in
            try take(frame, at: 0, into: &read)
        }
        return try finish(read)
    }

    private func finish(_ read: SyncBody) throws(WireError) -> SyncBody {
        guard read.request != nil else {
            throw WireError(
                code: "wire.sync_missing", position: 0, message: "a request begins with sync")
        }
        return read
    }

    private func take(
        _ frame: Frame, at position: Int, into read: inout SyncBody
    ) throws(WireError) {
        func fail(_ code: String, _ message: String) -> WireError {
            WireError(code: code, position: position, message: message)
        }
        switch frame {
        case .sync(let request):
            guard read.request == nil else { throw fail("wire.sync_twice", "sync stands twice") }
            read.request = request
        case .push(let header):
            guard read.request != nil, read.baseChain == nil else {
                throw fail("wire.push_order", "push follows sync, once")
            }
            read.baseChain = header.baseChain
        case .mutation(let mutation):
            guard read.baseChain != nil else {
                throw fail("wire.push_order", "mutations follow push")
            }
            guard read.mutations.count < limits.mutationsMax else {
                throw fail("wire.mutations_too_many", "the limit is \(limits.mutationsMax)")
            }
            guard read.mutations.last.map({ $0.mid + 1 == mutation.mid }) ?? true else {
                throw fail("wire.mutation_order", "mutation numbers count up by one")
            }
            read.mutations.append(mutation.checked)
        case .unknown: break
        default: throw fail("wire.frame_direction", "the frame is part of an answer")
        }
    }

    // MARK: - Answering

    private func sync(
        _ body: SyncBody, bodyBytes: Int, _ session: Session, _ form: Form, _ exchange: Exchange
    ) {
        guard let request = body.request else { return }
        if let baseChain = body.baseChain, !body.mutations.isEmpty {
            exchange.kind = .push
            // Its head came when there was room.
            guard !context.isShortOfMemory else { return refuseBusy(exchange) }
            let waiting = WaitingPush(
                body.mutations, bodyBytes: bodyBytes, of: exchange, on: context)
            push(body.mutations, baseChain, request, session, form, waiting, exchange)
        } else {
            exchange.kind = .pull
            pull(request, session, form, exchange, pushed: nil)
        }
    }

    private func push(
        _ mutations: [Mutation], _ baseChain: UInt64, _ request: SyncRequest, _ session: Session,
        _ form: Form, _ waiting: WaitingPush, _ exchange: Exchange
    ) {
        let id = exchange.id
        let metrics = self.metrics
        let limits = self.limits
        let device = session.device
        let actor = AuditEntry.Actor.device(session.id)
        let job = WriterJob(
            loop: context.handle,
            run: { context in
                let machine = PushMachine(
                    transaction: context.transaction, book: context.book,
                    serverMilliseconds: context.now, rowsMax: limits.citizenRowsMax,
                    workBytesMax: limits.pushWorkBytesMax)
                let result = try machine.push(mutations, baseChain: baseChain, from: device)
                context.workBytes += result.workBytes
                if result.taken > 0 {
                    context.movedDevices[device] = result.ackedMid
                    let taken = UInt64(result.taken)
                    try context.audit.append(
                        .rowsWritten, by: actor,
                        mutations: .init(first: result.ackedMid - taken + 1, count: taken),
                        ranges: context.book.takeTouched())
                }
                return { context in
                    metrics.pushed(result, of: mutations.count)
                    session.requests.charge(
                        result.workBytes / limits.workBytesPerRequest
                            + result.keptBytes / limits.keptBytesPerRequest, now: context.now)
                    if result.failure == .forked { metrics.forked(session.id) }
                    waiting.end(context)
                    guard let service = context.handler as? SyncService,
                        let exchange = context.exchange(id)
                    else { return }
                    service.pushed(result, request, session, form, exchange)
                }
            },
            failed: { context in
                waiting.end(context)
                context.exchange(id)?.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
            })
        guard !commits.submit(job) else { return }
        waiting.end(context)
        refuseBusy(exchange)
    }

    private func pushed(
        _ result: PushResult, _ request: SyncRequest, _ session: Session, _ form: Form,
        _ exchange: Exchange
    ) {
        if let failure = result.failure {
            if failure == .revoked { return refuseUnauthorised(exchange) }
            let error = ErrorFrame(
                code: failure.rawValue, message: "the push stopped before its end",
                ackedMid: result.ackedMid)
            respond(outcomes(result) + [.error(error)], Heads.frames, form, exchange)
            return
        }
        pull(request, session, form, exchange, pushed: result)
    }

    private func pull(
        _ request: SyncRequest, _ session: Session, _ form: Form, _ exchange: Exchange,
        pushed: PushResult?
    ) {
        if request.rowsMax == 0, let pushed {
            let frames = outcomes(pushed) + [.pushed(ackedMid: pushed.ackedMid)]
            return respond(frames, Heads.framesWithoutRows, form, exchange)
        }
        let cursor: Cursor
        switch pages.open(request.cursor, for: session.id) {
        case .success(let opened): cursor = opened
        case .failure(let problem):
            metrics.restarted()
            let frames = outcomes(pushed) + [.restart(reason: problem.rawValue)]
            return respond(frames, Heads.frames, form, exchange)
        }
        if pushed == nil, let mid = unchanged(request, cursor, session) {
            metrics.unchanged()
            exchange.kind = .unchanged
            return respond([.unchanged(ackedMid: mid)], Heads.framesWithoutRows, form, exchange)
        }
        // Its head came when there was room; by now what waits may hold too much.
        guard !context.isShortOfMemory, !sheds(request.cursor.isEmpty ? .long : .page) else {
            guard let pushed else { return refuseForNow(exchange) }
            return respond(
                outcomes(pushed) + [later(pushed, exchange)], Heads.frames, form, exchange)
        }
        page(request, cursor, session, form, exchange)
    }

    /// The device's last mutation if it has everything, from memory.
    private func unchanged(
        _ request: SyncRequest, _ cursor: Cursor, _ session: Session
    ) -> UInt64? {
        guard !request.cursor.isEmpty, !request.wantsCheckpoint else { return nil }
        for _ in 0..<2 {
            let answer = parts.heads.answer(
                cursor, person: session.person, device: session.device,
                outcomesSeen: request.outcomesSeen)
            switch answer {
            case .unchanged(let mid): return mid
            case .changed: return nil
            case .unknown: loadHeads(session)
            }
        }
        return nil
    }

    private func loadHeads(_ session: Session) {
        let commits = parts.heads.commits
        try? reader.snapshot { snapshot in
            // Rights that are not as usual end by the clock, which no head shows.
            guard let device = try snapshot.device(session.device), device.rights == 0 else {
                return
            }
            parts.heads.load(
                try snapshot.buckets(of: session.person), person: session.person, device: device,
                asOf: commits)
        }
    }

    private func page(
        _ request: SyncRequest, _ cursor: Cursor, _ session: Session, _ form: Form,
        _ exchange: Exchange
    ) {
        let asker = PageBuilder.Asker(
            device: session.device, id: session.id, person: session.person, now: parts.now())
        func build(
            _ view: DeviceView, _ snapshot: any StoreSnapshot, into body: BodyWriter
        ) throws -> PageBuilder.Summary {
            func build(_ sink: inout some FrameSink) throws -> PageBuilder.Summary {
                sink.append(.hello(Hello(serverMilliseconds: parts.now())))
                return try pages.build(
                    request, cursor, for: asker, in: snapshot, seeing: view,
                    names: { try reader.name($0) }, into: &sink)
            }
            switch form {
            case .binary:
                var sink = BinaryFrameSink(body)
                return try build(&sink)
            case .lines:
                var sink = JSONFrameSink(body)
                return try build(&sink)
            }
        }
        do {
            try reader.snapshot(holding: parts.heads.commits) { snapshot in
                let view = try pages.view(of: asker, in: snapshot)
                guard !view.isPublic(since: cursor) else {
                    // Everyone's rows are no disclosure: they leave while they are read.
                    return try exchange.respond(
                        form == .binary ? Heads.frames : Heads.frameLines,
                        sliceFields: form == .binary ? Heads.longFrames : ""
                    ) { body in metrics.page(try build(view, snapshot, into: body)) }
                }
                let summary = try exchange.hold { try build(view, snapshot, into: $0) }
                release(
                    summary.disclosed, for: .sync, to: session, form, exchange,
                    sent: { [metrics] in metrics.page(summary) },
                    orElse: { $0.page(request, cursor, session, form, $1) })
            }
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

    private func outcomes(_ pushed: PushResult?) -> [Frame] {
        OutcomeRange.runs(of: pushed?.outcomes ?? []).map { .outcomes($0) }
    }

    /// Answers with frames that are all at hand.
    private func respond(
        _ frames: [Frame], _ head: StaticHead, _ form: Form, _ exchange: Exchange
    ) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        let hello = Frame.hello(Hello(serverMilliseconds: parts.now()))
        switch form {
        case .binary:
            BinaryFrames.append(hello, to: &bytes)
            for frame in frames { BinaryFrames.append(frame, to: &bytes) }
            exchange.respond(head, body: bytes)
        case .lines:
            var writer = JSONFrameWriter()
            writer.append(hello, to: &bytes)
            for frame in frames { writer.append(frame, to: &bytes) }
            exchange.respond(Heads.frameLines, body: bytes)
        }
    }
}

extension OutcomeRange {
    /// Folds outcomes that are alike and follow each other into runs.
    static func runs(of outcomes: [Outcome]) -> [OutcomeRange] {
        var runs: [OutcomeRange] = []
        for outcome in outcomes {
            if let last = runs.last, last.last + 1 == outcome.mid, last.status == outcome.status,
                last.code == outcome.code, last.detail == outcome.detail
            {
                runs[runs.count - 1].last = outcome.mid
            } else {
                runs.append(
                    OutcomeRange(
                        first: outcome.mid, last: outcome.mid, status: outcome.status,
                        code: outcome.code, detail: outcome.detail))
            }
        }
        return runs
    }
}
