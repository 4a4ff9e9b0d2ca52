internal import SQLiteKit
package import SyncProtocol

/// What a write may look at while it is made, inside its transaction.
struct WriteContext {
    /// The time by the server's clock.
    let now: Int64
    /// Whether and how a row that citizens write stands, with what waits.
    let document: (RowKey) throws -> MergeDocument?
    /// Whether a row is shown at all.
    let row: (RowKey) throws -> SyncRow?
}

extension SyncClient {
    /// Stores a write in one transaction that is on the disk on return.
    ///
    /// - Parameter operations: What to do: all of it, or none.
    /// - Returns: The write as it is stored.
    /// - Throws: ``SyncFailure/writeRefused(code:detail:)`` where a rule is broken.
    package func write(_ operations: [RowOperation]) async throws(SyncFailure) -> QueuedWrite {
        try await write { (_) -> [RowOperation] in operations }
    }

    /// Stores a write that is made from what is stored at that moment.
    func write(
        _ make: @Sendable (WriteContext) throws -> [RowOperation]
    ) async throws(SyncFailure) -> QueuedWrite {
        try await write { (context) -> [[RowOperation]] in [try make(context)] }
    }

    /// Stores several writes in one transaction: all of them, or none.
    ///
    /// - Returns: The last write.
    /// - Throws: ``SyncFailure``; nothing is stored then.
    func write(
        _ make: @Sendable (WriteContext) throws -> [[RowOperation]]
    ) async throws(SyncFailure) -> QueuedWrite {
        let session = try signedIn()
        let environment = environment
        let entry = try await session.store.write { connection in
            let wall = environment.wall.milliseconds()
            var state = try CacheState.load(connection)
            let now = state.now(wallMilliseconds: wall)
            let leaseTime = state.leaseTime(wallMilliseconds: wall)
            let context = WriteContext(
                now: now,
                document: { try RowQuery.document($0, now: leaseTime, connection) },
                row: { try RowQuery.row($0, now: leaseTime, connection) })
            var last: OutboxTable.Entry?
            for operations in try make(context) {
                last = try OutboxTable.append(
                    operations, &state, wallMilliseconds: wall,
                    random: environment.random, connection)
            }
            guard let last else {
                throw SyncFailure.writeRefused(
                    code: RefusalCode.operationsNone.rawValue, detail: "")
            }
            try state.save(connection)
            try environment.reach(.writeBeforeCommit)
            return last
        }
        try environment.reach(.writeAfter)
        return entry.queuedWrite
    }

    /// Puts elements into a set, one write each.
    ///
    /// A write has one dot, and a set knows an element by its dot.
    static func additions(
        of elements: [String], to field: String, of key: RowKey
    ) -> [[RowOperation]] {
        elements.map { [RowOperation(key, .add(field: field, element: $0))] }
    }

    /// Writes one preference, for instance `language`.
    @discardableResult
    public func setPreference(
        _ name: String, to value: FieldValue
    ) async throws(SyncFailure) -> QueuedWrite {
        try await write([
            RowOperation(.preference, .create),
            RowOperation(.preference, .set(field: name, value: value.json)),
        ])
    }

    /// Marks notifications as read; once read, read on every device.
    ///
    /// - Parameter notifications: Their ids; more than 32 make several writes.
    /// - Returns: The last write, as it is stored.
    /// - Throws: ``SyncFailure``.
    @discardableResult
    public func markRead(_ notifications: [String]) async throws(SyncFailure) -> QueuedWrite {
        try await write { (_) -> [[RowOperation]] in
            // A write on a row that does not exist is refused, so it is created first.
            let operations = notifications.map { id in
                let key = RowKey(table: "notification_state", id: id)
                return [RowOperation(key, .create), RowOperation(key, .mark(field: "read"))]
            }
            let step = WriteRules.operationsMax / 2
            return stride(from: 0, to: operations.count, by: step).map { start in
                Array(operations[start..<min(start + step, operations.count)].joined())
            }
        }
    }

    /// Puts a service among the person's favourites.
    @discardableResult
    public func pin(_ service: String) async throws(SyncFailure) -> QueuedWrite {
        try await write([
            RowOperation(.pinned, .create),
            RowOperation(.pinned, .add(field: "services", element: service)),
        ])
    }

    /// Takes a service out of the person's favourites.
    ///
    /// An addition on another device that this one has not seen survives it.
    @discardableResult
    public func unpin(_ service: String) async throws(SyncFailure) -> QueuedWrite {
        try await write { (context) -> [RowOperation] in
            [
                try Self.removal(
                    of: service, from: "services", of: .pinned, try context.document(.pinned))
            ]
        }
    }

    /// Writes the person's own words about a row; nil leaves a part as it is.
    ///
    /// - Parameters:
    ///   - id: The annotation's id: ``SyncRow/annotationID`` of the row it is about.
    ///   - nickname: A name for it.
    ///   - note: A note. Two notes written apart are both kept and shown.
    ///   - addLabels: Labels to put on it, each in a write of its own.
    ///   - removeLabels: Labels to take off it.
    ///   - reminderDays: How many days before its end to be reminded.
    /// - Returns: The last write, as it is stored.
    /// - Throws: ``SyncFailure``; nothing is stored then.
    @discardableResult
    public func annotate(
        _ id: String, nickname: String? = nil, note: String? = nil, addLabels: [String] = [],
        removeLabels: [String] = [], reminderDays: Int? = nil
    ) async throws(SyncFailure) -> QueuedWrite {
        let key = RowKey(table: "annotation", id: id)
        return try await write { (context) -> [[RowOperation]] in
            let document = try context.document(key)
            var operations = document == nil ? [RowOperation(key, .create)] : []
            if let nickname {
                operations.append(
                    RowOperation(key, .set(field: "nickname", value: .string(nickname))))
            }
            if let note {
                operations.append(Self.text(note, in: "note", of: key, document))
            }
            if let reminderDays {
                operations.append(
                    RowOperation(
                        key, .set(field: "reminder_days", value: .integer(Int64(reminderDays)))))
            }
            for label in removeLabels {
                operations.append(try Self.removal(of: label, from: "labels", of: key, document))
            }
            let additions = Self.additions(of: addLabels, to: "labels", of: key)
            guard !additions.isEmpty || operations.contains(where: { $0.operation != .create })
            else { return [] }
            return (operations.isEmpty ? [] : [operations]) + additions
        }
    }

    /// A removal that names the additions this device has seen.
    static func removal(
        of element: String, from field: String, of key: RowKey, _ document: MergeDocument?
    ) throws -> RowOperation {
        guard case .set(let set)? = document?.fields[field],
            case let dots = set.dots(of: element), !dots.isEmpty
        else { throw SyncFailure.rowAbsent(table: key.table, id: element) }
        return RowOperation(key, .remove(field: field, element: element, dots: dots))
    }

    /// A text in place of the versions this device has seen.
    static func text(
        _ text: String, in field: String, of key: RowKey, _ document: MergeDocument?
    ) -> RowOperation {
        var seen: [Dot] = []
        if case .text(let versions)? = document?.fields[field] {
            seen = versions.versions.map(\.dot)
        }
        return RowOperation(key, .write(field: field, text: text, replacing: seen))
    }
}

extension RowKey {
    /// The person's preferences.
    package static let preference = RowKey(table: "preference", id: "me")
    /// The person's favourite services.
    package static let pinned = RowKey(table: "pinned", id: "me")
    /// How far the person has looked through the inbox.
    package static let inbox = RowKey(table: "inbox", id: "me")
}
