/// Where a device stands in each bucket: what the server reads from a cursor.
///
/// A device keeps the bytes and never looks inside. They are signed by the
/// server for one device, so that nobody continues another's, and carry no
/// state the server would have to keep.
///
/// ```text
/// 1 byte version (2, or 3 with beginnings), 4 bytes of the lineage, varint grants revision,
/// for each bucket in the order of its number:
///     where its epoch is not that of the bucket before (of the first: not 1):
///         varint 0, varint epoch,
///     varint (number - previous), which is never 0, varint rev,
///     in version 3: varint beginning, 0 for none; at least one bucket has one,
/// 16 bytes HMAC-SHA-256 over the device and all before
/// ```
package struct Cursor: Hashable, Sendable {
    /// The position in one bucket.
    package struct Entry: Hashable, Sendable {
        /// The server's number for the bucket, from 1.
        package var bucket: UInt64
        /// The bucket's epoch.
        package var epoch: UInt64
        /// The last revision the device holds.
        package var rev: UInt64
        /// The bucket's newest revision when the device, which had nothing of it, was sent its
        /// first rows; 0 once it has them all.
        package var beganAt: UInt64

        /// Creates a position.
        package init(bucket: UInt64, epoch: UInt64, rev: UInt64, beganAt: UInt64 = 0) {
            self.bucket = bucket
            self.epoch = epoch
            self.rev = rev
            self.beganAt = beganAt
        }
    }

    /// The most buckets in one cursor.
    package static let entriesMax = 256

    /// The largest cursor in bytes.
    package static let bytesMax = 4_096

    /// The first four bytes of the lineage.
    package var lineageTag: UInt32

    /// Changes when the device's rights do.
    package var grantsRevision: UInt64

    /// The positions, ordered by bucket.
    package var entries: [Entry]

    /// Creates a cursor.
    package init(lineageTag: UInt32, grantsRevision: UInt64, entries: [Entry]) {
        self.lineageTag = lineageTag
        self.grantsRevision = grantsRevision
        self.entries = entries
    }

    /// The position in a bucket, if the device has any.
    package func entry(of bucket: UInt64) -> Entry? {
        let index = index(of: bucket)
        return index < entries.count && entries[index].bucket == bucket ? entries[index] : nil
    }

    /// Moves to a new position in one bucket.
    package mutating func move(to entry: Entry) {
        let index = index(of: entry.bucket)
        if index < entries.count, entries[index].bucket == entry.bucket {
            entries[index] = entry
        } else {
            entries.insert(entry, at: index)
        }
    }

    /// Where a bucket's entry is, or would be.
    private func index(of bucket: UInt64) -> Int {
        entries.firstIndex { $0.bucket >= bucket } ?? entries.count
    }

    private static let version: UInt8 = 2
    private static let versionWithBeginnings: UInt8 = 3
    private static let macBytes = 16

    /// Seals the cursor for a device.
    package func sealed(for device: DeviceID, key: HMACKey) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(40 + entries.count * 6)
        // Few cursors have them, and the others are as short as they were.
        let hasBeginnings = entries.contains { $0.beganAt > 0 }
        bytes.append(hasBeginnings ? Self.versionWithBeginnings : Self.version)
        withUnsafeBytes(of: lineageTag.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.appendVarint(grantsRevision)
        var previous: UInt64 = 0
        var epoch: UInt64 = 1
        for entry in entries {
            precondition(entry.bucket > previous, "buckets out of order")
            if entry.epoch != epoch {
                epoch = entry.epoch
                bytes.appendVarint(0)
                bytes.appendVarint(epoch)
            }
            bytes.appendVarint(entry.bucket - previous)
            bytes.appendVarint(entry.rev)
            if hasBeginnings { bytes.appendVarint(entry.beganAt) }
            previous = entry.bucket
        }
        let code = bytes.withUnsafeBytes { Self.mac($0, device: device, key: key) }
        code.append(to: &bytes)
        return bytes
    }

    /// Opens a cursor that ``sealed(for:key:)`` made for the same device.
    ///
    /// - Returns: Nil for anything else: another device's, altered, or garbage.
    package init?(_ bytes: [UInt8], for device: DeviceID, key: HMACKey) {
        guard bytes.count > Self.macBytes + 5, bytes.count <= Self.bytesMax else { return nil }
        let parsed = try? bytes.withUnsafeBytesTyped { (raw) throws(WireError) -> Cursor? in
            let body = UnsafeRawBufferPointer(rebasing: raw.dropLast(Self.macBytes))
            let code = UnsafeRawBufferPointer(rebasing: raw.suffix(Self.macBytes))
            guard let given = HashSum(bytes: code),
                Self.mac(body, device: device, key: key).equalsInConstantTime(given),
                body[0] == Self.version || body[0] == Self.versionWithBeginnings
            else { return nil }
            let hasBeginnings = body[0] == Self.versionWithBeginnings
            var reader = ByteReader(body)
            let head = try reader.take(5)
            let tag = UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
            let grants = try reader.varint()
            var entries: [Entry] = []
            entries.reserveCapacity(8)
            var previous: UInt64 = 0
            var epoch: UInt64 = 1
            while !reader.isAtEnd {
                // Dropping the rest would send those buckets again for ever, unseen.
                guard entries.count < Self.entriesMax else {
                    throw reader.failure("cursor", "too many buckets")
                }
                var step = try reader.varint()
                if step == 0 {
                    let other = try reader.varint()
                    // Said without need, it would make two spellings of one cursor.
                    guard other != epoch else { throw reader.failure("cursor", "epoch repeated") }
                    epoch = other
                    step = try reader.varint()
                }
                let (bucket, overflow) = previous.addingReportingOverflow(step)
                guard step > 0, !overflow else { throw reader.failure("cursor", "overflow") }
                let rev = try reader.varint()
                let beganAt = hasBeginnings ? try reader.varint() : 0
                entries.append(Entry(bucket: bucket, epoch: epoch, rev: rev, beganAt: beganAt))
                previous = bucket
            }
            // As with epochs: one cursor, one spelling.
            guard !hasBeginnings || entries.contains(where: { $0.beganAt > 0 }) else {
                throw reader.failure("cursor", "no beginning")
            }
            return Cursor(lineageTag: tag, grantsRevision: grants, entries: entries)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    private static func mac(
        _ body: UnsafeRawBufferPointer, device: DeviceID, key: HMACKey
    ) -> HashSum {
        withUnsafeTemporaryAllocation(byteCount: body.count + 8, alignment: 8) { message in
            message.storeBytes(of: device.number.bigEndian, as: UInt64.self)
            UnsafeMutableRawBufferPointer(rebasing: message[8...]).copyMemory(from: body)
            return HashSum(firstHalfOf: key.code(for: UnsafeRawBufferPointer(message)))
        }
    }
}
