internal import SQLiteKit
internal import SyncProtocol

/// Reads everything that ``ClientStatus`` tells.
enum StatusQuery {
    /// The most waiting writes and refusals that are listed.
    static let listMax = 200

    static func status(
        account: Account, isExpired: Bool, wallMilliseconds: Int64, _ connection: Connection
    ) throws -> ClientStatus {
        let state = try CacheState.load(connection)
        let now = state.now(wallMilliseconds: wallMilliseconds)
        let leaseTime = state.leaseTime(wallMilliseconds: wallMilliseconds)
        let closed = try Leases.closed(now: leaseTime, connection)
        let buckets = try BucketTable.load(connection).map { bucket in
            let lease = bucket.leaseUntil == 0 ? nil : Int64(clamping: bucket.leaseUntil)
            return ClientStatus.Bucket(
                name: bucket.name, rows: Int(bucket.count), leaseUntilMilliseconds: lease,
                isReadable: lease.map { $0 > leaseTime } ?? true)
        }
        return ClientStatus(
            account: account, isSignInExpired: isExpired, lastSyncMilliseconds: state.syncedAt,
            serverOffsetMilliseconds: state.clock.offsetMilliseconds, nowMilliseconds: now,
            buckets: buckets, sources: try sources(now: leaseTime, connection),
            queuedCount: try OutboxTable.count(connection),
            queued: try OutboxTable.entries(limit: listMax, connection)
                .filter { try !$0.isHidden(now: leaseTime, connection) }.map(\.queuedWrite),
            refused: try OutcomeTable.refused(listMax, connection).map { $0.hiding(closed) },
            stagedPages: try StageTable.count(connection),
            heldBack: state.missingAfter.map(SyncFailure.writesMissing),
            notices: try NoticeTable.load(connection),
            unknownTables: try unknownTables(now: leaseTime, connection))
    }

    /// What is known while nobody is signed in.
    static func signedOut(wallMilliseconds: Int64) -> ClientStatus {
        ClientStatus(
            account: nil, isSignInExpired: false, lastSyncMilliseconds: nil,
            serverOffsetMilliseconds: 0, nowMilliseconds: wallMilliseconds, buckets: [],
            sources: [], queuedCount: 0, queued: [], refused: [], stagedPages: 0, heldBack: nil,
            notices: [], unknownTables: [])
    }

    private static func unknownTables(
        now: Int64, _ connection: Connection
    ) throws -> [String] {
        var tables: [String] = []
        try connection.run(
            """
            SELECT text FROM name WHERE EXISTS (
                SELECT 1 FROM row JOIN bucket ON bucket.id = row.bucket_id
                WHERE row.table_id = name.id
                    AND (bucket.lease_until = 0 OR bucket.lease_until > ?1))
            ORDER BY text
            """, .integer(now)
        ) { row in
            if TablePolicy.all[row.text(0)] == nil { tables.append(row.text(0)) }
        }
        return tables
    }

    private static func sources(
        now: Int64, _ connection: Connection
    ) throws -> [ClientStatus.Source] {
        var sources: [ClientStatus.Source] = []
        try connection.run(
            """
            SELECT name.text, count(*), min(row.as_of), max(row.as_of),
                bucket.name LIKE 'public/%' AS is_public
            FROM row JOIN name ON name.id = row.owner_id
                JOIN bucket ON bucket.id = row.bucket_id
            WHERE bucket.lease_until = 0 OR bucket.lease_until > ?1
            GROUP BY row.owner_id, is_public ORDER BY is_public, name.text
            """, .integer(now)
        ) { row in
            sources.append(
                ClientStatus.Source(
                    owner: row.text(0), isPublic: row.int64(4) != 0, rows: Int(row.int64(1)),
                    oldestAsOfMilliseconds: row.int64(2), newestAsOfMilliseconds: row.int64(3)))
        }
        return sources
    }
}
