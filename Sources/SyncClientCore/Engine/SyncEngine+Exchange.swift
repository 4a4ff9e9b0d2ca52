internal import SyncProtocol

/// One request of a round, and what its answer is to the machine.
extension SyncEngine {
    /// Sends frames and waits for the answer.
    func exchange(
        _ body: [UInt8], at path: String, _ round: inout Round
    ) async -> Exchanged {
        do throws(SyncFailure) {
            let credentials = try keeper.read()
            // Another process has just signed in: what it asks next is under its new name.
            guard credentials.device == round.device else { throw SyncFailure.busyElsewhere }
            let token = try keeper.accessToken(of: credentials)
            try environment.reach(.sendBefore)
            round.report.requests += 1
            round.report.bytesUp += body.count
            trace(.sent, body, round)
            let request = Request(
                .post, server, path, bearer: token, contentType: BinaryFrames.mediaType,
                body: body)
            let outcome = await environment.transport.send(request)
            try environment.reach(.sendAfter)
            switch outcome {
            case .notSent(let reason): return .failure(.notSent(reason: reason))
            case .unknown(let reason):
                return .failure(.unknown(reason: reason, random: environment.random.next()))
            case .cut(let reason):
                return .failure(.cut(reason: reason, random: environment.random.next()))
            case .response(let response): return .success(response)
            }
        } catch {
            return .failure(.failed(error))
        }
    }

    /// What a request came to.
    enum Exchanged {
        case success(Response)
        case failure(SyncRoundMachine.Event)
    }

    /// Looks over an answer, which is then the round's.
    func take(
        _ response: Response, _ writes: Int, _ round: inout Round
    ) -> SyncRoundMachine.Event {
        let random = environment.random.next()
        guard response.status == 200 else {
            return .refused(
                status: response.status, retryAfterMilliseconds: response.retryAfterMilliseconds,
                random: random)
        }
        // An answer without rows may leave its type out; what it is shows in its first bytes.
        guard ["", BinaryFrames.mediaType].contains(response.contentType) else {
            return .unusable(code: "wire.media_type", random: random)
        }
        round.report.bytesDown += response.body.count
        trace(.received, response.body, round)
        let scan: PageScan
        do throws(WireError) {
            scan = try PageScan(response.body)
        } catch {
            return .unusable(code: error.code, random: random)
        }
        guard let ending = ending(of: scan, random) else {
            return .unusable(code: "wire.order", random: random)
        }
        round.bytes = response.body
        round.scan = scan
        round.report.pushed += Self.taken(of: writes, upTo: round.last, by: scan)
        return .answered(ending)
    }

    /// How many of the writes that were sent the server has, as far as the answer tells.
    ///
    /// It may have taken the first of them only; the others are sent again, and count then.
    private static func taken(of writes: Int, upTo last: UInt64, by scan: PageScan) -> Int {
        guard writes > 0 else { return 0 }
        let acked: UInt64 =
            switch scan.terminal {
            case .unchanged(let mid), .pushed(let mid): mid
            case .checkpoint(let checkpoint): checkpoint.ackedMid
            case .error(let error): error.ackedMid
            default: 0
            }
        let reached = scan.outcomes.reduce(acked) { max($0, $1.last) }
        guard reached < last else { return writes }
        return max(0, writes - Int(clamping: last - reached))
    }

    private func ending(of scan: PageScan, _ random: UInt64) -> SyncRoundMachine.Ending? {
        switch scan.terminal {
        case .unchanged: .unchanged
        case .page: .page
        case .checkpoint: .checkpoint
        case .pushed: .pushed
        case .restart: .restart
        case .reconciled: .reconciled
        case .error(let error):
            .error(
                code: error.code,
                retryAfterMilliseconds: Int64(clamping: error.retryAfterMilliseconds),
                ackedMid: error.ackedMid, random: random)
        default: nil
        }
    }

    func trace(
        _ direction: TraceEvent.Direction, _ bytes: [UInt8], _ round: borrowing Round
    ) {
        let traces = listeners.compactMap(\.trace)
        guard !traces.isEmpty else { return }
        let event = TraceEvent(
            direction: direction, request: round.report.requests, bytes: bytes.count,
            milliseconds: milliseconds(since: round.startedAt),
            frames: TraceSummary.lines(bytes))
        for trace in traces { trace(event) }
    }
}
