/// Makes a failing plan short, so that a person can read it.
///
/// Whatever is left out must not be needed: a candidate is taken only if it
/// breaks the same invariant at the same place. Everything that a plan does not
/// say is drawn from streams that are named for actions, so the rest of a plan
/// goes on as it did.
package struct Shrinker {
    /// What a shrinking came to.
    package struct Result: Sendable {
        /// The shortest plan found.
        package var plan: Plan
        /// What it breaks.
        package var violation: Violation
        /// How many candidates were run.
        package var candidates: Int
    }

    private let run: (Plan) -> RunResult
    private let target: Violation
    private let mayGoOn: () -> Bool
    private var best: Plan
    private var found: Violation
    private var candidates = 0

    /// Shrinks a plan that fails.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - run: Runs a candidate.
    ///   - mayGoOn: Asked before each candidate; false ends the search.
    /// - Returns: The shortest plan found, or nil if the plan does not fail.
    package static func shrink(
        _ plan: Plan, by run: @escaping (Plan) -> RunResult = { World.run($0) },
        while mayGoOn: @escaping () -> Bool
    ) -> Result? {
        let first = run(plan)
        guard let violation = first.violation else { return nil }
        var shrinker = Shrinker(plan, violation, by: run, while: mayGoOn)
        shrinker.fixFaults(first)
        var before = -1
        while shrinker.size != before, mayGoOn() {
            before = shrinker.size
            shrinker.dropActions()
            shrinker.dropFaults()
            shrinker.dropDevices()
            shrinker.simplify()
        }
        shrinker.best.expects = shrinker.found.invariant
        return Result(
            plan: shrinker.best, violation: shrinker.found, candidates: shrinker.candidates)
    }

    private init(
        _ plan: Plan, _ violation: Violation, by run: @escaping (Plan) -> RunResult,
        while mayGoOn: @escaping () -> Bool
    ) {
        self.run = run
        best = plan
        target = violation
        found = violation
        self.mayGoOn = mayGoOn
    }

    /// How long the plan is, with all that can be made simpler in it.
    private var size: Int {
        best.actions.count + best.exchangeFaults.count + best.owners.count
            + best.actions.reduce(0) { $0 + $1.arguments.filter { $0 != 0 }.count }
    }

    /// Takes a candidate if it fails in the same way.
    private mutating func take(_ candidate: Plan) -> Bool {
        guard candidate != best, mayGoOn() else { return false }
        candidates += 1
        guard let violation = run(candidate).violation,
            violation.invariant == target.invariant, violation.site == target.site
        else { return false }
        best = candidate
        found = violation
        return true
    }

    // MARK: - Steps

    /// Writes the faults that were drawn into the plan, and draws no more.
    private mutating func fixFaults(_ first: RunResult) {
        var candidate = best
        candidate.exchangeFaults = first.exchangeFaults
        candidate.options.rates = [:]
        _ = take(candidate)
        // What happens after the failure is not needed.
        candidate = best
        let end = found.at
        candidate.actions.removeAll { $0.at > end }
        _ = take(candidate)
    }

    private mutating func dropActions() {
        Self.dropParts(count: best.actions.count) { range in
            var candidate = best
            candidate.actions.removeSubrange(range)
            return take(candidate)
        }
    }

    private mutating func dropFaults() {
        Self.dropParts(count: best.exchangeFaults.count) { range in
            var candidate = best
            let keys = candidate.exchangeFaults.keys.sorted()
            for key in keys[range] { candidate.exchangeFaults[key] = nil }
            return take(candidate)
        }
        for key in best.exchangeFaults.keys.sorted() {
            var candidate = best
            candidate.exchangeFaults[key]?.amount = 0
            _ = take(candidate)
        }
    }

    /// Drops parts, halves first, then smaller ones.
    private static func dropParts(count: Int, _ drop: (Range<Int>) -> Bool) {
        var left = count
        var chunk = max(1, (count + 1) / 2)
        while left > 0 {
            var start = 0
            while start < left {
                let end = min(left, start + chunk)
                if drop(start..<end) { left -= end - start } else { start = end }
            }
            if chunk == 1 { return }
            chunk = (chunk + 1) / 2
        }
    }

    private mutating func dropDevices() {
        while best.owners.count > 1 {
            var candidate = best
            let last = candidate.owners.count - 1
            candidate.owners.removeLast()
            candidate.core.removeAll { $0 == last }
            candidate.actions.removeAll { $0.actor == .device(last) }
            guard take(candidate) else { break }
        }
        for index in best.core.indices.reversed() where best.core.count > 1 {
            var candidate = best
            candidate.core.remove(at: index)
            _ = take(candidate)
        }
        if best.people > 1 {
            var candidate = best
            candidate.people = 1
            candidate.owners = candidate.owners.map { _ in 0 }
            _ = take(candidate)
        }
    }

    private mutating func simplify() {
        let plain = PlanOptions()
        for reset: (inout PlanOptions) -> Void in [
            { $0.pieces = plain.pieces }, { $0.window = plain.window },
            { $0.pageRows = plain.pageRows }, { $0.serverLogPages = plain.serverLogPages },
            { $0.deviceLogPages = plain.deviceLogPages }, { $0.feedBatch = plain.feedBatch },
            { $0.latencyMin = plain.latencyMin }, { $0.latencySpread = plain.latencySpread },
            { $0.commitMax = plain.commitMax }, { $0.tokenLife = plain.tokenLife },
        ] {
            var candidate = best
            reset(&candidate.options)
            _ = take(candidate)
        }
        for index in best.actions.indices {
            for argument in best.actions[index].arguments.indices {
                for value in [0, best.actions[index].arguments[argument] / 2] {
                    var candidate = best
                    candidate.actions[index].arguments[argument] = value
                    if take(candidate) { break }
                }
            }
        }
        closeRanks()
    }

    /// Lets little time pass between actions.
    private mutating func closeRanks() {
        for pause in [1, 100, 2_000] as [Int64] {
            var candidate = best
            candidate.actions.sort { $0.at < $1.at }
            for index in candidate.actions.indices {
                candidate.actions[index].at = Int64(index) * pause
            }
            if take(candidate) { return }
        }
    }
}
