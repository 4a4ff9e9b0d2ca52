/// The constants of ISO 18004 for versions 1 to 20 and levels L and M.
enum QRTables {
    private static let checkCounts: [QRMatrix.Level: [Int]] = [
        .low: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28],
        .medium: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26],
    ]
    private static let blockCounts: [QRMatrix.Level: [Int]] = [
        .low: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8],
        .medium: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16],
    ]

    /// Check codewords of each block.
    static func checkCount(version: Int, level: QRMatrix.Level) -> Int {
        checkCounts[level, default: []][version - 1]
    }

    /// Blocks into which the codewords are divided.
    static func blockCount(version: Int, level: QRMatrix.Level) -> Int {
        blockCounts[level, default: []][version - 1]
    }

    /// All codewords of a version, data and check together.
    static func codewordCount(version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let perSide = version / 7 + 2
            modules -= (25 * perSide - 10) * perSide - 55
            if version >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    /// The rows and columns on which alignment patterns stand.
    static func alignmentCenters(version: Int) -> [Int] {
        guard version > 1 else { return [] }
        let perSide = version / 7 + 2
        let step = (version * 4 + perSide * 2 + 1) / (perSide * 2 - 2) * 2
        let last = version * 4 + 10
        return [6] + (0..<perSide - 1).map { last - $0 * step }.reversed()
    }

    /// Fifteen bits: level and mask with their BCH code, masked.
    static func formatBits(level: QRMatrix.Level, mask: Int) -> Int {
        let data = (level == .low ? 1 : 0) << 3 | mask
        var remainder = data
        for _ in 0..<10 { remainder = remainder << 1 ^ (remainder >> 9) * 0x537 }
        return (data << 10 | remainder) ^ 0x5412
    }

    /// Eighteen bits: the version with its Golay code.
    static func versionBits(_ version: Int) -> Int {
        var remainder = version
        for _ in 0..<12 { remainder = remainder << 1 ^ (remainder >> 11) * 0x1F25 }
        return version << 12 | remainder
    }

    static func isMasked(_ mask: Int, row: Int, column: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }
}
