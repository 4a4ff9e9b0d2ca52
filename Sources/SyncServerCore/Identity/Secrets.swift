internal import SyncProtocol
internal import Synchronization

/// Where secrets come from: named, so that a simulation can seed it.
package struct SecretSource: Sendable {
    private let fill: @Sendable (Int) -> [UInt8]
    private let successors = SuccessorKey()

    /// Creates a source from a closure that gives that many random bytes.
    package init(_ fill: @escaping @Sendable (Int) -> [UInt8]) {
        self.fill = fill
    }

    /// The system's generator.
    package static let system = SecretSource { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() as UInt64) }
    }

    /// Gives random bytes.
    package func bytes(_ count: Int) -> [UInt8] { fill(count) }

    /// Makes a token: a prefix that secret scanners can find, and 256 random bits.
    package func token(prefix: String) -> String {
        prefix + Base64URL.encode(fill(32))
    }

    /// The token that follows another one: the same each time it is asked of this source.
    func token(prefix: String, following token: String) -> String {
        let key = successors.key(drawing: fill)
        return prefix + Base64URL.encode(key.code(for: Array("\(prefix) \(token)".utf8)).bytes)
    }

    /// Makes a code by which a device asks for its tokens: 256 random bits.
    func deviceCode() -> String { Base64URL.encode(fill(32)) }

    /// Makes a code that a person can read out: eight consonants in two groups.
    ///
    /// RFC 8628 section 6.1 recommends this alphabet: no vowels, no look-alikes.
    /// Each letter is as likely as another.
    package func userCode() -> String {
        let alphabet = Self.userCodeLetters
        // Bytes from the last, incomplete round of the alphabet on would favour its beginning.
        let end = 256 - 256 % alphabet.count
        var letters: [UInt8] = []
        while letters.count < 8 {
            letters += fill(8 - letters.count).filter { $0 < end }
                .map { alphabet[Int($0) % alphabet.count] }
        }
        letters.insert(UInt8(ascii: "-"), at: 4)
        return String(decoding: letters, as: UTF8.self)
    }

    /// The letters of a code.
    static let userCodeLetters = Array("BCDFGHJKLMNPQRSTVWXZ".utf8)

    /// Whether bytes have the one form in which codes are given out.
    static func isUserCode(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        bytes.count == 9
            && zip(0..., bytes).allSatisfy { place, byte in
                place == 4 ? byte == UInt8(ascii: "-") : userCodeLetters.contains(byte)
            }
    }

    /// Makes an opaque subject: 26 characters that say nothing.
    package func subject() -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return String(fill(26).map { alphabet[Int($0) % 32] })
    }
}

/// The key under which tokens follow each other, drawn at its first use.
///
/// In memory alone: whoever reads the store's files, or a copy of them, cannot go
/// from a token that was used to those that followed it.
private final class SuccessorKey: Sendable {
    private let drawn = Mutex<HMACKey?>(nil)

    func key(drawing fill: (Int) -> [UInt8]) -> HMACKey {
        if let known = drawn.withLock({ $0 }) { return known }
        let made = HMACKey(fill(32))
        return drawn.withLock { key in
            let first = key ?? made
            key = first
            return first
        }
    }
}

/// Prefixes of the kinds of secrets.
package enum SecretPrefix {
    package static let access = "tra_"
    package static let refresh = "trr_"
    package static let agency = "trk_"
}
