internal import SQLiteKit

/// What the person must be told, until they have put it away.
enum NoticeTable {
    /// Adds one.
    static func append(_ notice: CacheNotice, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO notice(at, kind, kept, lost, export, file, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            .integer(notice.atMilliseconds), .text(notice.kind.rawValue),
            .integer(Int64(notice.kept)), notice.lost.map { .integer(Int64($0)) } ?? .null,
            .text(notice.export), .text(notice.file), .text(notice.detail))
    }

    /// All of them, the oldest first.
    static func load(_ connection: Connection) throws -> [CacheNotice] {
        var notices: [CacheNotice] = []
        try connection.run(
            "SELECT at, kind, kept, lost, export, file, detail FROM notice ORDER BY number"
        ) { row in
            var notice = CacheNotice(
                kind: CacheNotice.Kind(rawValue: row.text(1)) ?? .damaged,
                atMilliseconds: row.int64(0), kept: Int(row.int64(2)),
                lost: row.optionalInt64(3).map { Int($0) })
            notice.export = row.text(4)
            notice.file = row.text(5)
            notice.detail = row.text(6)
            notices.append(notice)
        }
        return notices
    }

    /// Forgets all of them.
    static func clear(_ connection: Connection) throws {
        try connection.run("DELETE FROM notice")
    }

    /// Remembers that an exported write is on its way, so that it is not taken twice.
    static func remember(_ chain: UInt64, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO exported(chain) VALUES (?)",
            .integer(Int64(bitPattern: chain)))
    }

    /// Whether a write of this chain link is here already, or has been.
    static func isKnown(_ chain: UInt64, _ connection: Connection) throws -> Bool {
        var found = false
        try connection.run(
            """
            SELECT EXISTS (SELECT 1 FROM exported WHERE chain = ?1)
                OR EXISTS (SELECT 1 FROM outbox WHERE chain = ?1)
                OR EXISTS (SELECT 1 FROM acknowledged WHERE chain = ?1)
            """, .integer(Int64(bitPattern: chain))
        ) { found = $0.int64(0) != 0 }
        return found
    }
}
