internal import CitizenData

/// Moves the days and months that a sentence names: `23 พ.ย. 2569`, `October 2026`.
enum DaysInText {
    /// A name of a month and the number it stands for.
    private struct Month {
        let name: String
        let number: Int
        let isThai: Bool
    }

    private static let months: [Month] = (1...12).flatMap { number -> [Month] in
        guard let day = CivilDate(year: 2026, month: number, day: 1) else { return [] }
        let names = [
            (ThaiDateFormat.text(day, style: .full), true),
            (ThaiDateFormat.text(day, style: .short), true),
            (ThaiDateFormat.english(PartialDate(day)), false),
        ]
        return names.map { text, isThai in
            Month(
                name: String(text.split(separator: " ")[1]), number: number, isThai: isThai)
        }
    }

    /// The text with its days moved, each written as it was.
    static func moved(_ text: String, by days: Int) -> String {
        // Most texts name no day, and a year has four digits.
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return text }
        var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        var index = 1
        while index < words.count {
            if let (year, tail) = number(leading: words[index], digits: 4...4),
                let month = months.first(where: { words[index - 1].hasSuffix($0.name) })
            {
                move(&words, index, year: year, tail: tail, month: month, by: days)
            }
            index += 1
        }
        return words.joined(separator: " ")
    }

    /// Moves one date whose year stands at an index, after its month.
    private static func move(
        _ words: inout [String], _ index: Int, year: Int, tail: String, month: Month, by days: Int
    ) {
        // What stands before the month without a space: "เดือนตุลาคม 2569".
        let head = String(words[index - 1].dropLast(month.name.count))
        let day =
            head.isEmpty && index >= 2 ? number(trailing: words[index - 2], digits: 1...2) : nil
        let era = month.isThai ? 543 : 0
        guard
            let date = CivilDate(year: year - era, month: month.number, day: day?.number ?? 15)
        else { return }
        let moved = date.adding(days: days)
        guard
            let name = months.first(where: { other in
                other.number == moved.month && other.isThai == month.isThai
                    && other.name.hasSuffix(".") == month.name.hasSuffix(".")
            })
        else { return }
        if let day { words[index - 2] = day.head + "\(moved.day)" }
        words[index - 1] = head + name.name
        words[index] = "\(moved.year + era)" + tail
    }

    /// The number a word begins with, and the rest of the word.
    private static func number(
        leading word: String, digits: ClosedRange<Int>
    ) -> (Int, tail: String)? {
        let figures = word.prefix { isFigure($0) }
        guard digits.contains(figures.count), let number = Int(figures) else { return nil }
        return (number, String(word.dropFirst(figures.count)))
    }

    /// The number a word ends with, and what stands before it.
    private static func number(
        trailing word: String, digits: ClosedRange<Int>
    ) -> (number: Int, head: String)? {
        let count = word.reversed().prefix { isFigure($0) }.count
        guard digits.contains(count), let number = Int(word.suffix(count)) else { return nil }
        return (number, String(word.dropLast(count)))
    }

    private static func isFigure(_ character: Character) -> Bool {
        character.isASCII && character.isNumber
    }
}
