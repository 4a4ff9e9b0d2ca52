internal import CitizenData

/// How the picture of a code is drawn.
enum PictureStyle: Hashable, Sendable {
    /// With colours, as on paper.
    case blackOnWhite
    /// Without colours: the light modules, which is right on a dark terminal.
    case light
}

/// Draws a two-dimensional code with half-block characters, two rows in a line.
struct QRPicture: Sendable {
    /// The empty border that a reader needs, in modules.
    private static let border = 2

    /// Draws a text as a picture.
    ///
    /// - Parameters:
    ///   - text: What the code says.
    ///   - usesColor: Whether black and white can be asked for. Without it the
    ///     light modules are drawn, which is right on a dark terminal, and most
    ///     readers take both.
    /// - Returns: The lines, or nil if the text is too long for a code.
    static func lines(_ text: String, usesColor: Bool) -> [String]? {
        guard let matrix = QRMatrix(bytes: Array(text.utf8), level: .low) else { return nil }
        let range = -border..<(matrix.size + border)
        func isDark(_ row: Int, _ column: Int) -> Bool {
            (0..<matrix.size).contains(row) && (0..<matrix.size).contains(column)
                && matrix[row, column]
        }
        return stride(from: range.lowerBound, to: range.upperBound, by: 2).map { row in
            let line = range.map { column in
                let upper = isDark(row, column) == usesColor
                let lower = isDark(row + 1, column) == usesColor
                return upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ")
            }
            let text = line.joined()
            return usesColor ? "  \u{1B}[30;107m\(text)\u{1B}[0m" : "  \(text)"
        }
    }
}
