internal import SQLiteKit
internal import SyncProtocol

extension SyncEngine {
    /// Looks at what is held, and remembers that it is being repaired.
    func beginRepair(
        of bucket: String?, _ round: inout Round
    ) async throws(SyncFailure) -> SyncRoundMachine.Event {
        // A checkpoint that does not add up is kept: most of its rows are right.
        var kept: (bytes: [UInt8], cursor: [UInt8])?
        if bucket != nil, case .checkpoint(let end)? = round.scan?.terminal {
            kept = (round.bytes, end.cursor)
        }
        let page = kept
        let device = round.device
        let holdsAnything = try await store.write { connection in
            var state = try CacheState.load(connection, as: device)
            state.repair = .running
            if let page {
                try StageTable.append(page.bytes, cursor: page.cursor, &state, connection)
            }
            let holdsAnything = try RepairIndex.holdsAnything(connection)
            if !holdsAnything { state.repair = .none }
            try state.save(connection)
            return holdsAnything
        }
        round.scan = nil
        guard holdsAnything else { return .repairBegun(holdsRows: false) }
        round.repair = RepairMachine(try await indexes(), suspect: bucket)
        return .repairBegun(holdsRows: true)
    }

    private func indexes() async throws(SyncFailure) -> [String: RangeIndex] {
        try await store.withWriter { connection in
            do {
                return try RepairIndex.build(connection)
            } catch let error where Self.isOfPages(error) {
                try connection.transaction(.immediate) { connection in
                    var state = try CacheState.load(connection)
                    try StageTable.clear(&state, connection)
                    try state.save(connection)
                }
                return try RepairIndex.build(connection)
            }
        }
    }

    /// Whether what is kept cannot be applied, so that the comparison must begin without it.
    private static func isOfPages(_ error: any Error) -> Bool {
        // A page was whole when it was kept: this device's storage changed it.
        if error is WireError { return true }
        // Or it changed what the page counts on, as the number of a bucket: the server names
        // each bucket when it compares, and puts that right.
        if case SyncFailure.verificationFailed = error { return true }
        return false
    }

    /// Asks once where the server's rows differ, and keeps the answer.
    func reconcile(_ round: inout Round) async throws(SyncFailure) -> SyncRoundMachine.Event {
        guard var repair = round.repair else { return .repairNeeded }
        // The round's own stays as it is until the answer is kept.
        let body = repair.request()
        switch await exchange(body, at: "/v1/reconcile", &round) {
        case .failure(let event): return event
        case .success(let response):
            let event = take(response, 0, &round)
            guard case .answered(.reconciled) = event, let scan = round.scan,
                case .reconciled(let end) = scan.terminal
            else { return event }
            let bytes = round.bytes
            let wasMended = repair.mended
            do throws(WireError) {
                let rows = try PageSum.hashes(bytes, promised: end.sum)
                try repair.answered(scan, end, rows: rows)
            } catch {
                return .unusable(code: error.code, random: environment.random.next())
            }
            let cursor = repair.cursor ?? []
            let isDone = repair.isDone
            let wall = environment.wall.milliseconds()
            let device = round.device
            let kept = await caught { () throws(SyncFailure) in
                try self.environment.reach(.repairBefore)
                try await self.store.write { connection in
                    var state = try CacheState.load(connection, as: device)
                    state.observe(scan.hello, wallMilliseconds: wall)
                    try StageTable.append(bytes, cursor: cursor, &state, connection)
                    state.repair = isDone ? .mended : .running
                    try state.save(connection)
                }
                try self.environment.reach(.repairAfter)
                return .reconciled(isDone: isDone)
            }
            guard kept == .reconciled(isDone: isDone) else { return kept }
            round.mended += repair.mended - wasMended
            round.repair = isDone ? nil : repair
            return kept
        }
    }
}
