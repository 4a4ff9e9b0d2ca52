internal import SQLiteKit
internal import SyncProtocol

/// The pages of an unfinished round, as they came.
///
/// A page is kept durably together with the cursor after it, so a cut first sync
/// goes on and never starts over. Nothing of it is visible until the checkpoint.
enum StageTable {
    /// Keeps a page.
    static func append(
        _ bytes: [UInt8], cursor: [UInt8], _ state: inout CacheState, _ connection: Connection
    ) throws {
        if state.stagedCursor == nil {
            try connection.run("DELETE FROM staged_page")
            state.stagedIsWhole = state.cursor.isEmpty && state.repair != .running
        }
        try bytes.withUnsafeBytes { raw in
            try connection.statement(
                """
                INSERT INTO staged_page(number, bytes)
                SELECT coalesce(max(number), 0) + 1, ? FROM staged_page
                """
            ).use { insert in
                try insert.bindBlob(1, raw)
                _ = try insert.step()
            }
        }
        state.stagedCursor = cursor
    }

    /// Takes each page out and lends it, in order.
    ///
    /// A page goes before its rows come, so that they fill the space it leaves:
    /// the file does not grow by both, and what is overwritten is written once.
    static func drain(
        _ connection: Connection, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var number: Int64 = 0
        while true {
            var page: [UInt8]?
            try connection.run(
                """
                SELECT number, bytes FROM staged_page WHERE number > ? ORDER BY number LIMIT 1
                """, .integer(number)
            ) { row in
                number = row.int64(0)
                page = row.blob(1)
            }
            guard let page else { return }
            try connection.run("DELETE FROM staged_page WHERE number = ?", .integer(number))
            try page.withUnsafeBytes { try body($0) }
        }
    }

    /// The number of pages kept.
    static func count(_ connection: Connection) throws -> Int {
        var count = 0
        try connection.run("SELECT count(*) FROM staged_page") { count = Int($0.int64(0)) }
        return count
    }

    /// Forgets all pages.
    static func clear(_ state: inout CacheState, _ connection: Connection) throws {
        try connection.run("DELETE FROM staged_page")
        state.stagedCursor = nil
        state.stagedIsWhole = false
    }
}
