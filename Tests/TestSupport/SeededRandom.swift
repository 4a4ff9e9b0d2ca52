/// A random number generator that repeats itself for one seed (SplitMix64).
///
/// A failing test prints its seed; the seed alone brings the case back, on any
/// machine and with any version of the standard library's own generators.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator that gives the same numbers for the same seed.
    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// Gives a number of a closed range.
    package mutating func next<Number: FixedWidthInteger>(in range: ClosedRange<Number>) -> Number {
        let (difference, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        let width =
            overflow
            ? UInt64(truncatingIfNeeded: range.upperBound &- range.lowerBound)
            : UInt64(truncatingIfNeeded: difference)
        guard width < .max else { return Number(truncatingIfNeeded: next()) }
        return range.lowerBound &+ Number(truncatingIfNeeded: next() % (width + 1))
    }

    /// Gives true once in `count` times, on average.
    package mutating func chance(oneIn count: UInt64) -> Bool {
        next() % count == 0
    }

    /// Picks an element.
    ///
    /// - Precondition: There is one.
    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        precondition(!elements.isEmpty, "nothing to pick from")
        return elements[next(in: 0...(elements.count - 1))]
    }

    /// Gives random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
