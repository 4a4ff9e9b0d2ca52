internal import CitizenData

/// Reads the words of a command line.
///
/// Options may stand before or after the command and its operands; `--` ends
/// them. A short `-h` is the only option with one dash.
enum CommandLineParser {
    /// Reads the words after the program's name.
    static func parse(_ words: [String]) throws(UsageProblem) -> Invocation {
        var invocation = Invocation()
        var operands: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.utf8.first == UInt8(ascii: "-"), word != "-" else {
                operands.append(word)
                continue
            }
            try readOption(word, &rest, &invocation)
        }
        try chooseCommand(operands, &invocation)
        try check(invocation)
        return invocation
    }

    private static func readOption(
        _ word: String, _ rest: inout ArraySlice<String>, _ invocation: inout Invocation
    ) throws(UsageProblem) {
        let body = word == "-h" ? "help" : String(word.drop { $0 == "-" })
        let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        guard let option = OptionName(rawValue: name), word.hasPrefix("--") || word == "-h" else {
            throw .unknownOption(
                word,
                suggestion: Suggestion.nearest(to: name, in: OptionName.allCases.map(\.rawValue)))
        }
        if option.takesValue {
            if parts.count == 2 {
                invocation.options[option, default: []].append(String(parts[1]))
            } else if let value = rest.popFirst() {
                invocation.options[option, default: []].append(value)
            } else {
                throw .valueMissing(option)
            }
        } else {
            guard parts.count == 1 else { throw .valueUnexpected(option) }
            invocation.options[option, default: []] = []
        }
    }

    private static func chooseCommand(
        _ operands: [String], _ invocation: inout Invocation
    ) throws(UsageProblem) {
        if invocation.has(.version) {
            invocation.command = .version
            return
        }
        guard let word = operands.first else {
            if invocation.has(.help) { invocation.command = .help }
            return
        }
        guard let command = CommandName(rawValue: word) else {
            throw .unknownCommand(
                word,
                suggestion: Suggestion.nearest(
                    to: word, in: CommandName.allCases.map(\.rawValue)))
        }
        invocation.command = command
        invocation.operands = Array(operands.dropFirst())
        if invocation.has(.help) {
            invocation.command = .help
            invocation.operands = [word]
        }
    }

    private static func check(_ invocation: Invocation) throws(UsageProblem) {
        if let language = invocation.value(.lang), Language(rawValue: language) == nil {
            throw .valueUnknown(.lang, language, allowed: "th, en")
        }
        if let empty = OptionName.allCases.first(where: {
            [.data, .server].contains($0) && invocation.value($0) == ""
        }) {
            throw .valueMissing(empty)
        }
        guard invocation.command != .help, invocation.command != .version else { return }
        let allowed = Set(OptionName.common + invocation.command.options)
        // In the order of declaration, so that the same words give the same message.
        for option in OptionName.allCases where invocation.has(option) && !allowed.contains(option)
        {
            throw .optionElsewhere(option, invocation.command)
        }
        if let most = invocation.command.operandsMax, invocation.operands.count > most {
            throw .operandUnexpected(invocation.operands[most], invocation.command)
        }
    }
}
