internal import SQLiteKit
internal import SyncProtocol

/// Refused writes that only the person can decide about.
///
/// This device was away so long that the server may have forgotten a deletion:
/// to make the row again could undo it, to drop the write could lose work. Such a
/// write is kept here, and with it those that came after it on the same row.
enum AsideTable {
    /// Keeps a write that was refused, if it is one of these.
    static func keep(
        _ mid: UInt64, _ code: String, _ detail: String, _ connection: Connection
    ) throws {
        switch RefusalCode(rawValue: code) {
        case .createStale: break
        case .rowAbsent:
            guard try holds(detail, connection) else { return }
        default: return
        }
        try connection.run(
            """
            INSERT OR IGNORE INTO aside(chain, row, queued_at, mutation)
            SELECT chain, ?2, queued_at, mutation FROM outbox WHERE mid = ?1
            UNION ALL SELECT chain, ?2, queued_at, mutation FROM acknowledged WHERE mid = ?1
            """, .integer(Int64(bitPattern: mid)), .text(detail))
    }

    /// Keeps the writes whose refusal came before it was known whose writes they were.
    static func keepRefused(_ connection: Connection) throws {
        var refused: [(mid: UInt64, code: String, detail: String)] = []
        try connection.run(
            """
            SELECT mid, code, detail FROM outcome
            WHERE status = 3 AND mid IN (SELECT mid FROM outbox) ORDER BY mid
            """
        ) { refused.append((UInt64(bitPattern: $0.int64(0)), $0.text(1), $0.text(2))) }
        for outcome in refused {
            try keep(outcome.mid, outcome.code, outcome.detail, connection)
        }
    }

    private static func holds(_ row: String, _ connection: Connection) throws -> Bool {
        var found = false
        try connection.run("SELECT 1 FROM aside WHERE row = ? LIMIT 1", .text(row)) { _ in
            found = true
        }
        return found
    }

    /// The writes kept for a row, or all, in the order they were made.
    static func entries(
        of row: String? = nil, _ connection: Connection
    ) throws -> [(row: String, entry: OutboxTable.Entry)] {
        var found: [(row: String, entry: OutboxTable.Entry)] = []
        try connection.run(
            """
            SELECT row, queued_at, mutation FROM aside WHERE ?1 IS NULL OR row = ?1 ORDER BY number
            """, row.map { .text($0) } ?? .null
        ) { found.append(($0.text(0), try OutboxTable.entry($0))) }
        return found
    }

    /// Forgets the writes kept for a row.
    static func remove(_ row: String, _ connection: Connection) throws {
        try connection.run("DELETE FROM aside WHERE row = ?", .text(row))
    }
}
