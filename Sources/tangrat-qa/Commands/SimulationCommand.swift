internal import Foundation
internal import Glibc
internal import NetworkIO
internal import SyncSimulation

extension Command {
    /// `simulate`: whole worlds in one process, each from a seed.
    static let simulate = Command(
        name: "simulate", summary: "server, devices and faults in one process, from a seed",
        details: """
            A seed makes a plan, a plan makes a run, and the same run each time. Everything in
            it is the product's own code but for the clocks, the network and the disks.
            Without options the first 100 seeds are run. A violation ends with exit code 1.
            """,
        options: [
            OptionRule("seed", "N", "one seed"),
            OptionRule("seeds", "A..B", "these seeds, both included"),
            OptionRule("minutes", "M", "go on with new seeds for so long"),
            OptionRule("from", "N", "the first seed of --minutes (1)"),
            OptionRule("plan", "FILE", "a plan in place of seeds"),
            OptionRule("size", "N", "actions in a plan at most (250)"),
            OptionRule("shrink", "", "make a failing plan short, and print what happens in it"),
            OptionRule("shrink-seconds", "N", "how long to try that (60)"),
            OptionRule("out", "FOLDER", "write the plans of failures there"),
            OptionRule("failures", "N", "stop after so many failures (1)"),
            OptionRule("jobs", "N", "run so many worlds at once, each on a thread (1)"),
            OptionRule("log", "", "print what happens, line by line"),
            OptionRule("points", "", "print what was reached, and what never was"),
            OptionRule("replay-every", "N", "run one seed in N twice and compare (100)"),
            OptionRule(
                "small-scope", "N,N,N", "try all histories of so many writes in place of seeds"),
        ],
        run: { options, console in
            var asked = try SimulationArguments.read(options)
            asked.isJSON = console.isJSON
            var command = SimulateCommand(asked, host: SimulationArguments.host(console))
            switch command.run() {
            case true: return .done
            case false: return .failed
            case nil: return .usage
            }
        })
}

/// What `simulate` is asked, and what it is given of the machine.
private enum SimulationArguments {
    static func read(_ options: Options) throws(Trouble) -> SimulateOptions {
        var asked = SimulateOptions()
        let given = ["seed", "seeds", "minutes", "plan", "small-scope"].filter { options.has($0) }
        guard given.count < 2 else {
            throw .usage("option_conflict", "--\(given[0]) and --\(given[1]) exclude each other")
        }
        guard !options.has("from") || options.has("minutes") else {
            throw .usage("option_conflict", "--from is the first seed of --minutes")
        }
        let from = try number("from", options) ?? 1
        if let minutes = try number("minutes", options, in: 1...1_000_000) {
            asked.minutes = Int64(clamping: minutes)
            asked.seeds = from...UInt64.max
        }
        if let seed = try number("seed", options) { asked.seeds = seed...seed }
        if let text = options["seeds"] {
            guard let seeds = SimulateOptions.range(text) else {
                throw wrong("seeds", "two numbers such as 1..100", text)
            }
            asked.seeds = seeds
        }
        if let text = options["small-scope"] {
            guard let writes = SimulateOptions.scope(text) else {
                throw wrong("small-scope", "numbers such as 2,2,2", text)
            }
            asked.smallScope = writes
        }
        asked.plan = options["plan"]
        asked.folder = options["out"]
        asked.shrinks = options.has("shrink")
        asked.records = options.has("log")
        asked.showsPoints = options.has("points")
        if let size = try number("size", options, in: 4...10_000) { asked.size = Int(size) }
        if let most = try number("failures", options, in: 1...1_000_000) {
            asked.failuresMax = Int(most)
        }
        if let jobs = try number("jobs", options, in: 1...64) { asked.jobs = Int(jobs) }
        if let every = try number("replay-every", options, in: 1...UInt64.max) {
            asked.replayEvery = every
        }
        if let seconds = try number("shrink-seconds", options, in: 1...1_000_000) {
            asked.shrinkSeconds = Int64(clamping: seconds)
        }
        return asked
    }

    private static func number(
        _ name: String, _ options: Options, in range: ClosedRange<UInt64> = 0...UInt64.max
    ) throws(Trouble) -> UInt64? {
        guard let text = options[name] else { return nil }
        guard let number = UInt64(text), range.contains(number) else {
            let end = range.upperBound == .max ? "on" : "to \(range.upperBound)"
            throw wrong(name, "a number from \(range.lowerBound) \(end)", text)
        }
        return number
    }

    private static func wrong(_ name: String, _ form: String, _ text: String) -> Trouble {
        .usage("value_invalid", "--\(name) takes \(form), and not \(text)")
    }

    static func host(_ console: Console) -> SimulateHost {
        let isWatched = isatty(STDERR_FILENO) == 1 && !console.isJSON
        return SimulateHost(
            say: { console.show($0 + "\n") },
            complain: { code, sentence in
                console.complain(
                    Trouble(
                        code, sentence,
                        advice: code.hasPrefix("plan.")
                            ? "A plan is what --shrink prints, or --out writes." : ""))
            },
            progress: { line in
                guard isWatched else { return }
                FileHandle.standardError.write(Data("\r\u{1b}[K\(line)\r".utf8))
            },
            milliseconds: { MonotonicClock.system.milliseconds() },
            read: { path in
                (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) }
            },
            write: { path, bytes in
                (try? Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)) != nil
            })
    }
}
