/// Writes dates as Thai people and documents write them.
public enum ThaiDateFormat {
    /// How a date is written.
    public enum Style: String, Sendable {
        /// 26 กุมภาพันธ์ 2569
        case full
        /// 26 ก.พ. 2569
        case short
        /// 26 กุมภาพันธ์ พ.ศ. 2569
        case era
    }

    static let months = [
        "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
        "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
    ]
    static let shortMonths = [
        "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
        "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
    ]
    static let englishMonths = [
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ]

    /// Writes a day with its Buddhist year, the one it was registered in.
    public static func text(_ date: CivilDate, style: Style) -> String {
        "\(date.day) " + monthAndYear(date, style: style)
    }

    /// Writes only what is known of a date.
    public static func text(_ date: PartialDate, style: Style) -> String {
        switch date.precision {
        case .day: text(date.earliest, style: style)
        case .month: monthAndYear(date.earliest, style: style)
        case .year: "พ.ศ. \(ThaiCalendar.buddhistYear(of: date.latest))"
        }
    }

    /// Writes what is known of a date in English, with the Christian year.
    public static func english(_ date: PartialDate) -> String {
        let month = englishMonths[date.earliest.month - 1]
        switch date.precision {
        case .day: return "\(date.earliest.day) \(month) \(date.earliest.year)"
        case .month: return "\(month) \(date.earliest.year)"
        case .year:
            let first = date.earliest.year
            return first == date.latest.year ? "\(first)" : "\(first)–\(date.latest.year)"
        }
    }

    private static func monthAndYear(_ date: CivilDate, style: Style) -> String {
        let year = ThaiCalendar.buddhistYear(of: date)
        switch style {
        case .full: return "\(months[date.month - 1]) \(year)"
        case .short: return "\(shortMonths[date.month - 1]) \(year)"
        case .era: return "\(months[date.month - 1]) พ.ศ. \(year)"
        }
    }
}
