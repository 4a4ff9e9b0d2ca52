internal import CitizenData

/// What is wrong with a command line.
enum UsageProblem: Error, Hashable, Sendable {
    case unknownCommand(String, suggestion: String?)
    case unknownOption(String, suggestion: String?)
    case unknownTable(String, suggestion: String?)
    case unknownVerb(String, CommandName, suggestion: String?)
    case optionElsewhere(OptionName, CommandName)
    case valueMissing(OptionName)
    case valueUnexpected(OptionName)
    case valueUnknown(OptionName, String, allowed: String)
    case operandMissing(String, CommandName)
    case operandUnexpected(String, CommandName)
    case pairInvalid(String)

    /// A stable name for scripts.
    var code: String {
        switch self {
        case .unknownCommand: "usage.unknown_command"
        case .unknownOption: "usage.unknown_option"
        case .unknownTable: "usage.unknown_table"
        case .unknownVerb: "usage.unknown_word"
        case .optionElsewhere: "usage.option_not_here"
        case .valueMissing: "usage.value_missing"
        case .valueUnexpected: "usage.value_unexpected"
        case .valueUnknown: "usage.value_unknown"
        case .operandMissing: "usage.operand_missing"
        case .operandUnexpected: "usage.operand_unexpected"
        case .pairInvalid: "usage.pair_invalid"
        }
    }

    /// What is wrong, in both languages.
    var message: Bilingual {
        switch self {
        case .unknownCommand(let word, _): UsageMessage.unknownCommand.filled(word)
        case .unknownOption(let word, _): UsageMessage.unknownOption.filled(word)
        case .unknownTable(let word, _): UsageMessage.unknownTable.filled(word)
        case .unknownVerb(let word, let command, _):
            UsageMessage.unknownVerb.filled(word, command.rawValue)
        case .optionElsewhere(let option, let command):
            UsageMessage.optionElsewhere.filled(option.typed, command.rawValue)
        case .valueMissing(let option): UsageMessage.valueMissing.filled(option.typed)
        case .valueUnexpected(let option): UsageMessage.valueUnexpected.filled(option.typed)
        case .valueUnknown(let option, let value, let allowed):
            UsageMessage.valueUnknown.filled(option.typed, value, allowed)
        case .operandMissing(let name, let command):
            UsageMessage.operandMissing.filled(name, command.rawValue)
        case .operandUnexpected(let word, let command):
            UsageMessage.operandUnexpected.filled(word, command.rawValue)
        case .pairInvalid(let word): UsageMessage.pairInvalid.filled(word)
        }
    }

    /// What to type instead.
    var advice: Bilingual {
        switch self {
        case .unknownCommand(_, let suggestion?):
            UsageMessage.didYouMean.filled("tangrat \(suggestion)")
        case .unknownOption(_, let suggestion?): UsageMessage.didYouMean.filled("--\(suggestion)")
        case .unknownTable(_, let suggestion?):
            UsageMessage.didYouMean.filled("tangrat show \(suggestion)")
        case .unknownVerb(_, let command, let suggestion?):
            UsageMessage.didYouMean.filled("tangrat \(command.rawValue) \(suggestion)")
        case .optionElsewhere(_, let command), .operandMissing(_, let command),
            .operandUnexpected(_, let command), .unknownVerb(_, let command, nil):
            UsageMessage.usage.filled("tangrat \(command.usage)")
        default: UsageMessage.seeHelp.filled()
        }
    }
}
