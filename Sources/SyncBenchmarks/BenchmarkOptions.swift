/// What the command line asks for.
struct BenchmarkOptions {
    static let help = """
        sync-benchmarks [--json] [--rounds N] [--only NAME]
          --json      one JSON object a line
          --rounds N  how often each figure is taken; medians are printed (5)
          --only NAME digest, json, apply, pending, start, search, pull or push
        `pull` and `push` need tangrat-server next to this program.
        """

    private(set) var isJSON = false
    private(set) var rounds = 5
    private(set) var only: String?
    private(set) var wantsHelp = false

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": isJSON = true
            case "--help", "-h": wantsHelp = true
            case "--only":
                guard let name = rest.popFirst() else { throw BenchmarkError("--only NAME") }
                only = name
            case "--rounds":
                guard let count = rest.popFirst().flatMap({ Int($0) }), (1...1_000).contains(count)
                else { throw BenchmarkError("--rounds takes a number from 1 to 1000") }
                rounds = count
            default: throw BenchmarkError("there is no option \(argument)\n\(Self.help)")
            }
        }
    }
}
