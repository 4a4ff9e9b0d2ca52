// WORKAROUND(docs/workarounds.md#9): Swift compares text by canonical equivalence.

/// Rules for the short names that appear in keys, frames and cursors.
///
/// Names are compared and stored as bytes. Only ASCII is allowed, because two
/// spellings of one Thai or accented word would be one key to Swift and two
/// keys to SQLite.
package enum Identifier {
    /// The longest identifier, in bytes.
    package static let bytesMax = 128

    /// One bit for each of the ASCII characters 0 to 63 that is allowed: `-`, `.`, digits, `:`.
    private static let lowBits: UInt64 = 0x07ff_6000_0000_0000

    /// One bit for each of the ASCII characters 64 to 127 that is allowed: letters and `_`.
    private static let highBits: UInt64 = 0x07ff_fffe_87ff_fffe

    /// Tells whether bytes form an identifier: `[A-Za-z0-9_.:-]{1,128}`.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, !bytes.isEmpty, bytes.count <= bytesMax else {
            return false
        }
        // Without a branch a byte: the bit of each character, and any byte beyond ASCII.
        var areAllowed: UInt64 = 1
        var seen: UInt8 = 0
        var position = 0
        while position < bytes.count {
            let byte = start.load(fromByteOffset: position, as: UInt8.self)
            position &+= 1
            areAllowed &= (byte & 64 == 0 ? lowBits : highBits) &>> UInt64(byte)
            seen |= byte
        }
        return areAllowed & 1 != 0 && seen < 0x80
    }

    /// Tells whether text forms an identifier.
    package static func isValid(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isValid(UnsafeRawBufferPointer($0)) }
    }
}

/// The name of a row: its table and its id inside the table.
package struct RowKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The table, for instance `driving_licence`.
    package let table: String

    /// The id inside the table, for instance `wanna-typical-dl-01`.
    package let id: String

    /// Creates a key from names that have been checked, or are constants.
    package init(table: String, id: String) {
        self.table = table
        self.id = id
    }

    package var description: String { "\(table)/\(id)" }

    package static func < (left: RowKey, right: RowKey) -> Bool {
        (left.table, left.id) < (right.table, right.id)
    }
}

/// A device, as the server named it when it signed in.
package struct DeviceID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The random number behind the name.
    package let number: UInt64

    /// Creates an id from its number.
    package init(_ number: UInt64) {
        self.number = number
    }

    /// Creates an id from sixteen lower-case hexadecimal digits.
    package init?(text: some StringProtocol) {
        guard let number = FixedHex.parse(text.utf8, digits: 16) else { return nil }
        self.number = number
    }

    package var description: String { FixedHex.text(number, digits: 16) }

    package static func < (left: DeviceID, right: DeviceID) -> Bool {
        left.number < right.number
    }
}

/// The identity of one history of the server's database.
///
/// A restore from backup makes a new one, so that no cursor of the old history
/// is ever continued in the new.
package struct Lineage: Hashable, Sendable, CustomStringConvertible {
    /// Sixteen random bytes.
    package let bytes: [UInt8]

    /// Creates a lineage from exactly sixteen bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    package var description: String { bytes.map { FixedHex.text(UInt64($0), digits: 2) }.joined() }
}

/// Fixed-width lower-case hexadecimal numbers, whose text order is their order.
package enum FixedHex {
    /// Writes a number with leading zeros.
    package static func append(_ number: UInt64, digits count: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { text in
            var rest = number
            for position in (0..<count).reversed() {
                let digit = UInt8(truncatingIfNeeded: rest & 15)
                text[position] = digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
                rest >>= 4
            }
            bytes.append(contentsOf: text)
        }
    }

    /// Gives a number as text with leading zeros.
    package static func text(_ number: UInt64, digits count: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        append(number, digits: count, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads exactly `digits` lower-case digits; anything else is nil.
    package static func parse(_ bytes: some Collection<UInt8>, digits count: Int) -> UInt64? {
        guard bytes.count == count else { return nil }
        var number: UInt64 = 0
        for byte in bytes {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}
