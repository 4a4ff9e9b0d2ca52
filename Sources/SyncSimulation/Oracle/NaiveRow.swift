internal import SyncProtocol

// Written from docs/protocol.md, sections 11 and 12, and not from the code that merges.

/// A stamp as the protocol orders it: time, then device.
struct Stamp: Hashable, Comparable {
    var packed: UInt64
    var device: UInt64

    static func < (left: Stamp, right: Stamp) -> Bool {
        left.packed != right.packed ? left.packed < right.packed : left.device < right.device
    }

    var text: String { Naive.hex(packed) + "-" + Naive.hex(device) }
}

/// The name of a write: device, then number.
struct WriteName: Hashable, Comparable {
    var device: UInt64
    var number: UInt64

    static func < (left: WriteName, right: WriteName) -> Bool {
        left.device != right.device ? left.device < right.device : left.number < right.number
    }

    var text: String { Naive.hex(device) + "." + String(number) }
}

/// One operation on one row, as it was taken.
struct TakenOperation {
    var stamp: Stamp
    var name: WriteName
    var operation: Operation
}

/// A row that citizens write, as the list of all that was ever done to it.
///
/// Nothing is kept but the list: whatever is asked is worked out from its
/// beginning, with no regard to cost.
struct NaiveRow {
    var taken: [TakenOperation] = []

    /// The newest write but deletions.
    var touched: Stamp {
        var newest = Stamp(packed: 0, device: 0)
        for one in taken where one.operation != .delete { newest = max(newest, one.stamp) }
        return newest
    }

    /// The newest deletion; one that its own mutation goes on to write over is none.
    var deleted: Stamp? {
        var newest: Stamp?
        for (index, one) in taken.enumerated() where one.operation == .delete {
            let isTakenBack = taken[(index + 1)...].contains {
                $0.name == one.name && $0.name != Naive.nobody && $0.operation != .delete
            }
            if !isTakenBack { newest = max(newest ?? one.stamp, one.stamp) }
        }
        return newest
    }

    /// Whether a reader sees the row.
    var isAlive: Bool { deleted.map { touched > $0 } ?? true }

    /// The names of all fields, by their bytes.
    private var fieldNames: [String] {
        let names = Set(taken.compactMap { $0.operation.target.map { Array($0.field.utf8) } })
        return names.sorted { $0.lexicographicallyPrecedes($1) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The body that server and devices must hold.
    var body: [UInt8] {
        var members: [(String, JSONValue)] = [("touched", .string(touched.text))]
        if let deleted { members.append(("deleted", .string(deleted.text))) }
        let fields = fieldNames.map { ($0, stored($0)) }
        members.append(("fields", .object(JSONObject(fields))))
        return JSON.canonical(.object(JSONObject(members)))
    }

    /// What a person sees of each field.
    var shown: JSONValue {
        .object(JSONObject(fieldNames.map { ($0, shown($0)) }))
    }

    // MARK: - Fields

    private func operations(on field: String) -> [TakenOperation] {
        taken.filter { one in
            one.operation.target.map { $0.field.utf8.elementsEqual(field.utf8) } ?? false
        }
    }

    private func stored(_ field: String) -> JSONValue {
        let all = operations(on: field)
        switch all.first?.operation {
        case .set:
            let newest = Naive.newest(all)
            return .array([.string("latest"), newest.value, .string(newest.stamp.text)])
        case .raise: return .array([.string("maximum"), shown(field)])
        case .mark: return .array([.string("flag")])
        case .add, .remove:
            let set = Naive.set(all)
            return .array([.string("set"), Naive.pairs(set.present), Naive.pairs(set.gone)])
        case .write:
            let text = Naive.text(all)
            return .array([
                .string("text"), Naive.pairs(text.versions),
                .array(text.replaced.map { .string($0.text) }),
            ])
        case .increment:
            let totals = Naive.totals(all).map { total -> JSONValue in
                .array([
                    .string(Naive.hex(total.device)), .integer(total.added), .integer(total.taken),
                ])
            }
            return .array([.string("counter"), .array(totals)])
        default: return .null
        }
    }

    private func shown(_ field: String) -> JSONValue {
        let all = operations(on: field)
        switch all.first?.operation {
        case .set: return Naive.newest(all).value
        case .raise:
            let numbers = all.compactMap { one -> Int64? in
                if case .raise(_, let number) = one.operation { number } else { nil }
            }
            return .integer(numbers.max() ?? 0)
        case .mark: return .integer(1)
        case .add, .remove:
            var elements: [[UInt8]] = []
            for (_, element) in Naive.set(all).present where !elements.contains(element) {
                elements.append(element)
            }
            elements.sort { $0.lexicographicallyPrecedes($1) }
            return .array(elements.map { .string(String(decoding: $0, as: UTF8.self)) })
        case .write:
            return .array(
                Naive.text(all).versions.map { .string(String(decoding: $0.1, as: UTF8.self)) })
        case .increment:
            return .integer(Naive.totals(all).reduce(0) { $0 + $1.added - $1.taken })
        default: return .null
        }
    }
}

/// The merging rules, one function for each kind of field.
enum Naive {
    /// The writer of what a body says without naming a writer; shows no text of its own.
    static let nobody = WriteName(device: 0, number: 0)

    /// A text of sixteen hexadecimal digits.
    static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    /// The latest write; of two with one stamp, the one with the larger bytes.
    static func newest(_ all: [TakenOperation]) -> (value: JSONValue, stamp: Stamp) {
        var best: (value: JSONValue, stamp: Stamp, bytes: [UInt8])?
        for one in all {
            guard case .set(_, let value) = one.operation else { continue }
            let bytes = JSON.canonical(value)
            if let present = best {
                let isLater = one.stamp > present.stamp
                let isLarger =
                    one.stamp == present.stamp && present.bytes.lexicographicallyPrecedes(bytes)
                guard isLater || isLarger else { continue }
            }
            best = (value, one.stamp, bytes)
        }
        return best.map { ($0.value, $0.stamp) } ?? (.null, Stamp(packed: 0, device: 0))
    }

    /// What was added and not removed, and what was removed; each by name and bytes.
    static func set(
        _ all: [TakenOperation]
    ) -> (present: [(WriteName, [UInt8])], gone: [(WriteName, [UInt8])]) {
        var added: [(WriteName, [UInt8])] = []
        var gone: [(WriteName, [UInt8])] = []
        for one in all {
            switch one.operation {
            case .add(_, let element): added.append((one.name, Array(element.utf8)))
            case .remove(_, let element, let dots):
                gone += dots.map { (name($0), Array(element.utf8)) }
            default: break
            }
        }
        let present = added.filter { one in !gone.contains { $0 == one } }
        return (unique(present), unique(gone))
    }

    /// The versions that nothing replaced, and what was replaced.
    static func text(
        _ all: [TakenOperation]
    ) -> (versions: [(WriteName, [UInt8])], replaced: [WriteName]) {
        var versions: [(WriteName, [UInt8])] = []
        var replaced: Set<WriteName> = []
        for one in all {
            guard case .write(_, let text, let dots) = one.operation else { continue }
            if one.name != nobody { versions.append((one.name, Array(text.utf8))) }
            for dot in dots where name(dot) != one.name { replaced.insert(name(dot)) }
        }
        return (unique(versions.filter { !replaced.contains($0.0) }), replaced.sorted())
    }

    /// What each device has added and taken away.
    static func totals(
        _ all: [TakenOperation]
    ) -> [(device: UInt64, added: Int64, taken: Int64)] {
        var totals: [UInt64: (added: Int64, taken: Int64)] = [:]
        for one in all {
            guard case .increment(_, let step) = one.operation else { continue }
            var total = totals[one.stamp.device] ?? (0, 0)
            if step >= 0 { total.added += step } else { total.taken -= step }
            totals[one.stamp.device] = total
        }
        return totals.keys.sorted().map { ($0, totals[$0]?.added ?? 0, totals[$0]?.taken ?? 0) }
    }

    static func pairs(_ all: [(WriteName, [UInt8])]) -> JSONValue {
        .array(
            all.map {
                .array([.string($0.0.text), .string(String(decoding: $0.1, as: UTF8.self))])
            })
    }

    /// The name of a write in sets and texts: that of its origin, where it has one.
    static func name(of mutation: Mutation) -> WriteName {
        guard let origin = mutation.origin else {
            return WriteName(device: mutation.time.device.number, number: mutation.mid)
        }
        return WriteName(device: origin.chain, number: origin.mid)
    }

    static func name(_ dot: Dot) -> WriteName {
        WriteName(device: dot.device.number, number: dot.mid)
    }

    private static func unique(_ all: [(WriteName, [UInt8])]) -> [(WriteName, [UInt8])] {
        var kept: [(WriteName, [UInt8])] = []
        for one in all.sorted(by: { first, second in
            first.0 != second.0
                ? first.0 < second.0 : first.1.lexicographicallyPrecedes(second.1)
        }) {
            if let last = kept.last, last == one { continue }
            kept.append(one)
        }
        return kept
    }
}
