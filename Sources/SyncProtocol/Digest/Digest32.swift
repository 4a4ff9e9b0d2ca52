/// Thirty-two bytes of a digest as a plain value without a heap allocation.
package struct Digest32: Hashable, Sendable {
    /// The four words, each read from eight bytes with the first byte on top.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest of four big-endian words.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// The digest held by thirty-two bytes, or nothing for any other count.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// The digest held by an array of thirty-two bytes, or nothing.
    package init?(_ bytes: [UInt8]) {
        let digest = bytes.withUnsafeBytes { Digest32($0) }
        guard let digest else { return nil }
        self = digest
    }

    /// The digest written as sixty-four lower-case digits, or nothing.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    /// A digest of zeros, for use as a neutral element.
    package static let zero = Digest32(words: (0, 0, 0, 0))

    /// The thirty-two bytes.
    package var bytes: [UInt8] {
        withBytes { [UInt8]($0) }
    }

    /// The sixty-four lower-case digits.
    package var hex: String {
        withBytes { Hex.encode($0) }
    }

    /// Lends the thirty-two bytes without a heap allocation.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        let ordered = (
            words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
        )
        return try withUnsafeBytes(of: ordered) { try body($0) }
    }

    /// Appends the thirty-two bytes.
    package func append(to output: inout [UInt8]) {
        withBytes { output.append(contentsOf: $0) }
    }

    /// Whether two digests are equal, in a time that tells nothing about them.
    package func equalsInConstantTime(_ other: Digest32) -> Bool {
        let difference =
            (words.0 ^ other.words.0) | (words.1 ^ other.words.1)
            | (words.2 ^ other.words.2) | (words.3 ^ other.words.3)
        return difference == 0
    }

    package static func == (first: Digest32, second: Digest32) -> Bool {
        first.words == second.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

/// Whether two buffers hold the same bytes, in a time that depends on counts only.
package func equalInConstantTime(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
) -> Bool {
    guard first.count == second.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<first.count {
        difference |= first[index] ^ second[index]
    }
    return difference == 0
}
