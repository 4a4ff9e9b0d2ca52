/// SHA-256 (FIPS 180-4), in one call or in parts.
///
/// ```swift
/// var hash = SHA256()
/// hash.update(header)
/// hash.update(body)
/// let digest = hash.finalize()
/// ```
package struct SHA256: Sendable {
    private var state = SHA256State()
    /// Bytes that do not fill a block yet; the first `filled` are in use.
    private var block: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
        (0, 0, 0, 0, 0, 0, 0, 0)
    private var filled = 0
    private var byteCount: UInt64 = 0

    /// A hash of nothing so far.
    package init() {}

    /// A hash that goes on after whole blocks.
    init(continuing state: SHA256State, after byteCount: UInt64) {
        self.state = state
        self.byteCount = byteCount
    }

    /// The digest of the bytes.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest32 {
        SHA256State().finished(with: bytes, after: 0)
    }

    /// The same digest without the processor's instructions, as on other processors.
    package static func hashPortably(_ bytes: [UInt8]) -> Digest32 {
        bytes.withUnsafeBytes { SHA256State(isPortable: true).finished(with: $0, after: 0) }
    }

    /// The digest of an array of bytes.
    package static func hash(_ bytes: [UInt8]) -> Digest32 {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// Takes more bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        byteCount &+= UInt64(bytes.count)
        var taken = 0
        if filled > 0 {
            taken = min(64 - filled, bytes.count)
            fill(from: start, count: taken)
            guard filled == 64 else { return }
            compressBlock()
        }
        let blocks = (bytes.count - taken) / 64
        state.compress(start + taken, blocks: blocks)
        taken += blocks * 64
        fill(from: start + taken, count: bytes.count - taken)
    }

    /// Takes more bytes from an array.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of everything taken; the hash itself can go on.
    package func finalize() -> Digest32 {
        withUnsafeBytes(of: block) { buffer in
            let rest = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            return state.finished(with: rest, after: byteCount &- UInt64(filled))
        }
    }

    private mutating func fill(from start: UnsafeRawPointer, count: Int) {
        guard count > 0 else { return }
        withUnsafeMutableBytes(of: &block) { buffer in
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(filled + count)])
                .copyMemory(from: UnsafeRawBufferPointer(start: start, count: count))
        }
        filled += count
    }

    private mutating func compressBlock() {
        withUnsafeBytes(of: block) { buffer in
            guard let start = buffer.baseAddress else { return }
            state.compress(start, blocks: 1)
        }
        filled = 0
    }
}
