/// A gzip body of so many zeros, about 160 times smaller than what it inflates to.
///
/// One block of fixed codes (RFC 1951, 3.2.6): a literal zero, repeats of 258 bytes from one byte
/// back, and single zeros for what is left.
enum GzipZeros {
    static func bytes(_ count: Int) -> [UInt8] {
        var bits = Bits()
        // The last block, of fixed codes: three bits, the lowest first.
        bits.append(code: 0b110, length: 3)
        if count > 0 {
            bits.append(code: 0b0011_0000, length: 8)
            for _ in 0..<(count - 1) / 258 {
                bits.append(code: 0b1100_0101, length: 8)
                bits.append(code: 0, length: 5)
            }
            for _ in 0..<(count - 1) % 258 { bits.append(code: 0b0011_0000, length: 8) }
        }
        bits.append(code: 0, length: 7)
        var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        bytes += bits.bytes
        for number in [checksum(count), UInt32(truncatingIfNeeded: count)] {
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        return bytes
    }

    /// CRC-32 of zeros.
    private static func checksum(_ count: Int) -> UInt32 {
        let table = (0..<256 as Range<UInt32>).map { first in
            (0..<8).reduce(first) { rest, _ in rest & 1 == 1 ? 0xedb8_8320 ^ rest >> 1 : rest >> 1 }
        }
        var rest = UInt32.max
        for _ in 0..<count { rest = table[Int(rest & 0xff)] ^ rest >> 8 }
        return ~rest
    }

    private struct Bits {
        var bytes: [UInt8] = []
        private var used = 8

        /// Codes come with their highest bit first, into bytes that fill from their lowest.
        mutating func append(code: Int, length: Int) {
            for place in stride(from: length - 1, through: 0, by: -1) {
                if used == 8 {
                    bytes.append(0)
                    used = 0
                }
                if code >> place & 1 == 1 { bytes[bytes.count - 1] |= 1 << used }
                used += 1
            }
        }
    }
}
