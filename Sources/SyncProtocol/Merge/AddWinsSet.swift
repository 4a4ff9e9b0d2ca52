/// A set in which an addition wins over a removal that has not seen it.
///
/// An addition is known by its write and its element together, because one
/// write may add several elements. A removal names the additions it has seen;
/// they are kept, so that it works also when it arrives before them.
package struct AddWinsSet: Hashable, Sendable {
    /// An element and the write that added it.
    package struct Addition: Hashable, Sendable, Comparable {
        /// The write.
        package let dot: Dot

        /// What it added.
        package let element: String

        /// Creates an addition.
        package init(dot: Dot, element: String) {
            self.dot = dot
            self.element = element
        }

        package static func == (left: Self, right: Self) -> Bool {
            left.dot == right.dot && left.element.hasSameBytes(as: right.element)
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(dot)
            element.hashBytes(into: &hasher)
        }

        package static func < (left: Self, right: Self) -> Bool {
            left.dot != right.dot ? left.dot < right.dot : left.element.bytesPrecede(right.element)
        }
    }

    /// The additions that no removal has seen.
    package private(set) var additions: Set<Addition>

    /// The additions that have been removed.
    package private(set) var removed: Set<Addition>

    /// Creates an empty set, or one of stored parts.
    package init(additions: Set<Addition> = [], removed: Set<Addition> = []) {
        self.additions = additions.subtracting(removed)
        self.removed = removed
    }

    /// The elements, in the order of their bytes.
    package var elements: [String] {
        var unique: [String] = []
        for element in additions.map(\.element).sorted(by: { $0.bytesPrecede($1) })
        where unique.last?.hasSameBytes(as: element) != true {
            unique.append(element)
        }
        return unique
    }

    /// The dots that put an element there: what its removal must name.
    package func dots(of element: String) -> [Dot] {
        additions.filter { $0.element.hasSameBytes(as: element) }.map(\.dot).sorted()
    }

    /// Adds an element, unless this addition has been removed already.
    ///
    /// - Returns: Whether the addition is new here.
    @discardableResult
    package mutating func add(_ element: String, dot: Dot) -> Bool {
        let addition = Addition(dot: dot, element: element)
        return !removed.contains(addition) && additions.insert(addition).inserted
    }

    /// Removes the additions of an element that the remover has seen.
    ///
    /// - Returns: Whether a removal is new here.
    @discardableResult
    package mutating func remove(_ element: String, dots: some Sequence<Dot>) -> Bool {
        var isChanged = false
        for dot in dots {
            let addition = Addition(dot: dot, element: element)
            additions.remove(addition)
            // What was removed before is no addition: only a new removal is a change.
            if removed.insert(addition).inserted { isChanged = true }
        }
        return isChanged
    }

    /// Folds another copy of the set into this one.
    package mutating func merge(_ other: Self) {
        removed.formUnion(other.removed)
        additions.formUnion(other.additions)
        additions.subtract(removed)
    }
}
