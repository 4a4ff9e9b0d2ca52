/// The hash of one row, and sums of such hashes.
///
/// A row's hash is the first sixteen bytes of SHA-256 over its table, id, owner
/// and body, each with its length before it, and its time and source version.
/// Sums add the hashes as four 32-bit lanes, so that a bucket's sum changes with
/// one subtraction and one addition when a row does.
package struct HashSum: Hashable, Sendable, CustomStringConvertible {
    /// Lanes 0 and 1, the first in the upper half.
    private var high: UInt64

    /// Lanes 2 and 3.
    private var low: UInt64

    /// The sum of nothing.
    package static let zero = HashSum(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first eight bytes, by which hashes are put in ranges.
    package var leading: UInt64 { high }

    /// Whether the sixteen bytes come before those of another hash.
    package func precedes(_ other: HashSum) -> Bool {
        high != other.high ? high < other.high : low < other.low
    }

    /// Reads sixteen bytes, big-endian, or nothing where there are not sixteen.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Takes the first sixteen bytes of a digest.
    package init(firstHalfOf digest: Digest32) {
        high = digest.words.0
        low = digest.words.1
    }

    /// Compares in a time that does not depend on where the values differ.
    package func equalsInConstantTime(_ other: HashSum) -> Bool {
        (high ^ other.high) | (low ^ other.low) == 0
    }

    /// Reads sixteen bytes, or nothing where there are not sixteen.
    package init?(_ bytes: [UInt8]) {
        guard let sum = bytes.withUnsafeBytes({ HashSum(bytes: $0) }) else { return nil }
        self = sum
    }

    /// The sixteen bytes, big-endian.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        append(to: &bytes)
        return bytes
    }

    /// Lends the sixteen bytes without a heap allocation.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        let ordered = (high.bigEndian, low.bigEndian)
        return try withUnsafeBytes(of: ordered) { try body($0) }
    }

    /// Appends the sixteen bytes.
    package func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(high)
        bytes.appendBigEndian(low)
    }

    package var description: String {
        FixedHex.text(high, digits: 16) + FixedHex.text(low, digits: 16)
    }

    @inline(__always)
    private static func lanes(
        _ left: UInt64, _ right: UInt64, _ combine: (UInt32, UInt32) -> UInt32
    ) -> UInt64 {
        let upper = combine(UInt32(left >> 32), UInt32(right >> 32))
        let lower = combine(
            UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right))
        return UInt64(upper) << 32 | UInt64(lower)
    }

    package static func += (left: inout HashSum, right: HashSum) {
        left.high = lanes(left.high, right.high, &+)
        left.low = lanes(left.low, right.low, &+)
    }

    package static func -= (left: inout HashSum, right: HashSum) {
        left.high = lanes(left.high, right.high, &-)
        left.low = lanes(left.low, right.low, &-)
    }
}

/// Computes the hash of a row.
package enum RowHash {
    /// Hashes a row given as bytes.
    package static func hash(
        table: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer, owner: UnsafeRawBufferPointer,
        asOf: Int64, sourceVersion: Int64, body: UnsafeRawBufferPointer
    ) -> HashSum {
        // One pass over one short-lived buffer: three updates would cost more than the copy.
        let total = table.count + id.count + owner.count + body.count + 32
        return withUnsafeTemporaryAllocation(byteCount: total, alignment: 8) { scratch in
            var offset = 0
            func put(_ bytes: UnsafeRawBufferPointer) {
                let length = UInt32(bytes.count).bigEndian
                scratch.storeBytes(of: length, toByteOffset: offset, as: UInt32.self)
                offset += 4
                if let base = bytes.baseAddress, let target = scratch.baseAddress {
                    (target + offset).copyMemory(from: base, byteCount: bytes.count)
                }
                offset += bytes.count
            }
            func put(_ number: Int64) {
                scratch.storeBytes(of: number.bigEndian, toByteOffset: offset, as: Int64.self)
                offset += 8
            }
            put(table)
            put(id)
            put(owner)
            put(asOf)
            put(sourceVersion)
            put(body)
            return HashSum(firstHalfOf: SHA256.hash(UnsafeRawBufferPointer(scratch)))
        }
    }

    /// Hashes a row given as values.
    package static func hash(
        key: RowKey, owner: String, asOf: Int64, sourceVersion: Int64, body: [UInt8]
    ) -> HashSum {
        var table = key.table
        var id = key.id
        var owner = owner
        return table.withUTF8 { table in
            id.withUTF8 { id in
                owner.withUTF8 { owner in
                    body.withUnsafeBytes { body in
                        hash(
                            table: UnsafeRawBufferPointer(table), id: UnsafeRawBufferPointer(id),
                            owner: UnsafeRawBufferPointer(owner), asOf: asOf,
                            sourceVersion: sourceVersion, body: body)
                    }
                }
            }
        }
    }
}
