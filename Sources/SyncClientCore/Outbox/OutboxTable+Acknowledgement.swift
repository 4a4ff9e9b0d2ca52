internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol

extension OutboxTable {
    /// Lets the writes go that the mirror contains now.
    ///
    /// They are kept apart for 14 days: a server restored from a backup has lost
    /// them, and only this device can bring them back.
    ///
    /// - Throws: ``SyncFailure/deviceCopied`` where the server holds writes under
    ///   this device's name that this device never made, or not before it was asked.
    static func acknowledge(
        upTo acked: UInt64, chain: UInt64?, tellingUpTo last: UInt64, _ state: inout CacheState,
        now: Int64, _ connection: Connection
    ) throws {
        // Without a link nothing tells whose write a later one is.
        guard acked < state.nextMid, chain != nil || acked <= last else {
            throw SyncFailure.deviceCopied
        }
        if acked > 0, let chain, let ours = try self.chain(of: acked, state, connection),
            ours != chain
        {
            throw SyncFailure.deviceCopied
        }
        if acked < state.answeredMid {
            // The server went back, perhaps between an outcome and its checkpoint.
            // Where they are not all kept, writing waits for the person; reading goes on.
            let held = state.ackedMid
            do {
                try offerAgain(after: acked, &state, connection)
            } catch SyncFailure.writesMissing {
                state.missingAfter = acked
            }
            if acked < held { return }
        }
        state.missingAfter = nil
        guard acked > state.ackedMid else { return }
        let limit = SQLiteValue.integer(Int64(bitPattern: acked))
        try connection.run(
            """
            INSERT OR REPLACE INTO acknowledged
                (mid, previous_chain, chain, queued_at, mutation, acknowledged_at)
            SELECT mid, previous_chain, chain, queued_at, mutation, ?2
            FROM outbox WHERE mid <= ?1
            """, limit, .integer(now))
        CrashPoint.clientApplyAcknowledged.reach()
        try connection.run("DELETE FROM outbox WHERE mid <= ?", limit)
        try connection.run("DELETE FROM outbox_row WHERE mid <= ?", limit)
        CrashPoint.clientApplyDeleted.reach()
        try connection.run(
            "DELETE FROM acknowledged WHERE acknowledged_at < ?1 OR mid <= ?2",
            .integer(now - Limits.acknowledgedMilliseconds),
            .integer(Int64(bitPattern: acked) - Int64(Limits.acknowledgedMax)))
        state.ackedMid = acked
        state.answeredMid = max(state.answeredMid, acked)
    }

    /// Puts writes back that the server has lost.
    ///
    /// Their outcomes are forgotten: the restored server decides anew. Where those that
    /// are not kept are no loss, the others wait for numbers that have no gap (``adopt``).
    ///
    /// - Returns: How many are to be sent again.
    /// - Throws: ``SyncFailure/writesMissing(afterMid:)`` where one of them is not kept
    ///   any more, because a gap can never be filled,
    ///   ``SyncFailure/cacheDamaged(path:)`` where one is not as it was stored, and what the
    ///   storage refuses.
    @discardableResult
    static func offerAgain(
        after acked: UInt64, _ state: inout CacheState, _ connection: Connection
    ) throws -> Int {
        let after = SQLiteValue.integer(Int64(bitPattern: acked))
        var kept = 0
        try connection.run("SELECT count(*) FROM acknowledged WHERE mid > ?", after) {
            kept = Int($0.int64(0))
        }
        let needed = state.ackedMid > acked ? state.ackedMid - acked : 0
        if try hasClosableGap(after: acked, state, connection) {
            state.isAdopting = true
            return try count(connection) + kept
        }
        guard UInt64(kept) >= needed, acked < state.nextMid else {
            throw SyncFailure.writesMissing(afterMid: acked)
        }
        // The write before the first of them may not be kept any more, its link is.
        for (entry, previous) in try proven(in: .acknowledged, after: acked, connection) {
            try insert(entry, previousChain: previous, connection)
        }
        try connection.run("DELETE FROM acknowledged WHERE mid > ?", after)
        try connection.run("DELETE FROM outcome WHERE mid > ?", after)
        state.missingAfter = nil
        state.ackedMid = min(state.ackedMid, acked)
        state.answeredMid = acked
        CrashPoint.clientOfferedAgain.reach()
        var waiting = 0
        try connection.run("SELECT count(*) FROM outbox WHERE mid > ?", after) {
            waiting = Int($0.int64(0))
        }
        return waiting
    }

    /// Gives what waits, and what is kept of older writes, numbers under a new name.
    ///
    /// Their order and what they do stay; each tells its first name, so that it counts once
    /// even where a copy of this device sends it as well, or the server has it already. What
    /// the mirror has is not shown as waiting. It is sent once more all the same: from then on
    /// it is kept like any other acknowledged write, for a server that is put back.
    ///
    /// - Parameters:
    ///   - device: The new name.
    ///   - nonce: Link 0 of the new chain.
    ///   - held: The last acknowledged write up to which the server has them all.
    ///   - state: The state; the caller saves it.
    ///   - now: The time by the server's clock, in milliseconds.
    ///   - connection: The writer, in a transaction.
    /// - Throws: ``SyncFailure/cacheDamaged(path:)`` where one is not as it was stored, and
    ///   what the storage refuses.
    static func renumber(
        for device: DeviceID, nonce: UInt64, heldUpTo held: UInt64 = 0,
        _ state: inout CacheState, now: Int64, _ connection: Connection
    ) throws {
        let kept = try proven(in: .acknowledged, connection).map(\.entry)
        let waiting = try proven(in: .outbox, connection).map(\.entry)
        let refused = kept.isEmpty ? [] : try OutcomeTable.allRefused(connection)
        try connection.run("DELETE FROM acknowledged")
        try connection.run("DELETE FROM vacant")
        try connection.run("DELETE FROM outcome")
        state.device = device
        state.nonce = nonce
        state.usedMid = 0
        state.missingAfter = nil
        state.isCopied = false
        state.isAdopting = false
        state.answeredMid = 0
        try number(
            kept.filter { $0.mid > held } + waiting,
            // One that was refused took no effect, and its person was told.
            behind: kept.filter { $0.mid <= held && !refused.contains($0.mid) },
            after: 0, chain: nonce, &state, now: now, connection)
    }
}
