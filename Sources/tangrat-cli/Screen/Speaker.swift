internal import CitizenData

/// Says dates, times, amounts and messages in the language of the person.
struct Speaker: Hashable, Sendable {
    /// The language.
    let language: Language

    /// The language for a person: what they asked for, chose before, or set up.
    ///
    /// - Parameters:
    ///   - asked: What the command line says.
    ///   - preference: What the person chose in the app.
    ///   - environment: The process environment.
    /// - Returns: The language.
    static func language(
        asked: Language?, preference: String?, environment: [String: String]
    ) -> Language {
        if let asked { return asked }
        if let chosen = preference.flatMap(Language.init(rawValue:)) { return chosen }
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = environment[name], !value.isEmpty else { continue }
            return value.hasPrefix("en") ? .english : .thai
        }
        return .thai
    }

    /// The text of a message.
    func callAsFunction(_ message: some Message, _ values: String...) -> String {
        message.text(language, values)
    }

    /// The words in the person's language.
    func callAsFunction(_ words: Bilingual) -> String { words.text(in: language) }

    /// The Thai or the English text of a row, whichever there is.
    func pick(_ thai: String, _ english: String) -> String {
        Bilingual(thai, english).text(in: language)
    }

    /// A date, in the Buddhist era in Thai.
    func date(_ date: PartialDate) -> String {
        switch language {
        case .thai: ThaiDateFormat.text(date, style: .short)
        case .english: ThaiDateFormat.english(date)
        }
    }

    /// A moment in Thailand's time, to the minute.
    func moment(_ milliseconds: Int64) -> String {
        switch language {
        case .thai: return BangkokTime.thai(milliseconds)
        case .english:
            let day = date(PartialDate(BangkokTime.day(at: milliseconds)))
            return day + " " + BangkokTime.iso(milliseconds).dropFirst(11).prefix(5)
        }
    }

    /// An amount with its unit.
    func money(_ satang: Int64) -> String {
        language == .thai ? Money.baht(satang) : "\(Money.text(satang)) baht"
    }

    /// A span of time in its largest unit.
    func span(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds) / 60_000
        return switch minutes {
        case 0: self(RowMessage.justNow)
        case ..<60: self(RowMessage.minutes, "\(minutes)")
        case ..<(48 * 60): self(RowMessage.hours, "\(minutes / 60)")
        default: self(RowMessage.days, "\(minutes / 1_440)")
        }
    }

    /// How far away a day is: `in 3 days`, `today`, `2 days ago`.
    func distance(from today: CivilDate, to day: CivilDate) -> String {
        let days = today.days(until: day)
        return switch days {
        case 0: self(RowMessage.today)
        case 1...: self(RowMessage.inDays, "\(days)")
        default: self(RowMessage.daysAgo, "\(-days)")
        }
    }
}
