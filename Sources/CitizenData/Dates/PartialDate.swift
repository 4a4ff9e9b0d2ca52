/// A date of which only the month or the year may be known.
///
/// Registers hold persons whose day of birth nobody wrote down. Such a date is
/// never filled up with a first of January; it keeps its two ends instead.
public struct PartialDate: Hashable, Sendable {
    /// How much of a date is known.
    public enum Precision: String, Sendable {
        case day, month, year
    }

    /// How much is known.
    public let precision: Precision
    /// The first day it can be.
    public let earliest: CivilDate
    /// The last day it can be; equal to the first if the day is known.
    public let latest: CivilDate

    /// Makes a fully known date.
    public init(_ day: CivilDate) {
        self.init(precision: .day, earliest: day, latest: day)
    }

    init(precision: Precision, earliest: CivilDate, latest: CivilDate) {
        precondition(earliest <= latest, "\(earliest.iso) lies after \(latest.iso)")
        self.precision = precision
        self.earliest = earliest
        self.latest = latest
    }

    /// Reads `2026-02-26`, `2026-02` or `2026`, as rows hold them.
    ///
    /// A year alone means the Buddhist year that was registered, so one before
    /// 1941 runs from April to March.
    public init?(iso: String) {
        if let day = CivilDate(iso: iso) {
            self.init(day)
            return
        }
        let parts = iso.split(separator: "-", omittingEmptySubsequences: false)
        guard parts[0].utf8.count == 4, let year = Digits.int(parts[0]) else { return nil }
        if parts.count == 2 {
            guard parts[1].utf8.count == 2, let month = Digits.int(parts[1]),
                let whole = Self(year: year, month: month)
            else { return nil }
            self = whole
        } else {
            guard parts.count == 1, let whole = Self(year: year) else { return nil }
            self = whole
        }
    }

    /// The whole of a Gregorian month.
    init?(year: Int, month: Int) {
        guard let first = CivilDate(year: year, month: month, day: 1) else { return nil }
        self.init(
            precision: .month, earliest: first,
            latest: first.adding(days: CivilDate.daysIn(month: month, year: year) - 1))
    }

    /// The whole Buddhist year that is written as this Gregorian year.
    init?(year: Int) {
        switch year {
        case 1889...1939:
            guard let first = CivilDate(year: year, month: 4, day: 1),
                let last = CivilDate(year: year + 1, month: 3, day: 31)
            else { return nil }
            self.init(precision: .year, earliest: first, latest: last)
        default:
            guard let first = CivilDate(year: year, month: year == 1940 ? 4 : 1, day: 1),
                let last = CivilDate(year: year, month: 12, day: 31)
            else { return nil }
            self.init(precision: .year, earliest: first, latest: last)
        }
    }

    /// The date as rows hold it: `2026-02-26`, `2026-02` or `2026`.
    public var iso: String {
        switch precision {
        case .day: earliest.iso
        case .month: String(earliest.iso.prefix(7))
        case .year: String(earliest.iso.prefix(4))
        }
    }

    /// Returns the completed years of age on a day, as a range.
    ///
    /// The range has one value when the day is known and often two when only
    /// the year is. It is empty of negative ages: a birth after the day is 0.
    public func age(on day: CivilDate) -> ClosedRange<Int> {
        Self.years(from: latest, to: day)...Self.years(from: earliest, to: day)
    }

    private static func years(from birth: CivilDate, to day: CivilDate) -> Int {
        let hadBirthday = (day.month, day.day) >= (birth.month, birth.day)
        return max(0, day.year - birth.year - (hadBirthday ? 0 : 1))
    }
}
