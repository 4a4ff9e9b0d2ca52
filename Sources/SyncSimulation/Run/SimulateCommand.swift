/// The command that runs worlds: `simulate --seed N`, `--seeds A..B` and more.
package struct SimulateCommand {
    private let arguments: [String]
    private let say: (String) -> Void

    /// Creates the command.
    ///
    /// - Parameters:
    ///   - arguments: What follows the command's name.
    ///   - say: Takes the lines for a person.
    package init(_ arguments: [String], say: @escaping (String) -> Void) {
        self.arguments = arguments
        self.say = say
    }

    /// Runs it.
    ///
    /// - Returns: The exit code.
    package func run() -> Int32 {
        let seeds = arguments.first.map { $0.split(separator: ".").compactMap { UInt64($0) } } ?? [1]
        let records = arguments.contains("--log")
        var syncs = 0
        var points = Points()
        for seed in (seeds.first ?? 1)...(seeds.last ?? 1) {
            let result = World.run(Swarm.plan(seed: seed), records: records)
            syncs += result.syncs
            points.add(result.points)
            for line in result.log { say(line) }
            if let violation = result.violation { say("seed \(seed): \(violation)") }
            if records { say("trace \(result.trace)") }
        }
        say("\(syncs) syncs")
        for name in points.counts.keys.sorted() { say("\(name) \(points.counts[name] ?? 0)") }
        return 0
    }
}
