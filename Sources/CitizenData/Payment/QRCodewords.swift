/// The data of a QR code as codewords with their Reed-Solomon checks.
struct QRCodewords {
    let version: Int
    /// Data and check codewords of all blocks, in the order they are drawn.
    let interleaved: [UInt8]

    /// Takes the smallest version that holds the bytes, or none.
    init?(bytes: [UInt8], level: QRMatrix.Level) {
        let fitting = (1...QRMatrix.versionMax).first { version in
            let bits = 4 + Self.lengthBits(version) + bytes.count * 8
            return bits <= Self.dataCount(version: version, level: level) * 8
        }
        guard let version = fitting else { return nil }
        self.version = version
        interleaved = Self.interleaved(
            Self.data(bytes, version: version, level: level), version: version, level: level)
    }

    private static func lengthBits(_ version: Int) -> Int { version < 10 ? 8 : 16 }

    private static func dataCount(version: Int, level: QRMatrix.Level) -> Int {
        QRTables.codewordCount(version: version)
            - QRTables.checkCount(version: version, level: level)
            * QRTables.blockCount(version: version, level: level)
    }

    /// Mode, length, bytes, terminator and padding.
    private static func data(
        _ bytes: [UInt8], version: Int, level: QRMatrix.Level
    ) -> [UInt8] {
        let capacity = dataCount(version: version, level: level)
        // Mode 4, the length and the bytes are four bits out of step, so the
        // codewords are made of nibbles.
        var nibbles: [UInt8] = [4]
        if lengthBits(version) == 16 {
            nibbles += [UInt8(bytes.count >> 12 & 15), UInt8(bytes.count >> 8 & 15)]
        }
        nibbles += [UInt8(bytes.count >> 4 & 15), UInt8(bytes.count & 15)]
        for byte in bytes { nibbles += [byte >> 4, byte & 15] }
        if nibbles.count < capacity * 2 { nibbles.append(0) }
        var data = stride(from: 0, to: nibbles.count - 1, by: 2).map {
            nibbles[$0] << 4 | nibbles[$0 + 1]
        }
        var padding: UInt8 = 0xEC
        while data.count < capacity {
            data.append(padding)
            padding ^= 0xEC ^ 0x11
        }
        return data
    }

    private static func interleaved(
        _ data: [UInt8], version: Int, level: QRMatrix.Level
    ) -> [UInt8] {
        let count = QRTables.blockCount(version: version, level: level)
        let checkCount = QRTables.checkCount(version: version, level: level)
        let shortLength = data.count / count
        let longBlocks = data.count % count
        var blocks: [[UInt8]] = []
        var position = 0
        for index in 0..<count {
            let length = shortLength + (index >= count - longBlocks ? 1 : 0)
            blocks.append(Array(data[position..<position + length]))
            position += length
        }
        let divisor = ReedSolomon.divisor(degree: checkCount)
        let checks = blocks.map { ReedSolomon.remainder($0, divisor: divisor) }
        var output: [UInt8] = []
        for index in 0...shortLength {
            output += blocks.compactMap { index < $0.count ? $0[index] : nil }
        }
        for index in 0..<checkCount { output += checks.map { $0[index] } }
        return output
    }
}

/// Reed-Solomon over the field of 256 elements with polynomial 0x11D.
enum ReedSolomon {
    /// Returns the generator polynomial without its leading one.
    static func divisor(degree: Int) -> [UInt8] {
        var result = Array(repeating: UInt8(0), count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                result[index] = product(result[index], root)
                if index + 1 < degree { result[index] ^= result[index + 1] }
            }
            root = product(root, 2)
        }
        return result
    }

    static func remainder(_ data: [UInt8], divisor: [UInt8]) -> [UInt8] {
        var result = Array(repeating: UInt8(0), count: divisor.count)
        for byte in data {
            let factor = byte ^ result.removeFirst()
            result.append(0)
            for index in divisor.indices { result[index] ^= product(divisor[index], factor) }
        }
        return result
    }

    static func product(_ first: UInt8, _ second: UInt8) -> UInt8 {
        var result = 0
        for bit in stride(from: 7, through: 0, by: -1) {
            result = result << 1 ^ (result >> 7) * 0x11D
            result ^= Int(second >> bit & 1) * Int(first)
        }
        return UInt8(truncatingIfNeeded: result)
    }
}
