internal import SyncProtocol

/// Stays in sync: a round at first, then one whenever something moves.
///
/// The live channel only says "look again". Data always come by a round, so
/// there is one path for them and nothing to race with.
struct LiveEngine: Sendable {
    /// What wakes it.
    private enum Wake: Sendable {
        case signal(LiveSignal)
        case localWrite
    }

    /// How listening ended.
    private enum End: Sendable {
        case failed(SyncFailure)
        case revoked
        case over
    }

    let session: ClientSession
    let trace: (@Sendable (TraceEvent) -> Void)?
    let tell: @Sendable (LiveEvent) -> Void

    private var environment: SyncEnvironment { session.store.environment }

    /// Runs until cancelled, revoked, or stopped by what waiting cannot mend.
    func run() async {
        var backoff = BackoffMachine()
        while !Task.isCancelled {
            var failure = await round()
            if failure == nil {
                backoff.succeeded()
                switch await listen() {
                case .revoked:
                    try? await session.keeper.markExpired()
                    tell(.revoked)
                    return
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

    private func isWorthAnotherTry(_ failure: SyncFailure) async -> Bool {
        switch failure {
        case .offline, .noAnswer, .serverBusy, .busyElsewhere, .answerUnusable,
            .verificationFailed:
            return true
        case .signInExpired:
            tell(.revoked)
            return false
        case .cancelled: return false
        case .signedOut, .signInTimedOut, .signInDenied, .deviceCopied, .writesMissing,
            .unsentWrites, .writeRefused, .formIncomplete, .rowAbsent, .outboxFull,
            .addressInvalid, .appTooOld, .storageFull, .storageFailed, .cacheDamaged, .cacheNewer,
            .cacheForeign, .permissionsUnsafe, .closed:
            tell(.stopped(failure))
            return false
        }
    }

    private func round() async -> SyncFailure? {
        do throws(SyncFailure) {
            tell(.synced(try await session.engine.sync(SyncEngine.Listener(trace: trace))))
            return nil
        } catch {
            return error
        }
    }

    private func listen() async -> End {
        let token: String
        do throws(SyncFailure) {
            token = try await session.keeper.accessToken()
        } catch {
            return .failed(error)
        }
        let signals = environment.transport.listen(
            Request(
                .get, session.server, "/v1/live", bearer: token, accept: "text/event-stream"))
        let writes = session.store.hub.writes()
        let (wakes, continuation) = AsyncStream.makeStream(
            of: Wake.self, bufferingPolicy: .bufferingNewest(32))
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals { continuation.yield(.signal(signal)) }
                continuation.finish()
            }
            group.addTask {
                for await _ in writes { continuation.yield(.localWrite) }
            }
            defer { group.cancelAll() }
            for await wake in wakes {
                if let end = await handle(wake) { return end }
            }
            return Task.isCancelled ? .over : .failed(.noAnswer(reason: "live.closed"))
        }
    }

    /// Reacts to one wake; a result ends listening.
    private func handle(_ wake: Wake) async -> End? {
        switch wake {
        case .localWrite, .signal(.event("moved")): return await round().map(End.failed)
        case .signal(.opened):
            tell(.connected)
            // What moved between the last round and now was told to nobody.
            return await round().map(End.failed)
        case .signal(.event("revoked")): return .revoked
        case .signal(.event): return nil
        case .signal(.ended(.network(let reason))): return .failed(.noAnswer(reason: reason))
        case .signal(.ended(.status(401, _))), .signal(.ended(.status(403, _))):
            // A round renews the token, or finds out that it cannot.
            return .failed(.noAnswer(reason: "live.unauthorized"))
        case .signal(.ended(.status(_, let retryAfter))):
            return .failed(.serverBusy(retryAfterMilliseconds: retryAfter ?? 1_000))
        }
    }
}
