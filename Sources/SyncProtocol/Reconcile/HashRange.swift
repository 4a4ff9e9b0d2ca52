/// All hashes that begin with the same bits.
///
/// Ranges are never agreed on: the whole is the range of no bits, and a range
/// splits into two to the power of n equal parts by the next n bits. Hashes are
/// spread evenly, so the parts of a range hold about as many rows each.
package struct HashRange: Hashable, Sendable {
    /// The number of bits that all hashes of the range share, 0 … 64.
    package let depth: Int

    /// The first eight bytes of the lowest hash: the shared bits, then zeros.
    package let low: UInt64

    /// The range of all hashes.
    package static let whole = HashRange(uncheckedDepth: 0, low: 0)

    /// The deepest split: 256 parts.
    package static let splitMax = 8

    private init(uncheckedDepth depth: Int, low: UInt64) {
        self.depth = depth
        self.low = low
    }

    /// Creates a range.
    ///
    /// - Returns: Nil where there are more than 64 shared bits, or bits set below them.
    package init?(depth: Int, low: UInt64) {
        guard (0...64).contains(depth), low & Self.below(depth) == 0 else { return nil }
        self.init(uncheckedDepth: depth, low: low)
    }

    /// The bits that are not shared.
    private static func below(_ depth: Int) -> UInt64 {
        depth == 0 ? .max : depth >= 64 ? 0 : .max >> UInt64(depth)
    }

    /// The first eight bytes of the highest hash.
    package var high: UInt64 { low | Self.below(depth) }

    /// Whether a hash lies in the range.
    package func contains(_ hash: HashSum) -> Bool {
        (low...high).contains(hash.leading)
    }

    /// Whether the range can be split by so many bits.
    package func canSplit(_ bits: Int) -> Bool {
        (0...Self.splitMax).contains(bits) && depth + bits <= 64
    }

    /// One of the parts into which some bits split the range.
    ///
    /// - Precondition: ``canSplit(_:)``, and `index` is below two to the power of `bits`.
    package func part(_ index: Int, of bits: Int) -> HashRange {
        precondition(canSplit(bits) && (0..<(1 << bits)).contains(index), "part \(index)")
        guard bits > 0 else { return self }
        return HashRange(
            uncheckedDepth: depth + bits, low: low | UInt64(index) << UInt64(64 - depth - bits))
    }
}

/// How many rows a range holds, and the sum of their hashes.
package struct RangeSum: Hashable, Sendable {
    /// The number of rows.
    package var count: UInt64

    /// The sum of their hashes.
    package var sum: HashSum

    /// The sum of no rows.
    package static let zero = RangeSum(count: 0, sum: .zero)

    /// Creates a sum.
    package init(count: UInt64, sum: HashSum) {
        self.count = count
        self.sum = sum
    }
}
