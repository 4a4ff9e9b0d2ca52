/// A language of the app.
public enum Language: String, Sendable {
    case thai = "th"
    case english = "en"
}

/// The same words in Thai and in English.
public struct Bilingual: Hashable, Sendable {
    /// The words in Thai.
    public let thai: String
    /// The words in English.
    public let english: String

    /// Makes a pair, Thai first.
    public init(_ thai: String, _ english: String) {
        self.thai = thai
        self.english = english
    }

    /// Returns the words in one language, in the other if it has none.
    public func text(in language: Language) -> String {
        switch language {
        case .thai: thai.isEmpty ? english : thai
        case .english: english.isEmpty ? thai : english
        }
    }
}
