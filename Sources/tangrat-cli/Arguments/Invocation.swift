internal import CitizenData

/// What a person asked for, read from the command line.
struct Invocation: Hashable, Sendable {
    /// The command.
    var command = CommandName.home

    /// The words after the command.
    var operands: [String] = []

    /// The options given, each with its values in order; a flag has none.
    var options: [OptionName: [String]] = [:]

    /// Whether an option was given.
    func has(_ option: OptionName) -> Bool { options[option] != nil }

    /// The last value of an option, because the last one typed wins.
    func value(_ option: OptionName) -> String? { options[option]?.last }

    /// Every value of an option, in order.
    func values(_ option: OptionName) -> [String] { options[option] ?? [] }

    /// The language asked for, or nil.
    var language: Language? { value(.lang).flatMap(Language.init(rawValue:)) }

    /// Whether a script reads the output.
    var isJSON: Bool { has(.json) }
}
