/// What the command needs of the program around it.
package struct SimulateHost {
    /// Prints a line of the result.
    package var say: (String) -> Void
    /// Shows how far the run is; each line replaces the one before.
    package var progress: (String) -> Void
    /// Milliseconds of a clock that never steps.
    package var milliseconds: () -> Int64
    /// Reads a file, or gives nil.
    package var read: (String) -> [UInt8]?
    /// Writes a file; gives whether that worked.
    package var write: (String, [UInt8]) -> Bool

    /// Creates a host.
    package init(
        say: @escaping (String) -> Void, progress: @escaping (String) -> Void,
        milliseconds: @escaping () -> Int64, read: @escaping (String) -> [UInt8]?,
        write: @escaping (String, [UInt8]) -> Bool
    ) {
        self.say = say
        self.progress = progress
        self.milliseconds = milliseconds
        self.read = read
        self.write = write
    }
}

/// What the command was asked to do.
struct SimulateOptions {
    /// The seeds to run.
    var seeds: ClosedRange<UInt64>?
    /// How long to go on with new seeds, in minutes.
    var minutes: Int64?
    /// A plan to run in place of seeds.
    var plan: String?
    /// How many actions a plan has at most.
    var size = 250
    /// Whether to make a failing plan short.
    var shrinks = false
    /// How long shrinking may take, in seconds.
    var shrinkSeconds: Int64 = 60
    /// Whether to print what happens.
    var records = false
    /// Whether to print JSON.
    var isJSON = false
    /// Whether to print what was reached and what was not.
    var showsPoints = false
    /// One seed in so many is run twice.
    var replayEvery: UInt64 = 100
    /// How many writes each of three devices makes in a search of all small histories.
    var smallScope: [Int]?
    /// Where plans of failures are written.
    var folder: String?
    /// After how many failures to stop.
    var failuresMax = 1

    static let usage = """
        usage: simulate [--seed N | --seeds A..B | --minutes M [--from N] | --plan FILE]
          --size N          actions in a plan at most (250)
          --shrink          make a failing plan short and print what happens in it
          --shrink-seconds N
          --out FOLDER      write the plans of failures there
          --failures N      stop after so many failures (1)
          --log             print what happens, line by line
          --points          print what was reached, and what never was
          --replay-every N  run one seed in N twice and compare (100)
          --small-scope N,N,N   try all small histories in place of seeds
          --json            print one JSON object
        """

    /// Reads the arguments, or says what is wrong with them.
    init(_ arguments: [String]) throws(SimulateUsage) {
        var rest = arguments[...]
        var from: UInt64?
        func value(_ name: String) throws(SimulateUsage) -> String {
            guard let value = rest.popFirst() else {
                throw SimulateUsage(what: "\(name) needs a value")
            }
            return value
        }
        func number(_ name: String) throws(SimulateUsage) -> UInt64 {
            let text = try value(name)
            guard let number = UInt64(text) else {
                throw SimulateUsage(what: "\(name) \(text) is not a number")
            }
            return number
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--seed":
                let seed = try number(argument)
                seeds = seed...seed
            case "--seeds": seeds = try Self.range(try value(argument))
            case "--from": from = try number(argument)
            case "--minutes": minutes = Int64(clamping: try number(argument))
            case "--plan": plan = try value(argument)
            case "--size": size = max(4, Int(clamping: try number(argument)))
            case "--shrink": shrinks = true
            case "--shrink-seconds": shrinkSeconds = Int64(clamping: try number(argument))
            case "--out": folder = try value(argument)
            case "--small-scope":
                smallScope = try value(argument).split(separator: ",").compactMap { Int($0) }
                guard let writes = smallScope, writes.count <= 3, writes.reduce(0, +) <= 6,
                    !writes.isEmpty, writes.allSatisfy({ $0 > 0 })
                else { throw SimulateUsage(what: "--small-scope wants up to 2,2,2") }
            case "--failures": failuresMax = max(1, Int(clamping: try number(argument)))
            case "--log": records = true
            case "--points": showsPoints = true
            case "--replay-every": replayEvery = max(1, try number(argument))
            case "--json": isJSON = true
            default: throw SimulateUsage(what: "unknown argument \(argument)")
            }
        }
        if seeds == nil { seeds = (from ?? 1)...(minutes == nil ? from ?? 100 : .max) }
    }

    private static func range(_ text: String) throws(SimulateUsage) -> ClosedRange<UInt64> {
        let parts = text.split(separator: ".", omittingEmptySubsequences: true)
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
            first <= last
        else { throw SimulateUsage(what: "--seeds wants A..B, not \(text)") }
        return first...last
    }
}

/// Why the arguments cannot be used.
struct SimulateUsage: Error {
    let what: String
}
