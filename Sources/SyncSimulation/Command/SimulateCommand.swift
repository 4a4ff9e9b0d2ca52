internal import SyncProtocol

/// The command that runs worlds.
package struct SimulateCommand {
    private let options: SimulateOptions
    private let host: SimulateHost
    private var tally = SimulateTally()

    /// Creates the command.
    ///
    /// - Parameters:
    ///   - options: What to run, and how.
    ///   - host: The program around it.
    package init(_ options: SimulateOptions, host: SimulateHost) {
        self.options = options
        self.host = host
    }

    /// Runs it.
    ///
    /// - Returns: Whether nothing was found; nil if there was nothing to run, or nobody to run it.
    package mutating func run() -> Bool? {
        let startedAt = host.milliseconds()
        if let writes = options.smallScope {
            searchSmallScope(writes)
        } else if let path = options.plan {
            guard let plan = read(path) else { return nil }
            run(plan)
        } else {
            guard runSeeds(startedAt) else { return nil }
        }
        tally.milliseconds = host.milliseconds() - startedAt
        if options.isJSON {
            host.say(tally.json)
        } else {
            for line in tally.lines(showsPoints: options.showsPoints) { host.say(line) }
        }
        return tally.failures.isEmpty
    }

    private func read(_ path: String) -> Plan? {
        guard let bytes = host.read(path) else {
            host.complain("plan.unreadable", "\(path) cannot be read")
            return nil
        }
        do throws(Plan.Unreadable) {
            return try Plan(json: bytes)
        } catch {
            host.complain("plan.invalid", "\(path) is not a plan: \(error)")
            return nil
        }
    }

    /// Runs the seeds.
    ///
    /// - Returns: False where there is no thread to run them: no world is not a good one.
    private mutating func runSeeds(_ startedAt: Int64) -> Bool {
        // What happens is written down by one world at a time.
        if options.records {
            for seed in options.seeds where !isOver(since: startedAt) {
                run(Swarm.plan(seed: seed, size: options.size))
            }
            return true
        }
        let size = options.size
        let runs = SeedRuns(options.seeds, replayEvery: options.replayEvery) {
            Swarm.plan(seed: $0, size: size)
        }
        do {
            try runs.start(threads: options.jobs)
        } catch {
            host.complain("process.no_thread", "no thread can be had: \(error)")
            return false
        }
        var shownAt = startedAt
        while let outcomes = runs.take() {
            for outcome in outcomes where tally.failures.count < options.failuresMax {
                take(outcome, of: nil)
            }
            let now = host.milliseconds()
            if isOver(since: startedAt) { runs.stop() }
            if now - shownAt >= 1_000, let seed = outcomes.last?.seed {
                shownAt = now
                tally.milliseconds = now - startedAt
                host.progress(tally.progress(seed))
            }
        }
        return true
    }

    /// Whether the time is up, or enough has failed.
    private func isOver(since startedAt: Int64) -> Bool {
        let isLate =
            options.minutes.map { host.milliseconds() - startedAt >= $0 * 60_000 } ?? false
        return isLate || tally.failures.count >= options.failuresMax
    }

    private mutating func searchSmallScope(_ writes: [Int]) {
        let result = SmallScope.search(writes: writes)
        tally.histories = result.histories
        if !options.isJSON {
            host.say("\(result.histories) histories, \(result.orders) orders of arrival")
        }
        guard let failure = result.failure else { return }
        let violation = Violation(invariant: "I12", what: failure, site: "small scope", at: 0)
        tally.failures.append(SimulateTally.Failure(seed: 0, violation: violation))
        if !options.isJSON { host.say("\(violation)") }
    }

    // MARK: - One plan

    private mutating func run(_ plan: Plan) {
        let outcome = SeedRuns.judge(
            plan, records: options.records, replayEvery: options.replayEvery)
        for line in outcome.result.log { host.say(line) }
        if options.records { host.say("trace \(outcome.result.trace)") }
        take(outcome, of: plan)
    }

    /// Takes what a plan came to; that of a seed if nil.
    private mutating func take(_ outcome: SeedRuns.Outcome, of plan: Plan?) {
        tally.add(outcome.result)
        if outcome.wasReplayed { tally.replays += 1 }
        guard let violation = outcome.violation else { return }
        tally.failures.append(SimulateTally.Failure(seed: outcome.seed, violation: violation))
        if !options.isJSON { host.say("seed \(outcome.seed): \(violation)") }
        let plan = plan ?? Swarm.plan(seed: outcome.seed, size: options.size)
        if options.shrinks, violation.invariant != "I20" {
            shrink(plan)
        } else {
            keep(plan)
        }
    }

    private mutating func shrink(_ plan: Plan) {
        let deadline = host.milliseconds() + options.shrinkSeconds * 1_000
        let host = self.host
        guard
            let result = Shrinker.shrink(plan, while: { host.milliseconds() < deadline })
        else { return host.say("the failure did not come again") }
        keep(result.plan)
        guard !options.isJSON else { return }
        host.say(
            "shrunk to \(result.plan.actions.count) actions and "
                + "\(result.plan.exchangeFaults.count) faults in \(result.candidates) runs:")
        for line in World.run(result.plan, records: true).log { host.say("  " + line) }
        if options.folder == nil { host.say(String(decoding: result.plan.json, as: UTF8.self)) }
    }

    private func keep(_ plan: Plan) {
        guard let folder = options.folder else { return }
        let path = "\(folder)/seed-\(plan.seed).json"
        if host.write(path, plan.json) {
            host.say("plan: \(path)")
        } else {
            host.say("\(path) cannot be written")
        }
    }
}
