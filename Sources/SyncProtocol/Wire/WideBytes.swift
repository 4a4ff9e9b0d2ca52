/// Bytes looked at eight at a time, where a closure a byte would cost more than the work.
enum WideBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Whether two runs of one length hold the same bytes.
    static func areEqual(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> Bool {
        guard first.count == second.count else { return false }
        guard let left = first.baseAddress, let right = second.baseAddress, left != right else {
            return true
        }
        var position = 0
        while position &+ 8 <= first.count {
            guard
                left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    == right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            else { return false }
            position &+= 8
        }
        while position < first.count {
            guard first[position] == second[position] else { return false }
            position &+= 1
        }
        return true
    }

    /// Whether the first run sorts before the second, byte by byte.
    static func precedes(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> Bool {
        let shared = min(first.count, second.count)
        var position = 0
        while position < shared {
            let (left, right) = (first[position], second[position])
            guard left == right else { return left < right }
            position &+= 1
        }
        return first.count < second.count
    }

    /// Whether any byte is zero.
    static func hasZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return false }
        // Sets the top bit of every byte that is zero, and perhaps of some above one.
        func marks(_ position: Int) -> UInt64 {
            let word = start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            return (word &- ones) & ~word & tops
        }
        var position = 0
        while position &+ 32 <= bytes.count {
            let found =
                marks(position) | marks(position &+ 8) | marks(position &+ 16)
                | marks(position &+ 24)
            guard found == 0 else { return true }
            position &+= 32
        }
        while position < bytes.count {
            guard bytes[position] != 0 else { return true }
            position &+= 1
        }
        return false
    }

    /// The first index from `start` on whose byte JSON writes with an escape, or the end.
    @inline(__always)
    static func escapeIndex(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position &+ 8 <= bytes.count {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = word ^ 0x2222_2222_2222_2222
            let slashes = word ^ 0x5c5c_5c5c_5c5c_5c5c
            let control = (word &- 0x2020_2020_2020_2020) & ~word
            // Borrows can only mark bytes above a true hit, so the lowest mark is exact.
            let marks =
                (control | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)) & tops
            if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            position &+= 1
        }
        return position
    }
}

extension String {
    /// Whether two strings hold the same UTF-8 bytes, unlike `==`.
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withBytes(and: other, WideBytes.areEqual) ?? utf8.elementsEqual(other.utf8)
    }

    /// Whether the UTF-8 bytes are these.
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        utf8.withContiguousStorageIfAvailable {
            WideBytes.areEqual(UnsafeRawBufferPointer($0), other)
        } ?? utf8.elementsEqual(other)
    }

    /// Whether the UTF-8 bytes sort before the other's, unlike `<`.
    func bytesPrecede(_ other: String) -> Bool {
        withBytes(and: other, WideBytes.precedes) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Whether the text holds U+0000, which JSON and SQL texts cannot.
    var hasZero: Bool {
        utf8.withContiguousStorageIfAvailable { WideBytes.hasZero(UnsafeRawBufferPointer($0)) }
            ?? utf8.contains(0)
    }

    /// Adds the length and the UTF-8 bytes to a hash.
    func hashBytes(into hasher: inout Hasher) {
        hasher.combine(utf8.count)
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Lends the bytes of two strings, or gives nothing where they are not in one piece.
    @inline(__always)
    private func withBytes(
        and other: String, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) -> Bool? {
        utf8.withContiguousStorageIfAvailable { ours in
            other.utf8.withContiguousStorageIfAvailable { theirs in
                body(UnsafeRawBufferPointer(ours), UnsafeRawBufferPointer(theirs))
            }
        } ?? nil
    }
}
