@testable import SyncProtocol
import TestSupport
import Testing

/// Expects a merge to be commutative, associative and idempotent.
private func expectLaws<Value: Hashable>(
    _ first: Value, _ second: Value, _ third: Value, _ seed: UInt64,
    _ merge: (Value, Value) -> Value
) {
    #expect(merge(first, second) == merge(second, first), "commutes, seed \(seed)")
    #expect(
        merge(merge(first, second), third) == merge(first, merge(second, third)),
        "associates, seed \(seed)")
    #expect(merge(first, first) == first, "is idempotent, seed \(seed)")
    let both = merge(first, second)
    #expect(merge(both, second) == both, "absorbs, seed \(seed)")
}

@Suite("Merging")
struct MergeLawTests {
    static let seeds: Range<UInt64> = 0..<250

    @Test("of the latest write obeys its laws", arguments: seeds)
    func latest(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func make() -> LatestWrite { LatestWrite(random.jsonValue(depth: 1), at: random.time()) }
        expectLaws(make(), make(), make(), seed) { first, second in
            var merged = first
            merged.merge(second)
            return merged
        }
    }

    @Test("of counters obeys its laws", arguments: seeds)
    func counter(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func make() -> Counter {
            var counter = Counter()
            for _ in 0..<random.next(in: 0...5) {
                let step = random.pick([Int64.max, .min, 1, -1, 0, random.next(in: -9...9)])
                counter.add(step, by: random.device())
            }
            return counter
        }
        expectLaws(make(), make(), make(), seed) { first, second in
            var merged = first
            merged.merge(second)
            return merged
        }
    }

    @Test("of dotted values obeys its laws, removals before additions among them", arguments: seeds)
    func dotted(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func make() -> DottedValues {
            var values = DottedValues()
            for _ in 0..<random.next(in: 0...6) {
                if random.chance(oneIn: 3) {
                    values.remove(random.dots())
                } else {
                    values.put(random.pick(["a", "b", "é", "e\u{301}"]), dot: random.dot())
                }
            }
            return values
        }
        expectLaws(make(), make(), make(), seed) { first, second in
            var merged = first
            merged.merge(second)
            return merged
        }
    }

    @Test("of fields obeys its laws, also where two kinds meet", arguments: seeds)
    func fields(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func make() -> FieldState {
            while true {
                let document = random.document(writes: 1...3)
                if let field = random.pick(Array(document.fields.values) + [.flag]) as FieldState? {
                    return field
                }
            }
        }
        expectLaws(make(), make(), make(), seed) { first, second in
            var merged = first
            merged.merge(second)
            return merged
        }
    }

    @Test("of rows obeys its laws, to the byte", arguments: seeds)
    func documents(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func make() -> MergeDocument { random.document() }
        expectLaws(make().body, make().body, make().body, seed) { first, second in
            guard var merged = MergeDocument(bytes: first), let other = MergeDocument(bytes: second)
            else {
                Issue.record("a body cannot be read, seed \(seed)")
                return []
            }
            merged.merge(other)
            return merged.body
        }
    }

    /// Goal: one kind always wins a field, however its writes come.
    ///
    /// Method: two writes of different kinds to one field, applied both ways.
    @Test("gives a field one kind in either order")
    func kinds() {
        let writes: [Operation] = [
            .set(field: "f", value: 1), .raise(field: "f", to: 1), .mark(field: "f"),
            .add(field: "f", element: "a"), .remove(field: "f", element: "a", dots: []),
            .increment(field: "f", by: 1), .write(field: "f", text: "a", replacing: []),
        ]
        let device = DeviceID(1)
        for (first, ours) in writes.enumerated() {
            for (second, theirs) in writes.enumerated() {
                func apply(_ order: [(Int, Operation)]) -> [UInt8] {
                    var document = MergeDocument(touched: HybridTime(packed: 1, device: device))
                    for (index, operation) in order {
                        document.apply(
                            operation, time: HybridTime(packed: UInt64(index + 2), device: device),
                            dot: Dot(device: device, mid: UInt64(index + 1)))
                    }
                    return document.body
                }
                let forward = apply([(first, ours), (second, theirs)])
                let backward = apply([(second, theirs), (first, ours)])
                guard first != second else { continue }
                #expect(forward == backward, "\(ours) and \(theirs)")
            }
        }
    }
}

@Suite("A field in which the latest write wins")
struct LatestWriteTests {
    static let times = [
        HybridTime(milliseconds: 1, counter: 0, device: DeviceID(1)),
        HybridTime(milliseconds: 1, counter: 0, device: DeviceID(2)),
        HybridTime(milliseconds: 1, counter: 1, device: DeviceID(1)),
        HybridTime(milliseconds: 2, counter: 0, device: DeviceID(1)),
    ]

    @Test("agrees in either order", arguments: times, times)
    func commutes(first: HybridTime, second: HybridTime) {
        var oursFirst = LatestWrite(.string("written at \(first)"), at: first)
        var theirsFirst = LatestWrite(.string("written at \(second)"), at: second)
        let ours = oursFirst
        oursFirst.merge(theirsFirst)
        theirsFirst.merge(ours)
        #expect(oursFirst == theirsFirst)
        #expect(oursFirst.time == max(first, second))
    }

    @Test("keeps the larger bytes where a device broke its promise")
    func tie() {
        let time = Self.times[0]
        var field = LatestWrite("e\u{301}", at: time)
        field.merge(LatestWrite("\u{e9}", at: time))
        #expect(JSON.canonical(field.value) == JSON.canonical("\u{e9}"))
        field.merge(LatestWrite("e\u{301}", at: time))
        #expect(JSON.canonical(field.value) == JSON.canonical("\u{e9}"))
    }
}

@Suite("A counter")
struct CounterTests {
    @Test("stops at the ends of an integer, whatever the order of its devices")
    func saturation() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<50 {
            var totals: [DeviceID: Counter.Totals] = [:]
            let steps: [(UInt64, UInt64)] = [
                (UInt64(Int64.max), 0), (UInt64(Int64.max), 0), (0, UInt64(Int64.max)), (5, 0),
            ]
            for (added, taken) in steps {
                totals[DeviceID(random.next())] = Counter.Totals(added: added, taken: taken)
            }
            #expect(Counter(totals: totals).value == .max)
        }
        var counter = Counter()
        counter.add(.min, by: DeviceID(1))
        counter.add(.min, by: DeviceID(1))
        counter.add(.min, by: DeviceID(2))
        #expect(counter.value == .min)
    }

    @Test("is the sum of all steps", arguments: 0..<50 as Range<UInt64>)
    func sum(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var counter = Counter()
        var expected: Int64 = 0
        for _ in 0..<20 {
            let step: Int64 = random.next(in: -100...100)
            expected += step
            counter.add(step, by: DeviceID(random.next(in: 1...4)))
        }
        #expect(counter.value == expected)
    }

    @Test("comes back from a body after it has run full")
    func stored() throws {
        let device = DeviceID(1)
        var document = MergeDocument(touched: HybridTime(packed: 1, device: device))
        for mid in 1...3 as ClosedRange<UInt64> {
            document.apply(
                .increment(field: "n", by: .max), time: HybridTime(packed: mid, device: device),
                dot: Dot(device: device, mid: mid))
        }
        #expect(try #require(MergeDocument(bytes: document.body)) == document)
    }
}

@Suite("A set in which additions win")
struct AddWinsSetTests {
    static let ours = Dot(device: DeviceID(1), mid: 1)
    static let theirs = Dot(device: DeviceID(2), mid: 1)

    @Test("keeps an addition that the removal had not seen")
    func concurrent() {
        var first = AddWinsSet()
        first.add("a", dot: Self.ours)
        var second = first
        second.remove(dots: first.dots(of: "a"))
        first.add("a", dot: Self.theirs)
        first.merge(second)
        #expect(first.elements == ["a"])
        #expect(first.dots(of: "a") == [Self.theirs])
    }

    @Test("drops an addition that comes after its own removal")
    func removalFirst() {
        var set = AddWinsSet()
        set.remove(dots: [Self.ours])
        set.add("a", dot: Self.ours)
        #expect(set.elements.isEmpty)
        var late = AddWinsSet()
        late.add("a", dot: Self.ours)
        set.merge(late)
        late.merge(set)
        #expect(set == late)
        #expect(late.elements.isEmpty)
    }

    @Test("holds an element once, in the order of bytes")
    func elements() {
        var set = AddWinsSet()
        set.add("é", dot: Dot(device: DeviceID(1), mid: 1))
        set.add("e\u{301}", dot: Dot(device: DeviceID(1), mid: 2))
        set.add("z", dot: Dot(device: DeviceID(1), mid: 3))
        set.add("z", dot: Dot(device: DeviceID(2), mid: 1))
        let bytes = set.elements.map { Array($0.utf8) }
        #expect(bytes == ["e\u{301}", "z", "é"].map { Array($0.utf8) })
        #expect(set.dots(of: "é").count == 1)
    }

    @Test("gives one value to a dot that a broken device used twice")
    func brokenDot() {
        var forward = DottedValues()
        forward.put("a", dot: Self.ours)
        forward.put("b", dot: Self.ours)
        var backward = DottedValues()
        backward.put("b", dot: Self.ours)
        backward.put("a", dot: Self.ours)
        #expect(forward == backward)
        #expect(forward.values[Self.ours] == "b")
    }
}

@Suite("A text with versions")
struct MultiValueTextTests {
    @Test("keeps both versions written apart, until a later one has seen both")
    func versions() {
        let dots = (1...3).map { Dot(device: DeviceID($0), mid: 1) }
        var first = MultiValueText()
        first.write("ours", dot: dots[0], replacing: [])
        var second = MultiValueText()
        second.write("theirs", dot: dots[1], replacing: [])
        first.merge(second)
        #expect(first.versions.map(\.text) == ["ours", "theirs"])
        first.write("both", dot: dots[2], replacing: first.versions.map(\.dot))
        second.merge(first)
        #expect(second.versions.map(\.text) == ["both"])
    }

    @Test("never removes the version it writes")
    func own() {
        let dot = Dot(device: DeviceID(1), mid: 1)
        var text = MultiValueText()
        text.write("a", dot: dot, replacing: [dot])
        #expect(text.versions.map(\.text) == ["a"])
    }
}
