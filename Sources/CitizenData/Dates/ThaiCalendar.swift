/// Buddhist years as Thai law counted them, and the encodings of agencies.
///
/// From 2432 to 2483 the year began on 1 April; 2483 had nine months; from 2484
/// it begins on 1 January. So 15 February 2482 is in 1940, where taking off 543
/// gives 1939.
package enum ThaiCalendar {
    static let firstYear = 2432
    static let lastYear = 2743
    static let christianYears = 1800...2200

    /// Turns a Buddhist date into a Gregorian one.
    ///
    /// A month or day that nobody knows is nil.
    package static func date(
        buddhistYear year: Int, month: Int?, day: Int?
    ) throws(DateProblem) -> PartialDate {
        guard (firstYear...lastYear).contains(year) else { throw .outOfRange }
        guard let month else {
            guard day == nil else { throw .partOrder }
            guard let whole = PartialDate(year: year - 543) else { throw .outOfRange }
            return whole
        }
        guard (1...12).contains(month), year != 2483 || month > 3 else { throw .noSuchMonth }
        let christian = year < 2483 && month <= 3 ? year - 542 : year - 543
        return try date(christianYear: christian, month: month, day: day)
    }

    /// Checks a Gregorian date of which parts may be unknown.
    package static func date(
        christianYear year: Int, month: Int?, day: Int?
    ) throws(DateProblem) -> PartialDate {
        guard christianYears.contains(year) else { throw .outOfRange }
        guard let month else {
            guard day == nil, let first = CivilDate(year: year, month: 1, day: 1),
                let last = CivilDate(year: year, month: 12, day: 31)
            else { throw .partOrder }
            return PartialDate(precision: .year, earliest: first, latest: last)
        }
        guard let wholeMonth = PartialDate(year: year, month: month) else { throw .noSuchMonth }
        guard let day else { return wholeMonth }
        guard let exact = CivilDate(year: year, month: month, day: day) else { throw .noSuchDay }
        return PartialDate(exact)
    }

    /// Returns the Buddhist year in which a day was registered.
    package static func buddhistYear(of date: CivilDate) -> Int {
        let inOldStyle = date.year <= 1940 && date.year >= 1889 && date.month <= 3
        return date.year + (inOldStyle ? 542 : 543)
    }

    /// Returns the fiscal year, which begins on 1 October before its number.
    package static func fiscalYear(of date: CivilDate) -> Int {
        date.year + (date.month >= 10 ? 544 : 543)
    }

    /// Tells whether a day lies in a yearly window, both ends included.
    ///
    /// The window may span the new year: 16 December to 31 March.
    package static func isInWindow(
        _ date: CivilDate, from first: (month: Int, day: Int), to last: (month: Int, day: Int)
    ) -> Bool {
        let point = (date.month, date.day)
        let afterFirst = point >= (first.month, first.day)
        let beforeLast = point <= (last.month, last.day)
        let spansNewYear = (first.month, first.day) > (last.month, last.day)
        return spansNewYear ? afterFirst || beforeLast : afterFirst && beforeLast
    }

    // MARK: - Encodings of agencies

    /// Reads the civil register's number: Buddhist `yyyymmdd`, zeros unknown.
    package static func date(dopa value: Int64) throws(DateProblem) -> PartialDate {
        guard value != 0 else { throw .empty }
        guard (10_000_000...99_999_999).contains(value) else { throw .format }
        let number = Int(value)
        let month = number / 100 % 100
        let day = number % 100
        return try date(
            buddhistYear: number / 10_000, month: month == 0 ? nil : month,
            day: day == 0 ? nil : day)
    }

    /// Reads the portal's text: Christian `yyyyMMdd`, hyphens for unknown.
    package static func date(portal text: String) throws(DateProblem) -> PartialDate {
        guard !text.isEmpty else { throw .empty }
        let parts = try eightCharacters(text)
        guard let year = Digits.int(parts.year) else { throw .format }
        return try date(
            christianYear: year, month: part(parts.month), day: part(parts.day))
    }

    /// Reads the health office's text: Buddhist `yyyymmdd`, zeros unknown.
    package static func date(health text: String) throws(DateProblem) -> PartialDate {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count == 8, let value = Digits.value(text) else { throw .format }
        guard value >= 10_000_000 else { throw value == 0 ? .empty : .outOfRange }
        return try date(dopa: value)
    }

    private static func eightCharacters(
        _ text: String
    ) throws(DateProblem) -> (year: Substring, month: Substring, day: Substring) {
        guard text.utf8.count == 8, text.utf8.allSatisfy({ Digits.isDigit($0) || $0 == 0x2D })
        else { throw .format }
        return (text.prefix(4), text.dropFirst(4).prefix(2), text.suffix(2))
    }

    private static func part(_ text: Substring) throws(DateProblem) -> Int? {
        if text == "--" { return nil }
        guard let value = Digits.int(text) else { throw .format }
        return value
    }
}
