/// Moments in Thailand, which is always seven hours ahead of UTC.
///
/// A moment is a number of milliseconds since 1970 in UTC, as on the wire.
public enum BangkokTime {
    /// How far Thailand is ahead of UTC.
    package static let offsetMilliseconds: Int64 = 7 * 3_600_000
    static let dayMilliseconds: Int64 = 86_400_000

    /// Returns the day it is in Thailand at a moment.
    public static func day(at milliseconds: Int64) -> CivilDate {
        CivilDate(dayNumber: Int(floorDivided(milliseconds + offsetMilliseconds)))
    }

    /// Returns the moment at which a day begins in Thailand.
    public static func start(of day: CivilDate) -> Int64 {
        Int64(day.dayNumber) * dayMilliseconds - offsetMilliseconds
    }

    /// Returns the next Monday noon that is not yet past.
    ///
    /// Noon itself still counts: a date confirmed at 12.00 is in time.
    package static func mondayCutoff(atOrAfter milliseconds: Int64) -> Int64 {
        let today = day(at: milliseconds)
        let monday = today.adding(days: (8 - today.weekday) % 7)
        let noon = start(of: monday) + dayMilliseconds / 2
        return noon >= milliseconds ? noon : noon + 7 * dayMilliseconds
    }

    /// Writes a moment as `2026-09-28T12:00:00+07:00`.
    public static func iso(_ milliseconds: Int64) -> String {
        let (day, clock) = parts(milliseconds + offsetMilliseconds)
        return "\(day)T\(clock)+07:00"
    }

    /// Writes a moment as `2026-02-26T07:05:00.000Z`.
    package static func utc(_ milliseconds: Int64) -> String {
        let (day, clock) = parts(milliseconds)
        let fraction = Int(milliseconds - floorDivided(milliseconds, by: 1000) * 1000)
        return "\(day)T\(clock).\(Digits.padded(fraction, 3))Z"
    }

    /// Writes a moment for a Thai reader, as `26 ก.พ. 2569 14.05 น.` is.
    public static func thai(_ milliseconds: Int64) -> String {
        let clock = parts(milliseconds + offsetMilliseconds).clock
        let time = clock.prefix(5).utf8.map { $0 == 0x3A ? "." : String(Unicode.Scalar($0)) }
        return ThaiDateFormat.text(day(at: milliseconds), style: .short)
            + " \(time.joined()) น."
    }

    /// A moment that was read, and whether its zone had to be assumed.
    package struct Reading: Hashable, Sendable {
        /// The moment in UTC milliseconds.
        package let milliseconds: Int64
        /// True if the text named no zone and was taken as Thai time.
        package let zoneAssumed: Bool
    }

    /// Reads an ISO moment; one without a zone is taken as Thai time.
    ///
    /// Payment callbacks carry no zone. The reading says so, because what is
    /// assumed must not look like what was said.
    package static func read(_ text: String) -> Reading? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, bytes[10] == 0x54 || bytes[10] == 0x20,
            let day = CivilDate(iso: String(decoding: bytes[..<10], as: UTF8.self)),
            let hour = two(bytes, 11), hour < 24, bytes[13] == 0x3A,
            let minute = two(bytes, 14), minute < 60
        else { return nil }
        var position = 16
        var milliseconds = (hour * 60 + minute) * 60_000
        if position < bytes.count, bytes[position] == 0x3A {
            guard let second = two(bytes, position + 1), second < 60 else { return nil }
            milliseconds += second * 1000
            position += 3
            guard let fraction = fraction(bytes, &position) else { return nil }
            milliseconds += fraction
        }
        let local = Int64(day.dayNumber) * dayMilliseconds + Int64(milliseconds)
        if position == bytes.count {
            return Reading(milliseconds: local - offsetMilliseconds, zoneAssumed: true)
        }
        guard let offset = offset(bytes[position...]) else { return nil }
        return Reading(milliseconds: local - offset, zoneAssumed: false)
    }

    // MARK: - Parts

    private static func floorDivided(_ value: Int64, by divisor: Int64 = dayMilliseconds) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func parts(_ local: Int64) -> (day: String, clock: String) {
        let days = floorDivided(local)
        let seconds = Int((local - days * dayMilliseconds) / 1000)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60]
        return (
            CivilDate(dayNumber: Int(days)).iso,
            clock.map { Digits.padded($0, 2) }.joined(separator: ":")
        )
    }

    private static func two(_ bytes: [UInt8], _ position: Int) -> Int? {
        guard position + 2 <= bytes.count else { return nil }
        return Digits.int(String(decoding: bytes[position..<position + 2], as: UTF8.self))
    }

    /// Reads `.5` to `.123456789` as milliseconds, or nothing as zero.
    private static func fraction(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        guard position < bytes.count, bytes[position] == 0x2E else { return 0 }
        let start = position + 1
        var end = start
        while end < bytes.count, Digits.isDigit(bytes[end]) { end += 1 }
        guard (1...9).contains(end - start) else { return nil }
        position = end
        let digits = String(decoding: bytes[start..<min(end, start + 3)], as: UTF8.self)
        return Digits.int(digits + String(repeating: "0", count: 3 - digits.utf8.count))
    }

    /// Reads `Z`, `+07:00` or `+0700` as milliseconds ahead of UTC.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let first = bytes.first else { return nil }
        if first == 0x5A { return bytes.count == 1 ? 0 : nil }
        let digits = bytes.dropFirst().filter { $0 != 0x3A }
        guard first == 0x2B || first == 0x2D, bytes.count == 5 || bytes.count == 6,
            digits.count == 4, let hours = two(digits, 0), hours < 24,
            let minutes = two(digits, 2), minutes < 60
        else { return nil }
        let size = Int64(hours * 60 + minutes) * 60_000
        return first == 0x2B ? size : -size
    }
}
