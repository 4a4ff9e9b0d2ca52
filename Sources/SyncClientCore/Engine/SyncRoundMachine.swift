/// Decides what one round of syncing does next, and does nothing itself.
///
/// Every event returns one ``Action`` for the engine to carry out, so the whole
/// round can be tested as plain values.
///
/// ```text
///              page ─▶ stage ─▶ staged ──────────┐
///  begin ─▶ send ─▶ checkpoint ─▶ apply ─▶ applied ─▶ finish (or send, if writes wait)
///            ▲  │ unchanged, pushed ─▶ settle ─▶ settled ─▶ finish (or send)
///            │  │ restart, or a sum that is wrong ─▶ beginRepair ─▶ repairBegun
///            │  │                                 reconcile ◀──────┘   │
///            │  │                                    └─▶ reconciled ───┤
///            │  │ push.gap ─▶ offerAgain ─▶ offered ───────────────────┤
///            │  │ a gap that nothing fills: go on without writes ──────┤
///            │  │ 401 ─▶ refresh ─▶ refreshed ─────────────────────────┤
///            │  └ busy, no answer ─▶ wait ─▶ pauseOver ────────────────┤
///            └─────────────────────────────────────────────────────────┘
/// ```
///
/// Where nothing is held that a repair can begin from, or the server cannot
/// repair, the cursor is dropped and the mirror fetched anew. Where no answer with
/// rows can be used, the writes that wait are sent without asking for rows, and
/// then the round fails.
package struct SyncRoundMachine: Hashable, Sendable {
    /// What the engine is to do.
    package enum Action: Hashable, Sendable {
        /// Send a request from where the store stands.
        case send
        /// Send writes alone, if some wait, and ask for no rows.
        case push
        /// Keep a page until the round's checkpoint.
        case stage
        /// Apply the round's pages at once.
        case apply
        /// Store the outcomes of a response that carries no rows.
        case settle
        /// Look at what is held, to compare it with what the server holds.
        case beginRepair(bucket: String?)
        /// Ask the server where its rows differ from those held.
        case reconcile
        /// Forget the cursor and all pages kept; the next request begins anew.
        case dropCursor
        /// Put writes after this number back into the outbox.
        case offerAgain(afterMid: UInt64)
        /// Get a new access token.
        case refresh
        /// Do nothing for some milliseconds.
        case wait(milliseconds: Int64)
        /// The round is done.
        case finish
        /// The round has failed.
        case stop(SyncFailure)
    }

    /// What has happened.
    package enum Event: Hashable, Sendable {
        /// The server answered, and the answer has this end.
        case answered(Ending)
        /// The server answered with an HTTP status other than 200.
        case refused(status: Int, retryAfterMilliseconds: Int64?, random: UInt64)
        /// The answer was not one, or was cut: it is not used.
        case unusable(code: String, random: UInt64)
        /// Nothing reached the server.
        case notSent(reason: String)
        /// It is not known whether the request took effect.
        case unknown(reason: String, random: UInt64)
        /// An answer began and did not come whole: it is not known either.
        case cut(reason: String, random: UInt64)
        /// A page has been kept.
        case staged
        /// The checkpoint has been applied.
        case applied(writesWait: Bool)
        /// A checkpoint of the first priorities has been applied; the rest is to come.
        case appliedPart
        /// What was received does not add up.
        case verificationFailed(bucket: String)
        /// Outcomes have been stored.
        case settled(writesWait: Bool)
        /// The mirror must be repaired before a request is sent.
        case repairNeeded
        /// What is held has been looked at, if anything is.
        case repairBegun(holdsRows: Bool)
        /// An answer about differences has been kept.
        case reconciled(isDone: Bool)
        /// The cursor has been forgotten.
        case cursorDropped
        /// So many writes are back in the outbox; none where one is not kept any more.
        case offered(count: Int)
        /// There is a new access token.
        case refreshed
        /// The pause is over.
        case pauseOver
        /// The device itself failed.
        case failed(SyncFailure)
    }

    /// How a response ended.
    package enum Ending: Hashable, Sendable {
        case unchanged
        case page
        case checkpoint
        case pushed
        case restart
        case reconciled
        case error(code: String, retryAfterMilliseconds: Int64, ackedMid: UInt64, random: UInt64)
    }

    private var attempts = 0
    private var requests = 0
    private var restarts = 0
    private var hasRefreshed = false
    private var hasOffered = false
    private var gapAfter: UInt64 = 0
    private var backoff = BackoffMachine()
    private var isRepairing = false
    private var failures = 0
    /// Why no rows can be had, once that is certain.
    private var rowsFailure: SyncFailure?

    /// The server's last write, where a gap after it keeps writes from being sent.
    ///
    /// While it is set, requests carry no writes: what can be read is not held
    /// back by what cannot be sent.
    package private(set) var heldBackAfter: UInt64?

    /// The times that the mirror was repaired or fetched anew in this round.
    package private(set) var repairs = 0

    /// Creates a machine for one round.
    package init() {}

    /// The round begins.
    ///
    /// - Parameter repairs: Whether to compare everything with the server first.
    /// - Returns: What to do.
    package mutating func begin(repairs: Bool = false) -> Action {
        repairs ? beginRepair(of: nil) : send()
    }

    /// Takes note of what happened and says what to do.
    package mutating func handle(_ event: Event) -> Action {
        switch event {
        case .answered(let ending): return answered(ending)
        case .refused(let status, let retryAfter, let random):
            return refused(status, retryAfter, random)
        case .unusable(let code, let random):
            return orWithoutRows(after: nil, random, .answerUnusable(code: code))
        case .notSent(let reason): return .stop(.notSent(reason))
        case .unknown(let reason, let random):
            return again(after: nil, random, orStop: .noAnswer(reason: reason))
        case .cut(let reason, let random):
            return orWithoutRows(after: nil, random, .noAnswer(reason: reason))
        case .cursorDropped, .refreshed, .pauseOver: return send()
        case .staged, .appliedPart:
            gotSomewhere()
            return send()
        case .applied(let writesWait), .settled(let writesWait):
            gotSomewhere()
            if writesWait, heldBackAfter == nil { return send() }
            return rowsFailure.map(Action.stop) ?? .finish
        case .verificationFailed(let bucket):
            failures += 1
            guard failures > 1 else { return beginRepair(of: bucket) }
            return giveRowsUp(.verificationFailed(bucket: bucket)) ?? send()
        case .repairNeeded: return beginRepair(of: nil)
        case .repairBegun(let holdsRows):
            guard holdsRows else { return .dropCursor }
            isRepairing = true
            return send()
        case .reconciled(let isDone):
            gotSomewhere()
            isRepairing = !isDone
            return send()
        case .offered(let count):
            if count == 0 { heldBackAfter = gapAfter }
            return send()
        case .failed(let failure): return .stop(failure)
        }
    }

    private mutating func answered(_ ending: Ending) -> Action {
        hasRefreshed = false
        switch ending {
        case .unchanged, .pushed: return .settle
        case .page: return .stage
        case .checkpoint: return .apply
        case .restart:
            restarts += 1
            return restarts > 2
                ? .stop(.answerUnusable(code: "sync.restarts")) : beginRepair(of: nil)
        // The engine keeps such an answer before it tells.
        case .reconciled: return .stop(.answerUnusable(code: "wire.order"))
        case .error(let code, let retryAfter, let ackedMid, let random):
            switch code {
            case "push.gap":
                return gap(after: ackedMid)
            case "push.forked": return .stop(.deviceCopied)
            case "reconcile.too_large" where isRepairing: return fetchAnew()
            case "client.too_old", "schema.too_old": return .stop(.appTooOld)
            case "server.busy":
                return again(
                    after: retryAfter, random,
                    orStop: .serverBusy(retryAfterMilliseconds: retryAfter))
            default: return .stop(.answerUnusable(code: code))
            }
        }
    }

    private mutating func gap(after ackedMid: UInt64) -> Action {
        guard heldBackAfter == nil else { return .stop(.writesMissing(afterMid: ackedMid)) }
        gapAfter = ackedMid
        guard !hasOffered else {
            heldBackAfter = ackedMid
            return send()
        }
        hasOffered = true
        return .offerAgain(afterMid: ackedMid)
    }

    private mutating func refused(
        _ status: Int, _ retryAfter: Int64?, _ random: UInt64
    ) -> Action {
        switch status {
        case 401:
            // Twice in a row means that a fresh token is refused as well.
            guard !hasRefreshed else { return .stop(.signInExpired) }
            hasRefreshed = true
            return .refresh
        case 403: return .stop(.signInExpired)
        // A server of an earlier version, which cannot repair.
        case 404 where isRepairing: return fetchAnew()
        case 426: return .stop(.appTooOld)
        case 429, 503:
            return again(
                after: retryAfter ?? 1_000, random,
                orStop: .serverBusy(retryAfterMilliseconds: retryAfter ?? 1_000))
        case 408, 502, 504:
            // A proxy's answer may follow a commit that it did not see.
            return again(after: retryAfter, random, orStop: .noAnswer(reason: "http.\(status)"))
        case 500:
            // The server may have rows that it cannot read, and takes what was written.
            return orWithoutRows(after: retryAfter, random, .noAnswer(reason: "http.500"))
        default: return .stop(.answerUnusable(code: "http.\(status)"))
        }
    }

    /// Only what was used counts: an answer may come and still be of no use.
    private mutating func gotSomewhere() {
        attempts = 0
        backoff.succeeded()
    }

    private mutating func send() -> Action {
        requests += 1
        guard requests <= Limits.requestsMax else {
            return .stop(.answerUnusable(code: "sync.requests"))
        }
        if rowsFailure != nil { return .push }
        return isRepairing ? .reconcile : .send
    }

    /// Tries again after a pause; from the last attempt on, without rows.
    private mutating func orWithoutRows(
        after retryAfter: Int64?, _ random: UInt64, _ failure: SyncFailure
    ) -> Action {
        attempts += 1
        if attempts >= Limits.attemptsMax, let end = giveRowsUp(failure) { return end }
        return pause(after: retryAfter, random, orStop: failure)
    }

    /// Gives the rows up: what cannot be read holds back nothing that was written.
    ///
    /// - Returns: The round's end, if they were given up before.
    private mutating func giveRowsUp(_ failure: SyncFailure) -> Action? {
        if let rowsFailure { return .stop(rowsFailure) }
        rowsFailure = failure
        gotSomewhere()
        return nil
    }

    private mutating func beginRepair(of bucket: String?) -> Action {
        repairs += 1
        return .beginRepair(bucket: bucket)
    }

    private mutating func fetchAnew() -> Action {
        isRepairing = false
        return .dropCursor
    }

    private mutating func again(
        after retryAfter: Int64?, _ random: UInt64, orStop failure: SyncFailure
    ) -> Action {
        attempts += 1
        guard attempts < Limits.attemptsMax else { return .stop(failure) }
        return pause(after: retryAfter, random, orStop: failure)
    }

    /// Waits, unless that were too long for a round.
    private mutating func pause(
        after retryAfter: Int64?, _ random: UInt64, orStop failure: SyncFailure
    ) -> Action {
        let pause = backoff.failed(retryAfterMilliseconds: retryAfter, random: random)
        return pause <= Limits.roundPauseMillisecondsMax
            ? .wait(milliseconds: pause) : .stop(failure)
    }
}
