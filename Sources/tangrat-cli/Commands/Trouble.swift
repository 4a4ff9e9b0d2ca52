internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// Why a command did not do what was asked, ready for the person.
struct Trouble: Error, Hashable, Sendable {
    /// A stable name for scripts.
    let code: String
    let message: Bilingual
    let advice: Bilingual?
    let exit: ExitCode

    /// Creates a trouble of the program's own.
    init(_ code: String, _ message: Bilingual, _ advice: Bilingual? = nil, exit: ExitCode = .failed)
    {
        self.code = code
        self.message = message
        self.advice = advice
        self.exit = exit
    }

    /// Reads a wrong command line.
    init(_ problem: UsageProblem) {
        self.init(problem.code, problem.message, problem.advice, exit: .usage)
    }

    /// Reads a failure of the client.
    init(_ failure: SyncFailure) {
        let advice: Bilingual? =
            if case .unsentWrites = failure {
                AccountMessage.discardAdvice.words
            } else {
                failure.adviceThai.map { Bilingual($0, failure.adviceEnglish ?? "") }
            }
        self.init(
            failure.code, Bilingual(failure.messageThai, failure.messageEnglish), advice,
            exit: Self.exit(failure))
    }

    private static func exit(_ failure: SyncFailure) -> ExitCode {
        switch failure {
        case .signedOut, .signInExpired, .signInDenied, .signInTimedOut, .deviceCopied,
            .writeRefused, .formIncomplete:
            .signedOut
        case .cancelled: .interrupted
        case .addressInvalid: .usage
        default: .failed
        }
    }

    /// The trouble as lines for a person.
    ///
    /// - Parameters:
    ///   - language: The language of the person.
    ///   - cells: The cells of a line.
    /// - Returns: The lines, each with a line feed.
    func text(_ language: Language, cells: Int) -> String {
        let message = "tangrat: \(message.text(in: language)) [\(code)]"
        var lines = Self.lines(message, indent: 0, cells: cells)
        if let advice = advice?.text(in: language), !advice.isEmpty {
            // A command that has no room behind its sentence has a line of its own.
            if ThaiText.cells(advice) > cells - 2, let start = advice.firstRange(of: ": tangrat ") {
                let command = advice[advice.index(start.lowerBound, offsetBy: 2)...]
                lines += Self.lines("\(advice[..<start.lowerBound]):", indent: 2, cells: cells)
                lines += Self.lines(String(command), indent: 4, cells: cells)
            } else {
                lines += Self.lines(advice, indent: 2, cells: cells)
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func lines(_ text: String, indent: Int, cells: Int) -> [String] {
        TextWrap.lines(SafeText.clean(text, keepsLines: true), cells: cells - indent)
            .map { String(repeating: " ", count: indent) + $0 }
    }

    /// The trouble as one line for a script.
    var json: JSONValue {
        [
            "error": [
                "advice_en": .string(advice?.english ?? ""),
                "advice_th": .string(advice?.thai ?? ""),
                "code": .string(code), "exit": .integer(Int64(exit.rawValue)),
                "message_en": .string(message.english), "message_th": .string(message.thai),
            ]
        ]
    }
}
