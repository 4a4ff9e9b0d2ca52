/// The hashes of a bucket's rows in order, with the sum of every range at hand.
///
/// Beside each hash stands the sum of all hashes before it, so the sum of a
/// range is one subtraction, after two searches. Both sides of a repair use it:
/// what it says depends on the hashes alone and not on the order they came in.
package struct RangeIndex: Sendable {
    /// One row.
    package struct Entry: Hashable, Sendable {
        /// The row's hash.
        package var hash: HashSum
        /// What the owner of the index finds the row by.
        package var reference: Int64

        /// Creates an entry.
        package init(hash: HashSum, reference: Int64) {
            self.hash = hash
            self.reference = reference
        }
    }

    /// The rows, ascending by hash.
    package private(set) var entries: [Entry]

    /// The sum of the hashes before each position, and of all at the end.
    private var sums: [HashSum]

    /// Creates an index.
    ///
    /// - Complexity: O(*n* log *n*) in the number of rows.
    package init(_ entries: [Entry] = []) {
        self.entries = entries.sorted { $0.hash.precedes($1.hash) }
        sums = []
        addUp()
    }

    private mutating func addUp() {
        sums.removeAll(keepingCapacity: true)
        sums.reserveCapacity(entries.count + 1)
        var sum = HashSum.zero
        sums.append(sum)
        for entry in entries {
            sum += entry.hash
            sums.append(sum)
        }
    }

    /// The number of rows.
    package var count: Int { entries.count }

    /// The sum over all rows.
    package var total: RangeSum { sum(of: entries.indices) }

    /// The rows of a range.
    ///
    /// - Complexity: O(log *n*).
    package func rows(in range: HashRange) -> ArraySlice<Entry> {
        entries[positions(of: range)]
    }

    /// The sum of a range.
    ///
    /// - Complexity: O(log *n*).
    package func sum(of range: HashRange) -> RangeSum {
        sum(of: positions(of: range))
    }

    /// The sums of the parts into which some bits split a range.
    package func sums(of range: HashRange, split bits: Int) -> [RangeSum] {
        (0..<(1 << bits)).map { sum(of: range.part($0, of: bits)) }
    }

    private func sum(of positions: Range<Int>) -> RangeSum {
        var sum = sums[positions.upperBound]
        sum -= sums[positions.lowerBound]
        return RangeSum(count: UInt64(positions.count), sum: sum)
    }

    private func positions(of range: HashRange) -> Range<Int> {
        let start = entries.firstPosition { $0.hash.leading >= range.low }
        let end = entries.firstPosition { $0.hash.leading > range.high }
        return start..<end
    }

    /// Compares a range with what another side holds of it.
    ///
    /// - Parameters:
    ///   - hashes: What the other side holds, ascending.
    ///   - range: The range.
    /// - Returns: The rows that only this side has, and the hashes that only
    ///   the other has.
    package func differences(
        from hashes: [HashSum], in range: HashRange
    ) -> (missing: [Entry], surplus: [HashSum]) {
        var missing: [Entry] = []
        var surplus: [HashSum] = []
        var others = hashes[...]
        for entry in rows(in: range) {
            while let other = others.first, other.precedes(entry.hash) {
                surplus.append(others.removeFirst())
            }
            if others.first == entry.hash {
                others.removeFirst()
            } else {
                missing.append(entry)
            }
        }
        return (missing, surplus + others)
    }

    /// Takes rows out and puts others in.
    ///
    /// - Parameters:
    ///   - isGone: Whether a row goes.
    ///   - added: The rows that come, in any order.
    /// - Complexity: O(*n* + *m* log *m*) for *m* rows that come.
    package mutating func update(removing isGone: (Entry) -> Bool, adding added: [Entry]) {
        let new = added.sorted { $0.hash.precedes($1.hash) }
        var merged: [Entry] = []
        merged.reserveCapacity(entries.count + new.count)
        var rest = new[...]
        for entry in entries where !isGone(entry) {
            while let next = rest.first, next.hash.precedes(entry.hash) {
                merged.append(rest.removeFirst())
            }
            merged.append(entry)
        }
        merged.append(contentsOf: rest)
        entries = merged
        addUp()
    }
}

extension [RangeIndex.Entry] {
    /// The first position that passes a test which all after it pass as well.
    fileprivate func firstPosition(where passes: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if passes(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
