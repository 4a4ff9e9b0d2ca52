internal import SQLiteKit
internal import SyncProtocol

/// How each write ended, kept for the person to see.
enum OutcomeTable {
    /// Stores what a response says, and moves ``CacheState/answeredMid``.
    ///
    /// What it says of later writes than it can tell of is passed over: a copy of this
    /// device can have given out their numbers as well. Told again, it is looked at again.
    ///
    /// - Parameters:
    ///   - ranges: What it says.
    ///   - last: The last write of which it can tell: ``RequestPlan/last``.
    ///   - state: The state; the caller saves it.
    ///   - now: The time by the server's clock, in milliseconds.
    ///   - connection: The writer, in a transaction.
    /// - Returns: The outcomes that were not known before.
    /// - Throws: ``SyncFailure/deviceCopied`` where it tells of numbers that were never
    ///   given out, ``SyncFailure/answerUnusable(code:)`` where outcomes are missing, and
    ///   what the storage refuses.
    static func store(
        _ ranges: [OutcomeRange], upTo last: UInt64, _ state: inout CacheState, now: Int64,
        _ connection: Connection
    ) throws -> [WriteOutcome] {
        var fresh: [WriteOutcome] = []
        for range in ranges {
            // Numbers that were never given out are a mistake of the server's.
            guard range.last < state.nextMid else { throw SyncFailure.deviceCopied }
            guard range.first <= state.answeredMid + 1 else {
                throw SyncFailure.answerUnusable(code: "outcome.gap")
            }
            let end = min(range.last, last)
            guard range.first <= end else { continue }
            for mid in range.first...end where mid > state.answeredMid {
                try connection.run(
                    """
                    INSERT OR IGNORE INTO outcome(mid, status, code, detail, received_at)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                    .integer(Int64(bitPattern: mid)), .integer(Int64(range.status.rawValue)),
                    .text(range.code), .text(range.detail), .integer(now))
                // Whether it is this cache's write is known with the checkpoint.
                if range.status == .refused, !state.isAdopting {
                    try AsideTable.keep(mid, range.code, range.detail, connection)
                }
                fresh.append(
                    WriteOutcome(
                        mid: mid, status: WriteOutcome.Status(range.status), code: range.code,
                        detail: range.detail, receivedAtMilliseconds: now))
            }
            state.answeredMid = max(state.answeredMid, end)
        }
        if !fresh.isEmpty {
            try connection.run(
                "DELETE FROM outcome WHERE status <> 3 AND mid <= ?",
                .integer(Int64(bitPattern: state.answeredMid) - Int64(Limits.outcomesMax)))
        }
        return fresh
    }

    /// One outcome, or nil while the write waits.
    static func outcome(of mid: UInt64, _ connection: Connection) throws -> WriteOutcome? {
        var found: WriteOutcome?
        try connection.run(
            "SELECT mid, status, code, detail, received_at FROM outcome WHERE mid = ?",
            .integer(Int64(bitPattern: mid))
        ) { found = outcome($0) }
        return found
    }

    /// The newest outcomes.
    static func newest(_ limit: Int, _ connection: Connection) throws -> [WriteOutcome] {
        var found: [WriteOutcome] = []
        try connection.run(
            """
            SELECT mid, status, code, detail, received_at FROM outcome ORDER BY mid DESC LIMIT ?
            """, .integer(Int64(limit))
        ) { found.append(outcome($0)) }
        return found
    }

    /// The newest refusals.
    static func refused(_ limit: Int, _ connection: Connection) throws -> [WriteOutcome] {
        var found: [WriteOutcome] = []
        try connection.run(
            """
            SELECT mid, status, code, detail, received_at FROM outcome
            WHERE status = 3 ORDER BY mid DESC LIMIT ?
            """, .integer(Int64(limit))
        ) { found.append(outcome($0)) }
        return found
    }

    /// All writes that are known to be refused.
    static func allRefused(_ connection: Connection) throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        try connection.run("SELECT mid FROM outcome WHERE status = 3") {
            found.insert(UInt64(bitPattern: $0.int64(0)))
        }
        return found
    }

    /// The waiting writes that are known to be refused, and so show nothing.
    static func refusedWaiting(_ connection: Connection) throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        try connection.run(
            """
            SELECT mid FROM outcome WHERE status = 3
                AND mid >= (SELECT coalesce(min(mid), 0) FROM outbox)
            """
        ) { found.insert(UInt64(bitPattern: $0.int64(0))) }
        return found
    }

    private static func outcome(_ row: Statement) -> WriteOutcome {
        WriteOutcome(
            mid: UInt64(bitPattern: row.int64(0)),
            status: WriteOutcome.Status(
                Outcome.Status(rawValue: UInt64(bitPattern: row.int64(1))) ?? .refused),
            code: row.text(2), detail: row.text(3), receivedAtMilliseconds: row.int64(4))
    }
}

extension WriteOutcome.Status {
    init(_ status: Outcome.Status) {
        self =
            switch status {
            case .accepted: .accepted
            case .merged: .merged
            case .refused: .refused
            }
    }
}
