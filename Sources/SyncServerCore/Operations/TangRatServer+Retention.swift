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
    /// milliseconds of the writer's second. One that was interrupted goes on where it stood.
    func retainIfDue() {
        guard !retains.withLock({ $0 }) else { return }
        let clock = configuration.clock
        let pause = configuration.limits.retentionMilliseconds
        let gap = configuration.limits.retentionGapMillisecondsMax
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                let mark = try RetentionMark(context.transaction)
                let start = RetentionStart(wall: context.now, ticks: clock.milliseconds())
                return { [self] _ in
                    // A clock that was set back must not put it off for years.
                    guard mark.place != nil || abs(start.wall - mark.done) >= pause else { return }
                    // What one that was set ahead removes does not come back.
                    let passed = abs(start.wall - mark.lastSeen)
                    guard mark.lastSeen == 0 || passed <= gap else {
                        return metrics.log(
                            .warning, "retention.clock",
                            "the last pass was \(passed / 86_400_000) days ago by this clock; if"
                                + " that is right: tangrat-server retention")
                    }
                    retain(
                        RetentionPass.Order(
                            isDryRun: false, actor: .server, isPatient: true, start: start,
                            place: mark.place ?? .start, heads: witnessFile,
                            refusesHeads: false)
                    ) { [metrics] result in
                        switch result {
                        case .success(let report):
                            let rows = report.gone.values.reduce(0, +)
                            metrics.log(
                                .info, "retention.done", "\(rows) rows: \(report.words)")
                        case .failure(let refusal):
                            metrics.log(.warning, "retention.stopped", refusal.message)
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
        let start = RetentionStart(
            wall: configuration.wallClock.milliseconds(), ticks: configuration.clock.milliseconds())
        retain(
            RetentionPass.Order(
                isDryRun: isDryRun, actor: .operator, isPatient: false, start: start,
                place: .start,
                heads: command["heads"]?.text.map { AuditWitnessFile(path: $0, isNamed: true) }
                    ?? witnessFile,
                refusesHeads: command["heads"] != nil)
        ) { result in
            done(result.map { $0.json(isDryRun: isDryRun) })
        }
    }

    /// Does all parts of a pass, each in a group commit with the writes of others.
    private func retain(
        _ order: RetentionPass.Order,
        done: @escaping @Sendable (Result<RetentionReport, AdminCommands.Refusal>) -> Void
    ) {
        // Two at once would do no harm, and twice the work.
        let mayRun =
            order.isDryRun
            || retains.withLock { isRunning in
                defer { isRunning = true }
                return !isRunning
            }
        guard mayRun else {
            return done(.failure(Self.retentionRefusal("a pass is under way already")))
        }
        let ended: @Sendable (Result<RetentionReport, AdminCommands.Refusal>) -> Void = {
            [self] result in
            if !order.isDryRun { retains.withLock { $0 = false } }
            done(result)
        }
        do {
            // Years of heads are many megabytes: no loop waits until they are read.
            try WorkerThread.start { [self] in
                let witnesses: [AuditWitness]
                do {
                    witnesses = try self.witnesses(for: order)
                } catch {
                    return ended(.failure(AuditCommands.unreadableHeads("\(error)")))
                }
                let heads = AuditOldHeads(witnesses, at: order.start.wall)
                RetentionPass(server: self, order: order, heads: heads, done: ended)
                    .run(order.place, RetentionReport())
            }
        } catch {
            ended(.failure(Self.retentionRefusal("\(error)")))
        }
    }

    /// The heads that were written down, as far as they can be read.
    private func witnesses(for order: RetentionPass.Order) throws -> [AuditWitness] {
        do {
            let heads = try order.heads.read()
            if let badLine = heads.badLine {
                metrics.log(
                    .warning, "retention.heads",
                    "\(heads.unreadable) lines are no heads, the first is \(badLine)")
            }
            return heads.witnesses
        } catch {
            guard !order.refusesHeads else { throw error }
            metrics.log(.warning, "retention.audit_kept", "\(error)")
            return []
        }
    }

    /// Carries the command out on a store that nobody serves.
    static func retain(
        _ command: JSONValue, on store: any ReplicaStore, directory: String,
        wallClock: WallClock, clock: MonotonicClock = .system
    ) throws -> [UInt8] {
        let writer = try store.makeWriter()
        defer { writer.close() }
        let limits = Limits()
        let isDryRun = command["dry_run"]?.intValue == 1
        let start = RetentionStart(wall: wallClock.milliseconds(), ticks: clock.milliseconds())
        let file = AuditWitnessFile(
            path: command["heads"]?.text ?? auditHeads(directory),
            isNamed: command["heads"] != nil)
        let content: AuditWitnessFile.Content
        do {
            content = try file.read()
        } catch {
            return AdminService.body(.failure(AuditCommands.unreadableHeads("\(error)")))
        }
        let heads = AuditOldHeads(content.witnesses, at: start.wall)
        var report = RetentionReport()
        var next: Retention.Place? = .start
        while let place = next {
            let now = wallClock.milliseconds()
            let leap = start.leap(wall: now, ticks: clock.milliseconds())
            guard abs(leap) <= limits.retentionLeapMillisecondsMax else {
                return AdminService.body(.failure(leapRefusal(leap)))
            }
            (next, report) = try writer.transaction { transaction in
                let context = WriterContext(
                    transaction: transaction, now: now, lineage: store.lineage)
                var sum = report
                let next = try Retention(
                    context: context, limits: limits, isDryRun: isDryRun, actor: .operator,
                    heads: heads, now: start.wall
                ).run(place, into: &sum)
                try context.book.flush()
                return (next, sum)
            }
            if !isDryRun { _ = try writer.maintainLog() }
        }
        guard try isDryRun || writer.checkpoint() else {
            return AdminService.body(.failure(logRefusal))
        }
        return AdminService.body(.success(report.json(isDryRun: isDryRun)))
    }

    fileprivate static func leapRefusal(_ milliseconds: Int64) -> AdminCommands.Refusal {
        retentionRefusal(
            "the clock was set by \(milliseconds / 1_000) s while the pass ran, or before")
    }

    fileprivate static let logRefusal = retentionRefusal(
        "a reader keeps the log, in which what was removed can still be found")

    fileprivate static func retentionRefusal(_ why: String) -> AdminCommands.Refusal {
        AdminCommands.Refusal(
            code: "admin.retention", message: "retention stopped: \(why)",
            advice: "What was removed stays removed; give the command again.")
    }
}

/// The parts of one pass, one after the other.
private struct RetentionPass: Sendable {
    /// What is to be done.
    struct Order: Sendable {
        let isDryRun: Bool
        let actor: AuditEntry.Actor
        /// Whether a tick of the clock lies between two parts.
        let isPatient: Bool
        let start: RetentionStart
        /// Where it begins, or goes on.
        let place: Retention.Place
        /// The file of heads.
        let heads: AuditWitnessFile
        /// Whether heads that cannot be read end the pass, and do not only keep the chain whole.
        let refusesHeads: Bool
    }

    let server: TangRatServer
    let order: Order
    let heads: AuditOldHeads
    let done: @Sendable (Result<RetentionReport, AdminCommands.Refusal>) -> Void

    /// Hands in the next part.
    func run(_ place: Retention.Place, _ report: RetentionReport) {
        let limits = server.configuration.limits
        let clock = server.configuration.clock
        let job = WriterJob(
            loop: server.poker.loops.first,
            run: { context in
                let leap = order.start.leap(wall: context.now, ticks: clock.milliseconds())
                guard abs(leap) <= limits.retentionLeapMillisecondsMax else {
                    return { _ in done(.failure(TangRatServer.leapRefusal(leap))) }
                }
                var sum = report
                let next = try Retention(
                    context: context, limits: limits, isDryRun: order.isDryRun,
                    actor: order.actor, heads: heads, now: order.start.wall
                ).run(place, into: &sum)
                let total = sum
                return { context in
                    note(total, after: report)
                    guard let next else { return finish(total) }
                    guard order.isPatient else { return run(next, total) }
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

    /// Tells what a part has done.
    private func note(_ total: RetentionReport, after before: RetentionReport) {
        if !order.isDryRun {
            let rows = total.gone.values.reduce(0, +) - before.gone.values.reduce(0, +)
            server.metrics.expired(rows)
        }
        let damaged = total.damaged - before.damaged
        if damaged > 0 {
            server.metrics.log(
                .error, "store.damaged",
                "retention keeps what it cannot read: \(total.lastDamaged), the last of \(damaged)")
        }
    }

    /// Empties the log, which still holds what was removed, by this pass or one before.
    private func finish(_ report: RetentionReport) {
        guard !order.isDryRun else { return done(.success(report)) }
        server.commits.maintainLater { writer in
            do {
                let isEmpty = try writer.checkpoint()
                done(isEmpty ? .success(report) : .failure(TangRatServer.logRefusal))
            } catch {
                done(.failure(TangRatServer.retentionRefusal("\(error)")))
            }
        }
    }
}
