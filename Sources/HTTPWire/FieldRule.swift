/// What may stand in a field value.
enum FieldRule {
    /// Whether a range holds no control character but the tab.
    @inline(__always)
    static func isText(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ end: Int) -> Bool {
        var index = from
        while index + 8 <= end {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let ones: UInt64 = 0x0101_0101_0101_0101
            let highs: UInt64 = 0x8080_8080_8080_8080
            let below = (word &- ones &* 0x20) & ~word & highs
            let delete = word ^ (ones &* 0x7f)
            let deletes = (delete &- ones) & ~delete & highs
            if below | deletes != 0 {
                // The trick can only over-report, so look again byte by byte.
                for place in index..<index + 8 where !isText(bytes[place]) { return false }
            }
            index += 8
        }
        while index < end {
            guard isText(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    private static func isText(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7f) || byte == 9
    }
}
