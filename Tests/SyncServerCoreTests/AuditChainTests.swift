import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("The audit chain")
struct AuditChainTests {
    private static let lineage = history(7)
    private static let other = history(8)

    private static func history(_ byte: UInt8) -> Lineage {
        guard let lineage = Lineage([UInt8](repeating: byte, count: 16)) else {
            preconditionFailure("sixteen bytes are a lineage")
        }
        return lineage
    }

    /// Entries of every kind, some with everything that an entry can have.
    private static func entries(_ count: Int) -> [AuditEntry] {
        var random = SeededRandom(seed: 5)
        let kinds = AuditEntry.Kind.allCases
        return (0..<count).map { index in
            guard index > 0 else { return AuditEntry(.historyBegan, at: noon, by: .server) }
            var ranges = AuditRanges()
            for _ in 0..<Int(random.next() % 4) {
                ranges.add(random.next() >> 2, of: Int64(random.next() % 3) + 1)
            }
            let actors: [AuditEntry.Actor] = [
                .server, .operator, .device(DeviceID(random.next())), .agency("dlt"),
            ]
            return AuditEntry(
                kinds[1 + index % (kinds.count - 1)], at: noon + Int64(index),
                by: actors[index % 4], person: Int64(index % 5),
                device: index % 3 == 0 ? DeviceID(random.next()) : nil,
                mutations: index % 2 == 0 ? .none : .init(first: UInt64(index), count: 3),
                ranges: ranges.ranges, text: index % 7 == 0 ? "เหตุผล" : "")
        }
    }

    private static func chain(_ entries: [AuditEntry]) -> [AuditRecord] {
        var head = AuditHead.start
        return entries.map { entry in
            let record = head.following(entry.bytes)
            head = AuditHead(number: record.number, link: record.link)
            return record
        }
    }

    private func verify(
        _ records: [AuditRecord], _ witnesses: [AuditWitness] = [], lineage: Lineage = lineage
    ) -> AuditVerification {
        var verification = AuditVerification(lineage: lineage, witnesses: witnesses, now: noon)
        for record in records where !verification.add(record) { break }
        verification.finish()
        return verification
    }

    private static func witness(
        _ records: [AuditRecord], _ number: Int, lineage: Lineage = lineage
    ) -> AuditWitness {
        AuditWitness(
            at: noon, lineage: lineage,
            head: AuditHead(number: Int64(number), link: records[number - 1].link))
    }

    /// Goal: whoever can write the file cannot call the loss of the chain a cut.
    ///
    /// Method: throw all entries away, invent the last of them and an entry that tells of it.
    @Test("takes no cut whose last entry nobody wrote down where earlier heads were")
    func inventedCut() throws {
        let records = Self.chain(Self.entries(20))
        func verify(_ cut: AuditCut, _ numbers: [Int]) -> AuditVerification {
            let entry = AuditEntry(.entriesCut, at: noon, by: .server, text: cut.text)
            let first = cut.head.following(entry.bytes)
            var verification = AuditVerification(
                lineage: Self.lineage, witnesses: numbers.map { Self.witness(records, $0) },
                cut: cut, now: noon + 733 * 86_400_000)
            let isLinked = verification.add(first)
            #expect(isLinked)
            verification.finish()
            return verification
        }
        let invented = AuditCut(
            head: AuditHead(number: 20, link: records[3].link), began: 1)
        #expect(verify(invented, [5, 12]).problem?.number == 20)
        let real = AuditCut(
            head: AuditHead(number: 20, link: records[19].link), began: 1)
        #expect(verify(real, [5, 12]).problem != nil)
        let sound = verify(real, [5, 12, 20])
        #expect(sound.problem == nil && sound.behindCut == 2 && sound.confirmed == 1)
    }

    /// Goal: whoever can write the file cannot throw away what was done of late either,
    /// though the head behind it is real and was written down.
    ///
    /// Method: cut at a real head, and look with a clock at each side of the period's end.
    @Test("takes no cut at a head that was written down within the period")
    func youngCut() throws {
        let period = RetentionPeriod.auditDays * RetentionPeriod.day
        let records = Self.chain(Self.entries(20))
        func verify(_ times: [Int: [Int64]], cutAt number: Int, now: Int64) -> AuditVerification {
            let cut = AuditCut(
                head: AuditHead(number: Int64(number), link: records[number - 1].link), began: 1)
            let witnesses = times.flatMap { number, times in
                times.map { at in
                    var witness = Self.witness(records, number)
                    witness.at = at
                    return witness
                }
            }
            var verification = AuditVerification(
                lineage: Self.lineage, witnesses: witnesses, cut: cut, now: now)
            let entry = AuditEntry(.entriesCut, at: noon, by: .server, text: cut.text)
            let isLinked = verification.add(cut.head.following(entry.bytes))
            #expect(isLinked)
            verification.finish()
            return verification
        }
        let times: [Int: [Int64]] = [5: [noon], 12: [noon + 10]]
        let young = verify(times, cutAt: 12, now: noon + 10 + period)
        #expect(young.problem?.number == 12)
        #expect(young.problem?.message.contains("entry 12 was the last") == true)
        #expect(verify(times, cutAt: 12, now: noon + 11 + period).problem == nil)
        // One that lies behind the cut and is young says the same, and is named.
        let behind = verify([5: [noon + 20], 12: [noon]], cutAt: 12, now: noon + 11 + period)
        #expect(behind.problem?.number == 12)
        #expect(behind.problem?.message.contains("entry 5 was the last") == true)
        // One behind which nothing was cut says nothing, and a head that is old stays so
        // when it is written down again.
        #expect(
            verify([5: [noon, noon + 20]], cutAt: 5, now: noon + 11 + period).problem == nil)
        let again: [Int: [Int64]] = [5: [noon], 12: [noon + 20, noon]]
        #expect(verify(again, cutAt: 12, now: noon + 1 + period).problem == nil)
    }

    @Test("keeps every entry as it was, in one form")
    func roundTrip() throws {
        for entry in Self.entries(300) {
            let bytes = entry.bytes
            let read = try bytes.withUnsafeBytes { try AuditEntry($0) }
            #expect(read == entry)
            #expect(read.bytes == bytes)
            // Nothing that is cut is an entry, or it would be another one.
            for count in 0..<bytes.count {
                let cut = Array(bytes[..<count])
                let other = try? cut.withUnsafeBytes { try AuditEntry($0) }
                #expect(other != entry)
            }
        }
        #expect(Set(AuditEntry.Kind.allCases.map(\.word)).count == AuditEntry.Kind.allCases.count)
    }

    /// The link is told in the documents so that another program can go through an export.
    @Test("takes an entry whose time cannot be for a damaged one", arguments: [.min, -1, .max])
    func time(at: Int64) throws {
        let bytes = AuditEntry(.personHeld, at: at, by: .operator).bytes
        #expect(throws: WireError.self) { try bytes.withUnsafeBytes { try AuditEntry($0) } }
        var records = Self.chain(Self.entries(5))
        records.append(AuditHead(number: 5, link: records[4].link).following(bytes))
        let problem = verify(records).problem
        #expect(problem?.number == 6)
        #expect(problem?.message == "it cannot be read")
    }

    @Test("links as the documents say")
    func link() throws {
        let record = AuditHead.start.following([1, 2, 3])
        let expected = SHA256.hash(
            [UInt8](repeating: 0, count: 32) + [0, 0, 0, 0, 0, 0, 0, 1] + [1, 2, 3])
        #expect(record == AuditRecord(number: 1, entry: [1, 2, 3], link: expected))
    }

    @Test("is sound as it was written")
    func sound() {
        let records = Self.chain(Self.entries(100))
        let witnesses = [100, 1, 50].map { Self.witness(records, $0) }
        let found = verify(records, witnesses)
        #expect(found.problem == nil)
        #expect(found.confirmed == 3 && found.setAside == 0)
        #expect(found.head == AuditHead(number: 100, link: records[99].link))
        #expect(verify([]).problem == nil)
    }

    @Test("tells the first entry that was changed, taken out, put in twice or moved")
    func tampering() throws {
        let records = Self.chain(Self.entries(60))
        for index in records.indices {
            let number = Int64(index + 1)
            for bit in [0, 3, records[index].entry.count * 8 - 1] {
                var changed = records
                changed[index].entry[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(verify(changed).problem?.number == number)
            }
            var relinked = records
            relinked[index].link = SHA256.hash([UInt8(index)])
            #expect(verify(relinked).problem?.number == number)
            if index < records.count - 1 {
                var removed = records
                removed.remove(at: index)
                #expect(verify(removed).problem?.number == number)
                // Also if the numbers are made to fit again.
                for later in index..<removed.count { removed[later].number -= 1 }
                #expect(verify(removed).problem?.number == number)
                var swapped = records
                swapped.swapAt(index, index + 1)
                #expect(verify(swapped).problem?.number == number)
                swapped[index].number = number
                swapped[index + 1].number = number + 1
                #expect(verify(swapped).problem?.number == number)
            }
            var twice = records
            twice.insert(records[index], at: index)
            #expect(verify(twice).problem?.number == number + 1)
        }
    }

    @Test("tells by a head elsewhere that its end was cut off")
    func truncation() {
        let records = Self.chain(Self.entries(60))
        let witness = Self.witness(records, 60)
        for count in 1..<60 {
            let cut = Array(records[..<count])
            #expect(verify(cut).problem == nil)
            #expect(verify(cut, [witness]).problem?.number == Int64(count + 1))
        }
        #expect(verify([], [witness]).problem?.number == 1)
    }

    @Test("tells by a head elsewhere that it was written anew, and after which entry")
    func rewriting() {
        let entries = Self.entries(60)
        let records = Self.chain(entries)
        let witnesses = [10, 20, 30, 60].map { Self.witness(records, $0) }
        for changed in 1..<60 {
            var other = entries
            other[changed].at += 1
            let found = verify(Self.chain(other), witnesses)
            let lastGood = [0, 10, 20, 30].last { $0 <= changed } ?? 0
            #expect(found.problem?.number == Int64(lastGood + 1))
        }
    }

    @Test("takes a restore that the chain tells of for no loss, and nothing else")
    func restore() {
        var entries = Self.entries(40)
        let before = Self.chain(entries)
        let witnesses = [10, 20, 35].map { Self.witness(before, $0, lineage: Self.other) }
        // The backup held 25 entries; then a history began.
        entries.removeSubrange(25...)
        entries.append(AuditEntry(.historyBegan, at: noon, by: .server, text: "new"))
        entries.append(AuditEntry(.deviceRevoked, at: noon, by: .operator))
        let restored = Self.chain(entries)
        let found = verify(restored, witnesses)
        #expect(found.problem == nil)
        #expect(found.confirmed == 2 && found.setAside == 1)
        // A head of the present history is never put aside.
        let lost = verify(
            restored, [Self.witness(before, 35, lineage: Self.lineage)])
        #expect(lost.problem?.number == 28)
        // And without the entry that tells of it nothing explains what is missing.
        #expect(verify(Array(restored[..<25]), witnesses).problem?.number == 26)
    }

    @Test("begins with a history")
    func beginning() {
        var entries = Self.entries(3)
        entries[0].kind = .rowsFed
        #expect(verify(Self.chain(entries)).problem?.number == 1)
    }
}
