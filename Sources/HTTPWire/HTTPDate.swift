/// The `Date` field, rendered once a second.
package struct HTTPDate: Sendable {
    /// The whole field with its CRLF.
    package private(set) var field: [UInt8] = Array("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n".utf8)

    private var second: Int64 = 0

    /// Creates the field for the first second of 1970.
    package init() {}

    /// Renders the field again if the second has changed.
    ///
    /// - Parameter unixSeconds: Seconds since 1970, not before.
    package mutating func update(unixSeconds: Int64) {
        guard unixSeconds != second, unixSeconds >= 0 else { return }
        second = unixSeconds
        let days = unixSeconds / 86_400
        let clock = Int(unixSeconds % 86_400)
        let (year, month, day) = Self.civil(days: Int(days))
        let weekday = Int((days + 4) % 7)
        write(Self.weekdays, 3 * weekday, 3, at: 6)
        digits(day, 2, at: 11)
        write(Self.months, 3 * (month - 1), 3, at: 14)
        digits(year, 4, at: 18)
        digits(clock / 3600, 2, at: 23)
        digits(clock / 60 % 60, 2, at: 26)
        digits(clock % 60, 2, at: 29)
    }

    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// The date of a day counted from 1970, after Howard Hinnant.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private mutating func write(_ text: StaticString, _ from: Int, _ count: Int, at place: Int) {
        for index in 0..<count { field[place + index] = text.utf8Start[from + index] }
    }

    private mutating func digits(_ value: Int, _ count: Int, at place: Int) {
        var rest = value
        for index in stride(from: count - 1, through: 0, by: -1) {
            field[place + index] = UInt8(48 + rest % 10)
            rest /= 10
        }
    }
}
