/// Counts how often each place of interest was reached.
///
/// A run in which something never happens proves nothing about it, so the report
/// names what was never reached.
package struct Points: Sendable {
    /// The counts by name.
    package private(set) var counts: [String: Int] = [:]

    /// Creates counts of nothing.
    package init() {}

    /// Counts a place.
    package mutating func count(_ name: StaticString, _ number: Int = 1) {
        counts[name.description, default: 0] += number
    }

    /// Counts a place whose name is put together.
    package mutating func count(named name: String, _ number: Int = 1) {
        counts[name, default: 0] += number
    }

    /// Adds the counts of another run.
    package mutating func add(_ other: Points) {
        for (name, number) in other.counts { counts[name, default: 0] += number }
    }
}
