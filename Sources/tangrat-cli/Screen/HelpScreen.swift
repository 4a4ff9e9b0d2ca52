internal import CitizenData
internal import SyncProtocol

/// The help: all commands, or one of them.
struct HelpScreen: Sendable {
    let say: Speaker

    /// All commands, options and exit codes.
    var page: Page {
        var page = Page()
        page.title(say(HelpMessage.slogan))
        page.text("\(say(HelpMessage.usage)): \(say(HelpMessage.line))", indent: 0)
        page.heading(say(HelpMessage.commands))
        for command in CommandName.allCases {
            page.field(command == .home ? "tangrat" : command.rawValue, say(command.words))
        }
        page.heading(say(HelpMessage.options))
        for (option, words) in HelpMessage.optionLines { page.field(option, say(words)) }
        page.heading(say(HelpMessage.exitCodes))
        for (code, words) in HelpMessage.exitCodeLines {
            page.field("\(code.rawValue)", say(words))
        }
        return page
    }

    /// One command.
    func page(_ command: CommandName) -> Page {
        var page = Page()
        page.title("tangrat \(command.usage)")
        page.text(say(command.words), indent: 0)
        page.blank()
        for part in command.parts { page.field(part.typed, say(part.words)) }
        for option in command.options {
            page.field(option.shown, option.words.map { say($0) })
        }
        return page
    }

    /// The commands for a script.
    static var json: JSONValue {
        .array(
            CommandName.allCases.map {
                [
                    "name": .string($0.rawValue),
                    "options": .array($0.options.map { .string($0.typed) }),
                    "summary_en": .string($0.words.english),
                    "summary_th": .string($0.words.thai),
                    "usage": .string("tangrat \($0.usage)"),
                ]
            })
    }
}
