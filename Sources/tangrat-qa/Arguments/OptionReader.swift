/// An option of a command.
struct OptionRule: Hashable, Sendable {
    /// The name without its dashes.
    let name: String

    /// What stands for the value in the help; empty where there is none.
    let value: String

    /// What it does.
    let summary: String

    init(_ name: String, _ value: String = "", _ summary: String) {
        self.name = name
        self.value = value
        self.summary = summary
    }

    /// The option as it is typed.
    var typed: String { value.isEmpty ? "--\(name)" : "--\(name) \(value)" }
}

/// The words of a command line, sorted into options and operands.
struct Options: Sendable {
    /// The words that are not options.
    private(set) var operands: [String] = []
    private var values: [String: String] = [:]

    /// Reads words by the rules of a command.
    ///
    /// - Parameters:
    ///   - words: The words after the command.
    ///   - rules: The options that may stand there.
    /// - Throws: `Trouble` with exit code 2.
    init(_ words: [String], rules: [OptionRule]) throws(Trouble) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.drop { $0 == "-" }
                .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = word == "-h" ? "help" : parts.first.map(String.init) ?? ""
            guard word.hasPrefix("--") || word == "-h",
                let rule = rules.first(where: { $0.name == name })
            else { throw .usage("unknown_option", "there is no option \(word) here") }
            let value: String
            if rule.value.isEmpty {
                guard parts.count == 1 else {
                    throw .usage("value_unexpected", "--\(name) takes no value")
                }
                value = ""
            } else {
                guard let given = parts.count == 2 ? String(parts[1]) : rest.popFirst(),
                    !given.isEmpty, parts.count == 2 || !given.hasPrefix("--")
                else { throw .usage("value_missing", "--\(name) needs a value: \(rule.typed)") }
                value = given
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .usage("option_twice", "--\(name) stands twice")
            }
        }
    }

    /// Whether an option was given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option that may be left out.
    subscript(name: String) -> String? { values[name] }

    /// The value of an option that must be given.
    func required(_ name: String) throws(Trouble) -> String {
        guard let value = values[name] else {
            throw .usage("option_missing", "--\(name) is missing")
        }
        return value
    }
}
