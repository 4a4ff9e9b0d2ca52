internal import SyncProtocol

/// When the history of a store began that was put back from an older state of it.
///
/// Such a store lacks what was committed between that state and its loss. Devices bring back what
/// they keep of it, each in its own order and none before it is on: a write can come before the
/// one that made its row. For that time a write on a row that is not there is no mistake, unless
/// it is from before that state: its row was there then, or had gone.
enum RestoredHistory {
    /// The name of the value.
    ///
    /// It says when the history began and since when writes may be lacking, in eight bytes
    /// each. Until that is written down, it has no bytes, or a zero and those of the history
    /// before, which was one of a store that was put back as well.
    static let name = "history_restored"

    /// For how long devices offer again what was acknowledged, and a day for clocks.
    private static let offeredMilliseconds: Int64 = 15 * RetentionPeriod.day

    /// When a history began, and since when writes may be lacking, in milliseconds since 1970.
    private struct Window {
        let began: Int64
        let from: Int64

        init?(_ bytes: some Collection<UInt8>) {
            guard bytes.count == 16 else { return nil }
            func stored(_ bytes: some Sequence<UInt8>) -> Int64 {
                Int64(clamping: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            }
            began = stored(bytes.prefix(8))
            from = stored(bytes.suffix(8))
        }

        /// When devices have ceased to offer what was lost.
        var end: Int64 { began + offeredMilliseconds }
    }

    /// The value of a history that begins now and was not written down yet.
    ///
    /// - Parameter older: The value as it stood; nil if the store was never put back.
    /// - Returns: The value, which keeps what is known of the history before.
    static func begun(after older: [UInt8]?) -> [UInt8] {
        guard let older else { return [] }
        // One that nobody wrote down goes on.
        return older.count == 16 ? [0] + older : older
    }

    /// Writes down when a history begins, if the store was put back.
    ///
    /// What the history before was still lacking is lacking still: devices bring it back as
    /// long as they would have. A state from behind that time had it all.
    static func note(at now: Int64, in transaction: any StoreTransaction) throws {
        guard let value = try transaction.value(name) else { return }
        let newest = try newest(transaction)
        var from = newest
        if let older = Window(value.dropFirst()), newest < older.end {
            from = min(from, older.from)
        }
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt64(clamping: now))
        bytes.appendBigEndian(UInt64(clamping: from))
        try transaction.set(name, bytes)
    }

    /// Whether what was written at a time may be part of what the store has lost.
    ///
    /// - Parameters:
    ///   - time: The time of the write, as the server accepts it.
    ///   - transaction: The store.
    /// - Returns: False for a store that was never put back.
    /// - Throws: What the store throws.
    static func mayLack(
        writtenAt time: HybridTime, _ transaction: any StoreTransaction
    ) throws -> Bool {
        guard let bytes = try transaction.value(name) else { return false }
        guard let window = Window(bytes) else { return true }
        return time.milliseconds >= window.from - RetentionPeriod.day
            && time.milliseconds < window.end
    }

    /// Whether what was written at a time may have been taken before the store was put back.
    ///
    /// It may be much older than the state that was put back: a device that was away writes first
    /// and sends later.
    ///
    /// - Parameters:
    ///   - time: The time of the write, as the server accepts it.
    ///   - transaction: The store.
    /// - Returns: False for a store that was never put back.
    /// - Throws: What the store throws.
    static func mayHaveTaken(
        writtenAt time: HybridTime, _ transaction: any StoreTransaction
    ) throws -> Bool {
        guard let bytes = try transaction.value(name) else { return false }
        return Window(bytes).map { time.milliseconds < $0.end } ?? true
    }

    /// The time of the newest entry in the audit chain, or 0: the store is of then, or later.
    private static func newest(_ transaction: any StoreTransaction) throws -> Int64 {
        var newest: Int64 = 0
        try transaction.auditRecords(after: transaction.auditHead().number - 1) { record in
            // A damaged one is for `audit verify` to tell.
            newest = (try? record.entry.withUnsafeBytes { try AuditEntry($0).at }) ?? 0
            return true
        }
        return newest
    }
}
