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
    ///   this device's name that this device never made.
    static func acknowledge(
        upTo acked: UInt64, chain: UInt64?, _ state: inout CacheState, now: Int64,
        _ connection: Connection
    ) throws {
        guard acked < state.nextMid else { throw SyncFailure.deviceCopied }
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
    /// Their outcomes are forgotten: the restored server decides anew.
    ///
    /// - Returns: How many are to be sent again; none where one of them is not
    ///   kept any more, because a gap can never be filled.
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
        guard UInt64(kept) >= needed, acked < state.nextMid else {
            throw SyncFailure.writesMissing(afterMid: acked)
        }
        var again: [(entry: Entry, previous: UInt64)] = []
        try connection.run(
            """
            SELECT queued_at, mutation, previous_chain FROM acknowledged WHERE mid > ?
            ORDER BY mid
            """, after
        ) { row in
            let mutation = try row.withBlob(1) { try MutationCodec.decode($0) }
            again.append(
                (
                    Entry(mid: mutation.mid, queuedAt: row.int64(0), mutation: mutation),
                    UInt64(bitPattern: row.int64(2))
                ))
        }
        // The write before the first of them may not be kept any more, its link is.
        for (entry, previous) in again {
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
    /// Their order and what they do stay; each tells its first name, so that it counts
    /// once even where a copy of this device sends it as well. Writes that the server
    /// has are left out: they keep their names, and come back with the mirror.
    ///
    /// - Parameters:
    ///   - device: The new name.
    ///   - nonce: Link 0 of the new chain.
    ///   - taken: Which of the writes the server has under the old name.
    ///   - state: The state; the caller saves it.
    ///   - connection: The writer, in a transaction.
    /// - Throws: What the storage refuses.
    static func renumber(
        for device: DeviceID, nonce: UInt64, leavingOut taken: TakenWrites = TakenWrites(),
        _ state: inout CacheState, _ connection: Connection
    ) throws {
        var kept: [Entry] = []
        try connection.run(
            "SELECT mid, queued_at, mutation FROM acknowledged WHERE mid > 0 ORDER BY mid"
        ) { kept.append(try entry($0)) }
        kept += try entries(connection)
        try connection.run("DELETE FROM acknowledged")
        try connection.run("DELETE FROM outcome")
        state.device = device
        state.nonce = nonce
        state.missingAfter = nil
        state.isCopied = false
        state.isAdopting = false
        state.ackedMid = 0
        state.answeredMid = 0
        try number(
            kept.filter { !taken.contains($0.mid) }, after: 0, chain: nonce, &state, connection)
    }
}
