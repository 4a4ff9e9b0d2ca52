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

    /// A row that nobody has written to, for a deletion that comes before all else.
    package static var unmade: MergeDocument {
        MergeDocument(touched: HybridTime(packed: 0, device: DeviceID(0)))
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
    /// - Returns: Whether the state differs from before, so that it must be stored.
    @discardableResult
    package mutating func apply(_ operation: Operation, time: HybridTime, dot: Dot) -> Bool {
        var isChanged = false
        switch operation {
        case .delete:
            guard deleted.map({ $0 < time }) ?? true else { return false }
            deletedBefore = deleted
            deleted = time
            return true
        case .submit: return false
        default: isChanged = revive(from: time)
        }
        if change(by: operation, time: time, dot: dot) { isChanged = true }
        if time > touched {
            touched = time
            isChanged = true
        }
        return isChanged
    }

    /// The row without its content, deleted as of its last change.
    ///
    /// A write that was made after that change, on a device that was away, brings the
    /// row back, with what it wrote.
    package var forgotten: MergeDocument {
        MergeDocument(touched: touched, deleted: max(deleted ?? touched, touched), fields: [:])
    }

    /// Stands for a state while its parts are changed: with two owners they would be copied.
    private static let emptied = FieldState.flag

    /// Applies an operation to the field it names.
    private mutating func change(by operation: Operation, time: HybridTime, dot: Dot) -> Bool {
        switch operation {
        case .create, .delete, .submit: return false
        case .set(let field, let value):
            return fold(field, .latest(LatestWrite(value, at: time)))
        case .raise(let field, let number): return fold(field, .maximum(number))
        case .mark(let field): return fold(field, .flag)
        case .add(let field, let element):
            return change(field, .set(AddWinsSet())) { state in
                guard case .set(var set) = state else { return false }
                state = Self.emptied
                let isChanged = set.add(element, dot: dot)
                state = .set(set)
                return isChanged
            }
        case .remove(let field, let element, let dots):
            return change(field, .set(AddWinsSet())) { state in
                guard case .set(var set) = state else { return false }
                state = Self.emptied
                let isChanged = set.remove(element, dots: dots)
                state = .set(set)
                return isChanged
            }
        case .increment(let field, let step):
            return change(field, .counter(Counter())) { state in
                guard case .counter(var counter) = state else { return false }
                state = Self.emptied
                // Whoever wrote first under whichever name: the server takes it once.
                let isChanged = counter.add(step, by: time.device)
                state = .counter(counter)
                return isChanged
            }
        case .write(let field, let text, let seen):
            return change(field, .text(MultiValueText())) { state in
                guard case .text(var versions) = state else { return false }
                state = Self.emptied
                let isChanged = versions.write(text, dot: dot, replacing: seen)
                state = .text(versions)
                return isChanged
            }
        }
    }

    /// Whether a field shows another value than the one written to it at a time.
    package func hidesWrite(of value: JSONValue, to field: String, at time: HybridTime) -> Bool {
        switch fields[field] {
        case nil: false
        case .latest(let write): write.time != time && write.value != value
        case .some(let state): state.shown != value
        }
    }

    /// Takes a deletion by this very mutation back, for the write that follows it.
    ///
    /// What is left is what the mutations before had deleted, so that the order in
    /// which mutations arrive shows in no byte.
    private mutating func revive(from time: HybridTime) -> Bool {
        guard deleted == time else { return false }
        deleted = deletedBefore
        return true
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

    @discardableResult
    private mutating func fold(_ name: String, _ state: FieldState) -> Bool {
        guard let index = fields.index(forKey: name) else {
            fields[name] = state
            return true
        }
        return fields.values[index].merge(state)
    }

    private mutating func change(
        _ name: String, _ empty: FieldState, _ body: (inout FieldState) -> Bool
    ) -> Bool {
        guard let kind = fields[name]?.kind else {
            // The field comes to be, even if nothing of it is to be seen.
            _ = body(&fields[name, default: empty])
            return true
        }
        if kind == empty.kind { return body(&fields[name, default: empty]) }
        // Two kinds meet: the rule of merging decides, not the order of writes.
        var state = empty
        _ = body(&state)
        return fold(name, state)
    }

    /// What a person sees of each field, in the order of names.
    package var shown: JSONObject {
        JSONObject(fields.map { ($0.key, $0.value.shown) })
    }
}
