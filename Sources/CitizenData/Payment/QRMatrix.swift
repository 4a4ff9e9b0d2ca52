/// A QR code (ISO 18004, model 2) as a square of dark and light modules.
///
/// Bytes go in as byte mode, the smallest version that holds them is taken, and
/// the mask with the lowest penalty. The square has no quiet zone: whoever
/// draws it leaves four light modules on each side.
package struct QRMatrix: Hashable, Sendable {
    /// How much damage a code survives.
    package enum Level: Sendable {
        /// About 7 %.
        case low
        /// About 15 %.
        case medium
    }

    /// The largest version that is made: 97 modules a side.
    package static let versionMax = 20

    /// The version, 1 to 20, which sets the size.
    package let version: Int
    /// The number of the mask, 0 to 7.
    package let mask: Int
    /// The number of modules on a side.
    package let size: Int
    private var dark: [Bool]
    private var isFunction: [Bool]

    /// Makes the code of bytes, or nil if they are too many.
    package init?(bytes: [UInt8], level: Level) {
        let best = (0..<8).lazy
            .compactMap { QRMatrix(bytes: bytes, level: level, mask: $0) }
            .min { $0.penalty < $1.penalty }
        guard let best else { return nil }
        self = best
    }

    /// Makes the code with a given mask.
    init?(bytes: [UInt8], level: Level, mask: Int) {
        guard let codewords = QRCodewords(bytes: bytes, level: level) else { return nil }
        version = codewords.version
        self.mask = mask
        size = version * 4 + 17
        dark = Array(repeating: false, count: size * size)
        isFunction = dark
        drawFunctionPatterns()
        drawFormat(level: level)
        drawVersion()
        drawCodewords(codewords.interleaved)
        applyMask()
    }

    /// Tells whether a module is dark, from the top left corner.
    package subscript(row: Int, column: Int) -> Bool {
        dark[row * size + column]
    }

    // MARK: - Function patterns

    private mutating func set(_ row: Int, _ column: Int, _ isDark: Bool) {
        dark[row * size + column] = isDark
        isFunction[row * size + column] = true
    }

    private mutating func drawFunctionPatterns() {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] {
            drawFinder(row, column)
        }
        let centers = QRTables.alignmentCenters(version: version)
        for row in centers {
            for column in centers where !isCorner(row, column) { drawAlignment(row, column) }
        }
    }

    private func isCorner(_ row: Int, _ column: Int) -> Bool {
        (row == 6 && (column == 6 || column == size - 7)) || (row == size - 7 && column == 6)
    }

    private mutating func drawFinder(_ centerRow: Int, _ centerColumn: Int) {
        for rowOffset in -4...4 {
            for columnOffset in -4...4 {
                let row = centerRow + rowOffset
                let column = centerColumn + columnOffset
                guard (0..<size).contains(row), (0..<size).contains(column) else { continue }
                let ring = max(abs(rowOffset), abs(columnOffset))
                set(row, column, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func drawAlignment(_ centerRow: Int, _ centerColumn: Int) {
        for rowOffset in -2...2 {
            for columnOffset in -2...2 {
                let ring = max(abs(rowOffset), abs(columnOffset))
                set(centerRow + rowOffset, centerColumn + columnOffset, ring != 1)
            }
        }
    }

    private mutating func drawFormat(level: Level) {
        let bits = QRTables.formatBits(level: level, mask: mask)
        for index in 0..<15 {
            let isDark = bits >> index & 1 == 1
            // Down beside the upper left finder, skipping the timing row.
            let row = index < 6 ? index : index < 8 ? index + 1 : size - 15 + index
            set(row, 8, isDark)
            // From the right end to the left along row 8.
            let column = index < 8 ? size - 1 - index : index < 9 ? 7 : 14 - index
            set(8, column, isDark)
        }
        set(size - 8, 8, true)
    }

    private mutating func drawVersion() {
        guard version >= 7 else { return }
        let bits = QRTables.versionBits(version)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            let far = size - 11 + index % 3
            set(index / 3, far, isDark)
            set(far, index / 3, isDark)
        }
    }

    // MARK: - Data

    /// Writes the codewords upwards and downwards in columns of two.
    private mutating func drawCodewords(_ codewords: [UInt8]) {
        var bit = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            let goesUp = (right + 1) & 2 == 0
            for step in 0..<size {
                let row = goesUp ? size - 1 - step : step
                for column in [right, right - 1] where !isFunction[row * size + column] {
                    guard bit < codewords.count * 8 else { continue }
                    dark[row * size + column] = codewords[bit / 8] >> (7 - bit % 8) & 1 == 1
                    bit += 1
                }
            }
            right -= 2
        }
    }

    private mutating func applyMask() {
        for row in 0..<size {
            for column in 0..<size where !isFunction[row * size + column] {
                if QRTables.isMasked(mask, row: row, column: column) {
                    dark[row * size + column].toggle()
                }
            }
        }
    }
}
