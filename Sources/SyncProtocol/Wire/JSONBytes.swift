/// Reading of JSON text as bytes, shared by the parser and the canonical check.
///
/// - Invariant: `0 <= index <= end`, and `base` is readable for `end` bytes.
struct JSONBytes {
    let base: UnsafePointer<UInt8>
    let end: Int
    var index = 0

    /// The byte at the index, or zero at the end, which no JSON token starts with.
    var current: UInt8 {
        @inline(__always) get { index < end ? base[index] : 0 }
    }

    /// The first index from here on that is not plain ASCII inside a string.
    ///
    /// Eight bytes at a time. Each test sets the top bit of a byte that is a
    /// quote, a backslash, a control or beyond ASCII. Borrows can only mark
    /// bytes above a true hit, so the lowest mark is exact.
    @inline(__always)
    func plainEnd(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var position = start
        while position &+ 8 <= end {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
            let quotes = word ^ 0x2222_2222_2222_2222
            let slashes = word ^ 0x5c5c_5c5c_5c5c_5c5c
            let control = (word &- 0x2020_2020_2020_2020) & ~word
            let quote = (quotes &- ones) & ~quotes
            let slash = (slashes &- ones) & ~slashes
            let marks = (control | quote | slash | word) & tops
            if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < end {
            let byte = base[position]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5c { break }
            position &+= 1
        }
        return position
    }

    /// The length of the UTF-8 sequence of a character beyond ASCII, or zero.
    @inline(__always)
    func sequenceLength(at position: Int) -> Int {
        let lead = base[position]
        if lead >= 0xe0 && lead < 0xf0 {
            guard position &+ 2 < end else { return 0 }
            let second = base[position &+ 1]
            guard second & 0xc0 == 0x80, base[position &+ 2] & 0xc0 == 0x80 else { return 0 }
            // E0 below A0 would be overlong; ED from A0 on would be a surrogate.
            if lead == 0xe0 && second < 0xa0 { return 0 }
            if lead == 0xed && second >= 0xa0 { return 0 }
            return 3
        }
        if lead < 0xe0 {
            guard lead >= 0xc2, position &+ 1 < end else { return 0 }
            return base[position &+ 1] & 0xc0 == 0x80 ? 2 : 0
        }
        guard lead < 0xf5, position &+ 3 < end else { return 0 }
        let second = base[position &+ 1]
        guard second & 0xc0 == 0x80, base[position &+ 2] & 0xc0 == 0x80,
            base[position &+ 3] & 0xc0 == 0x80
        else { return 0 }
        // F0 below 90 would be overlong; F4 from 90 on is beyond Unicode.
        if lead == 0xf0 && second < 0x90 { return 0 }
        if lead == 0xf4 && second >= 0x90 { return 0 }
        return 4
    }

    /// Skips the four bytes JSON allows between tokens.
    @inline(__always)
    mutating func skipSpace() {
        while index < end {
            switch base[index] {
            case 0x20, 0x09, 0x0a, 0x0d: index &+= 1
            default: return
            }
        }
    }

    /// Skips the word if it stands here.
    @inline(__always)
    mutating func skip(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard end &- index >= count else { return false }
        for offset in 0..<count where base[index &+ offset] != word.utf8Start[offset] {
            return false
        }
        index &+= count
        return true
    }

    /// Reads a whole number from its first byte on.
    ///
    /// On failure the index is where the number starts.
    @inline(__always)
    mutating func integer() -> Result<Int64, JSONNumberFault> {
        let start = index
        var position = start
        let isNegative = position < end && base[position] == UInt8(ascii: "-")
        if isNegative { position &+= 1 }
        let digits = position
        var magnitude: UInt64 = 0
        while position < end {
            let digit = base[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            // Nineteen digits always fit; more are refused below.
            magnitude = magnitude &* 10 &+ UInt64(digit)
            position &+= 1
        }
        let count = position &- digits
        guard count > 0 else { return .failure(.malformed) }
        if base[digits] == UInt8(ascii: "0") && (count > 1 || isNegative) {
            return .failure(isFraction(at: position) && count == 1 ? .fraction : .malformed)
        }
        if isFraction(at: position) { return .failure(.fraction) }
        let magnitudeMax = UInt64(Int64.max) &+ (isNegative ? 1 : 0)
        guard count <= 19, magnitude <= magnitudeMax else { return .failure(.range) }
        index = position
        let value = Int64(bitPattern: magnitude)
        return .success(isNegative ? 0 &- value : value)
    }

    private func isFraction(at position: Int) -> Bool {
        guard position < end else { return false }
        return switch base[position] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
        default: false
        }
    }

    /// Reads four hexadecimal digits of either case.
    func hexQuad(at position: Int) -> UInt16? {
        guard position + 4 <= end else { return nil }
        var value: UInt16 = 0
        for offset in 0..<4 {
            guard let digit = Hex.value(of: base[position + offset]) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

/// What is wrong with a number.
enum JSONNumberFault: Error {
    case malformed
    case fraction
    case range
}
