internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol

/// Applies a round that has reached its checkpoint, in one transaction.
///
/// Readers see the mirror before the round or after it, never between; and what
/// waits leaves the outbox in the same moment in which its effect arrives.
enum RoundApplier {
    /// What a round changed.
    struct Result: Sendable {
        /// Rows put in.
        var rows = 0
        /// Rows taken out.
        var deletes = 0
        /// Outcomes that were not known before.
        var outcomes: [WriteOutcome] = []
        /// Whether writes wait that can be sent and whose outcome is not known.
        var writesWait = false
        /// The server's last write where it misses later ones for good, or nil.
        var missingAfter: UInt64?
        /// The number of the next write.
        var nextMid: UInt64 = 0
        /// Whether something of citizens' data is left outside of the tables.
        var mustErase = false
        /// Whether one more answer decides what becomes of a bucket that is not held any more,
        /// or tells after which link writes get new numbers.
        var mustAsk = false

        /// Takes note of what waits at the end of a step.
        mutating func look(at state: CacheState, _ connection: Connection) throws {
            missingAfter = state.missingAfter
            mustErase = state.erasure != .none
            writesWait =
                try state.missingAfter == nil && !state.isAdopting
                && OutboxTable.hasUnanswered(state, connection)
            nextMid = state.nextMid
        }
    }

    /// Applies the pages kept and the one that ends the round.
    ///
    /// - Parameters:
    ///   - bytes: The answer that ends the round.
    ///   - scan: What it says.
    ///   - checkpoint: Its end.
    ///   - priority: Up to which priority it is complete; 9 for everything. Buckets
    ///     below are left as they are.
    ///   - device: The name under which the answer was asked for.
    ///   - last: The last write of which it can tell: ``RequestPlan/last``.
    ///   - wallMilliseconds: The device's clock.
    ///   - connection: The writer, in a transaction.
    /// - Returns: What changed.
    /// - Throws: ``SyncFailure`` where it does not add up, or what the storage refuses.
    static func apply(
        _ bytes: [UInt8], _ scan: PageScan, _ checkpoint: Checkpoint, upTo priority: UInt64 = 9,
        of device: DeviceID, tellingUpTo last: UInt64, wallMilliseconds: Int64,
        _ connection: Connection
    ) throws -> Result {
        var state = try CacheState.load(connection, as: device)
        state.observe(scan.hello, wallMilliseconds: wallMilliseconds)
        let isWhole = state.stagedCursor == nil ? state.cursor.isEmpty : state.stagedIsWhole
        let before = try BucketTable.load(connection).map(\.name)
        if state.repair == .mended { try Recount.run(connection) }
        var applier = try PageApplier(connection, replacesMirror: isWhole, upTo: priority)
        if state.stagedCursor != nil {
            do {
                try StageTable.drain(connection) { try applier.apply($0) }
            } catch is WireError {
                // It was whole when it was kept: this device's storage changed it.
                throw SyncFailure.verificationFailed(bucket: "staged")
            }
        }
        try bytes.withUnsafeBytes { try applier.apply($0) }
        try applier.finish()
        CrashPoint.clientApplyRows.reach()
        var result = Result(rows: applier.rows, deletes: applier.deletes)
        if applier.hasRemovedBuckets { state.erasure = max(state.erasure, .log) }
        let now = state.now(wallMilliseconds: wallMilliseconds)
        // Before anything is taken out of the outbox, whose links tell.
        let ours = try OutboxTable.chain(of: checkpoint.ackedMid, state, connection)
        let isOurs = ours != nil && ours == checkpoint.ackedChain
        if !state.isAdopting || isOurs {
            // What it acknowledges it is not asked to tell of again: a copy can have sent the same.
            result.outcomes = try OutcomeTable.store(
                scan.outcomes, upTo: isOurs ? max(last, checkpoint.ackedMid) : last, &state,
                now: now, connection)
        }
        let held = Set(try BucketTable.load(connection).map(\.name))
        let vanished = Set(before.filter { !held.contains($0) })
        let isSure = isWithdrawal(checkpoint, isWhole: isWhole, state)
        var absent = state.undecided.subtracting(held)
        if !isSure { absent.formUnion(vanished.filter { $0.utf8.starts(with: "person/".utf8) }) }
        result.mustAsk = !absent.isSubset(of: state.undecided)
        var ended = isSure ? vanished.sorted() : []
        if checkpoint.ackedMid >= state.answeredMid {
            ended += try OutboxTable.refusedAsEnded(absent, state, connection)
        }
        let older = state.undecided
        state.undecided = absent.subtracting(ended)
        if !ended.isEmpty { state.erasure = .copies }
        let takesOut = try OutboxTable.withdraw(
            ended, acked: checkpoint.ackedMid, state, now: now, connection)
        let hasGap = try OutboxTable.hasClosableGap(
            after: checkpoint.ackedMid, state, connection)
        if state.isAdopting || takesOut || hasGap {
            try OutboxTable.adopt(
                upTo: checkpoint.ackedMid, chain: checkpoint.ackedChain, known: ours, &state,
                now: now, connection)
        } else {
            try OutboxTable.acknowledge(
                upTo: checkpoint.ackedMid, chain: checkpoint.ackedChain, tellingUpTo: last, &state,
                now: now, connection)
        }
        if state.stagedCursor != nil { try StageTable.clear(&state, connection) }
        state.cursor = checkpoint.cursor
        if !checkpoint.lineage.isEmpty { state.lineage = checkpoint.lineage }
        if isSure { try decide(older, &state, now: now, connection) }
        // Nobody is told that everything is here before it is.
        if priority >= 9 { state.syncedAt = now }
        state.repair = .none
        try state.save(connection)
        try result.look(at: state, connection)
        return result
    }

    /// Whether buckets that a checkpoint leaves without a place are those of rights that ended.
    ///
    /// A server that was put back may never have had a bucket, and what this device wrote there
    /// is wanted again: it may be the only copy. Only a server that goes on with the history of
    /// the cursor knows the bucket for sure. An answer to a request for repair says the same of a
    /// name that it does not know, and pages that replace the mirror say nothing of it.
    private static func isWithdrawal(
        _ checkpoint: Checkpoint, isWhole: Bool, _ state: CacheState
    ) -> Bool {
        let isOtherHistory =
            !state.lineage.isEmpty && !checkpoint.lineage.isEmpty
            && checkpoint.lineage != state.lineage
        return !isOtherHistory && !isWhole && state.repair == .none
            && checkpoint.ackedMid >= state.answeredMid
    }

    /// Withdraws buckets that may have come back and have not.
    ///
    /// Once the server has answered every write, one that took effect on such a bucket would
    /// show it: it is there, and the right to it has ended. Or there is nothing of it.
    ///
    /// - Parameters:
    ///   - buckets: Those that were undecided before this answer.
    ///   - state: The state; the caller saves it.
    ///   - now: The time, for the notices, in milliseconds.
    ///   - connection: The writer, in a transaction, with everything answered acknowledged.
    /// - Throws: What the storage refuses.
    private static func decide(
        _ buckets: Set<String>, _ state: inout CacheState, now: Int64, _ connection: Connection
    ) throws {
        let gone = buckets.intersection(state.undecided)
        guard !gone.isEmpty, state.missingAfter == nil, !state.isAdopting,
            try !OutboxTable.hasUnanswered(state, connection)
        else { return }
        // Nothing waits, so nothing that stays needs another number.
        _ = try OutboxTable.withdraw(
            gone.sorted(), isKnown: false, acked: state.ackedMid, state, now: now, connection)
        state.undecided.subtract(gone)
        state.erasure = .copies
    }

    /// Keeps a page and the outcomes that came with it.
    static func stage(
        _ bytes: [UInt8], _ scan: PageScan, _ page: PageEnd, of device: DeviceID,
        tellingUpTo last: UInt64, wallMilliseconds: Int64, _ connection: Connection
    ) throws -> Result {
        var state = try CacheState.load(connection, as: device)
        state.observe(scan.hello, wallMilliseconds: wallMilliseconds)
        let now = state.now(wallMilliseconds: wallMilliseconds)
        var result = Result()
        result.outcomes = try OutcomeTable.store(
            scan.outcomes, upTo: last, &state, now: now, connection)
        try StageTable.append(bytes, cursor: page.cursor, &state, connection)
        try state.save(connection)
        return result
    }

    /// Takes note of a response that carries no rows.
    ///
    /// `acked` is the last write the mirror contains, where the response says
    /// that the mirror is current.
    static func settle(
        _ scan: PageScan, acked: UInt64?, of device: DeviceID, tellingUpTo last: UInt64,
        wallMilliseconds: Int64, _ connection: Connection
    ) throws -> Result {
        var state = try CacheState.load(connection, as: device)
        state.observe(scan.hello, wallMilliseconds: wallMilliseconds)
        let now = state.now(wallMilliseconds: wallMilliseconds)
        var result = Result()
        result.outcomes = try OutcomeTable.store(
            scan.outcomes, upTo: last, &state, now: now, connection)
        if let acked, !state.isAdopting {
            try OutboxTable.acknowledge(
                upTo: acked, chain: nil, tellingUpTo: last, &state, now: now, connection)
            // What is kept gets new numbers after a checkpoint's link: in this round.
            result.mustAsk = state.isAdopting
            state.syncedAt = now
            try decide(state.undecided, &state, now: now, connection)
        }
        try state.save(connection)
        try result.look(at: state, connection)
        return result
    }

    /// Forgets where the mirror stands, so that the next checkpoint replaces it.
    ///
    /// The mirror itself stays readable until then.
    static func dropCursor(of device: DeviceID, _ connection: Connection) throws {
        var state = try CacheState.load(connection, as: device)
        try StageTable.clear(&state, connection)
        state.cursor = []
        state.repair = .refused
        try state.save(connection)
    }

    /// Makes the body of the next request.
    ///
    /// - Parameters:
    ///   - connection: A reader.
    ///   - isHoldingBack: Whether to send no writes, though some may wait.
    ///   - withoutRows: Whether to send writes alone.
    ///   - priority: Up to which priority the pages were asked for that this round
    ///     has kept; 9 for everything.
    /// - Returns: The frames.
    /// - Throws: What the storage refuses.
    static func request(
        _ connection: Connection, holdingBack isHoldingBack: Bool = false,
        withoutRows: Bool = false, goingOnUpTo priority: UInt64 = 9
    ) throws -> RequestPlan {
        let state = try CacheState.load(connection)
        var plan = RequestPlan(device: state.device, last: state.nextMid - 1)
        plan.mustErase = state.erasure != .none
        plan.needsRepair = try needsRepair(state, connection)
        var sync = SyncRequest()
        sync.cursor = state.requestCursor
        sync.rowsMax = withoutRows ? 0 : Limits.pageRowsMax
        sync.bytesMax = Limits.pageBytesMax
        sync.outcomesSeen = state.answeredMid
        let isFirst = state.requestCursor.isEmpty && state.repair == .none
        if isFirst, !plan.needsRepair {
            sync.priorityMax = Limits.firstPriority
        } else if state.stagedCursor != nil, state.cursor.isEmpty, state.repair == .none {
            sync.priorityMax = priority
        }
        plan.priorityMax = sync.priorityMax
        // What is kept can only be applied at a checkpoint.
        sync.wantsCheckpoint = state.stagedCursor != nil || state.isAdopting
        BinaryFrames.append(.sync(sync), to: &plan.body)
        // After a gap that nothing fills every push would be refused.
        if !isHoldingBack, !state.isAdopting, state.missingAfter == nil,
            let batch = try OutboxTable.batch(state, connection)
        {
            BinaryFrames.append(.push(PushHeader(baseChain: batch.baseChain)), to: &plan.body)
            plan.body.append(contentsOf: batch.frames)
            plan.writes = batch.count
            plan.last = batch.first + UInt64(batch.count) - 1
        }
        return plan
    }

    /// Whether the mirror must be compared with the server's before anything else.
    private static func needsRepair(
        _ state: CacheState, _ connection: Connection
    ) throws -> Bool {
        switch state.repair {
        case .running: true
        case .mended, .refused: false
        case .none:
            // A mirror without a cursor, as after signing in anew, is worth keeping.
            state.requestCursor.isEmpty ? try RepairIndex.holdsRows(connection) : false
        }
    }
}

/// A request that is ready to be sent.
struct RequestPlan: Sendable {
    /// The name that the device has in it.
    let device: DeviceID
    /// The last write of which the answer can tell.
    ///
    /// It is the last one that is sent, whose link the server compares. Where none is sent
    /// it is the last that was stored: what comes later can have the number of a copy's.
    var last: UInt64
    /// The frames.
    var body: [UInt8] = []
    /// The number of writes in it.
    var writes = 0
    /// Whether to repair the mirror instead of sending it.
    var needsRepair = false
    /// The lowest priority that it asks for; 9 for everything.
    var priorityMax: UInt64 = 9
    /// Whether an earlier withdrawal is to be finished first.
    var mustErase = false
}
