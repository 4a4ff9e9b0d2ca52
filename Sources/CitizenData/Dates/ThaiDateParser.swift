/// Reads a date as a person types it or a document prints it.
///
/// It accepts Thai digits, month names in full or short with or without their
/// dots, the words วันที่ and เดือน, both eras, numbers with slashes, and the
/// ISO form. It refuses what it would have to guess.
package struct ThaiDateParser {
    /// Where the date comes from.
    package enum Context: String, Sendable {
        /// A year of two digits is read as 25xx.
        case document
        /// A year of two digits is refused: a person may be a hundred.
        case birth
    }

    private enum Era {
        case buddhist, christian
    }

    private enum Token: Equatable {
        case number(String)
        case word(String)
    }

    private let context: Context

    private init(context: Context) {
        self.context = context
    }

    /// Reads a date, or says why not.
    package static func date(
        _ text: String, context: Context
    ) throws(DateProblem) -> PartialDate {
        let clean = ThaiText.trimmed(ThaiText.asciiDigits(ThaiText.canonical(text)))
        guard !clean.isEmpty else { throw .empty }
        let parser = ThaiDateParser(context: context)
        if clean.utf8.allSatisfy({ Digits.isDigit($0) || $0 == 0x2D || $0 == 0x2F }) {
            return try parser.numeric(clean)
        }
        return try parser.words(tokens(of: clean))
    }

    // MARK: - Numbers only

    private func numeric(_ text: String) throws(DateProblem) -> PartialDate {
        if Digits.areAll(text) { return try date(year: text, era: nil, month: nil, day: nil) }
        if text.utf8.contains(0x2D) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy(Digits.areAll),
                let year = Digits.int(parts[0]), year <= ThaiCalendar.christianYears.upperBound
            else { throw .format }
            return try ThaiCalendar.date(
                christianYear: year, month: Digits.int(parts[1]), day: Digits.int(parts[2]))
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy(Digits.areAll),
            parts[0].utf8.count <= 2, parts[1].utf8.count <= 2
        else { throw .format }
        return try date(
            year: String(parts[2]), era: nil, month: Digits.int(parts[1]),
            day: Digits.int(parts[0]))
    }

    // MARK: - Words and numbers

    private func words(_ tokens: [Token]) throws(DateProblem) -> PartialDate {
        var rest = tokens[...]
        var day: Int?
        if case .number(let text)? = rest.first, rest.count > 1 {
            guard text.utf8.count <= 2 else { throw .format }
            day = Digits.int(text)
            rest = rest.dropFirst()
        }
        var month: Int?
        if case .word(let name)? = rest.first, let index = Self.monthsByName[name] {
            month = index
            rest = rest.dropFirst()
        }
        var era: Era?
        if case .word(let name)? = rest.first {
            guard name == "พศ" || name == "คศ" else { throw .format }
            era = name == "พศ" ? .buddhist : .christian
            rest = rest.dropFirst()
        }
        guard case .number(let year)? = rest.first, rest.count == 1, day == nil || month != nil
        else { throw .format }
        return try date(year: year, era: era, month: month, day: day)
    }

    private func date(
        year text: String, era: Era?, month: Int?, day: Int?
    ) throws(DateProblem) -> PartialDate {
        guard let year = Digits.int(text) else { throw .format }
        switch (text.utf8.count, era) {
        case (2, .christian?): throw .twoDigitYear
        case (2, _):
            guard context == .document else { throw .twoDigitYear }
            return try ThaiCalendar.date(buddhistYear: 2500 + year, month: month, day: day)
        case (4, .christian?):
            return try ThaiCalendar.date(christianYear: year, month: month, day: day)
        case (4, .buddhist?):
            return try ThaiCalendar.date(buddhistYear: year, month: month, day: day)
        case (4, nil):
            if ThaiCalendar.christianYears.contains(year) {
                return try ThaiCalendar.date(christianYear: year, month: month, day: day)
            }
            guard year >= 2400 else { throw .outOfRange }
            return try ThaiCalendar.date(buddhistYear: year, month: month, day: day)
        default: throw .format
        }
    }

    // MARK: - Tokens

    private static let monthsByName: [String: Int] = {
        var table: [String: Int] = [:]
        for index in 0..<12 {
            table[ThaiDateFormat.months[index]] = index + 1
            table[withoutDots(ThaiDateFormat.shortMonths[index])] = index + 1
        }
        return table
    }()

    private static func withoutDots(_ text: String) -> String {
        ThaiText.string(text.unicodeScalars.filter { $0 != "." })
    }

    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var word = String.UnicodeScalarView()
        var number = ""
        func flush() {
            if !number.isEmpty { tokens.append(.number(number)) }
            tokens += words(in: String(word)).map(Token.word)
            number = ""
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            if (0x30...0x39).contains(scalar.value) {
                if !word.isEmpty { flush() }
                number.unicodeScalars.append(scalar)
            } else if scalar == " " {
                flush()
            } else {
                if !number.isEmpty { flush() }
                if scalar != "." { word.append(scalar) }
            }
        }
        flush()
        return tokens
    }

    /// Drops the words that carry nothing and parts a month from its era.
    private static func words(in text: String) -> [String] {
        var rest = text
        if rest.hasPrefix("วัน"), rest.hasSuffix("ที่") { return [] }
        if rest.hasPrefix("เดือน") { rest = String(rest.dropFirst("เดือน".count)) }
        guard !rest.isEmpty else { return [] }
        for era in ["พศ", "คศ"] where rest.hasSuffix(era) && rest != era {
            let month = String(rest.dropLast(era.count))
            return monthsByName[month] == nil ? [rest] : [month, era]
        }
        return [rest]
    }
}
