internal import SyncProtocol

/// Heads that were written down elsewhere, so long ago that the chain may be cut behind them.
///
/// Made once for a pass of retention, outside of the writer: a file of heads holds
/// hundreds of thousands of them.
struct AuditOldHeads: Sendable {
    private let links: [Int64: [Digest32]]

    /// Picks the heads.
    ///
    /// Behind a head that is not old enough nothing is cut, whatever later lines say:
    /// `audit verify` would not believe it.
    ///
    /// - Parameters:
    ///   - witnesses: The heads that were written down, in any order.
    ///   - now: A clock, in milliseconds since 1970.
    init(_ witnesses: [AuditWitness], at now: Int64) {
        let limit = now - RetentionPeriod.auditDays * RetentionPeriod.day
        let end = AuditWitness.firstYoung(of: witnesses, at: now)?.head.number ?? .max
        links = Dictionary(
            grouping: witnesses.lazy.filter { $0.at < limit && $0.head.number < end }
                .map(\.head), by: \.number
        ).mapValues { $0.map(\.link) }
    }

    /// Whether there are none.
    var isEmpty: Bool { links.isEmpty }

    /// Whether this head is one of them.
    func contains(_ head: AuditHead) -> Bool { links[head.number]?.contains(head.link) == true }
}
