internal import SQLiteKit
internal import SyncProtocol

extension OutboxTable {
    /// Numbers the writes that wait after the last one that the server has.
    ///
    /// For a cache that cannot know by itself what the server has: it was salvaged, or writes
    /// were taken out of it, now or before a restore. Where the server's last link is one of
    /// its own, equal histories lead to it, and the writes up to there are the server's. Where
    /// the link is not known here, the numbers tell nothing: the last write can be lost with the
    /// file, or a copy of this device has gone on. Then all that is kept gets new numbers and
    /// tells its first name, by which the server knows what it has.
    ///
    /// - Parameters:
    ///   - acked: The number of the last write that the server has.
    ///   - chain: Its link of the chain.
    ///   - ours: The link that this cache knew of it before writes were taken out, or nil.
    ///   - state: The state; the caller saves it.
    ///   - now: The time by the server's clock, in milliseconds.
    ///   - connection: The writer, in a transaction.
    /// - Throws: ``SyncFailure/deviceCopied`` where that write is not this device's,
    ///   ``SyncFailure/cacheDamaged(path:)`` where one is not as it was stored, and what the
    ///   storage refuses.
    static func adopt(
        upTo acked: UInt64, chain: UInt64, known ours: UInt64?, _ state: inout CacheState,
        now: Int64, _ connection: Connection
    ) throws {
        guard acked < Limits.temporaryMid else { throw SyncFailure.deviceCopied }
        if acked > 0, let ours, ours != chain { throw SyncFailure.deviceCopied }
        let isOurs = acked == 0 || ours != nil
        let limit = SQLiteValue.integer(Int64(bitPattern: acked))
        if isOurs {
            if state.isAdopting { try AsideTable.keepRefused(connection) }
            try connection.run(
                """
                INSERT OR IGNORE INTO acknowledged
                    (mid, previous_chain, chain, queued_at, mutation, acknowledged_at)
                SELECT mid, previous_chain, chain, queued_at, mutation, ?2
                FROM outbox WHERE mid <= ?1
                """, limit, .integer(now))
            try connection.run("DELETE FROM outbox WHERE mid <= ?", limit)
        }
        // A server put back to an older state may miss what it had confirmed.
        let kept = try proven(in: .acknowledged, after: isOurs ? acked : nil, connection)
            .map(\.entry)
        let lost = kept.filter { $0.mid > acked }
        let stored = try proven(in: .outbox, connection).map(\.entry)
        // Pages of the log may still hold them under their older numbers.
        for entry in lost + stored { try NoticeTable.remember(entry.mutation.chain, connection) }
        var behind: [Entry] = []
        if !isOurs {
            let refused = try OutcomeTable.allRefused(connection)
            behind = kept.filter { $0.mid <= acked && !refused.contains($0.mid) }
            // What was told of waiting writes may have been about those of a copy.
            try connection.run(
                "DELETE FROM outcome WHERE mid > ?",
                .integer(Int64(bitPattern: min(acked, state.ackedMid))))
        }
        // Under a new name the server is told again what the mirror has: it did not go back.
        let held = acked >= state.answeredMid ? state.ackedMid : 0
        behind += lost.filter { $0.mid <= held }
        let waiting = lost.filter { $0.mid > held } + stored
        // What had those numbers gets later ones.
        if !isOurs {
            try connection.run(
                "INSERT OR IGNORE INTO vacant SELECT mid FROM acknowledged WHERE mid <= ?", limit)
        }
        try connection.run(
            "DELETE FROM acknowledged WHERE mid > ?", isOurs ? limit : .integer(0))
        try connection.run("DELETE FROM outcome WHERE mid > ?", limit)
        try connection.run("DELETE FROM vacant WHERE mid > ?", limit)
        if state.nextMid < Limits.temporaryMid {
            state.usedMid = max(state.usedMid, state.nextMid - 1)
        }
        state.missingAfter = nil
        state.isAdopting = false
        state.answeredMid = acked
        try number(
            waiting, behind: behind, after: acked, chain: acked == 0 ? state.nonce : chain,
            &state, now: now, connection)
    }

    /// Puts writes into the empty outbox, in order and without gaps.
    ///
    /// A write that gets another name keeps its first one as its origin: a copy of
    /// this device may send it as well. Sets and texts that name it by its old dot
    /// name it by that of its origin, which is the same on each copy; and by the old one as
    /// well where the mirror has it under that.
    ///
    /// - Parameters:
    ///   - waiting: What is shown as waiting.
    ///   - behind: Older writes that the mirror has: sent before, and shown no more.
    ///   - last: The number before the first of them.
    ///   - chain: Its link.
    ///   - state: The state; the caller saves it.
    ///   - now: The time by the server's clock, in milliseconds.
    ///   - connection: The writer, in a transaction.
    /// - Throws: What the storage refuses.
    static func number(
        _ waiting: [Entry], behind: [Entry], after last: UInt64, chain: UInt64,
        _ state: inout CacheState, now: Int64, _ connection: Connection
    ) throws {
        try connection.run("DELETE FROM outbox")
        try connection.run("DELETE FROM outbox_row")
        var renamed: [Dot: [Dot]] = [:]
        state.lastChain = chain
        state.nextMid = last + 1
        state.ackedMid = last + UInt64(behind.count)
        for entry in behind + waiting {
            let before = entry.mutation
            let mutation = renumbered(before, renamed, state)
            renamed[before.dot] = [mutation.dot]
            let entry = Entry(mid: state.nextMid, queuedAt: entry.queuedAt, mutation: mutation)
            if entry.mid <= state.ackedMid {
                try insert(
                    acknowledged: entry, previousChain: state.lastChain, now: now, connection)
                // The mirror has it under the older one.
                if mutation.dot != before.dot { renamed[before.dot] = [before.dot, mutation.dot] }
            } else {
                try insert(entry, previousChain: state.lastChain, connection)
            }
            state.lastChain = mutation.chain
            state.nextMid += 1
        }
    }

    /// The write under the next number.
    private static func renumbered(
        _ before: Mutation, _ renamed: [Dot: [Dot]], _ state: CacheState
    ) -> Mutation {
        let operations = before.operations.map { operation in
            RowOperation(operation.key, operation.operation.renaming { renamed[$0] ?? [$0] })
        }
        let time = HybridTime(packed: before.time.packed, device: state.device)
        func linked(_ origin: MutationOrigin?) -> Mutation {
            let link = MutationChain.link(
                after: state.lastChain, mid: state.nextMid, time: time,
                operations: operations, origin: origin)
            return Mutation(
                mid: state.nextMid, time: time, schema: before.schema, operations: operations,
                chain: link, origin: origin)
        }
        var mutation = linked(before.origin)
        if before.origin == nil,
            mutation.chain != before.chain || state.device != before.time.device
        {
            mutation = linked(before.firstName)
        }
        return mutation
    }

    /// Stores a write once more as the newest one, with its first name as its origin.
    ///
    /// A copy of this device may do the same with the write that waited in both: it
    /// counts once.
    ///
    /// - Parameters:
    ///   - mutation: The write, as it was stored before.
    ///   - renamed: The dots of writes that were made anew before it, and their new ones.
    ///   - state: The state; the caller saves it.
    ///   - wallMilliseconds: This device's clock.
    ///   - random: For the stamp.
    ///   - connection: The writer, in a transaction.
    /// - Returns: The new entry.
    /// - Throws: ``SyncFailure/writeRefused(code:detail:)``, ``SyncFailure/outboxFull``, and
    ///   what the storage refuses.
    static func appendAnew(
        _ mutation: Mutation, _ renamed: inout [Dot: Dot], _ state: inout CacheState,
        wallMilliseconds: Int64, random: any RandomSource, _ connection: Connection
    ) throws -> Entry {
        let operations = mutation.operations.map { operation in
            RowOperation(operation.key, operation.operation.renaming { [renamed[$0] ?? $0] })
        }
        let entry = try append(
            operations, origin: mutation.firstName, &state, wallMilliseconds: wallMilliseconds,
            random: random, connection)
        renamed[mutation.dot] = entry.mutation.dot
        return entry
    }
}

extension Operation {
    /// The same operation with the names that `names` gives for each dot in it.
    fileprivate func renaming(_ names: (Dot) -> [Dot]) -> Operation {
        func renamed(_ dots: [Dot]) -> [Dot] {
            let all = dots.flatMap(names)
            // Where there is no room for older ones, those that every server finds.
            return all.count <= WriteRules.dotsMax ? all : dots.map { names($0).last ?? $0 }
        }
        return switch self {
        case .remove(let field, let element, let dots):
            .remove(field: field, element: element, dots: renamed(dots))
        case .write(let field, let text, let dots):
            .write(field: field, text: text, replacing: renamed(dots))
        case .create, .delete, .set, .raise, .mark, .add, .increment, .submit: self
        }
    }
}
