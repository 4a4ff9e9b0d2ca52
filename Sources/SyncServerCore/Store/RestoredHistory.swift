internal import SyncProtocol

/// When the history of a store began that was put back from an older state of it.
///
/// Such a store lacks what was committed between that state and its loss. Devices bring back what
/// they keep of it, each in its own order and none before it is on: a write can come before the
/// one that made its row. For that time a write on a row that is not there is no mistake.
enum RestoredHistory {
    /// The name of the value: eight bytes, or none until the time was written down.
    static let name = "history_restored"

    /// For how long devices offer again what was acknowledged, and a day for clocks.
    private static let offeredMilliseconds: Int64 = 15 * 86_400_000

    /// Writes down when a history begins, if the store was put back.
    static func note(at now: Int64, in transaction: any StoreTransaction) throws {
        guard try transaction.value(name) != nil else { return }
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt64(clamping: now))
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
        guard bytes.count == 8 else { return true }
        let began = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return time.milliseconds < Int64(clamping: began) + offeredMilliseconds
    }
}
