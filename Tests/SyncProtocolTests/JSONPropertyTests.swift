import SyncProtocol
import Testing

@Suite("Any JSON value")
struct JSONPropertyTests {
    /// Goal: canonical bytes and values stand for each other.
    ///
    /// Method: values from a seed are written, read, written again, and written
    /// once more with random space and order of members.
    @Test("comes back from its bytes", arguments: 0..<60 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        for _ in 0..<20 {
            let value = Self.value(depth: 4, using: &random)
            let bytes = JSON.canonical(value)
            #expect(try JSON.parse(bytes) == value)
            #expect(bytes.withUnsafeBytes { JSON.isCanonical($0) })
            #expect(try JSON.canonicalize(bytes) == bytes)
            let loose = Self.loosely(value, using: &random)
            #expect(try JSON.canonicalize(loose) == bytes)
            #expect(try JSON.parse(loose).hashValue == value.hashValue)
        }
    }

    /// Goal: no bytes crash the reader, and its two paths agree.
    ///
    /// Method: canonical texts with a few bytes changed, cut or repeated.
    @Test("survives damage", arguments: 0..<60 as Range<UInt64>)
    func garbage(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let alphabet = Array("{}[]\",:\\u0a1e-. ntf\u{1}".utf8) + [0xe0, 0xb8, 0x81, 0xff, 0xed]
        for _ in 0..<100 {
            var bytes = JSON.canonical(Self.value(depth: 3, using: &random))
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            let isCanonical = bytes.withUnsafeBytes { JSON.isCanonical($0) }
            guard let value = try? JSON.parse(bytes) else {
                #expect(!isCanonical, "\(bytes)")
                continue
            }
            let canonical = JSON.canonical(value)
            #expect(try JSON.parse(canonical) == value)
            #expect(try JSON.canonicalize(bytes) == canonical)
            if isCanonical { #expect(bytes == canonical) }
        }
    }

    static func value(depth: Int, using random: inout TestRandom) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64(truncatingIfNeeded: random.next()))
        case 3: return .integer(Int64.random(in: -20...20, using: &random))
        case 4: return .string(text(using: &random))
        case 5:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in value(depth: depth - 1, using: &random) })
        default:
            let count = Int.random(in: 0...4, using: &random)
            return .object(
                JSONObject(
                    (0..<count).map { _ in
                        (text(using: &random), value(depth: depth - 1, using: &random))
                    }))
        }
    }

    static func text(using random: inout TestRandom) -> String {
        let parts = [
            "a", "b", "é", "e\u{301}", "ก", "ำ", "😀", "\"", "\\", "\n", "\u{1}", "\u{1f}",
            "\u{7f}", "/", "long plain text ", "\u{2028}", "\u{fffd}", "\u{10ffff}",
        ]
        let count = Int.random(in: 0...12, using: &random)
        return (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
    }

    static func loosely(_ value: JSONValue, using random: inout TestRandom) -> [UInt8] {
        var output: [UInt8] = []
        func space() -> [UInt8] {
            [[], [0x20], [0x0a, 0x09], [0x0d]].randomElement(using: &random) ?? []
        }
        output += space()
        switch value {
        case .array(let items):
            output += [0x5b]
            for (index, item) in items.enumerated() {
                if index > 0 { output += [0x2c] }
                output += loosely(item, using: &random)
            }
            output += space() + [0x5d]
        case .object(let object):
            output += [0x7b]
            for (index, member) in object.members.shuffled(using: &random).enumerated() {
                if index > 0 { output += [0x2c] }
                output += loosely(.string(member.key), using: &random) + space() + [0x3a]
                output += loosely(member.value, using: &random)
            }
            output += space() + [0x7d]
        default:
            output += JSON.canonical(value)
        }
        return output + space()
    }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
