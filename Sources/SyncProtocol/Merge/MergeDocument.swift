/// The state of a row that citizens write: fields that merge, and its life.
///
/// The body of such a row is this state in canonical JSON, so that the server,
/// every device and a reader of a dump see the same bytes:
///
/// ```text
/// {"deleted":TIME, "fields":{NAME:[KIND, …]}, "touched":TIME}
/// ["latest", value, TIME]      ["maximum", n]      ["flag"]
/// ["set", [[DOT, element]…], [[DOT, element]…]]      ["text", [[DOT, text]…], [DOT…]]
/// ["counter", [[DEVICE, added, taken]…]]
/// ```
///
/// A row is alive while something newer than its deletion has touched it: a
/// deletion wins over the writes it has seen and loses to newer ones, and a row
/// that comes back comes back whole.
package struct MergeDocument: Hashable, Sendable {
    /// The newest write of any kind but deletion.
    package private(set) var touched: HybridTime

    /// The newest deletion, if there was one.
    package private(set) var deleted: HybridTime?

    /// The fields by name.
    package private(set) var fields: [String: FieldState]

    /// The newest deletion before ``deleted``, while one mutation is being applied.
    private var deletedBefore: HybridTime?

    /// Creates a row by its first write.
    package init(touched: HybridTime) {
        self.touched = touched
        self.deleted = nil
        self.fields = [:]
    }

    init(touched: HybridTime, deleted: HybridTime?, fields: [String: FieldState]) {
        self.touched = touched
        self.deleted = deleted
        self.fields = fields
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.touched == right.touched && left.deleted == right.deleted
            && left.fields == right.fields
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(touched)
        hasher.combine(deleted)
        hasher.combine(fields)
    }

    /// Whether the row exists for a reader.
    package var isAlive: Bool {
        deleted.map { touched > $0 } ?? true
    }

    /// Applies one operation of a mutation.
    ///
    /// The operations of a mutation have one time, and on one row they take
    /// effect in their order: a write behind a deletion brings the row back.
    ///
    /// - Parameters:
    ///   - operation: What to do. ``Operation/submit(_:)`` is a command, not a
    ///     merge, and does nothing here.
    ///   - time: The mutation's time, as the server accepted it.
    ///   - dot: The mutation's identity.
    /// - Returns: Whether a reader can see a difference.
    @discardableResult
    package mutating func apply(_ operation: Operation, time: HybridTime, dot: Dot) -> Bool {
        let before = self
        switch operation {
        case .delete:
            if deleted.map({ $0 < time }) ?? true {
                deletedBefore = deleted
                deleted = time
            }
            return before.isAlive != isAlive
        case .submit: return false
        default: revive(from: time)
        }
        switch operation {
        case .create, .delete, .submit: break
        case .set(let field, let value): fold(field, .latest(LatestWrite(value, at: time)))
        case .raise(let field, let number): fold(field, .maximum(number))
        case .mark(let field): fold(field, .flag)
        case .add(let field, let element):
            change(field, .set(AddWinsSet())) { state in
                guard case .set(var set) = state else { return }
                set.add(element, dot: dot)
                state = .set(set)
            }
        case .remove(let field, let element, let dots):
            change(field, .set(AddWinsSet())) { state in
                guard case .set(var set) = state else { return }
                set.remove(element, dots: dots)
                state = .set(set)
            }
        case .increment(let field, let step):
            change(field, .counter(Counter())) { state in
                guard case .counter(var counter) = state else { return }
                counter.add(step, by: dot.device)
                state = .counter(counter)
            }
        case .write(let field, let text, let seen):
            change(field, .text(MultiValueText())) { state in
                guard case .text(var versions) = state else { return }
                versions.write(text, dot: dot, replacing: seen)
                state = .text(versions)
            }
        }
        touched = max(touched, time)
        return before.isAlive != isAlive || before.fields != fields
    }

    /// Takes a deletion by this very mutation back, for the write that follows it.
    ///
    /// What is left is what the mutations before had deleted, so that the order in
    /// which mutations arrive shows in no byte.
    private mutating func revive(from time: HybridTime) {
        guard deleted == time else { return }
        deleted = deletedBefore
    }

    /// Folds another copy of the row into this one.
    package mutating func merge(_ other: Self) {
        touched = max(touched, other.touched)
        if let theirs = other.deleted { deleted = max(deleted ?? theirs, theirs) }
        deletedBefore = nil
        for (name, state) in other.fields {
            fold(name, state)
        }
    }

    private mutating func fold(_ name: String, _ state: FieldState) {
        if fields[name] == nil {
            fields[name] = state
        } else {
            fields[name]?.merge(state)
        }
    }

    private mutating func change(
        _ name: String, _ empty: FieldState, _ body: (inout FieldState) -> Void
    ) {
        if fields[name, default: empty].kind == empty.kind {
            body(&fields[name, default: empty])
        } else {
            // Two kinds meet: the rule of merging decides, not the order of writes.
            var state = empty
            body(&state)
            fold(name, state)
        }
    }

    /// What a person sees of each field, in the order of names.
    package var shown: JSONObject {
        JSONObject(fields.map { ($0.key, $0.value.shown) })
    }
}
