/// A field in which the latest write wins.
package struct LatestWrite: Hashable, Sendable {
    /// The value of the latest write seen so far.
    package private(set) var value: JSONValue

    /// When that write was made.
    package private(set) var time: HybridTime

    /// Creates a field from its first write.
    package init(_ value: JSONValue, at time: HybridTime) {
        self.value = value
        self.time = time
    }

    /// Folds another copy of the field into this one.
    ///
    /// Commutative, associative and idempotent. Two writes with one time can
    /// only come from a device that broke its promise; the larger canonical
    /// bytes win then, so that replicas still agree.
    ///
    /// - Returns: Whether the other write won.
    @discardableResult
    package mutating func merge(_ other: Self) -> Bool {
        let otherWins =
            other.time > time
            || (other.time == time && value != other.value
                && JSON.canonical(value).lexicographicallyPrecedes(JSON.canonical(other.value)))
        if otherWins { self = other }
        return otherWins
    }
}
