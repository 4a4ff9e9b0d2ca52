internal import SyncProtocol

/// Stays in sync: a round at first, then one whenever something moves.
///
/// The live channel only says "look again". Data always come by a round, so
/// there is one path for them and nothing to race with.
struct LiveEngine: Sendable {
    /// How listening ended.
    private enum End: Sendable {
        case failed(SyncFailure)
        /// The sign-in ended under which it listened.
        case revoked(token: String)
        case over
    }

    let session: ClientSession
    let trace: (@Sendable (TraceEvent) -> Void)?
    let tell: @Sendable (LiveEvent) -> Void

    private var environment: SyncEnvironment { session.store.environment }

    /// Runs until cancelled, revoked, or stopped by what waiting cannot mend.
    func run() async {
        var backoff = BackoffMachine()
        // The number of the next write when the last round ended.
        var nextMid: UInt64 = 0
        while !Task.isCancelled {
            var failure = await round(&nextMid)
            if failure == nil {
                backoff.succeeded()
                switch await listen(&nextMid) {
                case .revoked(let token):
                    guard await mayStillBeGood(token) else {
                        tell(.revoked)
                        return
                    }
                    failure = .noAnswer(reason: "live.unauthorized")
                case .over: return
                case .failed(let ended): failure = ended
                }
            }
            guard let failure else { continue }
            guard await isWorthAnotherTry(failure) else { return }
            let asked: Int64? =
                if case .serverBusy(let pause) = failure { pause } else { nil }
            let pause = backoff.failed(
                retryAfterMilliseconds: asked, random: environment.random.next())
            tell(.waiting(milliseconds: pause, failure))
            do {
                try await environment.monotonic.sleep(milliseconds: pause)
            } catch {
                return
            }
        }
    }

    /// Whether a refused token was renewed, or of an older sign-in, or is being changed right
    /// now: then a round tells more.
    private func mayStillBeGood(_ token: String) async -> Bool {
        do throws(SyncFailure) {
            return try await !session.keeper.markExpired(token)
        } catch {
            return error == .busyElsewhere
        }
    }

    private func isWorthAnotherTry(_ failure: SyncFailure) async -> Bool {
        switch failure {
        case .offline, .connectionUntrusted, .noAnswer, .serverBusy, .busyElsewhere,
            .answerUnusable,
            .verificationFailed, .writesMissing:
            return true
        case .signInExpired:
            tell(.revoked)
            return false
        case .cancelled: return false
        case .signedOut, .signInTimedOut, .signInDenied, .deviceCopied,
            .unsentWrites, .writeRefused, .formIncomplete, .rowAbsent, .outboxFull,
            .addressInvalid, .appTooOld, .storageFull, .storageFailed, .cacheDamaged, .cacheNewer,
            .cacheForeign, .cacheReplaced, .exportUnreadable, .exportUnopened, .permissionsUnsafe,
            .pathUnusable,
            .closed:
            tell(.stopped(failure))
            return false
        }
    }

    private func round(_ nextMid: inout UInt64) async -> SyncFailure? {
        do throws(SyncFailure) {
            let report = try await session.engine.sync(SyncEngine.Listener(trace: trace))
            nextMid = report.nextMid
            tell(.synced(report))
            return nil
        } catch {
            return error
        }
    }

    private func listen(_ nextMid: inout UInt64) async -> End {
        let token: String
        do throws(SyncFailure) {
            token = try await session.keeper.accessToken()
        } catch {
            return .failed(error)
        }
        let signals = environment.transport.listen(
            Request(
                .get, session.server, "/v1/live", bearer: token, accept: "text/event-stream"))
        let changes = session.store.hub.changes()
        let wakes = LiveWakes()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals { wakes.note(signal) }
                wakes.note(.ended(.network(reason: "live.closed")))
            }
            group.addTask {
                for await _ in changes { wakes.noteChange() }
            }
            defer { group.cancelAll() }
            for await _ in wakes.stream {
                let news = wakes.take()
                if news.isRevoked, !Task.isCancelled { return .revoked(token: token) }
                if let end = await handle(news, &nextMid) { return end }
            }
            return .over
        }
    }

    /// Reacts to what has happened since the last time; a result ends listening.
    private func handle(_ news: LiveWakes.News, _ nextMid: inout UInt64) async -> End? {
        if Task.isCancelled { return .over }
        if news.hasOpened { tell(.connected) }
        // What moved between the last round and the opening was told to nobody.
        var isDue = news.hasOpened || news.hasMoved
        if !isDue, news.hasChanged {
            do throws(SyncFailure) {
                // A round stores things too; only a write that it did not see is news.
                isDue = try await session.store.read { try CacheState.load($0).nextMid } != nextMid
            } catch {
                return .failed(error)
            }
        }
        if isDue, let failure = await round(&nextMid) { return .failed(failure) }
        return news.end.map { .failed($0.failure) }
    }
}

extension LiveEnd {
    /// The end as a failure of the engine's.
    fileprivate var failure: SyncFailure {
        switch self {
        case .network(let reason): .noAnswer(reason: reason)
        case .status(401, _), .status(403, _):
            // A round renews the token, or finds out that it cannot.
            .noAnswer(reason: "live.unauthorized")
        case .status(_, let retryAfter): .serverBusy(retryAfterMilliseconds: retryAfter ?? 1_000)
        }
    }
}
