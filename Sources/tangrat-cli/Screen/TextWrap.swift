internal import CitizenData

/// Breaks text into lines by the cells it takes on a terminal.
///
/// Thai has no spaces between words. A line breaks at a space where there is
/// one near its end, else before a vowel that begins a syllable or after a sign
/// that ends one, else between two letters; never between a letter and its
/// marks or its following vowel. A word of another script, such as an id, a
/// command or an address, stays whole where a line can hold it.
enum TextWrap {
    /// How far from the end of a full line a better place to break is looked for.
    private static let searchCells = 24

    /// Breaks text into lines of at most some cells.
    static func lines(_ text: String, cells limit: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { wrapped(String($0), cells: max(4, limit)) }
    }

    private static func wrapped(_ text: String, cells limit: Int) -> [String] {
        guard ThaiText.cells(text) > limit else { return [text] }
        var lines: [String] = []
        var rest = Array(text.unicodeScalars)[...]
        let isInWord = insides(rest, cells: limit)
        while ThaiText.cells(string(rest)) > limit {
            let end = breakPosition(rest, cells: limit, isInWord: isInWord)
            lines.append(trimmedEnd(rest[..<end]))
            rest = rest[end...].drop { $0 == " " }
        }
        if !rest.isEmpty { lines.append(string(rest)) }
        return lines
    }

    /// For each position, whether it is inside a word that a line can hold.
    private static func insides(
        _ scalars: ArraySlice<Unicode.Scalar>, cells limit: Int
    ) -> [Bool] {
        var insides = [Bool](repeating: false, count: scalars.count)
        var start = scalars.startIndex
        while start < scalars.endIndex {
            guard isWordPart(scalars[start]) else {
                start += 1
                continue
            }
            let word = scalars[start...].prefix(while: isWordPart)
            if ThaiText.cells(string(word)) <= limit {
                for position in word.indices.dropFirst() { insides[position] = true }
            }
            start = word.endIndex
        }
        return insides
    }

    /// Whether a scalar belongs to a word that has spaces around it.
    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar != " " && scalar.value < 0x0E00
    }

    /// Where the next line begins: the best place among those that fit.
    private static func breakPosition(
        _ scalars: ArraySlice<Unicode.Scalar>, cells limit: Int, isInWord: [Bool]
    ) -> Int {
        var used = 0
        var best: (position: Int, worth: Int, used: Int)?
        var position = scalars.startIndex
        while position < scalars.endIndex {
            if position > scalars.startIndex {
                let worth =
                    isInWord[position]
                    ? 0 : worth(before: scalars[position], after: scalars[position - 1])
                let isBetter =
                    best.map { worth >= $0.worth || used - $0.used > searchCells } ?? true
                if worth > 0, isBetter { best = (position, worth, used) }
            }
            used += ThaiText.cells(String(scalars[position]))
            if used > limit { break }
            position += 1
        }
        return best?.position ?? max(position, scalars.startIndex + 1)
    }

    /// How good it is to break between two scalars; zero forbids it.
    private static func worth(before next: Unicode.Scalar, after last: Unicode.Scalar) -> Int {
        if last == " " { return next == " " ? 0 : 4 }
        if next == " " { return 4 }
        if ThaiText.cells(String(next)) == 0 { return 0 }
        let isThai =
            (0x0E00...0x0E7F).contains(next.value) && (0x0E00...0x0E7F).contains(last.value)
        guard isThai else { return last == "/" || last == "-" || last == "," ? 2 : 1 }
        // A vowel before its letter stays with it, one after it too.
        if (0x0E40...0x0E44).contains(last.value) { return 0 }
        switch next.value {
        case 0x0E30, 0x0E32, 0x0E33, 0x0E45, 0x0E2F, 0x0E46: return 0
        case 0x0E40...0x0E44: return 3
        default: break
        }
        return last.value == 0x0E30 || last.value == 0x0E46 || last.value == 0x0E2F ? 3 : 1
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func trimmedEnd(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var scalars = scalars
        while scalars.last == " " { scalars.removeLast() }
        return string(scalars)
    }
}
