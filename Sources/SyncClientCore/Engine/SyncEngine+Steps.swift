internal import SQLiteKit
internal import SyncProtocol

/// What a round keeps and applies, one step of ``SyncRoundMachine`` each.
extension SyncEngine {
    func stage(_ round: inout Round) async throws(SyncFailure) -> SyncRoundMachine.Event {
        guard let scan = round.scan, case .page(let page) = scan.terminal else {
            throw .answerUnusable(code: "wire.order")
        }
        try environment.reach(.stageBefore)
        let bytes = round.bytes
        let wall = environment.wall.milliseconds()
        let (device, last) = (round.device, round.last)
        let result = try await store.write { connection in
            try PageSum.verify(bytes, promised: page.sum)
            return try RoundApplier.stage(
                bytes, scan, page, of: device, tellingUpTo: last, wallMilliseconds: wall,
                connection)
        }
        try environment.reach(.stageAfter)
        round.report.outcomes += result.outcomes
        if scan.announcesMore(than: round.priorityMax) { round.announcesMore = true }
        took(scan, &round)
        return .staged
    }

    func apply(_ round: inout Round) async throws(SyncFailure) -> SyncRoundMachine.Event {
        guard let scan = round.scan, case .checkpoint(let checkpoint) = scan.terminal else {
            throw .answerUnusable(code: "wire.order")
        }
        try environment.reach(.applyBefore)
        let bytes = round.bytes
        let wall = environment.wall.milliseconds()
        let environment = environment
        let (device, last) = (round.device, round.last)
        let isPart =
            round.priorityMax < 9
            && (round.announcesMore || scan.announcesMore(than: round.priorityMax))
        let priority = isPart ? round.priorityMax : 9
        let result = try await store.write { connection in
            let result = try RoundApplier.apply(
                bytes, scan, checkpoint, upTo: priority, of: device, tellingUpTo: last,
                wallMilliseconds: wall, connection)
            try environment.reach(.applyBeforeCommit)
            return result
        }
        if result.mustErase { try await erase(round) }
        try environment.reach(.applyAfter)
        round.report.outcomes += result.outcomes
        round.report.nextMid = result.nextMid
        round.missingAfter = result.missingAfter
        round.report.rows += result.rows
        round.report.deletes += result.deletes
        took(scan, &round, isAll: !isPart)
        return isPart
            ? .appliedPart : .applied(writesWait: result.writesWait || result.mustAsk)
    }

    func settle(_ round: inout Round) async throws(SyncFailure) -> SyncRoundMachine.Event {
        guard let scan = round.scan else { throw .answerUnusable(code: "wire.order") }
        let acked: UInt64? = if case .unchanged(let mid) = scan.terminal { mid } else { nil }
        let wall = environment.wall.milliseconds()
        let (device, last) = (round.device, round.last)
        let result = try await store.write { connection in
            try RoundApplier.settle(
                scan, acked: acked, of: device, tellingUpTo: last, wallMilliseconds: wall,
                connection)
        }
        round.report.outcomes += result.outcomes
        round.report.nextMid = result.nextMid
        round.missingAfter = result.missingAfter
        if result.mustErase { try await erase(round) }
        return .settled(writesWait: result.writesWait || result.mustAsk)
    }

    /// Erases what an answer took away; for what was left before it, readers were not waited for.
    private func erase(_ round: Round) async throws(SyncFailure) {
        try await store.finishErasure(waitingMilliseconds: round.wasErasing ? 0 : nil)
    }

    func offerAgain(
        _ mid: UInt64, _ device: DeviceID
    ) async -> SyncRoundMachine.Event {
        await caught { () throws(SyncFailure) in
            let count = try await store.write { connection in
                var state = try CacheState.load(connection, as: device)
                let count: Int
                do {
                    count = try OutboxTable.offerAgain(after: mid, &state, connection)
                } catch SyncFailure.writesMissing {
                    // Kept for the next rounds, and for the person to see.
                    state.missingAfter = mid
                    count = 0
                }
                try state.save(connection)
                return count
            }
            return .offered(count: count)
        }
    }

    private func took(_ scan: PageScan, _ round: inout Round, isAll: Bool = false) {
        round.report.pages += 1
        let before = round.rowsReceived
        round.rowsReceived += scan.rows + scan.tombstones
        let expected = max(before + scan.ahead, round.rowsReceived)
        // The server counts what may come: what has come is all of it.
        let fraction =
            isAll || expected == 0 ? 1 : Double(round.rowsReceived) / Double(expected)
        round.fraction = min(1, max(round.fraction, fraction))
        let progress = SyncProgress(
            rowsReceived: round.rowsReceived, rowsExpected: expected, fraction: round.fraction)
        for listener in listeners { listener.progress?(progress) }
    }
}
