internal import NetworkIO
internal import SyncProtocol

/// Purging of tombstones on an operator's word, in parts with the writes of others.
extension TangRatServer {
    /// Answers the operator's command when all parts are done.
    func runCompaction(
        _ command: JSONValue,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        let run: CompactionRun
        do {
            run = try CompactionRun(command)
        } catch {
            return done(.failure(error))
        }
        compact(run, done: done)
    }

    /// Hands in the next part.
    private func compact(
        _ run: CompactionRun,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        let limits = configuration.limits
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                let next = try run.next(in: context, limits)
                return { [self] _ in
                    guard !next.isDone else { return done(.success(next.rows)) }
                    compact(next, done: done)
                }
            },
            failed: { _ in done(.failure(Self.broken(run, Self.storageRefusal))) })
        if let failure = commits.offer(job) {
            done(.failure(Self.broken(run, Self.refusal(failure))))
        }
    }

    /// What ends a run: some of it may be done.
    private static func broken(
        _ run: CompactionRun, _ refusal: AdminCommands.Refusal
    ) -> AdminCommands.Refusal {
        guard run.hasBegun else { return refusal }
        return AdminCommands.Refusal(
            code: refusal.code, message: "purging stopped: \(refusal.message)",
            advice: "What was purged stays purged; give the command again.")
    }

    /// Carries the command out on a store that nobody serves.
    static func compact(
        _ command: JSONValue, on store: any ReplicaStore, wallClock: WallClock
    ) throws -> [UInt8] {
        var run: CompactionRun
        do {
            run = try CompactionRun(command)
        } catch {
            return AdminService.body(.failure(error))
        }
        let writer = try store.makeWriter()
        defer { writer.close() }
        while !run.isDone {
            let part = run
            run = try writer.transaction { transaction in
                let context = WriterContext(
                    transaction: transaction, now: wallClock.milliseconds(),
                    lineage: store.lineage)
                let next = try part.next(in: context, Limits())
                try context.book.flush()
                return next
            }
            _ = try writer.maintainLog()
        }
        return AdminService.body(.success(run.rows))
    }
}
