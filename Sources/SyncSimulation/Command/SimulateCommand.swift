internal import SyncProtocol

/// The command that runs worlds.
///
/// Exit codes: 0 nothing found, 1 a violation, 2 wrong arguments.
package struct SimulateCommand {
    private let arguments: [String]
    private let host: SimulateHost
    private var tally = SimulateTally()

    /// Creates the command.
    ///
    /// - Parameters:
    ///   - arguments: What follows the command's name.
    ///   - host: The program around it.
    package init(_ arguments: [String], host: SimulateHost) {
        self.arguments = arguments
        self.host = host
    }

    /// Runs it.
    ///
    /// - Returns: The exit code.
    package mutating func run() -> Int32 {
        if arguments.contains("--help") {
            host.say(SimulateOptions.usage)
            return 0
        }
        let options: SimulateOptions
        do throws(SimulateUsage) {
            options = try SimulateOptions(arguments)
        } catch {
            host.say(error.what)
            host.say(SimulateOptions.usage)
            return 2
        }
        let startedAt = host.milliseconds()
        if let writes = options.smallScope {
            searchSmallScope(writes, options)
        } else if let path = options.plan {
            guard let plan = read(path) else { return 2 }
            run(plan, options)
        } else {
            runSeeds(options, startedAt)
        }
        tally.milliseconds = host.milliseconds() - startedAt
        if options.isJSON {
            host.say(tally.json)
        } else {
            for line in tally.lines(showsPoints: options.showsPoints) { host.say(line) }
        }
        return tally.failures.isEmpty ? 0 : 1
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

    private mutating func runSeeds(_ options: SimulateOptions, _ startedAt: Int64) {
        guard let seeds = options.seeds else { return }
        var shownAt = startedAt
        for seed in seeds {
            let now = host.milliseconds()
            if let minutes = options.minutes, now - startedAt >= minutes * 60_000 { return }
            if now - shownAt >= 1_000 {
                shownAt = now
                tally.milliseconds = now - startedAt
                host.progress(tally.progress(seed))
            }
            run(Swarm.plan(seed: seed, size: options.size), options)
            if tally.failures.count >= options.failuresMax { return }
        }
    }

    private mutating func searchSmallScope(_ writes: [Int], _ options: SimulateOptions) {
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

    private mutating func run(_ plan: Plan, _ options: SimulateOptions) {
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
            shrink(plan, options)
        } else {
            keep(plan, options)
        }
    }

    private mutating func shrink(_ plan: Plan, _ options: SimulateOptions) {
        let deadline = host.milliseconds() + options.shrinkSeconds * 1_000
        let host = self.host
        guard
            let result = Shrinker.shrink(plan, while: { host.milliseconds() < deadline })
        else { return host.say("the failure did not come again") }
        keep(result.plan, options)
        guard !options.isJSON else { return }
        host.say(
            "shrunk to \(result.plan.actions.count) actions and "
                + "\(result.plan.exchangeFaults.count) faults in \(result.candidates) runs:")
        for line in World.run(result.plan, records: true).log { host.say("  " + line) }
        if options.folder == nil { host.say(String(decoding: result.plan.json, as: UTF8.self)) }
    }

    private func keep(_ plan: Plan, _ options: SimulateOptions) {
        guard let folder = options.folder else { return }
        let path = "\(folder)/seed-\(plan.seed).json"
        if host.write(path, plan.json) {
            host.say("plan: \(path)")
        } else {
            host.say("\(path) cannot be written")
        }
    }
}

/// What all runs of one command came to.
struct SimulateTally {
    /// A seed that failed.
    struct Failure {
        var seed: UInt64
        var violation: Violation
    }

    var failures: [Failure] = []
    var runs = 0
    var histories = 0
    var replays = 0
    var syncs = 0
    var requests = 0
    var virtualMilliseconds: Int64 = 0
    var milliseconds: Int64 = 0
    var points = Points()

    mutating func add(_ result: RunResult) {
        runs += 1
        syncs += result.syncs
        requests += result.requests
        virtualMilliseconds += result.milliseconds
        points.add(result.points)
    }

    private var syncsPerSecond: Int64 { Int64(syncs) * 1_000 / max(1, milliseconds) }

    func progress(_ seed: UInt64) -> String {
        "seed \(seed): \(runs) worlds, \(syncs) syncs, \(syncsPerSecond)/s, "
            + "\(failures.count) failures"
    }

    private var faults: [(String, Int)] {
        points.counts.filter { $0.key.utf8.starts(with: "fault.".utf8) }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    func lines(showsPoints: Bool) -> [String] {
        var lines = [
            "\(runs) worlds, \(replays) of them twice; \(syncs) syncs and \(requests) requests in "
                + "\(milliseconds / 1_000) s: \(syncsPerSecond) syncs/s",
            "\(virtualMilliseconds / 3_600_000) hours of virtual time, "
                + "\(faults.reduce(0) { $0 + $1.1 }) faults, \(failures.count) failures",
        ]
        guard showsPoints else { return lines }
        lines.append("reached:")
        for (name, count) in points.counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            lines.append("  \(count) \(name)")
        }
        lines.append("never reached: \(points.never.joined(separator: " "))")
        return lines
    }

    var json: String {
        let failures = failures.map { failure -> JSONValue in
            [
                "seed": .string(String(failure.seed)),
                "invariant": .string(failure.violation.invariant),
                "what": .string(failure.violation.what), "site": .string(failure.violation.site),
                "at_ms": .integer(failure.violation.at),
            ]
        }
        let reached = points.counts.filter { $0.value > 0 }
            .map { ($0.key, JSONValue.integer(Int64($0.value))) }
        let value: JSONValue = [
            "worlds": .integer(Int64(runs)), "histories": .integer(Int64(histories)),
            "replayed": .integer(Int64(replays)),
            "syncs": .integer(Int64(syncs)), "requests": .integer(Int64(requests)),
            "milliseconds": .integer(milliseconds), "virtual_ms": .integer(virtualMilliseconds),
            "syncs_per_second": .integer(syncsPerSecond), "failures": .array(failures),
            "reached": .object(JSONObject(reached)),
            "never": .array(points.never.map { .string($0) }),
        ]
        return String(decoding: JSON.canonical(value), as: UTF8.self)
    }
}
