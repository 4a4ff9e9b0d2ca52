internal import Glibc
internal import NetworkIO
internal import SyncClientCore

/// The program `tangrat-qa`: the tools of testers.
@main
enum Program {
    /// Runs the command line and ends the process with its exit code.
    static func main() async {
        // Files with people's numbers, even invented ones, are for their owner.
        umask(0o077)
        NetworkIO.StandardStreams.fill()
        signal(SIGPIPE, SIG_IGN)
        let code = await run(Array(CommandLine.arguments.dropFirst()))
        exit(code.rawValue)
    }

    /// Runs the words after the program's name.
    static func run(_ words: [String]) async -> ExitCode {
        let console = Console(isJSON: words.contains("--json"))
        do {
            return try await carryOut(words, console)
        } catch let trouble as Trouble {
            console.complain(trouble)
            return trouble.exit
        } catch let failure as SyncFailure {
            console.complain(
                Trouble(
                    failure.code, failure.messageEnglish, advice: failure.adviceEnglish ?? ""))
            return .failed
        } catch {
            console.complain(Trouble("failed", "\(error)"))
            return .failed
        }
    }

    private static func carryOut(_ words: [String], _ console: Console) async throws -> ExitCode {
        if let (command, rest) = Command.find(words) {
            let options = try Options(rest, rules: command.options + Command.common)
            if options.has("help") {
                console.show(Help.text(command))
                return .done
            }
            if let word = options.operands.first {
                throw Trouble.usage(
                    "operand_unexpected", "\(command.name) takes no word \(word)",
                    advice: "See: tangrat-qa help \(command.name)")
            }
            return try await command.run(options, console)
        }
        let asked = words.filter { $0 != "--json" }
        switch asked.first {
        case nil:
            console.show(Help.all)
            return .usage
        case "version", "--version":
            console.show("tangrat-qa 0.1.0\n")
            return .done
        case "help", "--help", "-h":
            let name = Array(asked.dropFirst())
            guard let command = Command.find(name)?.command else {
                console.show(Help.all)
                return .done
            }
            console.show(Help.text(command))
            return .done
        default:
            if asked.contains("--help") || asked.contains("-h") {
                console.show(Help.all)
                return .done
            }
            throw Trouble.usage(
                "unknown_command", "there is no command \(asked.joined(separator: " "))",
                advice: "Commands: " + Command.all.map(\.name).joined(separator: ", "))
        }
    }
}
