internal import Foundation

/// Measures the client against what the machine can do and against the naive way.
///
/// ```text
/// sync-benchmarks [--json] [--rounds N] [--only NAME]
/// ```
@main
struct Program {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.first == ColdStart.childOption, arguments.count == 2 {
                try await ColdStart.child(directory: arguments[1])
                return
            }
            let options = try BenchmarkOptions(arguments)
            guard !options.wantsHelp else { return print(BenchmarkOptions.help) }
            try await run(options)
        } catch {
            FileHandle.standardError.write(Data("sync-benchmarks: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ options: BenchmarkOptions) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let report = FigureReport(isJSON: options.isJSON)
        let bench = Bench(rounds: options.rounds, scratch: scratch, report: report)
        let measures: [(name: String, run: (Bench) async throws -> Void)] = [
            ("digest", DigestMeasure.run), ("json", JSONMeasure.run), ("apply", ApplyMeasure.run),
            ("pending", PendingMeasure.run), ("start", ColdStart.run),
            ("search", SearchMeasure.run), ("unchanged", UnchangedMeasure.run),
            ("pull", PullMeasure.run), ("push", PushMeasure.run),
        ]
        guard options.only.map({ name in measures.contains { $0.name == name } }) ?? true else {
            throw BenchmarkError("--only takes one of: \(measures.map(\.name))")
        }
        for measure in measures where options.only.map({ $0 == measure.name }) ?? true {
            try await measure.run(bench)
        }
    }
}

/// What every measure is handed.
struct Bench {
    /// How often each figure is taken.
    let rounds: Int
    /// Where files may be made.
    let scratch: Scratch
    /// Where figures go.
    let report: FigureReport
}

/// Why a benchmark could not run.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
