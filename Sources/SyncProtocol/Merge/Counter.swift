/// A number that devices add to and take from, without losing a step.
///
/// Each device has its own pair of totals, which only grow; merging takes the
/// larger of each, and the value is the sum.
package struct Counter: Hashable, Sendable {
    /// What one device has added and taken, both growing.
    package struct Totals: Hashable, Sendable {
        /// The sum of all additions.
        package var added: UInt64

        /// The sum of all subtractions, as a positive number.
        package var taken: UInt64
    }

    /// The totals by device.
    package private(set) var totals: [DeviceID: Totals]

    /// Creates a counter at zero, or from stored totals.
    package init(totals: [DeviceID: Totals] = [:]) {
        self.totals = totals
    }

    /// The value of the counter, saturated to what an integer can hold.
    package var value: Int64 {
        // Wide enough for every sum: saturating on the way would let the order of
        // a dictionary, which differs from run to run, decide the value.
        var sum: Int128 = 0
        for total in totals.values {
            sum += Int128(total.added) - Int128(total.taken)
        }
        return Int64(clamping: sum)
    }

    /// Adds a device's step; a total stops at the largest number a body can hold.
    ///
    /// - Returns: Whether the totals are others than before.
    @discardableResult
    package mutating func add(_ step: Int64, by device: DeviceID) -> Bool {
        let before = totals[device]
        var total = before ?? Totals(added: 0, taken: 0)
        if step >= 0 {
            total.added = Self.grown(total.added, by: step.magnitude)
        } else {
            total.taken = Self.grown(total.taken, by: step.magnitude)
        }
        totals[device] = total
        return total != before
    }

    private static func grown(_ total: UInt64, by step: UInt64) -> UInt64 {
        min(total.addingSaturating(step), UInt64(Int64.max))
    }

    /// Folds another copy of the counter into this one.
    package mutating func merge(_ other: Self) {
        for (device, total) in other.totals {
            let mine = totals[device] ?? Totals(added: 0, taken: 0)
            totals[device] = Totals(
                added: max(mine.added, total.added), taken: max(mine.taken, total.taken))
        }
    }
}

extension FixedWidthInteger {
    /// Adds, stopping at the ends of the range instead of trapping.
    func addingSaturating(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }
}
