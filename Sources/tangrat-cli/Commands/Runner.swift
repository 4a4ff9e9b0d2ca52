internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// Runs one command line from its words to its exit code.
struct Runner: Sendable {
    let world: World

    /// The version of the program.
    static let version = "0.1.0"

    /// Runs the words after the program's name.
    func run(_ words: [String]) async -> Int32 {
        let invocation: Invocation
        do throws(UsageProblem) {
            invocation = try CommandLineParser.parse(words)
        } catch {
            return report(
                Trouble(error), language: earlyLanguage(words), isJSON: words.contains("--json"))
        }
        let output = Output(world: world, invocation: invocation)
        let early = Speaker(
            language: Speaker.language(
                asked: invocation.language, preference: nil, environment: world.environment))
        do {
            switch invocation.command {
            case .help: return try help(invocation, output, early)
            case .version:
                if invocation.isJSON {
                    output.json(["version": .string(Self.version)])
                } else {
                    output.line(early(CommandMessage.version, Self.version))
                }
                return ExitCode.done.rawValue
            default: return try await runOpen(invocation, output, early)
            }
        } catch {
            return report(
                Self.trouble(error), language: early.language, isJSON: invocation.isJSON)
        }
    }

    private func runOpen(
        _ invocation: Invocation, _ output: Output, _ early: Speaker
    ) async throws -> Int32 {
        let mirror = try await openData(invocation)
        var say = early
        do {
            let standing = try await mirror.standing()
            if standing.account != nil, invocation.language == nil {
                let preference = try? await mirror.row("preference", "me")?.text("language")
                say = Speaker(
                    language: Speaker.language(
                        asked: nil, preference: preference, environment: world.environment))
            }
            let session = Session(
                world: world, invocation: invocation, mirror: mirror, standing: standing, say: say,
                output: output)
            let code = try await session.run()
            await mirror.close()
            return code
        } catch {
            output.endProgress()
            await mirror.close()
            return report(Self.trouble(error), language: say.language, isJSON: invocation.isJSON)
        }
    }

    /// Opens the person's data, and names what cannot be used.
    private func openData(_ invocation: Invocation) async throws -> any Mirror {
        do throws(SyncFailure) {
            return try await world.open(invocation.value(.data))
        } catch {
            guard case .storageFailed(let code) = error else { throw error }
            throw Trouble(
                error.code, CommandMessage.dataUnusable.filled(directory(invocation), code),
                CommandMessage.dataAdvice.words)
        }
    }

    /// Where the data are kept, as docs/cli.md says.
    private func directory(_ invocation: Invocation) -> String {
        if let asked = invocation.value(.data) { return asked }
        if let base = world.environment["XDG_DATA_HOME"], base.hasPrefix("/") {
            return "\(base)/tangrat"
        }
        return "~/.local/share/tangrat"
    }

    private func help(
        _ invocation: Invocation, _ output: Output, _ say: Speaker
    ) throws -> Int32 {
        let screen = HelpScreen(say: say)
        if invocation.isJSON {
            output.json(HelpScreen.json)
        } else if let word = invocation.operands.first {
            guard let command = CommandName(rawValue: word) else {
                throw UsageProblem.unknownCommand(
                    word,
                    suggestion: Suggestion.nearest(
                        to: word, in: CommandName.allCases.map(\.rawValue)))
            }
            output.show(screen.page(command))
        } else {
            output.show(screen.page)
        }
        return ExitCode.done.rawValue
    }

    /// The language for an error in a command line that could not be read.
    private func earlyLanguage(_ words: [String]) -> Language {
        var asked: Language?
        for (index, word) in words.enumerated() {
            if word.hasPrefix("--lang=") { asked = Language(rawValue: String(word.dropFirst(7))) }
            if word == "--lang", index + 1 < words.count {
                asked = Language(rawValue: words[index + 1])
            }
        }
        return Speaker.language(asked: asked, preference: nil, environment: world.environment)
    }

    private func report(_ trouble: Trouble, language: Language, isJSON: Bool) -> Int32 {
        if isJSON {
            world.error(String(decoding: JSON.canonical(trouble.json), as: UTF8.self) + "\n")
        } else {
            let columns = Output.columns(world.environment, world.terminal.errorColumns)
            world.error(trouble.text(language, cells: columns))
        }
        return trouble.exit.rawValue
    }

    private static func trouble(_ error: any Error) -> Trouble {
        switch error {
        case let trouble as Trouble: trouble
        case let failure as SyncFailure: Trouble(failure)
        case let problem as UsageProblem: Trouble(problem)
        case is CancellationError: Trouble(.cancelled)
        default:
            Trouble("internal", CommandMessage.failed.words, CommandMessage.doctorAdvice.words)
        }
    }
}
