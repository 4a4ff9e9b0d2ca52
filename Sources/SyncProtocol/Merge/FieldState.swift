/// How a field merges.
package enum FieldKind: String, Hashable, Sendable, CaseIterable {
    /// The latest write wins.
    case latest
    /// The largest number wins.
    case maximum
    /// Once true, true for ever.
    case flag
    /// A set in which additions win.
    case set
    /// A number that adds up.
    case counter
    /// A text that keeps versions written apart.
    case text
}

/// The state of one field of a merged row.
package enum FieldState: Hashable, Sendable {
    case latest(LatestWrite)
    case maximum(Int64)
    case flag
    case set(AddWinsSet)
    case counter(Counter)
    case text(MultiValueText)

    /// How the field merges.
    package var kind: FieldKind {
        switch self {
        case .latest: .latest
        case .maximum: .maximum
        case .flag: .flag
        case .set: .set
        case .counter: .counter
        case .text: .text
        }
    }

    /// Folds another copy of the field into this one.
    ///
    /// The table's policy gives a field one kind for ever. Should two kinds
    /// meet all the same, the one later in ``FieldKind`` stays, everywhere.
    ///
    /// - Returns: Whether the state is another than before.
    @discardableResult
    package mutating func merge(_ other: Self) -> Bool {
        switch (self, other) {
        case (.latest(var mine), .latest(let theirs)):
            let isChanged = mine.merge(theirs)
            if isChanged { self = .latest(mine) }
            return isChanged
        case (.maximum(let mine), .maximum(let theirs)):
            self = .maximum(max(mine, theirs))
            return theirs > mine
        case (.flag, .flag): return false
        case (.set(var mine), .set(let theirs)):
            mine.merge(theirs)
            return replace(with: .set(mine))
        case (.counter(var mine), .counter(let theirs)):
            mine.merge(theirs)
            return replace(with: .counter(mine))
        case (.text(var mine), .text(let theirs)):
            mine.merge(theirs)
            return replace(with: .text(mine))
        default:
            let order = FieldKind.allCases
            if let left = order.firstIndex(of: kind), let right = order.firstIndex(of: other.kind),
                right > left
            {
                self = other
                return true
            }
            return false
        }
    }

    private mutating func replace(with merged: Self) -> Bool {
        guard merged != self else { return false }
        self = merged
        return true
    }

    /// What a person sees: the value without its bookkeeping.
    package var shown: JSONValue {
        switch self {
        case .latest(let write): write.value
        case .maximum(let number): .integer(number)
        case .flag: .integer(1)
        case .set(let set): .array(set.elements.map { .string($0) })
        case .counter(let counter): .integer(counter.value)
        case .text(let text): .array(text.versions.map { .string($0.text) })
        }
    }
}
