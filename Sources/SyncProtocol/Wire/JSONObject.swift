/// The members of a JSON object, kept sorted by the UTF-8 bytes of their names.
///
/// Sorted storage means that equality, hashing and canonical output need no
/// further work, and that no iteration order can leak into bytes.
package struct JSONObject: Sendable {
    /// One name with its value.
    package typealias Member = (key: String, value: JSONValue)

    /// The members, strictly ascending by the bytes of their names.
    package private(set) var members: [Member]

    /// An object without members.
    package init() {
        members = []
    }

    /// An object of members in any order; of two with one name the later stays.
    package init(_ members: [(String, JSONValue)]) {
        self.members = []
        self.members.reserveCapacity(members.count)
        var isAscending = true
        for (key, value) in members {
            if let last = self.members.last, !last.key.bytesPrecede(key) { isAscending = false }
            self.members.append((key, value))
        }
        guard !isAscending else { return }
        // The standard sort is stable, so among equal names the later comes last.
        Self.sort(&self.members) { $0.bytesPrecede($1) }
        var kept: [Member] = []
        kept.reserveCapacity(members.count)
        for member in self.members {
            if let last = kept.last, last.key.hasSameBytes(as: member.key) { kept.removeLast() }
            kept.append(member)
        }
        self.members = kept
    }

    /// Sorts members by their names, in O(n log n) comparisons whatever names they have.
    ///
    /// Names that come from outside are compared and never hashed, so nobody can choose
    /// ones that meet.
    @inline(__always)
    package static func sort(
        _ members: inout [Member], by precedes: (String, String) -> Bool
    ) {
        members.sort { precedes($0.key, $1.key) }
    }

    /// Takes members that the parser has already sorted and found distinct.
    init(ascending members: [Member]) {
        self.members = members
    }

    /// The number of members.
    package var count: Int { members.count }

    /// Whether there are no members.
    package var isEmpty: Bool { members.isEmpty }

    /// The value of a member; setting nothing removes the member.
    ///
    /// - Complexity: O(log *n*) to read, O(*n*) to add or remove.
    package subscript(key: String) -> JSONValue? {
        get {
            let position = position(of: key)
            guard position < members.count, members[position].key.hasSameBytes(as: key) else {
                return nil
            }
            return members[position].value
        }
        set {
            let position = position(of: key)
            let isPresent =
                position < members.count && members[position].key.hasSameBytes(as: key)
            switch (newValue, isPresent) {
            case (let value?, true): members[position].value = value
            case (let value?, false): members.insert((key, value), at: position)
            case (nil, true): members.remove(at: position)
            case (nil, false): break
            }
        }
    }

    private func position(of key: String) -> Int {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].key.bytesPrecede(key) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

extension JSONObject: Hashable {
    package static func == (first: JSONObject, second: JSONObject) -> Bool {
        first.members.elementsEqual(second.members) { ours, theirs in
            ours.key.hasSameBytes(as: theirs.key) && ours.value == theirs.value
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        for member in members {
            member.key.hashBytes(into: &hasher)
            hasher.combine(member.value)
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
