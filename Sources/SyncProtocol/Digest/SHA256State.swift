internal import CSHA256

/// The eight words SHA-256 carries from block to block.
///
/// Where the processor has instructions for it, blocks go to them: six times as
/// fast, and every row that is written or received is hashed. Elsewhere the
/// compression is written out round by round, with the message schedule in
/// sixteen local variables: nothing is indexed, so nothing is checked or spilled
/// to an array, and the constants become immediates.
struct SHA256State: Sendable {
    private var words: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
        0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
    )

    /// Whether the processor's instructions are left alone, so that tests see both ways.
    private let isPortable: Bool

    private static let hasInstructions = csha256_is_available() != 0

    init(isPortable: Bool = false) {
        self.isPortable = isPortable
    }

    /// Pads what is left of a message and returns its digest.
    ///
    /// - Parameters:
    ///   - rest: Everything after the blocks this state has already taken.
    ///   - before: The count of bytes already taken, a multiple of 64.
    /// - Returns: The digest; the state itself is unchanged.
    func finished(with rest: UnsafeRawBufferPointer, after before: UInt64) -> Digest32 {
        var state = self
        let whole = rest.count / 64
        if let start = rest.baseAddress { state.compress(start, blocks: whole) }
        let left = rest.count - whole * 64
        let bitCount = (before &+ UInt64(rest.count)) &* 8
        let padded = left < 56 ? 64 : 128
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { scratch in
            guard let tail = scratch.baseAddress else { return }
            if left > 0, let start = rest.baseAddress {
                tail.copyMemory(from: start + whole * 64, byteCount: left)
            }
            (tail + left).initializeMemory(as: UInt8.self, repeating: 0, count: padded - left)
            tail.storeBytes(of: 0x80, toByteOffset: left, as: UInt8.self)
            tail.storeBytes(of: bitCount.bigEndian, toByteOffset: padded - 8, as: UInt64.self)
            state.compress(UnsafeRawPointer(tail), blocks: padded / 64)
        }
        return state.digest
    }

    private var digest: Digest32 {
        func pair(_ high: UInt32, _ low: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
        return Digest32(
            words: (
                pair(words.0, words.1), pair(words.2, words.3), pair(words.4, words.5),
                pair(words.6, words.7)
            ))
    }

    /// Takes whole blocks of 64 bytes.
    mutating func compress(_ start: UnsafeRawPointer, blocks: Int) {
        guard !isPortable, Self.hasInstructions else {
            return compressPortably(start, blocks: blocks)
        }
        withUnsafeMutableBytes(of: &words) { words in
            csha256_compress(
                words.baseAddress?.assumingMemoryBound(to: UInt32.self),
                start.assumingMemoryBound(to: UInt8.self), blocks)
        }
    }

    private mutating func compressPortably(_ start: UnsafeRawPointer, blocks: Int) {
        var block = start
        for _ in 0..<blocks {
            var a = words.0
            var b = words.1
            var c = words.2
            var d = words.3
            var e = words.4
            var f = words.5
            var g = words.6
            var h = words.7
            var w0 = word(0, of: block)
            var w1 = word(4, of: block)
            var w2 = word(8, of: block)
            var w3 = word(12, of: block)
            var w4 = word(16, of: block)
            var w5 = word(20, of: block)
            var w6 = word(24, of: block)
            var w7 = word(28, of: block)
            var w8 = word(32, of: block)
            var w9 = word(36, of: block)
            var w10 = word(40, of: block)
            var w11 = word(44, of: block)
            var w12 = word(48, of: block)
            var w13 = word(52, of: block)
            var w14 = word(56, of: block)
            var w15 = word(60, of: block)
            round(a, b, c, &d, e, f, g, &h, 0x428a_2f98, w0)
            round(h, a, b, &c, d, e, f, &g, 0x7137_4491, w1)
            round(g, h, a, &b, c, d, e, &f, 0xb5c0_fbcf, w2)
            round(f, g, h, &a, b, c, d, &e, 0xe9b5_dba5, w3)
            round(e, f, g, &h, a, b, c, &d, 0x3956_c25b, w4)
            round(d, e, f, &g, h, a, b, &c, 0x59f1_11f1, w5)
            round(c, d, e, &f, g, h, a, &b, 0x923f_82a4, w6)
            round(b, c, d, &e, f, g, h, &a, 0xab1c_5ed5, w7)
            round(a, b, c, &d, e, f, g, &h, 0xd807_aa98, w8)
            round(h, a, b, &c, d, e, f, &g, 0x1283_5b01, w9)
            round(g, h, a, &b, c, d, e, &f, 0x2431_85be, w10)
            round(f, g, h, &a, b, c, d, &e, 0x550c_7dc3, w11)
            round(e, f, g, &h, a, b, c, &d, 0x72be_5d74, w12)
            round(d, e, f, &g, h, a, b, &c, 0x80de_b1fe, w13)
            round(c, d, e, &f, g, h, a, &b, 0x9bdc_06a7, w14)
            round(b, c, d, &e, f, g, h, &a, 0xc19b_f174, w15)
            w0 = next(w0, w1, w9, w14)
            round(a, b, c, &d, e, f, g, &h, 0xe49b_69c1, w0)
            w1 = next(w1, w2, w10, w15)
            round(h, a, b, &c, d, e, f, &g, 0xefbe_4786, w1)
            w2 = next(w2, w3, w11, w0)
            round(g, h, a, &b, c, d, e, &f, 0x0fc1_9dc6, w2)
            w3 = next(w3, w4, w12, w1)
            round(f, g, h, &a, b, c, d, &e, 0x240c_a1cc, w3)
            w4 = next(w4, w5, w13, w2)
            round(e, f, g, &h, a, b, c, &d, 0x2de9_2c6f, w4)
            w5 = next(w5, w6, w14, w3)
            round(d, e, f, &g, h, a, b, &c, 0x4a74_84aa, w5)
            w6 = next(w6, w7, w15, w4)
            round(c, d, e, &f, g, h, a, &b, 0x5cb0_a9dc, w6)
            w7 = next(w7, w8, w0, w5)
            round(b, c, d, &e, f, g, h, &a, 0x76f9_88da, w7)
            w8 = next(w8, w9, w1, w6)
            round(a, b, c, &d, e, f, g, &h, 0x983e_5152, w8)
            w9 = next(w9, w10, w2, w7)
            round(h, a, b, &c, d, e, f, &g, 0xa831_c66d, w9)
            w10 = next(w10, w11, w3, w8)
            round(g, h, a, &b, c, d, e, &f, 0xb003_27c8, w10)
            w11 = next(w11, w12, w4, w9)
            round(f, g, h, &a, b, c, d, &e, 0xbf59_7fc7, w11)
            w12 = next(w12, w13, w5, w10)
            round(e, f, g, &h, a, b, c, &d, 0xc6e0_0bf3, w12)
            w13 = next(w13, w14, w6, w11)
            round(d, e, f, &g, h, a, b, &c, 0xd5a7_9147, w13)
            w14 = next(w14, w15, w7, w12)
            round(c, d, e, &f, g, h, a, &b, 0x06ca_6351, w14)
            w15 = next(w15, w0, w8, w13)
            round(b, c, d, &e, f, g, h, &a, 0x1429_2967, w15)
            w0 = next(w0, w1, w9, w14)
            round(a, b, c, &d, e, f, g, &h, 0x27b7_0a85, w0)
            w1 = next(w1, w2, w10, w15)
            round(h, a, b, &c, d, e, f, &g, 0x2e1b_2138, w1)
            w2 = next(w2, w3, w11, w0)
            round(g, h, a, &b, c, d, e, &f, 0x4d2c_6dfc, w2)
            w3 = next(w3, w4, w12, w1)
            round(f, g, h, &a, b, c, d, &e, 0x5338_0d13, w3)
            w4 = next(w4, w5, w13, w2)
            round(e, f, g, &h, a, b, c, &d, 0x650a_7354, w4)
            w5 = next(w5, w6, w14, w3)
            round(d, e, f, &g, h, a, b, &c, 0x766a_0abb, w5)
            w6 = next(w6, w7, w15, w4)
            round(c, d, e, &f, g, h, a, &b, 0x81c2_c92e, w6)
            w7 = next(w7, w8, w0, w5)
            round(b, c, d, &e, f, g, h, &a, 0x9272_2c85, w7)
            w8 = next(w8, w9, w1, w6)
            round(a, b, c, &d, e, f, g, &h, 0xa2bf_e8a1, w8)
            w9 = next(w9, w10, w2, w7)
            round(h, a, b, &c, d, e, f, &g, 0xa81a_664b, w9)
            w10 = next(w10, w11, w3, w8)
            round(g, h, a, &b, c, d, e, &f, 0xc24b_8b70, w10)
            w11 = next(w11, w12, w4, w9)
            round(f, g, h, &a, b, c, d, &e, 0xc76c_51a3, w11)
            w12 = next(w12, w13, w5, w10)
            round(e, f, g, &h, a, b, c, &d, 0xd192_e819, w12)
            w13 = next(w13, w14, w6, w11)
            round(d, e, f, &g, h, a, b, &c, 0xd699_0624, w13)
            w14 = next(w14, w15, w7, w12)
            round(c, d, e, &f, g, h, a, &b, 0xf40e_3585, w14)
            w15 = next(w15, w0, w8, w13)
            round(b, c, d, &e, f, g, h, &a, 0x106a_a070, w15)
            w0 = next(w0, w1, w9, w14)
            round(a, b, c, &d, e, f, g, &h, 0x19a4_c116, w0)
            w1 = next(w1, w2, w10, w15)
            round(h, a, b, &c, d, e, f, &g, 0x1e37_6c08, w1)
            w2 = next(w2, w3, w11, w0)
            round(g, h, a, &b, c, d, e, &f, 0x2748_774c, w2)
            w3 = next(w3, w4, w12, w1)
            round(f, g, h, &a, b, c, d, &e, 0x34b0_bcb5, w3)
            w4 = next(w4, w5, w13, w2)
            round(e, f, g, &h, a, b, c, &d, 0x391c_0cb3, w4)
            w5 = next(w5, w6, w14, w3)
            round(d, e, f, &g, h, a, b, &c, 0x4ed8_aa4a, w5)
            w6 = next(w6, w7, w15, w4)
            round(c, d, e, &f, g, h, a, &b, 0x5b9c_ca4f, w6)
            w7 = next(w7, w8, w0, w5)
            round(b, c, d, &e, f, g, h, &a, 0x682e_6ff3, w7)
            w8 = next(w8, w9, w1, w6)
            round(a, b, c, &d, e, f, g, &h, 0x748f_82ee, w8)
            w9 = next(w9, w10, w2, w7)
            round(h, a, b, &c, d, e, f, &g, 0x78a5_636f, w9)
            w10 = next(w10, w11, w3, w8)
            round(g, h, a, &b, c, d, e, &f, 0x84c8_7814, w10)
            w11 = next(w11, w12, w4, w9)
            round(f, g, h, &a, b, c, d, &e, 0x8cc7_0208, w11)
            w12 = next(w12, w13, w5, w10)
            round(e, f, g, &h, a, b, c, &d, 0x90be_fffa, w12)
            w13 = next(w13, w14, w6, w11)
            round(d, e, f, &g, h, a, b, &c, 0xa450_6ceb, w13)
            w14 = next(w14, w15, w7, w12)
            round(c, d, e, &f, g, h, a, &b, 0xbef9_a3f7, w14)
            w15 = next(w15, w0, w8, w13)
            round(b, c, d, &e, f, g, h, &a, 0xc671_78f2, w15)
            words.0 = words.0 &+ a
            words.1 = words.1 &+ b
            words.2 = words.2 &+ c
            words.3 = words.3 &+ d
            words.4 = words.4 &+ e
            words.5 = words.5 &+ f
            words.6 = words.6 &+ g
            words.7 = words.7 &+ h
            block += 64
        }
    }

    @inline(__always)
    private func word(_ offset: Int, of block: UnsafeRawPointer) -> UInt32 {
        UInt32(bigEndian: block.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    private func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
        (value &>> count) | (value &<< (32 &- count))
    }

    /// The next word of the message schedule.
    @inline(__always)
    private func next(
        _ first: UInt32, _ second: UInt32, _ tenth: UInt32, _ last: UInt32
    )
        -> UInt32
    {
        let small = rotate(second, 7) ^ rotate(second, 18) ^ (second &>> 3)
        let large = rotate(last, 17) ^ rotate(last, 19) ^ (last &>> 10)
        let sum = first &+ small
        return sum &+ tenth &+ large
    }

    @inline(__always)
    private func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
        _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32,
        _ constant: UInt32, _ word: UInt32
    ) {
        let sumOfE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let choice = g ^ (e & (f ^ g))
        let input = h &+ constant &+ word
        let first = input &+ choice &+ sumOfE
        let sumOfA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        let majority = (a & b) | (c & (a | b))
        d = d &+ first
        h = first &+ sumOfA &+ majority
    }
}
