internal import FaultVFS
internal import SQLiteKit
internal import SyncProtocol

/// Databases as versions before this one left them, made of newest ones.
///
/// Each step takes a file one version back, with all that the older version would
/// have held. What only the newer version can hold must not be there: such a file
/// could never have come to be. `UpdateTests` compares what the product makes
/// of the result with a file that was newest all the time.
enum OlderFiles {
    /// A step from one version to the one before it.
    struct Step: Sendable {
        /// Counts what the older version has no place for.
        let newer: String?
        /// What undoes the step.
        let sql: String
        /// What SQL alone cannot undo.
        var move: (@Sendable (Connection) throws -> Void)?
        /// Whether there is something newer that SQL alone cannot find.
        var holdsNewer: (@Sendable (Connection) throws -> Bool)?

        init(
            newer: String? = nil, _ sql: String,
            move: (@Sendable (Connection) throws -> Void)? = nil,
            holdsNewer: (@Sendable (Connection) throws -> Bool)? = nil
        ) {
            self.newer = newer
            self.sql = sql
            self.move = move
            self.holdsNewer = holdsNewer
        }
    }

    /// The steps of a device's cache; the first takes version 2 to version 1.
    static let cache: [Step] = [
        Step(
            newer: "SELECT count(*) FROM state WHERE missing_after IS NOT NULL",
            "ALTER TABLE state DROP COLUMN missing_after;"),
        Step("ALTER TABLE bucket DROP COLUMN number;"),
        Step("DROP INDEX outbox_row_mid; DROP INDEX acknowledged_age;"),
        Step(
            newer: "SELECT count(*) FROM state WHERE repair <> 0",
            "ALTER TABLE state DROP COLUMN repair;"),
        Step(
            newer: """
                SELECT (SELECT count(*) FROM aside)
                    + (SELECT count(*) FROM state WHERE is_copied <> 0)
                """,
            "DROP INDEX aside_row; DROP TABLE aside; ALTER TABLE state DROP COLUMN is_copied;"),
        Step(
            newer: """
                SELECT (SELECT count(*) FROM notice) + (SELECT count(*) FROM exported)
                    + (SELECT count(*) FROM state WHERE is_adopting <> 0)
                """,
            """
            DROP TABLE exported; DROP TABLE notice;
            ALTER TABLE state DROP COLUMN time_seen; ALTER TABLE state DROP COLUMN is_adopting;
            ALTER TABLE state DROP COLUMN subject;
            """),
        Step("", holdsNewer: hasFirstNames),
        Step(
            newer: "SELECT count(*) FROM state WHERE erasure <> 0 OR undecided <> ''",
            """
            ALTER TABLE state DROP COLUMN undecided; ALTER TABLE state DROP COLUMN erasure;
            """),
        Step(
            newer: """
                SELECT (SELECT count(*) FROM vacant)
                    + (SELECT count(*) FROM state WHERE used_mid <> 0)
                """,
            "DROP TABLE vacant; ALTER TABLE state DROP COLUMN used_mid;"),
    ]

    /// The steps of a server's store.
    static let server: [Step] = [
        Step(
            """
            CREATE TABLE outcome(
                device INTEGER NOT NULL, mid INTEGER NOT NULL, chain INTEGER NOT NULL,
                status INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
                PRIMARY KEY(device, mid)) STRICT, WITHOUT ROWID;
            """, move: singleOutcomes),
        Step(
            newer: "SELECT count(*) FROM bucket WHERE purged <> 0 OR floor <> 0",
            "DROP TABLE mark; ALTER TABLE bucket DROP COLUMN purged;"),
        Step("ALTER TABLE sign_in DROP COLUMN claimed;"),
        // What the chain tells of is told to people under its numbers.
        Step(
            newer: "SELECT count(*) FROM row WHERE id GLOB 'tangrat-*'",
            "DROP TABLE audit; DELETE FROM value WHERE name = 'audit_lineage';"),
        Step(
            newer: """
                SELECT (SELECT count(*) FROM person_right)
                    + (SELECT count(*) FROM person WHERE rights <> 0)
                """,
            "DROP TABLE person_right; ALTER TABLE person DROP COLUMN rights;"),
        Step(
            newer: "SELECT count(*) FROM person WHERE erased <> 0",
            "ALTER TABLE person DROP COLUMN erased;"),
        Step(newer: "SELECT count(*) FROM origin", "DROP TABLE origin;"),
        Step(
            newer: "SELECT count(*) FROM person WHERE held <> 0",
            "DROP INDEX person_by_hold; ALTER TABLE person DROP COLUMN held;"),
    ]

    /// The first version of the server's store with an audit chain.
    static let auditVersion = 5

    /// Takes a file back to a version, or as far as what it holds allows.
    ///
    /// - Parameters:
    ///   - path: The file, which nothing else has open.
    ///   - version: The version to end at, at least 1.
    ///   - steps: All steps, up to the newest version.
    ///   - disk: Where the file lies; it counts nothing of this and fails nothing.
    /// - Returns: The version that the file has now; nil where there is none to take back.
    /// - Throws: What SQLite says.
    static func takeBack(
        _ path: String, to version: Int, by steps: [Step], on disk: SimulatedDisk
    ) throws -> Int? {
        guard disk.bytes(of: path)?.isEmpty == false else { return nil }
        // An older version had its place as well.
        let capacity = disk.capacityBytes
        disk.capacityBytes = nil
        defer { disk.capacityBytes = capacity }
        return try disk.unwatched {
            var options = ConnectionOptions(.readWriteCreate)
            options.vfs = disk.name
            let connection = try Connection(path: path, options: options)
            defer { connection.close() }
            var now = 0
            try connection.run("PRAGMA user_version") { now = Int($0.int64(0)) }
            guard now == steps.count + 1 else { return nil }
            while now > max(1, version) {
                let step = steps[now - 2]
                if let newer = step.newer {
                    let statement = try connection.prepare(newer)
                    guard try statement.first(body: { $0.int64(0) }) == 0 else { break }
                }
                if let holdsNewer = step.holdsNewer, try holdsNewer(connection) { break }
                let before = now - 1
                try connection.transaction(.immediate) { connection in
                    try connection.execute(step.sql)
                    try step.move?(connection)
                    try connection.execute("PRAGMA user_version=\(before)")
                }
                now = before
            }
            _ = try connection.checkpoint(.truncate)
            return now
        }
    }

    /// Whether a write that a device keeps tells its first name.
    private static let hasFirstNames: @Sendable (Connection) throws -> Bool = { connection in
        var isFound = false
        try connection.run(
            """
            SELECT mutation FROM outbox UNION ALL SELECT mutation FROM acknowledged
            UNION ALL SELECT mutation FROM aside
            """
        ) { row in
            let mutation = try row.withBlob(0) { try MutationCodec.decode($0) }
            if mutation.origin != nil { isFound = true }
        }
        return isFound
    }

    /// One row for each outcome, as they were kept before there were runs of them.
    private static let singleOutcomes: @Sendable (Connection) throws -> Void = { connection in
        try connection.run(
            "SELECT device, first, last, status, code, detail, chains FROM outcome_run"
        ) { row in
            let chains = row.blob(6)
            for mid in row.int64(1)...row.int64(2) {
                let start = Int(mid - row.int64(1)) * 8
                let chain = chains[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                try connection.run(
                    """
                    INSERT INTO outcome(device, mid, chain, status, code, detail)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                    .integer(row.int64(0)), .integer(mid),
                    .integer(Int64(bitPattern: chain)), .integer(row.int64(3)),
                    .text(row.text(4)), .text(row.text(5)))
            }
        }
        try connection.execute("DROP TABLE outcome_run")
    }
}
