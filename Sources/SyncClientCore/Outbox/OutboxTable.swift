internal import SQLiteKit
internal import SyncProtocol

/// The writes that no checkpoint contains yet, in the order they were made.
///
/// An entry leaves only when a checkpoint that contains it is applied, in the
/// same transaction, so a screen never flickers back. Its outcome is known from
/// the server's answer, which is usually earlier.
enum OutboxTable {
    /// One write as it is stored.
    struct Entry: Hashable, Sendable {
        /// The device's number for it.
        var mid: UInt64
        /// When it was stored, by the server's clock as far as known.
        var queuedAt: Int64
        /// The write.
        var mutation: Mutation
    }

    /// The next writes to send.
    struct Batch: Hashable, Sendable {
        /// The chain link before the first of them.
        var baseChain: UInt64
        /// The frames, complete with their lengths.
        var frames: [UInt8]
        /// The first number.
        var first: UInt64
        /// How many.
        var count: Int
    }

    /// Stores a write; the caller saves `state` in the same transaction.
    static func append(
        _ operations: [RowOperation], origin: MutationOrigin? = nil, _ state: inout CacheState,
        wallMilliseconds: Int64, random: any RandomSource, _ connection: Connection
    ) throws -> Entry {
        do throws(WriteRules.Problem) {
            try WriteRules.check(operations)
        } catch {
            throw SyncFailure.writeRefused(code: error.code.rawValue, detail: error.detail)
        }
        guard try isRoomLeft(state, connection) else { throw SyncFailure.outboxFull }
        // What a person has seen and changes must not stand above the change, however
        // fast the clock was that stamped it.
        for key in Set(operations.map(\.key)) {
            if let seen = try RowQuery.latestWrite(key, connection) { state.clock.observe(seen) }
        }
        // A copy of this cache may do the same at the same time, which is a second write.
        let time = state.clock.stamp(
            wallMilliseconds: wallMilliseconds, device: state.device,
            random: UInt16(truncatingIfNeeded: random.next()))
        let mid = state.nextMid
        func link(_ origin: MutationOrigin?) -> UInt64 {
            MutationChain.link(
                after: state.lastChain, mid: mid, time: time, operations: operations,
                origin: origin)
        }
        var origin = origin
        if origin == nil, mid <= state.usedMid {
            // Of no device: under this one's name and number others may know the older write.
            let plain = link(nil)
            origin = MutationOrigin(device: DeviceID(plain), mid: mid, chain: plain)
        }
        let chain = link(origin)
        let mutation = Mutation(
            mid: mid, time: time, schema: TablePolicy.schemaVersion, operations: operations,
            chain: chain, origin: origin)
        let entry = Entry(
            mid: mid, queuedAt: state.now(wallMilliseconds: wallMilliseconds), mutation: mutation)
        try insert(entry, previousChain: state.lastChain, connection)
        state.nextMid += 1
        state.lastChain = chain
        return entry
    }

    /// Stores an entry and the rows it touches.
    static func insert(
        _ entry: Entry, previousChain: UInt64, _ connection: Connection
    ) throws {
        var bytes: [UInt8] = []
        MutationCodec.append(entry.mutation, to: &bytes)
        guard bytes.count < BinaryFrames.frameBytesMax - 16 else {
            throw SyncFailure.writeRefused(code: RefusalCode.rowTooLarge.rawValue, detail: "")
        }
        try connection.run(
            """
            INSERT INTO outbox(mid, previous_chain, chain, queued_at, mutation)
            VALUES (?, ?, ?, ?, ?)
            """,
            .integer(Int64(bitPattern: entry.mid)), .integer(Int64(bitPattern: previousChain)),
            .integer(Int64(bitPattern: entry.mutation.chain)), .integer(entry.queuedAt),
            .blob(bytes))
        try index(entry.mutation, connection)
    }

    /// Stores a write that the mirror has.
    static func insert(
        acknowledged entry: Entry, previousChain: UInt64, now: Int64, _ connection: Connection
    ) throws {
        var bytes: [UInt8] = []
        MutationCodec.append(entry.mutation, to: &bytes)
        try connection.run(
            """
            INSERT INTO acknowledged
                (mid, previous_chain, chain, queued_at, mutation, acknowledged_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            .integer(Int64(bitPattern: entry.mid)), .integer(Int64(bitPattern: previousChain)),
            .integer(Int64(bitPattern: entry.mutation.chain)), .integer(entry.queuedAt),
            .blob(bytes), .integer(now))
    }

    private static func index(_ mutation: Mutation, _ connection: Connection) throws {
        for operation in mutation.operations {
            try connection.run(
                "INSERT OR IGNORE INTO outbox_row(table_name, row_id, mid) VALUES (?, ?, ?)",
                .text(operation.key.table), .text(operation.key.id),
                .integer(Int64(bitPattern: mutation.mid)))
        }
    }

    /// Whether the outbox takes one more: counted by its first number, which costs one seek.
    private static func isRoomLeft(_ state: CacheState, _ connection: Connection) throws -> Bool {
        // The numbers are not those of a row of writes then.
        if state.isAdopting { return try count(connection) < Limits.outboxMax }
        var first = state.nextMid
        try connection.run("SELECT min(mid) FROM outbox") {
            if !$0.isNull(0) { first = UInt64(bitPattern: $0.int64(0)) }
        }
        return state.nextMid - min(first, state.nextMid) < UInt64(Limits.outboxMax)
    }

    /// The number of writes.
    static func count(_ connection: Connection) throws -> Int {
        var count = 0
        try connection.run("SELECT count(*) FROM outbox") { count = Int($0.int64(0)) }
        return count
    }

    /// Whether writes wait, or older ones are still kept.
    static func keepsAny(_ connection: Connection) throws -> Bool {
        var keepsAny = false
        try connection.run(
            """
            SELECT 1 FROM outbox WHERE mid > 0 UNION ALL SELECT 1 FROM acknowledged WHERE mid > 0
            LIMIT 1
            """
        ) { _ in keepsAny = true }
        return keepsAny
    }

    /// Whether a write is to be sent, because its outcome is not known.
    ///
    /// Also one that the mirror has: under a new name it is sent once more.
    static func hasUnanswered(_ state: CacheState, _ connection: Connection) throws -> Bool {
        var found = false
        try connection.run(
            """
            SELECT 1 FROM outbox WHERE mid > ?1 UNION ALL
            SELECT 1 FROM acknowledged WHERE mid > ?1 LIMIT 1
            """, .integer(Int64(bitPattern: state.answeredMid))
        ) { _ in found = true }
        return found
    }

    /// The next writes to send: from the first whose outcome is not known.
    static func batch(_ state: CacheState, _ connection: Connection) throws -> Batch? {
        var batch: Batch?
        var isFull = false
        try connection.run(
            """
            SELECT mid, previous_chain, mutation FROM acknowledged WHERE mid > ?1
            UNION ALL SELECT mid, previous_chain, mutation FROM outbox WHERE mid > ?1
            ORDER BY mid LIMIT ?2
            """,
            .integer(Int64(bitPattern: state.answeredMid)),
            .integer(Int64(Limits.pushMutationsMax))
        ) { row in
            guard !isFull else { return }
            let mid = UInt64(bitPattern: row.int64(0))
            var found =
                batch
                ?? Batch(
                    baseChain: UInt64(bitPattern: row.int64(1)), frames: [], first: mid, count: 0)
            // Given up while it grows, or each step would copy it.
            batch = nil
            try row.withBlob(2) { mutation in
                // What the storage has changed would be taken for a write of another device.
                guard let decoded = try? MutationCodec.decode(mutation),
                    MutationChain.isLinked(decoded, after: UInt64(bitPattern: row.int64(1)))
                else { throw SyncFailure.cacheDamaged(path: connection.path) }
                let size = mutation.count + 1
                guard found.count == 0 || found.frames.count + size + 4 <= Limits.pushBytesMax,
                    mid == found.first + UInt64(found.count)
                else {
                    isFull = true
                    return
                }
                found.frames.appendVarint(UInt64(size))
                // The frame's type; the stored bytes are its fields.
                found.frames.append(3)
                found.frames.append(contentsOf: mutation)
                found.count += 1
            }
            batch = found
        }
        return batch
    }

    /// All writes, or those that touch one table, or the first ones, in order.
    static func entries(
        table: String? = nil, limit: Int? = nil, _ connection: Connection
    ) throws -> [Entry] {
        var entries: [Entry] = []
        if let table {
            try connection.run(
                """
                SELECT mid, queued_at, mutation FROM outbox
                WHERE mid IN (SELECT mid FROM outbox_row WHERE table_name = ?) ORDER BY mid
                """, .text(table)
            ) { entries.append(try entry($0, connection)) }
        } else {
            try connection.run(
                "SELECT mid, queued_at, mutation FROM outbox ORDER BY mid LIMIT ?",
                // Below zero is none.
                .integer(limit.map { Int64($0) } ?? -1)
            ) { entries.append(try entry($0, connection)) }
        }
        return entries
    }

    /// A write from a row whose second and third columns are its time and its bytes.
    ///
    /// - Throws: ``SyncFailure/cacheDamaged(path:)`` where the bytes are no write: it was
    ///   this device that stored them.
    static func entry(_ row: Statement, _ connection: Connection) throws -> Entry {
        guard let mutation = mutation(row, 2) else {
            throw SyncFailure.cacheDamaged(path: connection.path)
        }
        return Entry(mid: mutation.mid, queuedAt: row.int64(1), mutation: mutation)
    }

    /// The chain link of a write that is still known, or nil.
    static func chain(
        of mid: UInt64, _ state: CacheState, _ connection: Connection
    ) throws
        -> UInt64?
    {
        if mid == 0 { return state.nonce }
        if mid == state.nextMid - 1 { return state.lastChain }
        var chain: UInt64?
        try connection.run(
            """
            SELECT chain FROM outbox WHERE mid = ?1
            UNION ALL SELECT chain FROM acknowledged WHERE mid = ?1
            """, .integer(Int64(bitPattern: mid))
        ) { chain = UInt64(bitPattern: $0.int64(0)) }
        return chain
    }
}

extension OutboxTable.Entry {
    /// The entry as the public interface shows it.
    var queuedWrite: QueuedWrite {
        var rows: [String] = []
        for operation in mutation.operations where rows.last != operation.key.description {
            rows.append(operation.key.description)
        }
        return QueuedWrite(
            mid: mid, queuedAtMilliseconds: queuedAt, rows: rows,
            operations: mutation.operations.map(\.operation.word))
    }
}

extension Operation {
    /// The operation's name, as in the JSON form of the protocol.
    var word: String {
        switch self {
        case .create: "create"
        case .delete: "delete"
        case .set: "set"
        case .raise: "raise"
        case .mark: "mark"
        case .add: "add"
        case .remove: "remove"
        case .increment: "increment"
        case .write: "write"
        case .submit: "submit"
        }
    }
}
