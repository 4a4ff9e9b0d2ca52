internal import SyncProtocol

/// Every small history of one row, in every order in which it can arrive.
///
/// Three devices make a few writes each, knowing only the row as it was and what
/// they did themselves. The code that merges must come to one result for every
/// order of arrival, with a repetition at every place of it, and for every order of
/// folding copies together, with each of them repeated; and the result must be the one
/// that the written rules give.
package struct SmallScope {
    /// What a search came to.
    package struct Result: Sendable {
        /// How many histories there were.
        package var histories = 0
        /// How many orders of arrival and of folding were tried.
        ///
        /// One with a repetition that changes nothing is the same order.
        package var orders = 0
        /// The first history that came out wrong.
        package var failure: String?
    }

    /// What a device can do to the row.
    private enum Letter: CaseIterable {
        case setLow, setHigh, delete, create, count, add, remove, write, raise
    }

    /// A write with the stamp and the name it got.
    private struct Write {
        var stamp: HybridTime
        var dot: Dot
        var operation: Operation
    }

    /// How the devices' clocks stand to each other.
    private enum Clocks: CaseIterable {
        /// All alike: only the device tells two writes apart.
        case alike
        /// The later device is behind.
        case reversed
        /// One device stamps all its writes alike, as only a broken one can.
        ///
        /// Such writes are one mutation's to the merging code, where a deletion is
        /// taken back by what follows it: without deletions they must still converge.
        case broken
    }

    private var result = Result()
    private let writesOf: [Int]
    private let base: [Write]

    /// Tries all histories.
    ///
    /// - Parameter writes: How many writes each device makes.
    /// - Returns: How many there were, and what failed.
    package static func search(writes: [Int]) -> Result {
        var scope = SmallScope(writes)
        for clocks in Clocks.allCases {
            scope.forEachChoice(of: writes.reduce(0, +)) { scope, letters in
                scope.check(letters, clocks)
            }
        }
        return scope.result
    }

    private init(_ writes: [Int]) {
        writesOf = writes
        let device = DeviceID(9)
        let operations: [Operation] = [
            .create, .add(field: "labels", element: "x"),
            .write(field: "note", text: "first", replacing: []),
        ]
        base = operations.enumerated().map { index, operation in
            let mid = UInt64(index + 1)
            return Write(
                stamp: HybridTime(milliseconds: mid, device: device),
                dot: Dot(device: device, mid: mid), operation: operation)
        }
    }

    private mutating func forEachChoice(
        of count: Int, _ body: (inout SmallScope, [Letter]) -> Void
    ) {
        let alphabet = Letter.allCases
        var digits = [Int](repeating: 0, count: count)
        while result.failure == nil {
            body(&self, digits.map { alphabet[$0] })
            var place = 0
            while place < count {
                digits[place] += 1
                if digits[place] < alphabet.count { break }
                digits[place] = 0
                place += 1
            }
            if place == count { return }
        }
    }

    // MARK: - One history

    private mutating func check(_ letters: [Letter], _ clocks: Clocks) {
        if clocks == .broken, letters.contains(.delete) { return }
        result.histories += 1
        var histories: [[Write]] = []
        var rest = letters[...]
        for (index, count) in writesOf.enumerated() {
            histories.append(writes(Array(rest.prefix(count)), of: index, clocks))
            rest = rest.dropFirst(count)
        }
        let expected = Self.naive(base + histories.flatMap(\.self))
        var start = MergeDocument(touched: base[0].stamp)
        for write in base { Self.apply(write, to: &start) }
        arrive(start, histories[...].map { $0[...] }, expected, letters)
        fold(start, histories, expected, letters)
    }

    private func writes(_ letters: [Letter], of index: Int, _ clocks: Clocks) -> [Write] {
        let device = DeviceID(UInt64(index + 1))
        var added = [base[1].dot]
        var versions = [base[2].dot]
        return letters.enumerated().map { number, letter in
            let mid = UInt64(number + 1)
            let dot = Dot(device: device, mid: mid)
            let milliseconds: UInt64 =
                switch clocks {
                case .alike: 100 + mid
                case .reversed: 100 + 10 * UInt64(writesOf.count - index) + mid
                case .broken: 100
                }
            defer {
                if letter == .add { added.append(dot) }
                if letter == .write { versions = [dot] }
            }
            return Write(
                stamp: HybridTime(milliseconds: milliseconds, device: device), dot: dot,
                operation: operation(letter, index, number, added: added, versions: versions))
        }
    }

    private func operation(
        _ letter: Letter, _ index: Int, _ number: Int, added: [Dot], versions: [Dot]
    ) -> Operation {
        let text = "\(index)\(number)"
        return switch letter {
        case .setLow: .set(field: "nickname", value: .string("a" + text))
        case .setHigh: .set(field: "nickname", value: .string("z" + text))
        case .delete: .delete
        case .create: .create
        case .count: .increment(field: "shown", by: Int64(1 + index * 10 - number * 3))
        case .add: .add(field: "labels", element: "x")
        case .remove: .remove(field: "labels", element: "x", dots: added)
        case .write: .write(field: "note", text: text, replacing: versions)
        case .raise: .raise(field: "seen_up_to", to: Int64(index * 2 - number))
        }
    }

    // MARK: - Arriving

    /// Lets the writes arrive in every order that keeps each device's own.
    ///
    /// Behind each write of each order the row arrives once more as it was before it. Where
    /// that changes nothing, as it should, all that can follow is what follows without it, and
    /// is tried once; where it does, all of it is tried again.
    private mutating func arrive(
        _ document: MergeDocument, _ rest: [ArraySlice<Write>], _ expected: [UInt8],
        _ letters: [Letter], isRepeated: Bool = false
    ) {
        guard result.failure == nil else { return }
        var isOver = true
        for index in rest.indices {
            guard let write = rest[index].first else { continue }
            isOver = false
            var next = document
            Self.apply(write, to: &next)
            var left = rest
            left[index] = left[index].dropFirst()
            arrive(next, left, expected, letters, isRepeated: isRepeated)
            guard !isRepeated else { continue }
            var again = next
            again.merge(document)
            if again != next { arrive(again, left, expected, letters, isRepeated: true) }
        }
        guard isOver else { return }
        result.orders += 1
        if document.body != expected { fail("an order of arrival", document, expected, letters) }
    }

    /// Folds the devices' copies together in every order, with one of them twice.
    private mutating func fold(
        _ start: MergeDocument, _ histories: [[Write]], _ expected: [UInt8], _ letters: [Letter]
    ) {
        let copies = histories.map { history -> MergeDocument in
            var copy = start
            for write in history { Self.apply(write, to: &copy) }
            return copy
        }
        for order in Self.permutations(of: Array(copies.indices)) {
            for repeated in copies.indices {
                var folded = start
                for index in order { folded.merge(copies[index]) }
                folded.merge(copies[repeated])
                result.orders += 1
                if folded.body != expected {
                    return fail("folding \(order) and \(repeated)", folded, expected, letters)
                }
            }
        }
    }

    private mutating func fail(
        _ how: String, _ document: MergeDocument, _ expected: [UInt8], _ letters: [Letter]
    ) {
        guard result.failure == nil else { return }
        result.failure =
            "\(how) of \(letters): \(String(decoding: document.body, as: UTF8.self)), must be "
            + String(decoding: expected, as: UTF8.self)
    }

    // MARK: - Both sides

    private static func apply(_ write: Write, to document: inout MergeDocument) {
        document.apply(write.operation, time: write.stamp, dot: write.dot)
    }

    private static func naive(_ writes: [Write]) -> [UInt8] {
        var row = NaiveRow()
        for write in writes {
            row.taken.append(
                TakenOperation(
                    stamp: Stamp(packed: write.stamp.packed, device: write.stamp.device.number),
                    name: Naive.name(write.dot), operation: write.operation))
        }
        return row.body
    }

    private static func permutations(of items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index -> [[Int]] in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(of: rest).map { [first] + $0 }
        }
    }
}
