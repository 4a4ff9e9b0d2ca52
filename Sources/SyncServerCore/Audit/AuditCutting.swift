internal import SyncProtocol

/// Where the audit chain begins since its first entries were cut off.
package struct AuditCut: Hashable, Sendable {
    /// The last entry that was cut off, with its link, which the next entry's holds.
    package var head: AuditHead
    /// The last entry up to there with which a history began.
    package var began: Int64

    /// Creates a cut.
    package init(head: AuditHead, began: Int64) {
        self.head = head
        self.began = began
    }

    /// The words of the entry that tells of it.
    package var text: String { "\(head.number) \(head.link.hex) \(began)" }

    /// Reads those words.
    package init?(text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 3, let number = Int64(parts[0]), number > 0,
            let link = Digest32(hex: parts[1]), let began = Int64(parts[2]), began > 0
        else { return nil }
        self.init(head: AuditHead(number: number, link: link), began: began)
        guard self.text == text else { return nil }
    }
}

/// Cuts off the beginning of the audit chain once it is older than its period.
///
/// Only where a head was written down elsewhere that agrees with the chain: so the
/// place of the cut can be confirmed for ever. An entry tells of the cut, and
/// `audit verify` finds a beginning that no entry tells of.
struct AuditCutting {
    let context: WriterContext
    /// The most entries that are looked at in one transaction.
    let entriesMax: Int
    /// Heads that were written down elsewhere, long enough ago.
    let heads: AuditOldHeads
    /// The clock that decides what is old, in milliseconds since 1970.
    let now: Int64

    /// A cut that can be made.
    struct Found: Hashable {
        /// The cut.
        var cut: AuditCut
        /// How many entries it takes.
        var entries: Int64
    }

    /// How far a search has come, between two transactions.
    struct Search: Hashable, Sendable {
        /// The last entry that was looked at.
        fileprivate var through: Int64
        /// The last entry up to there with which a history began.
        fileprivate var began: Int64
        /// The last entry that was cut off, or found to be.
        fileprivate var cut: Int64
        /// Who was under a hold: with others, what was looked at is looked at again.
        fileprivate let held: Set<PersonNumber>
    }

    /// What one transaction has found.
    struct Step: Hashable {
        /// The furthest cut among the entries looked at, if there is one.
        var found: Found?
        /// Where the search goes on; nil if it is over.
        var next: Search?
        /// The entry that ended it because it cannot be read.
        var damaged: Int64?
    }

    /// Looks for a cut among the next entries.
    ///
    /// What is of a person under a hold ends the search, and so does what
    /// citizens' access logs do not tell of yet.
    ///
    /// - Parameter search: How far it has come; nil before the first entry.
    /// - Returns: What was found, with where to go on.
    /// - Throws: What the store throws.
    func next(_ search: Search?) throws -> Step {
        guard !heads.isEmpty else { return Step() }
        let transaction = context.transaction
        let limit = now - RetentionPeriod.auditDays * RetentionPeriod.day
        let published = (try transaction.value(AccessPublishing.place) ?? [])
            .reduce(0) { $0 << 8 | Int64($1) }
        let end = try transaction.auditHead().number
        var search = try start(search)
        var step = Step()
        var looked = 0
        try transaction.auditRecords(after: search.through) { record in
            guard looked < entriesMax else {
                step.next = search
                return false
            }
            looked += 1
            guard record.number <= published, record.number < end else { return false }
            let entry: AuditEntry
            do {
                entry = try record.entry.withUnsafeBytes { try AuditEntry($0) }
            } catch is WireError {
                step.damaged = record.number
                return false
            }
            guard entry.at < limit, try !concerns(entry, search.held) else { return false }
            if entry.kind == .historyBegan { search.began = record.number }
            search.through = record.number
            let head = AuditHead(number: record.number, link: record.link)
            if record.number > search.cut, heads.contains(head) {
                let entries = record.number - search.cut + (step.found?.entries ?? 0)
                step.found = Found(cut: AuditCut(head: head, began: search.began), entries: entries)
                search.cut = record.number
            }
            return true
        }
        return step
    }

    /// Where to go on: at the beginning of the chain if other people are held by now.
    private func start(_ search: Search?) throws -> Search {
        let held = try context.transaction.heldPeople()
        if let search, search.held == held { return search }
        let cut = try context.transaction.auditCut()
        let through = cut?.head.number ?? 0
        return Search(
            through: through, began: cut?.began ?? 1, cut: search?.cut ?? through, held: held)
    }

    /// Makes a cut: what lies before it is not part of the chain any more.
    ///
    /// - Throws: What the store throws.
    func cut(_ found: Found, by actor: AuditEntry.Actor) throws {
        try context.transaction.set(AuditCut.place, Array(found.cut.text.utf8))
        try context.audit.append(.entriesCut, by: actor, text: found.cut.text)
    }

    /// Whether an entry tells of one of some people.
    private func concerns(_ entry: AuditEntry, _ people: Set<PersonNumber>) throws -> Bool {
        guard !people.isEmpty else { return false }
        if people.contains(entry.person) { return true }
        var devices = [entry.device].compactMap { $0 }
        if case .device(let id) = entry.actor { devices.append(id) }
        for id in devices {
            if let device = try context.transaction.device(id: id), people.contains(device.person) {
                return true
            }
        }
        for range in entry.ranges {
            if let bucket = try context.transaction.bucket(range.bucket),
                people.contains(bucket.person)
            {
                return true
            }
        }
        // The entry's person got the right, and the bucket's own is in its name only.
        if [.bucketGranted, .bucketWithdrawn].contains(entry.kind) {
            let name = entry.text.prefix { $0 != " " }
            if let bucket = try context.transaction.bucket(named: String(name)) {
                return people.contains(bucket.person)
            }
        }
        return false
    }
}

extension AuditCut {
    /// The store's value that tells of it.
    static let place = "audit_cut"
}
