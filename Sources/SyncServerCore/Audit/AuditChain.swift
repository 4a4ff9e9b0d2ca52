package import SyncProtocol

/// One entry as it is stored.
package struct AuditRecord: Hashable, Sendable {
    /// Its number: 1 for the first, and no number is left out.
    package var number: Int64
    /// Its bytes: ``AuditEntry/bytes``.
    package var entry: [UInt8]
    /// ``AuditHead/link(after:number:entry:)``.
    package var link: Digest32

    /// Creates a record.
    package init(number: Int64, entry: [UInt8], link: Digest32) {
        self.number = number
        self.entry = entry
        self.link = link
    }
}

/// Where the chain ends.
package struct AuditHead: Hashable, Sendable {
    /// The number of the last entry; 0 for none.
    package var number: Int64
    /// Its link.
    package var link: Digest32

    /// Before the first entry.
    package static let start = AuditHead(number: 0, link: .zero)

    /// Creates a head.
    package init(number: Int64, link: Digest32) {
        self.number = number
        self.link = link
    }

    /// The record that an entry becomes when it is put at the end.
    package func following(_ entry: [UInt8]) -> AuditRecord {
        AuditRecord(
            number: number + 1, entry: entry,
            link: Self.link(after: link, number: number + 1, entry: entry))
    }

    /// SHA-256 of the link before, the number in eight bytes, the most significant first,
    /// and the entry.
    package static func link(after link: Digest32, number: Int64, entry: [UInt8]) -> Digest32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(40 + entry.count)
        link.append(to: &bytes)
        bytes.appendBigEndian(UInt64(bitPattern: number))
        bytes.append(contentsOf: entry)
        return SHA256.hash(bytes)
    }
}

/// A head as it was written down in another place.
package struct AuditWitness: Hashable, Sendable {
    /// When, in milliseconds since 1970.
    package var at: Int64
    /// The history in which it was the head.
    package var lineage: Lineage
    /// The head.
    package var head: AuditHead

    /// Creates a witness.
    package init(at: Int64, lineage: Lineage, head: AuditHead) {
        self.at = at
        self.lineage = lineage
        self.head = head
    }

    /// Of heads whose entries must all be kept still, the one with the lowest number.
    ///
    /// A head is as old as the first line that has it: where nothing happens, each start
    /// of a server writes the same one down again.
    ///
    /// - Parameters:
    ///   - witnesses: The heads that were written down, in any order.
    ///   - now: A clock, in milliseconds since 1970.
    /// - Returns: The head, or nil if all of them are older than the chain's period.
    static func firstYoung(of witnesses: [AuditWitness], at now: Int64) -> AuditWitness? {
        let limit = now - RetentionPeriod.auditDays * RetentionPeriod.day
        let old = Set(witnesses.lazy.filter { $0.at < limit }.map(\.head))
        return witnesses.filter { $0.at >= limit && !old.contains($0.head) }
            .min { ($0.head.number, $0.at) < ($1.head.number, $1.at) }
    }
}

/// Goes through the chain from its first entry and says what is wrong with it.
///
/// The links tell of an entry that was changed, taken out, put in or moved. Whoever
/// can write the file can also write all links anew, or cut the end off: that is
/// what the heads tell of that were written down elsewhere.
package struct AuditVerification {
    /// What is wrong.
    package struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The first entry of which it is known.
        package var number: Int64
        /// What it is, for a person.
        package var message: String

        package var description: String { "entry \(number): \(message)" }
    }

    private let lineage: Lineage
    /// Those not met yet, in the order of their numbers.
    private var witnesses: ArraySlice<AuditWitness>
    private var lastGood: Int64 = 0
    /// Entries with which a history began.
    private var beginnings: [Int64] = []
    /// Where the chain begins, if it was cut.
    private let cut: AuditCut?
    /// The first head that was written down too lately for what lies before it to go.
    private let young: AuditWitness?
    /// Whether an entry tells of that cut.
    private var cutIsTold = false
    /// Whether its head was written down elsewhere: the server cuts nowhere else.
    private var cutIsConfirmed = false

    /// Where the chain stands as far as it was looked at.
    package private(set) var head = AuditHead.start

    /// What is wrong first, if anything is.
    package private(set) var problem: Problem?

    /// How many heads written down elsewhere were met and agree.
    package private(set) var confirmed = 0

    /// Those of a history that a restore ended, beyond what it kept.
    package private(set) var setAside = 0

    /// Those of entries that were cut off, which nothing can be compared with any more.
    package private(set) var behindCut = 0

    /// Begins.
    ///
    /// - Parameters:
    ///   - lineage: The history that the store is in.
    ///   - witnesses: The heads that were written down elsewhere, in any order.
    ///   - cut: Where the chain begins, if its first entries were cut off.
    ///   - now: The clock of who looks, in milliseconds since 1970: it tells whether what
    ///     was cut off was old enough.
    package init(
        lineage: Lineage, witnesses: [AuditWitness], cut: AuditCut? = nil, now: Int64
    ) {
        self.lineage = lineage
        self.cut = cut
        young = AuditWitness.firstYoung(of: witnesses, at: now)
        self.witnesses = witnesses.sorted { $0.head.number < $1.head.number }[...]
        guard let cut else { return }
        head = cut.head
        lastGood = cut.head.number
        beginnings = [cut.began]
        while let witness = self.witnesses.first, witness.head.number < cut.head.number {
            self.witnesses.removeFirst()
            behindCut += 1
        }
        meetWitnesses()
    }

    /// The number of the first entry that is there: 1, or the one behind a cut.
    package var firstEntry: Int64 { (cut?.head.number ?? 0) + 1 }

    /// Looks at the next record.
    ///
    /// - Returns: Whether to go on: false once something is wrong.
    package mutating func add(_ record: AuditRecord) -> Bool {
        guard problem == nil else { return false }
        let expected = head.number + 1
        guard record.number == expected else {
            problem = Problem(
                number: expected,
                message: record.number > expected
                    ? "it is missing: entry \(record.number) comes next" : "its number is wrong")
            return false
        }
        guard
            record.link
                == AuditHead.link(after: head.link, number: record.number, entry: record.entry)
        else {
            problem = Problem(
                number: expected, message: "it is not what was written, or not in its place")
            return false
        }
        guard let entry = try? record.entry.withUnsafeBytes({ try AuditEntry($0) }) else {
            problem = Problem(number: expected, message: "it cannot be read")
            return false
        }
        if entry.kind == .historyBegan { beginnings.append(record.number) }
        if let cut, entry.kind == .entriesCut, entry.text == cut.text { cutIsTold = true }
        head = AuditHead(number: record.number, link: record.link)
        meetWitnesses()
        return problem == nil
    }

    /// Ends: heads beyond the last entry were cut off, unless a restore did it.
    package mutating func finish() {
        guard problem == nil else { return }
        if let cut, !cutIsTold {
            problem = Problem(
                number: cut.head.number,
                message: "the entries up to here are missing, and none tells that they were cut off"
            )
            return
        }
        if let cut, behindCut > 0, !cutIsConfirmed {
            problem = Problem(
                number: cut.head.number,
                message: "the entries up to here are missing, and of the last of them no head was "
                    + "written down, as there is of \(behindCut) before it")
            return
        }
        if let cut, let young, young.head.number <= cut.head.number {
            problem = Problem(
                number: cut.head.number,
                message: "the entries up to here are missing before their time: entry "
                    + "\(young.head.number) was the last one at \(young.at) ms, which is not "
                    + "\(RetentionPeriod.auditDays) days ago")
            return
        }
        if head.number > 0, cut == nil, beginnings.first != 1 {
            problem = Problem(number: 1, message: "the chain does not begin with a history")
            return
        }
        while let witness = witnesses.popFirst() {
            if isSetAside(witness) {
                setAside += 1
                continue
            }
            problem = Problem(
                number: head.number + 1,
                message: "the entries up to \(witness.head.number) are missing, "
                    + "which was the last one at \(witness.at) ms")
            return
        }
    }

    private mutating func meetWitnesses() {
        while let witness = witnesses.first, witness.head.number <= head.number {
            witnesses.removeFirst()
            if witness.head == head {
                confirmed += 1
                if head == cut?.head { cutIsConfirmed = true }
                lastGood = head.number
            } else if isSetAside(witness) {
                setAside += 1
            } else {
                problem = Problem(
                    number: lastGood + 1,
                    message: "entries from here to \(witness.head.number) were written anew: "
                        + "another head was written down at \(witness.at) ms")
                return
            }
        }
    }

    /// Whether a head belongs to what a restore put aside.
    ///
    /// A restore begins a history with an entry that says so; what an earlier
    /// history held at that number and after is in the file that was kept.
    private func isSetAside(_ witness: AuditWitness) -> Bool {
        witness.lineage != lineage
            && beginnings.contains { $0 > 1 && $0 <= witness.head.number }
    }
}
