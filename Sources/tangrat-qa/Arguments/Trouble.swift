internal import SyncProtocol

/// How the program ends; a contract with scripts.
enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
}

/// Why a command did not do what was asked, ready for the person.
struct Trouble: Error, Hashable, Sendable {
    /// A stable name for scripts.
    let code: String
    let message: String
    let advice: String
    let exit: ExitCode

    init(_ code: String, _ message: String, advice: String = "", exit: ExitCode = .failed) {
        self.code = code
        self.message = message
        self.advice = advice
        self.exit = exit
    }

    /// A wrong command line.
    static func usage(
        _ word: String, _ message: String, advice: String = "See: tangrat-qa help"
    ) -> Trouble {
        Trouble("usage.\(word)", message, advice: advice, exit: .usage)
    }

    /// The trouble as lines for a person.
    var text: String {
        "tangrat-qa: \(message) [\(code)]\n" + (advice.isEmpty ? "" : "  \(advice)\n")
    }

    /// The trouble as one line for a script.
    var json: JSONValue {
        [
            "error": [
                "advice_en": .string(advice), "code": .string(code),
                "exit": .integer(Int64(exit.rawValue)), "message_en": .string(message),
            ]
        ]
    }
}
