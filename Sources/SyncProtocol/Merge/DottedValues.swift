/// Values that live while one of their writes is unremoved.
///
/// The heart of ``MultiValueText``. A removal names the writes it has seen, so
/// a write it has not seen survives it. Removed dots are kept: a removal that
/// arrives before the write it removes still works.
package struct DottedValues: Hashable, Sendable {
    /// The live values, each with the dots of the writes that put it there.
    package private(set) var values: [Dot: String]

    /// The dots whose writes have been removed.
    package private(set) var removed: Set<Dot>

    /// Creates an empty store, or one from stored parts.
    package init(values: [Dot: String] = [:], removed: Set<Dot> = []) {
        self.values = values.filter { !removed.contains($0.key) }
        self.removed = removed
    }

    /// Puts a value, unless its write has been removed already.
    ///
    /// - Returns: Whether the value is new here.
    @discardableResult
    package mutating func put(_ value: String, dot: Dot) -> Bool {
        guard !removed.contains(dot) else { return false }
        // One dot, two values: a broken device. The larger bytes win everywhere.
        if let present = values[dot], !present.bytesPrecede(value) { return false }
        values[dot] = value
        return true
    }

    /// Removes the writes with these dots, now or when they arrive.
    ///
    /// - Returns: Whether a removal is new here.
    @discardableResult
    package mutating func remove(_ dots: some Sequence<Dot>) -> Bool {
        var isChanged = false
        for dot in dots {
            values[dot] = nil
            // What was removed before has no value: only a new removal is a change.
            if removed.insert(dot).inserted { isChanged = true }
        }
        return isChanged
    }

    /// Folds another copy into this one.
    package mutating func merge(_ other: Self) {
        remove(other.removed)
        for (dot, value) in other.values {
            put(value, dot: dot)
        }
    }
}

/// A text that keeps both versions when two devices edit it apart.
package struct MultiValueText: Hashable, Sendable {
    /// The versions and those they replaced.
    package var store: DottedValues

    /// Creates an empty text, or one over stored parts.
    package init(store: DottedValues = DottedValues()) {
        self.store = store
    }

    /// The versions that no other version has replaced, ordered by dot.
    package var versions: [(dot: Dot, text: String)] {
        store.values.sorted { $0.key < $1.key }.map { (dot: $0.key, text: $0.value) }
    }

    /// Writes a version in place of those the writer saw.
    ///
    /// - Returns: Whether the version or a replacement is new here.
    @discardableResult
    package mutating func write(
        _ text: String, dot: Dot, replacing seen: some Sequence<Dot>
    ) -> Bool {
        let replaces = store.remove(seen.filter { $0 != dot })
        let puts = store.put(text, dot: dot)
        return replaces || puts
    }

    /// Folds another copy of the text into this one.
    package mutating func merge(_ other: Self) {
        store.merge(other.store)
    }
}
