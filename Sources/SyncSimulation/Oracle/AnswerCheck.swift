internal import SyncClientCore
internal import SyncProtocol
internal import SyncServerCore

/// Checks one answer before it travels: what it shows, and to whom.
///
/// It only finds out: an answer may be true of an earlier moment than the one at
/// which it leaves, so several are tried.
final class AnswerCheck {
    let oracle: Oracle
    let moment: Oracle.Moment
    let device: DeviceID
    let facts: DeviceFacts
    /// When the answer was read, by the server's clock.
    let now: Int64

    /// What is wrong, if anything.
    private(set) var problem: (invariant: String, what: String, file: StaticString, line: UInt)?
    /// The rows and tombstones of people that it has.
    private(set) var disclosed = 0
    /// What was reached.
    private(set) var points: [StaticString] = []
    /// What a device must hold at the cursor that it is given.
    private(set) var view: (cursor: [UInt8], view: Oracle.View)?

    init(
        oracle: Oracle, moment: Oracle.Moment, device: DeviceID, facts: DeviceFacts, now: Int64
    ) {
        self.now = now
        self.oracle = oracle
        self.moment = moment
        self.device = device
        self.facts = facts
    }

    /// What an answer says, read frame by frame.
    private struct Answer {
        var names: [UInt64: String] = [:]
        var buckets: [UInt64: String] = [:]
        var outcomes: [Outcome] = []
        var rows = 0
        var end: Frame?
    }

    private var truth: ServerTruth { moment.truth }
    private var world: World { oracle.world }

    private func fail(
        _ invariant: String, _ what: @autoclosure () -> String, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        if problem == nil { problem = (invariant, what(), file, line) }
    }

    /// Whether an answer tells the device to begin anew: its last frame does, however many
    /// outcomes stand before it.
    static func isRestart(_ response: Response) -> Bool {
        (try? response.body.withUnsafeBytesTyped { (raw) throws(WireError) in
            var last: (payload: UnsafeRawBufferPointer, origin: Int)?
            _ = try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                last = (payload, origin)
            }
            guard let last else { return false }
            if case .restart = try BinaryFrames.decode(last.payload, origin: last.origin) {
                return true
            }
            return false
        }) ?? false
    }

    /// Checks an answer of `/v1/sync` or `/v1/reconcile`.
    func check(_ response: Response, to exchange: Exchange) {
        // One commit can have its writes and, after them, the end of its rights.
        if let end = facts.revokedAfter, (exchange.arrivedAt ?? end) >= end {
            return fail("I11", "\(device) was answered after its rights had ended")
        }
        var answer = Answer()
        do throws(WireError) {
            let used = try response.body.withUnsafeBytesTyped { (raw) throws(WireError) in
                try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                    let frame = try BinaryFrames.decode(payload, origin: origin)
                    check(frame, &answer)
                }
            }
            guard used == response.body.count else {
                return fail("I7", "an answer ends inside a frame")
            }
        } catch {
            return fail("I7", "an answer cannot be read: \(error.code)")
        }
        for outcome in answer.outcomes { check(outcome) }
        guard let end = answer.end else { return fail("I7", "an answer has no end") }
        checkEnd(end, answer, exchange)
    }

    private func check(_ frame: Frame, _ answer: inout Answer) {
        switch frame {
        case .bucket(let bucket):
            checkShown(bucket)
            answer.buckets[bucket.index] = oracle.bucketNames[bucket.index]
        case .name(let index, let text): answer.names[index] = text
        case .row(let row): check(row, &answer)
        case .tombstone(let row): check(row, &answer)
        case .bucketGone: points.append("answer.bucketGone")
        case .outcomes(let range):
            for mid in range.first...range.last {
                answer.outcomes.append(
                    Outcome(mid: mid, status: range.status, code: range.code, detail: range.detail))
            }
        default: if frame.isTerminal { answer.end = frame }
        }
    }

    /// A bucket's number means the same for ever, so its name may be left out.
    private func checkShown(_ bucket: BucketState) {
        guard let name = oracle.bucketNames[bucket.index] else {
            return fail("I7", "there is no bucket \(bucket.index)")
        }
        if !bucket.name.isEmpty, !bucket.name.utf8.elementsEqual(name.utf8) {
            fail("I7", "bucket \(bucket.index) is \(name), not \(bucket.name)")
        }
        guard let part = BucketPart(name: name) else { return }
        if !truth.mayRead(facts.subject, part, at: now) {
            fail("I11", "the bucket \(name) was shown to \(facts.subject)")
        }
        let right = truth.rights[facts.subject]?[part]
        let end = if case .leased(let end) = right { UInt64(end) } else { UInt64(0) }
        if bucket.leaseUntil != end {
            fail("I11", "the right to \(name) ends at \(end), not at \(bucket.leaseUntil)")
        }
        if end > 0 { points.append("answer.leased") }
        if part.owner != facts.subject { points.append("answer.othersBucket") }
    }

    private func key(
        _ table: UInt64, _ id: String, _ bucket: UInt64, _ answer: Answer
    ) -> TrueKey? {
        guard let table = answer.names[table], answer.buckets[bucket] != nil,
            let policy = TablePolicy.all[table]
        else { return nil }
        return TrueKey(
            table: table, id: id, scope: policy.writer == .citizen ? facts.subject : "")
    }

    private func check(_ row: RowFrame, _ answer: inout Answer) {
        answer.rows += 1
        if BucketPart(name: answer.buckets[row.bucket] ?? "") != nil { disclosed += 1 }
        guard let key = key(row.table, row.id, row.bucket, answer),
            let owner = answer.names[row.owner]
        else { return fail("I7", "a row uses a name that was not announced") }
        guard let known = truth.rows[key], known.isAlive else {
            return fail("I10", "\(key) was sent and is not alive")
        }
        guard
            known.subject.isEmpty
                || truth.mayRead(
                    facts.subject, BucketPart(owner: known.subject, domain: known.domain), at: now)
        else {
            return fail("I11", "\(key) of \(known.subject) was sent to \(facts.subject)")
        }
        let found = TrueRow(
            table: key.table, id: key.id, owner: owner, asOf: row.asOf,
            sourceVersion: row.sourceVersion, body: row.body, isAlive: true,
            subject: known.subject)
        if found != known {
            fail("I7", "\(Oracle.text(found)) was sent in place of \(Oracle.text(known))")
        }
    }

    private func check(_ row: Tombstone, _ answer: inout Answer) {
        answer.rows += 1
        if BucketPart(name: answer.buckets[row.bucket] ?? "") != nil { disclosed += 1 }
        guard let key = key(row.table, row.id, row.bucket, answer) else {
            return fail("I7", "a tombstone uses a name that was not announced")
        }
        // That there was a row is told to nobody else either.
        if let part = BucketPart(name: answer.buckets[row.bucket] ?? ""),
            !truth.mayRead(facts.subject, part, at: now)
        {
            return fail("I11", "the tombstone of \(key) was sent to \(facts.subject)")
        }
        guard truth.rows[key]?.isAlive == true, let home = moment.revs[key] else { return }
        // An older mark of a row that moved away and came back may be sent before it.
        if home.bucket == answer.buckets[row.bucket], row.rev >= home.rev {
            fail("I7", "\(key) is alive and a tombstone was sent")
        }
    }

    private func check(_ outcome: Outcome) {
        guard let first = truth.outcomes[device]?[outcome.mid] else {
            return fail("I17", "\(device).\(outcome.mid) was answered and is not in the store")
        }
        // Behind a thousand newer ones it may be told without what it names.
        let isOld = (truth.devices[device]?.lastMid ?? 0) >= outcome.mid + 1_000
        let isEmptied = isOld && outcome.detail.isEmpty
        if first.status != outcome.status || first.code != outcome.code
            || first.detail != outcome.detail && !isEmptied
        {
            fail(
                "I2",
                "\(device).\(outcome.mid) ended as \(outcome.status) \(outcome.code), before as \(first.status) \(first.code)"
            )
        }
    }

    /// A checkpoint lets writes leave the outbox: how each ended is told no later.
    private func checkToldAll(_ answer: Answer, after seen: UInt64, upTo acked: UInt64) {
        guard seen < acked, answer.outcomes.count < OutcomeRecord.answerMax else { return }
        let told = Set(answer.outcomes.map(\.mid))
        if let missing = (seen + 1...acked).first(where: { !told.contains($0) }) {
            fail("I5", "\(device) was not told how write \(missing) of \(acked) ended")
        }
    }

    private func checkEnd(
        _ end: Frame, _ answer: Answer, _ exchange: Exchange
    ) {
        let request = Self.request(exchange)
        // Everyone's rows come after a person's own, by their priorities.
        let isOwnOnly = request.map { $0.priorityMax < 5 } ?? false
        if isOwnOnly { points.append("answer.ownFirst") }
        let sight =
            isOwnOnly
            ? truth.ownSight(of: facts.subject, at: now) : truth.sight(of: facts.subject, at: now)
        let view = Oracle.View(
            history: oracle.history, digest: sight.digest, count: sight.count,
            subject: facts.subject)
        switch end {
        case .checkpoint(let checkpoint):
            if checkpoint.rows != UInt64(answer.rows) {
                fail("I7", "\(checkpoint.rows) rows were promised, \(answer.rows) sent")
            }
            checkAcked(checkpoint.ackedMid)
            if checkpoint.ackedMid > 0, checkpoint.ackedChain != facts.lastChain {
                fail("I4", "the chain of \(device) in an answer is not the store's")
            }
            checkToldAll(answer, after: request?.outcomesSeen ?? 0, upTo: checkpoint.ackedMid)
            self.view = (checkpoint.cursor, view)
            points.append("answer.checkpoint")
        case .page(let page):
            if page.rows != UInt64(answer.rows) {
                fail("I7", "\(page.rows) rows were promised, \(answer.rows) sent")
            }
            points.append("answer.page")
        case .unchanged(let acked):
            checkAcked(acked)
            checkUnchanged(request?.cursor ?? [], view)
        case .pushed(let acked):
            checkAcked(acked)
            points.append("answer.pushed")
        case .reconciled(let end):
            if end.rows != UInt64(answer.rows) {
                fail("I7", "\(end.rows) rows were promised, \(answer.rows) sent")
            }
            points.append("answer.reconciled")
        case .restart(let reason):
            points.append("answer.restart")
            world.note("server", "tells \(device) to start over: \(reason)")
        case .error(let error):
            points.append("answer.error")
            world.note("server", "answers \(device) with \(error.code)")
        default: break
        }
    }

    private func checkAcked(_ acked: UInt64) {
        if acked != facts.lastMid {
            fail("I4", "\(device) was told \(acked), the store has \(facts.lastMid)")
        }
    }

    /// "Nothing new" is said only to a device that has everything.
    private func checkUnchanged(_ cursor: [UInt8], _ view: Oracle.View) {
        points.append("answer.unchanged")
        // A cursor of an unfinished round stands for no state of its own.
        guard let known = oracle.views[cursor] else { return }
        if !known.contains(where: { $0.digest == view.digest }) {
            fail("I7", "\(device) was told that nothing is new")
        }
    }

    /// What a device asked for.
    private static func request(_ exchange: Exchange) -> SyncRequest? {
        var found: SyncRequest?
        _ = try? exchange.body.withUnsafeBytesTyped { (raw) throws(WireError) in
            try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                if case .sync(let request) = try BinaryFrames.decode(payload, origin: origin) {
                    found = request
                }
            }
        }
        return found
    }
}
