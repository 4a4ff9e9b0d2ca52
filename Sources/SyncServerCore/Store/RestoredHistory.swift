internal import SyncProtocol

/// When the history of a store began that was put back from an older state of it.
///
/// Such a store lacks what was committed between that state and its loss. Devices bring back what
/// they keep of it, each in its own order and none before it is on: a write can come before the
/// one that made its row. For that time a write on a row that is not there is no mistake, unless
/// it is from before that state: its row was there then, or had gone.
enum RestoredHistory {
    /// The name of the value: when the history began and of when the older state is, in eight
    /// bytes each, or no bytes until that was written down.
    static let name = "history_restored"

    /// For how long devices offer again what was acknowledged, and a day for clocks.
    private static let offeredMilliseconds: Int64 = 15 * RetentionPeriod.day

    /// Writes down when a history begins, if the store was put back.
    static func note(at now: Int64, in transaction: any StoreTransaction) throws {
        guard try transaction.value(name) != nil else { return }
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt64(clamping: now))
        bytes.appendBigEndian(UInt64(clamping: try newest(transaction)))
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
        guard let span = try span(transaction) else { return false }
        return time.milliseconds >= span.stateIsOf - RetentionPeriod.day
            && time.milliseconds < span.end
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
        try span(transaction).map { time.milliseconds < $0.end } ?? false
    }

    /// Of when the older state is, and until when what was lost may have been written.
    private static func span(
        _ transaction: any StoreTransaction
    ) throws -> (stateIsOf: Int64, end: Int64)? {
        guard let bytes = try transaction.value(name) else { return nil }
        guard bytes.count == 16 else { return (0, .max) }
        func stored(_ bytes: ArraySlice<UInt8>) -> Int64 {
            Int64(clamping: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        return (stored(bytes[8...]), stored(bytes[..<8]) + offeredMilliseconds)
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
