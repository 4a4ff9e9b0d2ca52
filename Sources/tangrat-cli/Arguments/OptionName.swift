/// The options of the program; the raw value is what follows two dashes.
enum OptionName: String, CaseIterable, Sendable {
    // Common to all commands.
    case json, lang, data, plain, help, version
    case noColor = "no-color"
    // Of single commands.
    case server, name, watch, trace, canonical, deep, all, set, statement, attach, detach, action
    case discardUnsent = "discard-unsent"

    /// The options that every command takes.
    static let common: [OptionName] = [
        .json, .lang, .data, .plain, .noColor, .help, .version,
    ]

    /// Whether a value follows.
    var takesValue: Bool {
        switch self {
        case .lang, .data, .server, .name, .set, .statement, .attach,
            .detach, .action:
            true
        case .json, .plain, .help, .version, .noColor, .watch, .trace, .canonical, .deep,
            .all,
            .discardUnsent:
            false
        }
    }

    /// What a person types.
    var typed: String { "--\(rawValue)" }
}
