/// A key for HMAC-SHA-256 (RFC 2104) with both of its pads already hashed.
///
/// A message shorter than 56 bytes then costs two compressions instead of four.
package struct HMACKey: Sendable {
    private let inner: SHA256State
    private let outer: SHA256State

    /// A key of any length; longer than 64 bytes it is hashed first.
    package init(_ key: UnsafeRawBufferPointer) {
        var padded = [UInt8](repeating: 0, count: 64)
        if key.count > 64 {
            SHA256.hash(key).withBytes { digest in
                for (index, byte) in digest.enumerated() { padded[index] = byte }
            }
        } else {
            for (index, byte) in key.enumerated() { padded[index] = byte }
        }
        func state(pad: UInt8) -> SHA256State {
            var state = SHA256State()
            padded.map { $0 ^ pad }.withUnsafeBytes { block in
                guard let start = block.baseAddress else { return }
                state.compress(start, blocks: 1)
            }
            return state
        }
        inner = state(pad: 0x36)
        outer = state(pad: 0x5c)
    }

    /// A key held by an array of bytes.
    package init(_ key: [UInt8]) {
        self = key.withUnsafeBytes { HMACKey($0) }
    }

    /// The code that authenticates a message.
    package func code(for message: UnsafeRawBufferPointer) -> Digest32 {
        inner.finished(with: message, after: 64).withBytes { digest in
            outer.finished(with: digest, after: 64)
        }
    }

    /// The code that authenticates an array of bytes.
    package func code(for message: [UInt8]) -> Digest32 {
        message.withUnsafeBytes { code(for: $0) }
    }

    /// Whether a code is the message's, in a time that tells nothing about it.
    package func isValid(_ code: Digest32, for message: UnsafeRawBufferPointer) -> Bool {
        self.code(for: message).equalsInConstantTime(code)
    }
}
