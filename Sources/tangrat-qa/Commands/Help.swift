/// The help: all commands, or one of them.
enum Help {
    /// All commands and exit codes.
    static var all: String {
        let width = Command.all.map(\.name.utf8.count).max() ?? 0
        let commands = Command.all.map { command in
            "  \(padded(command.name, width))  \(command.summary)\n"
        }
        return """
            The tools of testers: worlds of synthetic people, as an agency would feed them.

            usage: tangrat-qa COMMAND [OPTION…]

            \(commands.joined())
              \(padded("help [COMMAND]", width))  this text, or a command's options
              \(padded("version", width))  the version

            Exit codes: 0 done, 1 failed or a line was refused, 2 wrong command line.

            """
    }

    /// One command.
    static func text(_ command: Command) -> String {
        let rules = command.options + Command.common
        let width = rules.map(\.typed.utf8.count).max() ?? 0
        let options = rules.map { "  \(padded($0.typed, width))  \($0.summary)\n" }.joined()
        let details = command.details.isEmpty ? "" : "\n\(command.details)\n"
        return """
            tangrat-qa \(command.name) – \(command.summary)
            \(details)
            \(options)
            """
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
