import TestSupport
import Testing

@testable import SyncServerCore

@Suite("The book of rights that watchers have")
struct GrantBookTests {
    @Test("says who may read what, as the last word was, and only until it ends")
    func agrees() {
        var random = SeededRandom(seed: 11)
        var book = GrantBook()
        var known: [PersonNumber: [RightRecord]] = [:]
        for _ in 0..<2_000 {
            let person = Int64(random.next() % 20)
            if random.next() % 3 == 0 {
                book.forget(person)
                known[person] = nil
            } else {
                let given = (0..<10 as Range<Int64>).filter { _ in random.next() % 4 == 0 }.map {
                    RightRecord(bucket: $0, until: [-1, 0, 5, 6, 7][Int(random.next() % 5)])
                }
                book.learn(given, of: person)
                known[person] = given.isEmpty ? nil : given
            }
            for bucket in 0..<10 as Range<Int64> {
                let owner = bucket * 2
                var readers: Set<PersonNumber> = []
                for person in 0..<20 as Range<Int64> {
                    let right = known[person]?.first { $0.bucket == bucket }
                    if right?.isOpen(at: 6) ?? (person == owner) { readers.insert(person) }
                }
                let moved = LiveHub.Moved(bucket: bucket, person: owner)
                #expect(book.readers(of: [moved], now: 6) == readers)
            }
            #expect(book.isEmpty == known.isEmpty)
        }
    }

    /// Goal: when the streams of everybody end at once, the loop is not at it for minutes.
    ///
    /// Method: count the buckets that are looked at. Going through all of them for each
    /// person would be ten thousand times as many.
    @Test("forgets a person at the cost of what they were given")
    func cost() {
        var book = GrantBook()
        for person in 0..<10_000 as Range<Int64> {
            let rights = [person, person + 1].map { RightRecord(bucket: $0, until: 0) }
            book.learn(rights, of: person)
        }
        var looked = 0
        for person in 0..<10_000 as Range<Int64> { looked += book.forget(person) }
        #expect(looked == 20_000)
        #expect(book.isEmpty)
    }
}
