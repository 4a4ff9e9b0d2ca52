/// A random number generator that repeats itself for one seed (SplitMix64).
///
/// Streams of their own keep choices apart: what one part of a simulation draws
/// never shifts what another part draws.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator that gives the same numbers for the same seed.
    package init(seed: UInt64) {
        state = seed
    }

    /// Creates the generator of a named stream.
    ///
    /// - Parameters:
    ///   - seed: The seed of the whole run.
    ///   - stream: What the numbers are for, for instance `disk`.
    ///   - keys: Which one of them, for instance the number of a device.
    package init(seed: UInt64, stream: StaticString, _ keys: UInt64...) {
        var mixed = Self.mix(seed)
        for index in 0..<stream.utf8CodeUnitCount {
            mixed = Self.mix(mixed ^ UInt64(stream.utf8Start[index]))
        }
        for key in keys { mixed = Self.mix(mixed ^ key) }
        state = mixed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.scramble(state)
    }

    /// Gives a number of a closed range.
    package mutating func next(in range: ClosedRange<Int>) -> Int {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(next() % width)
    }

    /// Gives true with a chance in a thousand.
    package mutating func chance(perMille: Int) -> Bool {
        next() % 1_000 < UInt64(max(0, perMille))
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

    private static func mix(_ value: UInt64) -> UInt64 {
        scramble(value &+ 0x9e37_79b9_7f4a_7c15)
    }

    private static func scramble(_ number: UInt64) -> UInt64 {
        var value = number
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
