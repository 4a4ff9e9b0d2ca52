import SyncProtocol
import Testing

/// All that few devices can do with few writes: nothing random, nothing left out.
///
/// Every history starts from one row that holds an element and a text, so that
/// a removal and a rewrite have something to see.
@Suite("Every small history")
struct MergeScopeTests {
    static let kinds = 9

    /// The histories of one device: none, each write, each pair of writes.
    static let histories: [[Int]] =
        [[]] + (0..<kinds).map { [$0] }
        + (0..<kinds).flatMap { first in (0..<kinds).map { [first, $0] } }

    static let start: MergeDocument = {
        let device = DeviceID(9)
        let time = HybridTime(milliseconds: 1, device: device)
        var document = MergeDocument(touched: time)
        let dot = Dot(device: device, mid: 1)
        document.apply(.add(field: "set", element: "old"), time: time, dot: dot)
        document.apply(.write(field: "text", text: "old", replacing: []), time: time, dot: dot)
        return document
    }()

    /// What a device holds after its own writes, each made on what it sees.
    static func state(_ history: [Int], device number: UInt64) -> MergeDocument {
        let device = DeviceID(number)
        var document = start
        for (index, kind) in history.enumerated() {
            let seen = document.fields
            let operation: SyncProtocol.Operation
            switch kind {
            case 0: operation = .set(field: "latest", value: .integer(Int64(number)))
            case 1: operation = .delete
            case 2: operation = .create
            case 3: operation = .increment(field: "counter", by: Int64(number))
            case 4: operation = .add(field: "set", element: "new")
            case 5:
                var dots: [Dot] = []
                if case .set(let set)? = seen["set"] { dots = set.elements.flatMap(set.dots) }
                operation = .remove(field: "set", element: "new", dots: dots)
            case 6:
                var dots: [Dot] = []
                if case .text(let text)? = seen["text"] { dots = text.versions.map(\.dot) }
                operation = .write(field: "text", text: "by \(number)", replacing: dots)
            case 7: operation = .mark(field: "flag")
            default: operation = .raise(field: "maximum", to: Int64(number))
            }
            document.apply(
                operation, time: HybridTime(milliseconds: UInt64(2 + index), device: device),
                dot: Dot(device: device, mid: UInt64(index + 1)))
        }
        return document
    }

    static func merged(_ first: MergeDocument, _ second: MergeDocument) -> MergeDocument {
        var result = first
        result.merge(second)
        return result
    }

    /// All orders in which three states can arrive, one of them twice.
    static let deliveries: [[Int]] = {
        var found: Set<[Int]> = []
        func extend(_ order: [Int], _ rest: [Int]) {
            if rest.isEmpty { found.insert(order) }
            for (index, next) in rest.enumerated() {
                var others = rest
                others.remove(at: index)
                extend(order + [next], others)
            }
        }
        for repeated in 0..<3 { extend([], [0, 1, 2, repeated]) }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }()

    @Test(
        "of one write each ends in the same bytes after every delivery with a duplicate",
        arguments: 0...kinds)
    func singles(first: Int) {
        #expect(Self.deliveries.count == 36)
        for second in 0...Self.kinds {
            for third in 0...Self.kinds {
                let states = [first, second, third].enumerated().map { index, history in
                    Self.state(Self.histories[history], device: UInt64(index + 1))
                }
                let expected = Self.merged(Self.merged(states[0], states[1]), states[2]).body
                for order in Self.deliveries {
                    var replica = Self.start
                    for index in order { replica.merge(states[index]) }
                    #expect(replica.body == expected, "\(first) \(second) \(third) \(order)")
                }
            }
        }
    }

    /// Goal: up to two writes on each of two devices and one on a third converge.
    ///
    /// Method: merging is a function of pairs, so equal results of the three ways
    /// to group three states, with one merged twice, cover all delivery orders.
    @Test("of two, two and one writes ends in the same bytes", arguments: 0..<histories.count)
    func pairs(first: Int) {
        let ours = Self.state(Self.histories[first], device: 1)
        for second in first..<Self.histories.count {
            let theirs = Self.state(Self.histories[second], device: 2)
            let both = Self.merged(ours, theirs)
            #expect(both.body == Self.merged(theirs, ours).body, "\(first) \(second)")
            for third in 0...Self.kinds {
                let last = Self.state(Self.histories[third], device: 3)
                let expected = Self.merged(both, last)
                let grouped = Self.merged(Self.merged(last, theirs), ours)
                guard grouped == expected, Self.merged(expected, theirs) == expected else {
                    Issue.record("\(first) \(second) \(third) do not converge")
                    continue
                }
                #expect(grouped.body == expected.body)
            }
        }
    }

    /// Goal: nothing comes back from the dead, and no newer write is lost.
    @Test("is alive exactly when a write is newer than every deletion", arguments: 0...kinds)
    func alive(first: Int) {
        for second in Self.histories.indices {
            let history = Self.histories[second]
            let merged = Self.merged(
                Self.state(Self.histories[first], device: 1), Self.state(history, device: 2))
            var writes: [HybridTime] = [Self.start.touched]
            var deletions: [HybridTime] = []
            for (device, list) in [(1, Self.histories[first]), (2, history)] as [(UInt64, [Int])] {
                for (index, kind) in list.enumerated() {
                    let time = HybridTime(
                        milliseconds: UInt64(2 + index), device: DeviceID(device))
                    if kind == 1 { deletions.append(time) } else { writes.append(time) }
                }
            }
            let newest = writes.max() ?? Self.start.touched
            #expect(merged.isAlive == deletions.allSatisfy { $0 < newest }, "\(first) \(second)")
        }
    }
}
