internal import SQLiteKit
internal import SyncProtocol

/// Outcomes of a device's mutations in the store: alike and in a row, they are one row.
///
/// ```text
/// outcome_run: device  first  last  status  code  detail  chains (8 bytes a mutation)
/// ```
///
/// Each mutation keeps its own chain link: it proves that a write that comes
/// again is the one that had this outcome.
enum OutcomeRuns {
    /// The most mutations in one run: more than a request or a migration makes.
    private static let runMax: UInt64 = 1 << 20

    /// Adds outcomes that ascend by one.
    ///
    /// - Throws: `StoreFailure` where one of the mutations has an outcome already.
    static func add(
        _ records: [OutcomeRecord], of device: DeviceNumber, to connection: Connection
    ) throws {
        guard let oldest = records.first?.outcome.mid else { return }
        let isKnown = try connection.statement(HotStatements.outcomeByMid).use { statement in
            try statement.bind(1, device)
            try statement.bind(2, Int64(oldest))
            return try statement.step()
        }
        guard !isKnown else {
            throw StoreFailure.inconsistent(
                "device \(device) has outcomes from mutation \(oldest) on already")
        }
        var start = records.startIndex
        while start < records.endIndex {
            let first = records[start].outcome
            let end =
                records[start...].firstIndex { record in
                    record.outcome.status != first.status || record.outcome.code != first.code
                        || record.outcome.detail != first.detail
                } ?? records.endIndex
            try insert(records[start..<end], like: first, of: device, to: connection)
            start = end
        }
    }

    private static func insert(
        _ run: ArraySlice<OutcomeRecord>, like first: Outcome, of device: DeviceNumber,
        to connection: Connection
    ) throws {
        var chains: [UInt8] = []
        chains.reserveCapacity(run.count * 8)
        for record in run { chains.appendBigEndian(record.chain) }
        try connection.statement(HotStatements.insertOutcomes).use { statement in
            try statement.bind(1, device)
            try statement.bind(2, Int64(first.mid))
            try statement.bind(3, Int64(first.mid) + Int64(run.count) - 1)
            try statement.bind(4, Int64(first.status.rawValue))
            try statement.bind(5, first.code)
            try statement.bind(6, first.detail)
            try chains.withUnsafeBytes { chains in
                try statement.bindBlob(7, chains)
                _ = try statement.step()
            }
        }
    }

    /// Finds the outcome of one mutation.
    static func find(
        mid: UInt64, of device: DeviceNumber, in connection: Connection
    ) throws -> OutcomeRecord? {
        try connection.statement(HotStatements.outcomeByMid).use { statement in
            try statement.bind(1, device)
            try statement.bind(2, Int64(clamping: mid))
            guard try statement.step() else { return nil }
            let run = try range(statement)
            guard run.contains(mid) else { return nil }
            let offset = Int(mid - run.lowerBound) * 8
            let chain = try statement.withBlob(5) { chains in
                guard chains.count >= offset + 8 else {
                    throw StoreFailure.inconsistent("mutation \(mid) has no chain link")
                }
                return UInt64(
                    bigEndian: chains.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            return OutcomeRecord(outcome: try outcome(mid, statement), chain: chain)
        }
    }

    /// The first outcomes of a device's mutations above one, in order.
    static func after(
        _ mid: UInt64, of device: DeviceNumber, in connection: Connection
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        try connection.statement(HotStatements.outcomesAfter).use { statement in
            try statement.bind(1, device)
            try statement.bind(2, Int64(clamping: mid))
            while try statement.step() {
                for each in try range(statement) where each > mid {
                    guard outcomes.count < OutcomeRecord.answerMax else { return }
                    outcomes.append(try outcome(each, statement))
                }
            }
        }
        return outcomes
    }

    private static func range(_ row: Statement) throws -> ClosedRange<UInt64> {
        guard let first = UInt64(exactly: row.int64(0)), let last = UInt64(exactly: row.int64(1)),
            first <= last, last - first < runMax
        else {
            throw StoreFailure.inconsistent("a run of outcomes has no order")
        }
        return first...last
    }

    private static func outcome(_ mid: UInt64, _ row: Statement) throws -> Outcome {
        guard let status = Outcome.Status(rawValue: UInt64(row.int64(2))) else {
            throw StoreFailure.inconsistent("an outcome has the status \(row.int64(2))")
        }
        return Outcome(mid: mid, status: status, code: row.text(3), detail: row.text(4))
    }

    /// Makes the table, and runs of one from the outcomes stored singly before.
    static func migrate(_ connection: Connection) throws {
        try connection.execute(
            """
            CREATE TABLE outcome_run(
                device INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                status INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
                chains BLOB NOT NULL, PRIMARY KEY(device, last)) STRICT, WITHOUT ROWID;
            """)
        var device: Int64 = 0
        var pending: [OutcomeRecord] = []
        try connection.run(
            """
            SELECT device, mid, chain, status, code, detail FROM outcome ORDER BY device, mid
            """
        ) { row in
            let isNext = pending.last.map { $0.outcome.mid + 1 == UInt64(row.int64(1)) } ?? true
            if row.int64(0) != device || !isNext || pending.count == 100 {
                try add(pending, of: device, to: connection)
                pending.removeAll()
                device = row.int64(0)
            }
            guard let status = Outcome.Status(rawValue: UInt64(row.int64(3))) else {
                throw StoreFailure.inconsistent("an outcome has the status \(row.int64(3))")
            }
            pending.append(
                OutcomeRecord(
                    outcome: Outcome(
                        mid: UInt64(row.int64(1)), status: status, code: row.text(4),
                        detail: row.text(5)),
                    chain: UInt64(bitPattern: row.int64(2))))
        }
        try add(pending, of: device, to: connection)
        try connection.execute("DROP TABLE outcome")
    }
}
