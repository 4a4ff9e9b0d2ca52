internal import SyncProtocol

/// Puts entries at the end of the chain, inside a group commit.
///
/// An entry is committed together with what it tells of, so neither is ever
/// there without the other.
final class AuditTrail {
    private let transaction: any StoreTransaction
    private let now: Int64
    private var head: AuditHead?
    /// The history, until the chain is known to tell of it.
    private var lineage: Lineage?

    /// How many entries were appended.
    private(set) var entries = 0

    /// Creates a trail.
    ///
    /// - Parameters:
    ///   - transaction: Holds the chain.
    ///   - now: The time of all entries, in milliseconds since 1970.
    ///   - lineage: The history, if the chain may not tell of it yet.
    init(_ transaction: any StoreTransaction, now: Int64, beginning lineage: Lineage?) {
        self.transaction = transaction
        self.now = now
        self.lineage = lineage
    }

    /// Appends an entry, and one for the history before the first of it.
    ///
    /// - Returns: The entry's number.
    /// - Throws: What the store throws.
    @discardableResult
    func append(
        _ kind: AuditEntry.Kind, by actor: AuditEntry.Actor, person: PersonNumber = 0,
        device: DeviceID? = nil, mutations: AuditEntry.MutationRun = .none,
        ranges: AuditRanges = AuditRanges(), text: String = ""
    ) throws -> Int64 {
        if let lineage {
            self.lineage = nil
            try beginHistory(lineage)
        }
        let entry = AuditEntry(
            kind, at: now, by: actor, person: person, device: device, mutations: mutations,
            ranges: ranges.ranges, text: text)
        let record = try (head ?? transaction.auditHead()).following(entry.bytes)
        try transaction.append(record)
        head = AuditHead(number: record.number, link: record.link)
        entries += 1
        return record.number
    }

    /// The number that the next entry is going to have, for what is written before it.
    func next() throws -> Int64 {
        if let lineage {
            self.lineage = nil
            try beginHistory(lineage)
        }
        return try (head ?? transaction.auditHead()).number + 1
    }

    private func beginHistory(_ lineage: Lineage) throws {
        guard try transaction.value(Self.lineageValue) != lineage.bytes else { return }
        try transaction.set(Self.lineageValue, lineage.bytes)
        try RestoredHistory.note(at: now, in: transaction)
        try append(.historyBegan, by: .server, text: lineage.description)
    }

    private static let lineageValue = "audit_lineage"
}
