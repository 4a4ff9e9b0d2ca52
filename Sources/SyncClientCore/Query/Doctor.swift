internal import SQLiteKit
internal import SyncProtocol

/// Looks for everything that should not be, and changes nothing.
enum Doctor {
    static func checks(
        wallMilliseconds: Int64, _ connection: Connection
    ) throws -> [DoctorReport.Check] {
        var checks: [DoctorReport.Check] = []
        let findings = try connection.quickCheck()
        checks.append(
            DoctorReport.Check(
                code: "cache.integrity", isSound: findings.isEmpty,
                detail: findings.first ?? "ok"))
        checks += try buckets(connection)
        let state = try CacheState.load(connection)
        let changed = try changed(connection)
        checks.append(writes(changed))
        checks.append(try outbox(state, changed: changed["outbox"] != nil, connection))
        let offset = state.clock.offsetMilliseconds
        checks.append(
            DoctorReport.Check(
                code: "clock.offset", isSound: offset.magnitude < 300_000,
                detail: "\(offset) ms to the server's clock"))
        let isBehind =
            wallMilliseconds.addingReportingOverflow(offset).partialValue
            < state.serverLast
        checks.append(
            DoctorReport.Check(
                code: "clock.monotonic", isSound: !isBehind,
                detail: isBehind ? "this clock went back since the last sync" : "ok"))
        // A notice, not a fault: one writer at a time keeps clear of it.
        checks.append(
            DoctorReport.Check(
                code: "sqlite.version", isSound: true,
                detail: SQLiteLibrary.notice ?? SQLiteLibrary.version))
        return checks
    }

    /// Recounts every bucket from the rows, hashing each anew.
    private static func buckets(_ connection: Connection) throws -> [DoctorReport.Check] {
        var counts: [Int64: Int64] = [:]
        var sums: [Int64: HashSum] = [:]
        var damaged = 0
        try connection.run(
            """
            SELECT row.bucket_id, name.text, row.id, owner.text, row.as_of, row.source_version,
                row.body, row.hash
            FROM row LEFT JOIN name ON name.id = row.table_id
                LEFT JOIN name AS owner ON owner.id = row.owner_id
            """
        ) { row in
            let hash = Recount.hash(row, from: 1)
            if HashSum(row.blob(7)) != hash { damaged += 1 }
            counts[row.int64(0), default: 0] += 1
            sums[row.int64(0), default: .zero] += hash
        }
        var checks = [
            DoctorReport.Check(
                code: "row.hash", isSound: damaged == 0,
                detail: damaged == 0 ? "ok" : "\(damaged) rows differ from their hash")
        ]
        for bucket in try BucketTable.load(connection) {
            let count = counts.removeValue(forKey: bucket.id) ?? 0
            let isSound = count == bucket.count && (sums[bucket.id] ?? .zero) == bucket.sum
            checks.append(
                DoctorReport.Check(
                    code: "bucket.sum", isSound: isSound,
                    detail: "\(bucket.name): \(count) rows"
                        + (isSound ? "" : ", \(bucket.count) in the books")))
        }
        checks.append(
            DoctorReport.Check(
                code: "bucket.orphans", isSound: counts.isEmpty,
                detail: counts.isEmpty ? "ok" : "\(counts.count) buckets without books"))
        return checks
    }

    /// How many writes are not as this device stored them, by table.
    private static func changed(_ connection: Connection) throws -> [String: Int] {
        [
            "outbox": try OutboxTable.changed(in: .outbox, connection),
            "acknowledged": try OutboxTable.changed(in: .acknowledged, connection),
            "aside": try AsideTable.changed(connection),
        ].filter { $0.value > 0 }
    }

    /// Tells of all writes that are here: waiting, sent, and kept for a decision.
    private static func writes(_ changed: [String: Int]) -> DoctorReport.Check {
        let found = changed.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return DoctorReport.Check(
            code: "writes.bytes", isSound: found.isEmpty,
            detail: found.isEmpty ? "ok" : "changed in " + found.joined(separator: ", "))
    }

    /// Follows the chain through the writes that wait.
    private static func outbox(
        _ state: CacheState, changed: Bool, _ connection: Connection
    ) throws -> DoctorReport.Check {
        // Each is looked at by itself where their numbers are still to come.
        guard !changed, !state.isAdopting else {
            let count = try OutboxTable.count(connection)
            return DoctorReport.Check(
                code: "outbox.chain", isSound: !changed,
                detail: changed ? "writes were changed" : "\(count) writes wait to be numbered")
        }
        let entries = try OutboxTable.entries(connection)
        var problem: String?
        var expected = state.ackedMid + 1
        for entry in entries {
            if entry.mid != expected { problem = "write \(expected) is missing" }
            expected = entry.mid + 1
            let previous = try OutboxTable.chain(of: entry.mid - 1, state, connection)
            if let previous, !MutationChain.isLinked(entry.mutation, after: previous) {
                problem = "write \(entry.mid) was changed"
            }
        }
        if problem == nil, expected != state.nextMid { problem = "the last writes are missing" }
        return DoctorReport.Check(
            code: "outbox.chain", isSound: problem == nil,
            detail: problem ?? "\(entries.count) writes wait")
    }
}
