/// Tells which pages of a log belong to transactions that were committed.
///
/// A transaction ends with a frame that says how large the file is, and is on the disk when
/// the caller is told so. Pages without such a frame behind them are of one that failed or
/// was cut off; and where the last transaction of a log is not whole, a power cut may have
/// torn it, so that nobody was told of it. What comes before that was promised, whatever has
/// become of a page of it since.
struct LogFrames {
    /// Whether each frame belongs to a transaction that counts.
    let counts: [Bool]

    private static let headerBytes = 32
    private static let frameBytes = RawWrites.pageBytes + 24

    /// Looks over a log.
    init(_ log: [UInt8]) {
        let count = max(0, (log.count - Self.headerBytes) / Self.frameBytes)
        guard count > 0 else {
            counts = []
            return
        }
        counts = log.withUnsafeBytes { Self.counts($0, count) }
    }

    /// What the head of a frame says, and whether its checksum is right.
    private struct Head {
        var salts: UInt64
        var isCommit: Bool
        var isRight: Bool
    }

    private static func counts(_ log: UnsafeRawBufferPointer, _ count: Int) -> [Bool] {
        let heads = heads(log, count)
        // Frames of an older run of the log have other salts, and stand behind the newer ones.
        let salts = long(log, 16)
        var known: [UInt64: Int] = [salts: 2]
        for head in heads { known[head.salts, default: 0] += 1 }
        var whole = [Bool](repeating: false, count: count)
        var isWhole = true
        for (index, head) in heads.enumerated() {
            isWhole = isWhole && head.isRight
            guard head.isCommit else { continue }
            whole[index] = isWhole
            isWhole = true
        }
        var counts = whole
        var ends: [UInt64: Bool] = [:]
        for (index, head) in heads.enumerated().reversed() {
            // A head that is damaged itself: its page is of whatever it stands in.
            guard known[head.salts] != 1 else {
                counts[index] = ends.values.contains(true)
                continue
            }
            if head.isCommit { ends[head.salts] = whole[index] || ends[head.salts] != nil }
            counts[index] = ends[head.salts] ?? false
        }
        return counts
    }

    private static func heads(_ log: UnsafeRawBufferPointer, _ count: Int) -> [Head] {
        let isBigEndian = word(log, 0) & 1 != 0
        let heads = heads(log, count, isBigEndian)
        guard headerSum(log, isBigEndian) != long(log, 24) else { return heads }
        // The header is damaged, and with it perhaps what tells the order of bytes.
        let others = Self.heads(log, count, !isBigEndian)
        func right(_ heads: [Head]) -> Int { heads.count { $0.isRight } }
        return right(others) > right(heads) ? others : heads
    }

    private static func heads(
        _ log: UnsafeRawBufferPointer, _ count: Int, _ isBigEndian: Bool
    ) -> [Head] {
        var heads: [Head] = []
        heads.reserveCapacity(count)
        // Each sum goes on from the one before it. Where that one is wrong, either its frame or
        // the sum itself is damaged: the next goes on from what is stored or what is computed.
        var before = [long(log, 24), headerSum(log, isBigEndian)]
        for index in 0..<count {
            let at = headerBytes + index * frameBytes
            let stored = long(log, at + 16)
            var sums: [UInt64] = []
            for start in before where !sums.contains(stored) {
                var sum = Checksum(start)
                sum.add(log, at..<at + 8, isBigEndian)
                sum.add(log, at + 24..<at + frameBytes, isBigEndian)
                sums.append(sum.value)
            }
            let isRight = sums.contains(stored)
            heads.append(
                Head(
                    salts: long(log, at + 8), isCommit: word(log, at + 4) != 0,
                    isRight: isRight))
            before = isRight ? [stored] : [stored, sums[0]]
        }
        return heads
    }

    private static func headerSum(_ log: UnsafeRawBufferPointer, _ isBigEndian: Bool) -> UInt64 {
        var sum = Checksum(0)
        sum.add(log, 0..<24, isBigEndian)
        return sum.value
    }

    private static func word(_ log: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: log.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func long(_ log: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: log.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// SQLite's checksum of logs: two sums over pairs of words.
    private struct Checksum {
        private var first: UInt32
        private var second: UInt32

        init(_ value: UInt64) {
            first = UInt32(truncatingIfNeeded: value >> 32)
            second = UInt32(truncatingIfNeeded: value)
        }

        var value: UInt64 { UInt64(first) << 32 | UInt64(second) }

        mutating func add(
            _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ isBigEndian: Bool
        ) {
            for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                let one = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                let two = bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
                first &+= (isBigEndian ? one.bigEndian : one.littleEndian) &+ second
                second &+= (isBigEndian ? two.bigEndian : two.littleEndian) &+ first
            }
        }
    }
}
