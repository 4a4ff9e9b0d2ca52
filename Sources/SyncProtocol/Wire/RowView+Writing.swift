extension RowView {
    /// The bytes of a row frame besides id and body, at their longest.
    private static let overheadMax = 10 + 1 + 6 * 11 + 2 * 11

    /// Room that is enough for ``write(to:)`` and ``writeTombstone(to:)``.
    package var frameBytesMax: Int { Self.overheadMax + id.count + body.count }

    /// Writes a `row` frame, the same bytes as ``BinaryFrames/append(_:to:)``.
    ///
    /// - Parameter place: Memory with room for ``frameBytesMax`` bytes.
    /// - Returns: The bytes written.
    package func write(to place: UnsafeMutableRawPointer) -> Int {
        let asOf = ZigZag.encode(self.asOf)
        let version = ZigZag.encode(sourceVersion)
        var length = keyBytes + 1 + varintSize(owner) + 1 + varintSize(asOf)
        length += 1 + varintSize(version) + 1 + varintSize(UInt64(body.count)) + body.count
        var frame = MemoryWriter(place)
        frame.varint(UInt64(length))
        frame.byte(21)
        writeKey(to: &frame)
        frame.field(5, owner)
        frame.field(6, asOf)
        frame.field(7, version)
        frame.field(8, body)
        return frame.place - place
    }

    /// Writes a `tombstone` frame; owner, time, version and body are left out.
    ///
    /// - Parameter place: Memory with room for ``frameBytesMax`` bytes.
    /// - Returns: The bytes written.
    package func writeTombstone(to place: UnsafeMutableRawPointer) -> Int {
        var frame = MemoryWriter(place)
        frame.varint(UInt64(keyBytes))
        frame.byte(22)
        writeKey(to: &frame)
        return frame.place - place
    }

    /// The bytes of the type and of the fields that both frames have.
    private var keyBytes: Int {
        1 + 1 + varintSize(bucket) + 1 + varintSize(table) + 1 + varintSize(UInt64(id.count))
            + id.count + 1 + varintSize(rev)
    }

    private func writeKey(to frame: inout MemoryWriter) {
        frame.field(1, bucket)
        frame.field(2, table)
        frame.field(3, id)
        frame.field(4, rev)
    }
}

/// Writes numbers and fields into memory whose size was reckoned before.
private struct MemoryWriter {
    /// Where the next byte goes.
    private(set) var place: UnsafeMutableRawPointer

    init(_ place: UnsafeMutableRawPointer) {
        self.place = place
    }

    mutating func byte(_ value: UInt8) {
        place.storeBytes(of: value, as: UInt8.self)
        place += 1
    }

    mutating func varint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    mutating func field(_ number: UInt8, _ value: UInt64) {
        byte(number << 3)
        varint(value)
    }

    mutating func field(_ number: UInt8, _ bytes: UnsafeRawBufferPointer) {
        byte(number << 3 | 2)
        varint(UInt64(bytes.count))
        guard let start = bytes.baseAddress else { return }
        place.copyMemory(from: start, byteCount: bytes.count)
        place += bytes.count
    }
}
