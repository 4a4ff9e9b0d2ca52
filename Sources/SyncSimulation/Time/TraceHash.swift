/// A running hash over everything that happens, to tell two runs apart.
package struct TraceHash: Hashable, Sendable, CustomStringConvertible {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Creates the hash of nothing.
    package init() {}

    /// Takes a number in.
    package mutating func add(_ number: UInt64) {
        var mixed = (state ^ number) &* 0x9e37_79b9_7f4a_7c15
        mixed ^= mixed >> 29
        state = mixed &* 0xbf58_476d_1ce4_e5b9 ^ (mixed >> 32)
    }

    /// Takes a number in.
    package mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    /// Takes bytes in, and how many they are.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        var index = 0
        while index + 8 <= bytes.count {
            add(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < bytes.count {
            rest = rest << 8 | UInt64(bytes[index])
            index += 1
        }
        add(rest)
    }

    /// Takes bytes in, and how many they are.
    package mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    /// Takes the bytes of a literal in.
    package mutating func add(_ text: StaticString) {
        add(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The hash of all that was taken in.
    package var value: UInt64 { state }

    package var description: String {
        let text = String(state, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
