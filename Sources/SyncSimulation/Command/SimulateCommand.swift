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
    /// - Returns: Whether nothing was found; nil if there was nothing to run.
    package mutating func run() -> Bool? {
        let startedAt = host.milliseconds()
        if let writes = options.smallScope {
            searchSmallScope(writes)
        } else if let path = options.plan {
            guard let plan = read(path) else { return nil }
            run(plan)
        } else {
            runSeeds(startedAt)
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
            host.say("\(path) cannot be read")
            return nil
        }
        do throws(Plan.Unreadable) {
            return try Plan(json: bytes)
        } catch {
            host.say("\(path) is not a plan: \(error)")
            return nil
        }
    }

    private mutating func runSeeds(_ startedAt: Int64) {
        var shownAt = startedAt
        for seed in options.seeds {
            let now = host.milliseconds()
            if let minutes = options.minutes, now - startedAt >= minutes * 60_000 { return }
            if now - shownAt >= 1_000 {
                shownAt = now
                tally.milliseconds = now - startedAt
                host.progress(tally.progress(seed))
            }
            run(Swarm.plan(seed: seed, size: options.size))
            if tally.failures.count >= options.failuresMax { return }
        }
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
        let result = World.run(plan, records: options.records)
        tally.add(result)
        for line in result.log { host.say(line) }
        var violation = result.violation
        if violation == nil, plan.seed % options.replayEvery == 0 {
            let again = World.run(plan)
            tally.replays += 1
            if again.trace != result.trace {
                violation = Violation(
                    invariant: "I20", what: "\(result.trace), then \(again.trace)",
                    site: "replay", at: 0)
            }
        }
        if options.records { host.say("trace \(result.trace)") }
        guard let violation else { return }
        tally.failures.append(SimulateTally.Failure(seed: plan.seed, violation: violation))
        if !options.isJSON { host.say("seed \(plan.seed): \(violation)") }
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
