import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Head cache")
struct HeadCacheTests {
    private func bucket(_ number: Int64, _ person: PersonNumber, head: UInt64) -> BucketRecord {
        var record = BucketRecord(number: number, name: "b\(number)", person: person)
        record.head = head
        return record
    }

    /// Goal: "unchanged" is said only to a device that has everything committed.
    ///
    /// Method: a model of the store with buckets of two people and of everyone.
    /// Commits publish late, snapshots are taken and loaded late, devices ask at
    /// any time between; whatever was committed *and published* counts, because
    /// no answer of a commit leaves before it is published.
    @Test("never says unchanged to a device that lacks something published", arguments: 0..<40)
    func interleavings(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let cache = HeadCache(peopleMax: 100)
        var stored: [Int64: BucketRecord] = [:]
        var published: [Int64: BucketRecord] = [:]
        var mids: [DeviceNumber: UInt64] = [1: 0, 2: 0]
        var publishedMids = mids
        var waiting: GroupCommit.Published?
        var snapshots: [(asOf: UInt64, person: Int64, buckets: [BucketRecord], mid: UInt64)] = []
        var unchanged = 0
        for _ in 0..<2_000 {
            switch random.next(in: 0...5) {
            case 0 where waiting == nil:
                var changed: [BucketRecord] = []
                for _ in 0..<random.next(in: 1...2) {
                    let number = random.next(in: 1...6) as Int64
                    let person = number % 3
                    let head = (stored[number]?.head ?? 0) + 1
                    let record = bucket(number, person, head: head)
                    stored[number] = record
                    changed.removeAll { $0.number == number }
                    changed.append(record)
                }
                var devices: [DeviceNumber: UInt64] = [:]
                if random.chance(oneIn: 3) {
                    let device = random.next(in: 1...2) as Int64
                    mids[device, default: 0] += 1
                    devices[device] = mids[device]
                }
                waiting = GroupCommit.Published(
                    buckets: changed, devices: devices)
            case 1:
                guard let ready = waiting else { continue }
                cache.publish(ready)
                for record in ready.buckets { published[record.number] = record }
                publishedMids.merge(ready.devices) { $1 }
                waiting = nil
            case 2:
                let person = random.next(in: 1...2) as Int64
                let asOf = cache.commits
                snapshots.append(
                    (
                        asOf, person,
                        stored.values.filter { $0.person == 0 || $0.person == person },
                        mids[person] ?? 0
                    ))
            case 3:
                guard !snapshots.isEmpty else { continue }
                let index = random.next(in: 0...(snapshots.count - 1))
                let taken = snapshots.remove(at: index)
                cache.load(
                    taken.buckets, person: taken.person,
                    device: DeviceRecord(
                        number: taken.person, id: DeviceID(1), person: taken.person, name: "",
                        added: 0, lastMid: taken.mid),
                    asOf: taken.asOf)
            default:
                let person = random.next(in: 1...2) as Int64
                let source = random.chance(oneIn: 2) ? stored : published
                var entries = source.values.filter { $0.person == 0 || $0.person == person }
                    .sorted { $0.number < $1.number }
                    .map { Cursor.Entry(bucket: UInt64($0.number), epoch: 1, rev: $0.head) }
                if random.chance(oneIn: 4), !entries.isEmpty { entries.removeLast() }
                if random.chance(oneIn: 4), !entries.isEmpty { entries[0].rev -= 1 }
                let seen =
                    (mids[person] ?? 0) - (random.chance(oneIn: 4) && mids[person] != 0 ? 1 : 0)
                let answer = cache.answer(
                    Cursor(lineageTag: 0, grantsRevision: 0, entries: entries), person: person,
                    device: person, outcomesSeen: seen)
                guard case .unchanged(let mid) = answer else { continue }
                unchanged += 1
                #expect(mid == seen && mid >= publishedMids[person] ?? 0)
                for record in published.values where record.person == 0 || record.person == person {
                    let entry = entries.first { $0.bucket == UInt64(record.number) }
                    #expect(entry.map { $0.rev >= record.head } ?? false, "seed \(seed)")
                }
            }
        }
        #expect(unchanged > 0)
    }

    @Test("notices a new bucket, of the person and of everyone")
    func newBuckets() {
        let cache = HeadCache(peopleMax: 10)
        let device = DeviceRecord(
            number: 5, id: DeviceID(1), person: 1, name: "", added: 0, lastMid: 2)
        let cursor = Cursor(
            lineageTag: 0, grantsRevision: 0, entries: [.init(bucket: 4, epoch: 1, rev: 3)])
        func answer() -> HeadCache.Answer {
            cache.answer(cursor, person: 1, device: 5, outcomesSeen: 2)
        }
        #expect(answer() == .unknown)
        // A bucket without a row yet is no difference.
        cache.load(
            [bucket(4, 1, head: 3), bucket(6, 1, head: 0)], person: 1, device: device, asOf: 0)
        #expect(answer() == .unchanged(ackedMid: 2))
        for (number, person) in [(7, 1), (2, 0)] as [(Int64, Int64)] {
            let fresh = HeadCache(peopleMax: 10)
            fresh.load([bucket(4, 1, head: 3)], person: 1, device: device, asOf: 0)
            fresh.publish(
                .init(buckets: [bucket(number, person, head: 1)], devices: [:])
            )
            #expect(
                fresh.answer(cursor, person: 1, device: 5, outcomesSeen: 2) == .changed)
        }
        cache.publish(.init(buckets: [bucket(9, 2, head: 1)], devices: [:]))
        #expect(answer() == .unchanged(ackedMid: 2))
        cache.publish(.init(buckets: [], devices: [5: 3]))
        #expect(answer() == .changed)
    }

    @Test("does not keep what was loaded before a commit, nor too many people")
    func bounds() {
        let cache = HeadCache(peopleMax: 2)
        func load(_ person: Int64, asOf commits: UInt64) {
            cache.load(
                [], person: person,
                device: DeviceRecord(
                    number: person, id: DeviceID(1), person: person, name: "", added: 0),
                asOf: commits)
        }
        func isKnown(_ person: Int64) -> Bool {
            cache.answer(
                Cursor(lineageTag: 0, grantsRevision: 0, entries: []), person: person,
                device: person, outcomesSeen: 0) != .unknown
        }
        cache.publish(.init(buckets: [], devices: [:]))
        load(1, asOf: 0)
        #expect(!isKnown(1))
        for person in 1...5 as ClosedRange<Int64> { load(person, asOf: 1) }
        #expect((1...5).count { isKnown($0) } <= 2)
    }
}
