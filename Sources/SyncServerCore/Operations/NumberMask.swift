extension String {
    /// The text with whatever could be the number of a person taken out.
    ///
    /// Operators paste numbers into the wrong place, and what a program answers is copied into
    /// tickets and logs. Thirteen digits count, ASCII or Thai, in one piece or as on a card.
    var withoutPersonNumbers: String {
        let scalars = Array(unicodeScalars)
        var kept = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let count = Self.digits(in: scalars, from: index)
            if count == 0 {
                kept.append(scalars[index])
                index += 1
                continue
            }
            let end = count == 13 ? index + 13 : Self.endOfCard(in: scalars, from: index)
            kept.append(contentsOf: end == nil ? scalars[index..<index + count] : Self.mask)
            index = end ?? index + count
        }
        return String(kept)
    }

    private static let mask = Array("[number]".unicodeScalars)[...]

    /// Where a number ends that is written as on a card, with hyphens or spaces: 1 4 5 2 1.
    private static func endOfCard(in scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var index = start
        for (group, length) in [1, 4, 5, 2, 1].enumerated() {
            if group > 0 {
                guard index < scalars.count, scalars[index] == "-" || scalars[index] == " " else {
                    return nil
                }
                index += 1
            }
            guard digits(in: scalars, from: index) == length else { return nil }
            index += length
        }
        return index
    }

    /// How many digits stand from here on without a break.
    private static func digits(in scalars: [Unicode.Scalar], from start: Int) -> Int {
        scalars[start...].prefix { ("0"..."9").contains($0) || ("๐"..."๙").contains($0) }.count
    }
}
