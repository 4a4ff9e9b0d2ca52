internal import SQLiteKit
internal import SyncProtocol

/// Reads rows as a screen shows them.
enum RowQuery {
    /// A row as the server confirmed it.
    private struct Confirmed {
        var id: String
        var owner: String
        var asOf: Int64
        var sourceVersion: Int64
        var body: [UInt8]
    }

    /// The rows of a table, ordered by the bytes of their ids.
    ///
    /// Rows of a bucket whose lease has run out are not read at all.
    static func rows(_ table: String, now: Int64, _ connection: Connection) throws -> [SyncRow] {
        let overlay = try overlay(table, now: now, connection)
        var rows: [SyncRow] = []
        var waiting = overlay.ids[...]
        try connection.run(
            """
            SELECT row.id, owner.text, row.as_of, row.source_version, row.body
            FROM name JOIN row ON row.table_id = name.id
                JOIN name AS owner ON owner.id = row.owner_id
                JOIN bucket ON bucket.id = row.bucket_id
            WHERE name.text = ?1 AND (bucket.lease_until = 0 OR bucket.lease_until > ?2)
            ORDER BY row.id LIMIT ?3
            """, .text(table), .integer(now), .integer(Int64(Limits.rowsMax))
        ) { statement in
            let found = confirmed(statement)
            // Both lists are in order of bytes, so they are merged like a zip.
            while let id = waiting.first, id.utf8.lexicographicallyPrecedes(found.id.utf8) {
                waiting.removeFirst()
                if let row = show(table, id, nil, overlay) { rows.append(row) }
            }
            if waiting.first.map({ $0.utf8.elementsEqual(found.id.utf8) }) ?? false {
                waiting.removeFirst()
            }
            if let row = show(table, found.id, found, overlay) { rows.append(row) }
        }
        for id in waiting {
            if let row = show(table, id, nil, overlay) { rows.append(row) }
        }
        return rows
    }

    /// One row, or nil.
    static func row(
        _ key: RowKey, now: Int64, _ connection: Connection
    ) throws -> SyncRow? {
        let overlay = try overlay(key.table, now: now, connection)
        return show(key.table, key.id, try confirmed(key, now: now, connection), overlay)
    }

    /// The merged state of a row that citizens write, with what waits.
    static func document(
        _ key: RowKey, now: Int64, _ connection: Connection
    ) throws
        -> MergeDocument?
    {
        let overlay = try overlay(key.table, now: now, connection)
        let confirmed = try confirmed(key, now: now, connection)
        return overlay.document(
            key.id, confirmed: confirmed.flatMap { MergeDocument(bytes: $0.body) })
    }

    /// The latest write in a row that citizens write, as the server has confirmed it.
    static func latestWrite(
        _ key: RowKey, _ connection: Connection
    ) throws
        -> HybridTime?
    {
        guard TablePolicy.all[key.table]?.writer == .citizen else { return nil }
        // A lease that has ended hides a row and changes nothing of its order.
        return try confirmed(key, now: .min, connection)
            .flatMap { MergeDocument(bytes: $0.body) }?.touched
    }

    /// What waits for a table; of a part that may not be read now, nothing shows.
    private static func overlay(
        _ table: String, now: Int64, _ connection: Connection
    ) throws -> PendingOverlay {
        let entries = try OutboxTable.entries(table: table, connection)
        guard !entries.isEmpty, try !Leases.isClosed(table, now: now, connection) else {
            return PendingOverlay([], table: table, refused: [])
        }
        return PendingOverlay(
            entries, table: table, refused: try OutcomeTable.refusedWaiting(connection))
    }

    private static func confirmed(
        _ key: RowKey, now: Int64, _ connection: Connection
    ) throws
        -> Confirmed?
    {
        var found: Confirmed?
        try connection.run(
            """
            SELECT row.id, owner.text, row.as_of, row.source_version, row.body
            FROM name JOIN row ON row.table_id = name.id
                JOIN name AS owner ON owner.id = row.owner_id
                JOIN bucket ON bucket.id = row.bucket_id
            WHERE name.text = ?1 AND row.id = ?2
                AND (bucket.lease_until = 0 OR bucket.lease_until > ?3)
            """, .text(key.table), .text(key.id), .integer(now)
        ) { found = confirmed($0) }
        return found
    }

    private static func confirmed(_ statement: Statement) -> Confirmed {
        Confirmed(
            id: statement.text(0), owner: statement.text(1), asOf: statement.int64(2),
            sourceVersion: statement.int64(3), body: statement.blob(4))
    }

    private static func show(
        _ table: String, _ id: String, _ confirmed: Confirmed?, _ overlay: PendingOverlay
    ) -> SyncRow? {
        let policy = TablePolicy.all[table]
        let value: JSONValue?
        var isUnknown = policy == nil
        switch policy?.writer {
        case .citizen:
            let stored = confirmed.flatMap { MergeDocument(bytes: $0.body) }
            if confirmed != nil, stored == nil {
                // A later version wrote it: shown as it is, never rewritten.
                value = confirmed.map { (try? JSON.parse($0.body)) ?? .null }
                isUnknown = true
            } else {
                let document = overlay.document(id, confirmed: stored)
                value = document.flatMap { $0.isAlive ? .object($0.shown) : nil }
            }
        case .agency, nil:
            let body = confirmed.map { confirmed -> JSONValue in
                if let known = try? JSON.parse(confirmed.body, limits: .document) { return known }
                isUnknown = true
                return .null
            }
            value =
                overlay.touches(id) && policy?.takesSubmissions == true
                ? overlay.submission(id, confirmed: body) : body
        }
        guard let value else { return nil }
        return SyncRow(
            table: table, id: id, owner: confirmed?.owner ?? "",
            asOfMilliseconds: confirmed?.asOf ?? overlay.steps[id]?.last?.queuedAt ?? 0,
            sourceVersion: confirmed?.sourceVersion ?? 0, isConfirmed: confirmed != nil,
            pendingMutations: overlay.mutations(id), value: value, isUnknown: isUnknown)
    }
}
