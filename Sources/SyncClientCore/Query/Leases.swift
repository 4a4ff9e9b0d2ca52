internal import SQLiteKit
internal import SyncProtocol

/// Ends of the right to read, judged offline.
enum Leases {
    /// How often the latest time is stored while rights have an end, in milliseconds.
    private static let stepMilliseconds: Int64 = 60_000

    /// Whether the time of a reading must outlive this process.
    ///
    /// So it must at once when a lease has ended, or a clock set back would
    /// open it again.
    static func mustRemember(
        _ now: Int64, _ state: CacheState, _ connection: Connection
    ) throws -> Bool {
        var must = false
        try connection.run(
            """
            SELECT 1 FROM bucket WHERE lease_until > 0
                AND (?2 > ?1 + ?3 OR (lease_until > ?1 AND lease_until <= ?2)) LIMIT 1
            """, .integer(state.timeSeen), .integer(now), .integer(stepMilliseconds)
        ) { _ in must = true }
        return must
    }

    /// Whether the home of a table's rows of this person may not be read now.
    static func isClosed(_ table: String, now: Int64, _ connection: Connection) throws -> Bool {
        guard let policy = TablePolicy.all[table], !policy.isPublic else { return false }
        var isClosed = false
        try connection.run(
            """
            SELECT 1 FROM bucket JOIN state ON state.id = 1
            WHERE bucket.name = 'person/' || state.subject || '/' || ?1
                AND lease_until > 0 AND lease_until <= ?2
            """, .text(policy.domain), .integer(now)
        ) { _ in isClosed = true }
        return isClosed
    }

    /// The tables whose rows of this person may not be read now.
    static func closed(now: Int64, _ connection: Connection) throws -> Set<String> {
        var buckets: Set<String> = []
        try connection.run(
            "SELECT name FROM bucket WHERE lease_until > 0 AND lease_until <= ?", .integer(now)
        ) { buckets.insert($0.text(0)) }
        guard !buckets.isEmpty else { return [] }
        let subject = try CacheState.load(connection).subject
        return Set(
            TablePolicy.all.values
                .filter { !$0.isPublic && buckets.contains($0.bucket(subject: subject)) }
                .map(\.table))
    }
}

extension WriteOutcome {
    /// The same outcome, which does not tell of rows of these tables.
    func hiding(_ tables: Set<String>) -> WriteOutcome {
        let table = detail.prefix { $0 != "/" }
        guard table.count < detail.count, tables.contains(String(table)) else { return self }
        return WriteOutcome(
            mid: mid, status: status, code: code, detail: "",
            receivedAtMilliseconds: receivedAtMilliseconds)
    }
}

extension SyncClient {
    /// Reads one snapshot, with the time at which leases are judged.
    func readLeased<T: Sendable>(
        _ body: @Sendable (Connection, Int64) throws -> T
    ) async throws(SyncFailure) -> T {
        let store = try signedIn().store
        let wall = environment.wall.milliseconds()
        let (result, seen) = try await store.read { connection -> (T, Int64?) in
            let state = try CacheState.load(connection)
            let now = state.leaseTime(wallMilliseconds: wall)
            let result = try body(connection, now)
            return (result, try Leases.mustRemember(now, state, connection) ? now : nil)
        }
        if let seen {
            // A device that is full still reads.
            try? await store.write { connection in
                var state = try CacheState.load(connection)
                state.timeSeen = max(state.timeSeen, seen)
                try state.save(connection)
            }
        }
        return result
    }
}
