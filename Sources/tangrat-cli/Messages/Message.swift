internal import CitizenData

/// Sentences and words that a person reads, each in Thai and in English.
///
/// A catalogue is an enum whose `words` is one exhaustive switch: a message
/// without both languages does not compile. `{1}`, `{2}` stand for what is
/// filled in.
protocol Message: CaseIterable, Hashable, Sendable {
    /// The words, Thai first.
    var words: Bilingual { get }
}

extension Message {
    /// The words with values in their places.
    func filled(_ values: String...) -> Bilingual {
        Bilingual(Self.fill(words.thai, values), Self.fill(words.english, values))
    }

    /// The words in one language with values in their places.
    func text(_ language: Language, _ values: [String] = []) -> String {
        Self.fill(words.text(in: language), values)
    }

    /// Fills in one pass, so that a value with braces in it is left alone.
    private static func fill(_ template: String, _ values: [String]) -> String {
        guard !values.isEmpty else { return template }
        var output = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{") {
            output += rest[..<open]
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "}"), let number = Int(rest[..<close]),
                values.indices.contains(number - 1)
            else {
                output += "{"
                continue
            }
            output += values[number - 1]
            rest = rest[rest.index(after: close)...]
        }
        return output + rest
    }
}

/// Every catalogue, for the tests that read all messages.
enum Messages {
    /// The words of all messages by name.
    static var all: [(name: String, words: Bilingual)] {
        list(UsageMessage.self) + list(HomeMessage.self) + list(FieldMessage.self)
            + list(RowMessage.self) + list(SyncMessage.self) + list(AccountMessage.self)
            + list(RequestMessage.self) + list(CommandMessage.self) + list(HelpMessage.self)
            + list(CommandName.self)
    }

    private static func list<Catalogue: Message>(
        _ catalogue: Catalogue.Type
    ) -> [(name: String, words: Bilingual)] {
        Catalogue.allCases.map { ("\(Catalogue.self).\($0)", $0.words) }
    }
}
