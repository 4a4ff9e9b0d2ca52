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
    /// How many entries are looked at once one of them can be the last.
    let entriesMax: Int
    /// Heads that were written down elsewhere.
    let witnesses: [AuditWitness]

    /// A cut that can be made.
    struct Found: Hashable {
        /// The cut.
        var cut: AuditCut
        /// How many entries it takes.
        var entries: Int64
    }

    /// Finds the next cut.
    ///
    /// What is of a person under a hold ends the search, and so does what
    /// citizens' access logs do not tell of yet.
    ///
    /// - Returns: The cut, or nil if nothing can go.
    /// - Throws: What the store throws, `WireError` if an entry cannot be read.
    func next() throws -> Found? {
        let transaction = context.transaction
        let limit = context.now - RetentionPeriod.auditDays * RetentionPeriod.day
        let old = witnesses.filter { $0.at < limit }
        guard !old.isEmpty else { return nil }
        let heads = Dictionary(grouping: old.map(\.head), by: \.number)
        let published = (try transaction.value(AccessPublishing.place) ?? [])
            .reduce(0) { $0 << 8 | Int64($1) }
        let present = try transaction.auditCut()
        let start = present?.head.number ?? 0
        let end = try transaction.auditHead().number
        let heldPeople = try transaction.heldPeople()
        var began = present?.began ?? 1
        var found: AuditCut?
        var looked = 0
        var failure: (any Error)?
        try transaction.auditRecords(after: start) { record in
            looked += 1
            guard record.number <= published, record.number < end,
                looked <= entriesMax || found == nil
            else { return false }
            let entry = try record.entry.withUnsafeBytes { try AuditEntry($0) }
            guard entry.at < limit else { return false }
            do {
                if try concerns(entry, heldPeople) { return false }
            } catch {
                failure = error
                return false
            }
            if entry.kind == .historyBegan { began = record.number }
            let head = AuditHead(number: record.number, link: record.link)
            if heads[record.number]?.contains(head) == true {
                found = AuditCut(head: head, began: began)
            }
            return true
        }
        if let failure { throw failure }
        return found.map { Found(cut: $0, entries: $0.head.number - start) }
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
        return false
    }
}

extension AuditCut {
    /// The store's value that tells of it.
    static let place = "audit_cut"
}
