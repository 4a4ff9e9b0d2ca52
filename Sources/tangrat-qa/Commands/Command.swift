/// One thing the program can do.
///
/// A new command is a file with one of these and its place in ``all``.
struct Command: Sendable {
    /// The words that name it, for instance `world load`.
    let name: String

    /// What it does, in one line.
    let summary: String

    /// More about it; lines of at most 80 cells.
    var details = ""

    /// Its own options.
    let options: [OptionRule]

    /// Does it.
    let run: @Sendable (Options, Console) async throws -> ExitCode

    /// All commands, in the order of the help.
    static let all: [Command] = [
        .simulate, .worldLoad, .worldList, .worldSignIn, .identityNew, .identityDecide,
        .proxy, .points,
    ]

    /// The options of every command.
    static let common = [
        OptionRule(
            "json", "", "JSON in place of text; troubles are one JSON line on standard error"),
        OptionRule("help", "", "this text"),
    ]

    /// The words of the name.
    var words: [String] { name.split(separator: " ").map(String.init) }

    /// Finds the command that a command line begins with.
    ///
    /// - Returns: The command and the words after its name, or nil.
    static func find(_ words: [String]) -> (command: Command, rest: [String])? {
        all.first { words.starts(with: $0.words) }
            .map { ($0, Array(words.dropFirst($0.words.count))) }
    }
}
