internal import NetworkIO
internal import SyncProtocol
internal import Synchronization

/// Passes of retention: by the server itself once a day, and on an operator's word.
extension TangRatServer {
    /// Whether a command is about retention, which takes many transactions.
    static func isRetention(_ command: JSONValue) -> Bool {
        command["command"]?.text == "retention"
    }

    /// Begins a pass if the last one was finished long enough ago.
    ///
    /// It takes one part at each tick, so that it is never more than a few
    /// milliseconds of the writer's second.
    func retainIfDue() {
        let pause = configuration.limits.retentionMilliseconds
        let gap = configuration.limits.retentionGapMillisecondsMax
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                let done = (try context.transaction.value(Retention.doneName) ?? [])
                    .reduce(0) { $0 << 8 | Int64($1) }
                // A clock that was set back must not put it off for years.
                let passed = abs(context.now - done)
                return { [self] _ in
                    guard passed >= pause else { return }
                    // What one that was set ahead removes does not come back.
                    guard done == 0 || passed <= gap else {
                        return metrics.log(
                            .warning, "retention.clock",
                            "the last pass was \(passed / 86_400_000) days ago by this clock; if"
                                + " that is right: tangrat-server retention")
                    }
                    retain(isDryRun: false, by: .server, isPatient: true) { [metrics] result in
                        switch result {
                        case .success(let report):
                            let rows = report.gone.values.reduce(0, +)
                            metrics.log(
                                .info, "retention.done", "\(rows) rows: \(report.words)")
                        case .failure(let refusal):
                            metrics.log(.warning, "retention.stopped", refusal.code)
                        }
                    }
                }
            },
            failed: { [metrics] _ in
                metrics.log(.warning, "retention.stopped", "the storage fails")
            })
        if let failure = commits.offer(job) {
            metrics.log(.warning, "retention.stopped", "\(failure)")
        }
    }

    /// Answers the operator's command.
    func runRetention(
        _ command: JSONValue,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        let isDryRun = command["dry_run"]?.intValue == 1
        retain(isDryRun: isDryRun, by: .operator, isPatient: false) { result in
            done(result.map { $0.json(isDryRun: isDryRun) })
        }
    }

    /// Does all parts of a pass, each in a group commit with the writes of others.
    private func retain(
        isDryRun: Bool, by actor: AuditEntry.Actor, isPatient: Bool,
        done: @escaping @Sendable (Result<RetentionReport, AdminCommands.Refusal>) -> Void
    ) {
        // Two at once would do no harm, and twice the work.
        let mayRun =
            isDryRun
            || retains.withLock { isRunning in
                defer { isRunning = true }
                return !isRunning
            }
        guard mayRun else {
            return done(.failure(Self.retentionRefusal("a pass is under way already")))
        }
        let pass = RetentionPass(
            server: self, isDryRun: isDryRun, actor: actor, isPatient: isPatient,
            witnesses: retentionWitnesses()
        ) { [self] result in
            if !isDryRun { retains.withLock { $0 = false } }
            done(result)
        }
        pass.run(.start, RetentionReport())
    }

    /// The heads that were written down, as far as they can be read.
    private func retentionWitnesses() -> [AuditWitness] {
        do {
            let (witnesses, badLine) = try witnessFile.read()
            guard let badLine else { return witnesses }
            metrics.log(.warning, "retention.audit_kept", "line \(badLine) of the heads is none")
        } catch {
            metrics.log(.warning, "retention.audit_kept", "\(error)")
        }
        return []
    }

    /// Carries the command out on a store that nobody serves.
    static func retain(
        _ command: JSONValue, on store: any ReplicaStore, directory: String,
        wallClock: WallClock
    ) throws -> [UInt8] {
        let writer = try store.makeWriter()
        defer { writer.close() }
        let isDryRun = command["dry_run"]?.intValue == 1
        let heads = try AuditWitnessFile(path: auditHeads(directory)).read()
        var report = RetentionReport()
        var next: Retention.Place? = .start
        while let place = next {
            (next, report) = try writer.transaction { transaction in
                let context = WriterContext(
                    transaction: transaction, now: wallClock.milliseconds(),
                    lineage: store.lineage)
                var sum = report
                let next = try Retention(
                    context: context, limits: Limits(), isDryRun: isDryRun, actor: .operator,
                    witnesses: heads.badLine == nil ? heads.witnesses : []
                ).run(place, into: &sum)
                try context.book.flush()
                return (next, sum)
            }
        }
        if !isDryRun { try writer.checkpoint() }
        return AdminService.body(.success(report.json(isDryRun: isDryRun)))
    }

    fileprivate static func retentionRefusal(_ why: String) -> AdminCommands.Refusal {
        AdminCommands.Refusal(
            code: "admin.retention", message: "retention stopped: \(why)",
            advice: "What was removed stays removed; give the command again.")
    }
}

/// The parts of one pass, one after the other.
private struct RetentionPass: Sendable {
    let server: TangRatServer
    let isDryRun: Bool
    let actor: AuditEntry.Actor
    /// Whether a tick of the clock lies between two parts.
    let isPatient: Bool
    let witnesses: [AuditWitness]
    let done: @Sendable (Result<RetentionReport, AdminCommands.Refusal>) -> Void

    /// Hands in the next part.
    func run(_ place: Retention.Place, _ report: RetentionReport) {
        let limits = server.configuration.limits
        let job = WriterJob(
            loop: server.poker.loops.first,
            run: { context in
                var sum = report
                let next = try Retention(
                    context: context, limits: limits, isDryRun: isDryRun, actor: actor,
                    witnesses: witnesses
                ).run(place, into: &sum)
                let total = sum
                return { context in
                    let rows = total.gone.values.reduce(0, +) - report.gone.values.reduce(0, +)
                    if !isDryRun { server.metrics.expired(rows) }
                    guard let next else { return finish(total) }
                    guard isPatient else { return run(next, total) }
                    context.schedule(afterMilliseconds: 1) { run(next, total) }
                }
            },
            failed: { _ in
                done(.failure(TangRatServer.retentionRefusal("the storage fails")))
            })
        if let failure = server.commits.offer(job) {
            done(.failure(TangRatServer.retentionRefusal("\(failure)")))
        }
    }

    /// Empties the log, which still holds what was removed.
    private func finish(_ report: RetentionReport) {
        guard !isDryRun, !report.isEmpty else { return done(.success(report)) }
        server.commits.maintainLater { writer in
            do {
                try writer.checkpoint()
                done(.success(report))
            } catch {
                done(.failure(TangRatServer.retentionRefusal("\(error)")))
            }
        }
    }
}
