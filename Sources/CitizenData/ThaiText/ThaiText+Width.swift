extension ThaiText {
    /// Where a padded text stands in its column.
    package enum Alignment: Sendable {
        case leading, trailing, center
    }

    /// Returns how many cells of a terminal a text takes.
    ///
    /// Marks take none, sara am and leading vowels take one, wide East Asian
    /// characters and emoji two. A grapheme cluster is not a cell: `น้ำ` is one
    /// cluster and two cells.
    package static func cells(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + cells(of: $1) }
    }

    /// Returns the text cut to a number of cells, with an ellipsis if cut.
    ///
    /// The cut falls between stacks, never between a consonant and its marks,
    /// and the ellipsis counts as one cell.
    package static func truncated(_ text: String, cells limit: Int) -> String {
        guard limit > 0 else { return "" }
        guard cells(text) > limit else { return text }
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            let width = cells(of: scalar)
            guard used + width <= limit - 1 else { break }
            kept.append(scalar)
            used += width
        }
        return String(kept) + "…"
    }

    /// Returns the text made exactly so many cells wide.
    ///
    /// Longer text is cut; shorter text is filled with spaces.
    package static func padded(
        _ text: String, cells width: Int, alignment: Alignment = .leading
    ) -> String {
        let fitted = truncated(text, cells: width)
        let room = max(0, width - cells(fitted))
        let before: Int
        switch alignment {
        case .leading: before = 0
        case .trailing: before = room
        case .center: before = room / 2
        }
        return String(repeating: " ", count: before) + fitted
            + String(repeating: " ", count: room - before)
    }

    static func cells(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) { return 0 }
        if scalar.value < 0x0300 { return scalar.value == 0xAD ? 0 : 1 }
        if (0x0E00...0x0E7F).contains(scalar.value) { return isMark(scalar) ? 0 : 1 }
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return isWide(scalar.value) ? 2 : 1
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2614...0x2615,
            0x26A1, 0x2705, 0x270A...0x270B, 0x274C, 0x2753...0x2755, 0x2757, 0x2795...0x2797,
            0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE52, 0xFE54...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
