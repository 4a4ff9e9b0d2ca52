internal import SQLiteKit
internal import SyncProtocol

extension OutboxTable {
    /// Removes everything about the rows of buckets that were taken away.
    ///
    /// What waits for them would be refused, and may not stay on the device.
    ///
    /// - Parameters:
    ///   - buckets: Their names.
    ///   - isKnown: Whether the server said that the right has ended; else the person is told
    ///     only if something of theirs goes.
    ///   - acked: The last write that the server has.
    ///   - state: The state.
    ///   - now: The time, for the notices, in milliseconds.
    ///   - connection: The writer, in a transaction.
    /// - Returns: Whether writes that the server has not are gone, so that those
    ///   that stay need other numbers.
    /// - Throws: ``SyncFailure/cacheDamaged(path:)`` where a kept write is not as it was
    ///   stored, and what the storage refuses.
    static func withdraw(
        _ buckets: some Sequence<String>, isKnown: Bool = true, acked: UInt64,
        _ state: CacheState, now: Int64, _ connection: Connection
    ) throws -> Bool {
        var hasGap = false
        for bucket in buckets where bucket.utf8.starts(with: "person/".utf8) {
            let tables = tables(of: bucket, state)
            var waiting = Set<UInt64>()
            var aside = 0
            for table in tables {
                try connection.run("SELECT mid FROM outbox_row WHERE table_name = ?", .text(table))
                {
                    waiting.insert(UInt64(bitPattern: $0.int64(0)))
                }
                try connection.run(
                    "DELETE FROM aside WHERE substr(row, 1, length(?1)) = ?1", .text(table + "/"))
                aside += connection.changes
                try connection.run(
                    "UPDATE outcome SET detail = '' WHERE substr(detail, 1, length(?1)) = ?1",
                    .text(table + "/"))
            }
            for mid in waiting {
                let number = SQLiteValue.integer(Int64(bitPattern: mid))
                // Pages of the log may hold it a while; it must not be taken back from there.
                try connection.run(
                    "INSERT OR IGNORE INTO exported SELECT chain FROM outbox WHERE mid = ?", number)
                try connection.run("DELETE FROM outbox WHERE mid = ?", number)
                try connection.run("DELETE FROM outbox_row WHERE mid = ?", number)
                try noteVacant(mid, connection)
            }
            // One that names another row than it did would stay.
            let older = try proven(in: .acknowledged, connection).map(\.entry.mutation)
                .filter { $0.operations.contains { tables.contains($0.key.table) } }
                .map(\.mid)
            for mid in older {
                let number = SQLiteValue.integer(Int64(bitPattern: mid))
                try connection.run(
                    "INSERT OR IGNORE INTO exported SELECT chain FROM acknowledged WHERE mid = ?",
                    number)
                try connection.run("DELETE FROM acknowledged WHERE mid = ?", number)
                try noteVacant(mid, connection)
            }
            // As far back as any write is kept.
            try connection.run(
                "DELETE FROM vacant WHERE mid <= ?",
                .integer(Int64(bitPattern: acked) - Int64(Limits.acknowledgedMax)))
            let lost = waiting.count { $0 > acked }
            // Kept ones that the server has not, or not under this name, leave a gap too.
            if lost > 0 || older.contains(where: { $0 > acked }) { hasGap = true }
            guard isKnown || waiting.count + older.count + aside > 0 else { continue }
            var notice = CacheNotice(kind: .withdrawn, atMilliseconds: now, kept: 0, lost: lost)
            notice.detail = bucket
            try NoticeTable.append(notice, connection)
        }
        return hasGap
    }

    /// Remembers a number, so that a server that is put back behind it is not waited for.
    private static func noteVacant(_ mid: UInt64, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO vacant VALUES (?)", .integer(Int64(bitPattern: mid)))
    }

    /// Whether a server that was put back misses writes, and no lost one is among them.
    ///
    /// Then what is kept gets other numbers: those not kept had to go with a part of the data,
    /// or have a later number. Where one is missing that grew too old, the person is told.
    ///
    /// - Parameters:
    ///   - acked: The last write that the server has.
    ///   - state: The state.
    ///   - connection: A reader, or the writer.
    /// - Returns: Whether each number after it is kept or vacant, and one of them is vacant.
    /// - Throws: What the storage refuses.
    static func hasClosableGap(
        after acked: UInt64, _ state: CacheState, _ connection: Connection
    ) throws -> Bool {
        guard acked < state.ackedMid else { return false }
        var (kept, vacant) = (UInt64(0), UInt64(0))
        try connection.run(
            """
            SELECT (SELECT count(*) FROM acknowledged WHERE mid > ?1 AND mid <= ?2),
                (SELECT count(*) FROM vacant WHERE mid > ?1 AND mid <= ?2)
            """, .integer(Int64(bitPattern: acked)), .integer(Int64(bitPattern: state.ackedMid))
        ) {
            kept = UInt64($0.int64(0))
            vacant = UInt64($0.int64(1))
        }
        return vacant > 0 && kept + vacant >= state.ackedMid - acked
    }

    /// The buckets to which the right has ended, as the answer to a write on them tells.
    ///
    /// - Parameters:
    ///   - buckets: Those that are not held any more.
    ///   - state: The state.
    ///   - connection: The writer, in a transaction; writes with new outcomes wait still.
    /// - Returns: Their names.
    /// - Throws: What the storage refuses.
    static func refusedAsEnded(
        _ buckets: Set<String>, _ state: CacheState, _ connection: Connection
    ) throws -> [String] {
        guard !buckets.isEmpty else { return [] }
        var refused: Set<String> = []
        try connection.run(
            """
            SELECT DISTINCT table_name FROM outbox_row JOIN outcome USING (mid)
            WHERE status = 3 AND code = ?
            """, .text(RefusalCode.rightEnded.rawValue)
        ) { refused.insert($0.text(0)) }
        return buckets.filter { !refused.isDisjoint(with: tables(of: $0, state)) }.sorted()
    }

    /// The tables whose rows are in a bucket of the person.
    private static func tables(of bucket: String, _ state: CacheState) -> Set<String> {
        Set(
            TablePolicy.all.values
                .filter { !$0.isPublic && $0.bucket(subject: state.subject) == bucket }
                .map(\.table))
    }
}

extension OutboxTable.Entry {
    /// Whether it tells of a part of the data that may not be read now.
    func isHidden(now: Int64, _ connection: Connection) throws -> Bool {
        for table in Set(mutation.operations.map(\.key.table))
        where try Leases.isClosed(table, now: now, connection) {
            return true
        }
        return false
    }
}
