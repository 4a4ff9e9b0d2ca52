package import SyncProtocol

/// Frames as bytes, rows copied once from the store's page to the answer.
package struct BinaryFrameSink: FrameSink {
    /// The response so far.
    package var bytes: [UInt8]

    /// Creates a sink that goes on in a buffer that was used before.
    package init(reusing buffer: consuming [UInt8]) {
        bytes = buffer
        bytes.removeAll(keepingCapacity: true)
    }

    package mutating func append(_ frame: Frame) {
        BinaryFrames.append(frame, to: &bytes)
    }

    package mutating func append(_ row: RowInPlace, bucket: UInt64) -> Int {
        let before = bytes.count
        let table = UInt64(row.table)
        var length = 1 + 1 + varintSize(bucket) + 1 + varintSize(table)
        length += 1 + varintSize(UInt64(row.id.count)) + row.id.count
        length += 1 + varintSize(row.rev)
        guard row.isAlive else {
            bytes.appendVarint(UInt64(length))
            bytes.append(22)
            appendKey(row, bucket, table)
            return bytes.count - before
        }
        let owner = UInt64(row.owner)
        let asOf = ZigZag.encode(row.asOf)
        let version = ZigZag.encode(row.sourceVersion)
        length += 1 + varintSize(owner) + 1 + varintSize(asOf) + 1 + varintSize(version)
        length += 1 + varintSize(UInt64(row.body.count)) + row.body.count
        bytes.appendVarint(UInt64(length))
        bytes.append(21)
        appendKey(row, bucket, table)
        bytes.appendField(5, owner)
        bytes.appendField(6, asOf)
        bytes.appendField(7, version)
        bytes.append(8 << 3 | 2)
        bytes.appendVarint(UInt64(row.body.count))
        bytes.append(contentsOf: row.body)
        return bytes.count - before
    }

    private mutating func appendKey(_ row: RowInPlace, _ bucket: UInt64, _ table: UInt64) {
        bytes.appendField(1, bucket)
        bytes.appendField(2, table)
        bytes.append(3 << 3 | 2)
        bytes.appendVarint(UInt64(row.id.count))
        bytes.append(contentsOf: row.id)
        bytes.appendField(4, row.rev)
    }
}

/// Frames as JSON lines.
package struct JSONFrameSink: FrameSink {
    /// The response so far.
    package var bytes: [UInt8] = []
    private var writer = JSONFrameWriter()

    /// Creates an empty sink.
    package init() {}

    package mutating func append(_ frame: Frame) {
        writer.append(frame, to: &bytes)
    }

    package mutating func append(_ row: RowInPlace, bucket: UInt64) -> Int {
        let before = bytes.count
        let id = String(decoding: row.id, as: UTF8.self)
        if row.isAlive {
            append(
                .row(
                    RowFrame(
                        bucket: bucket, table: UInt64(row.table), owner: UInt64(row.owner), id: id,
                        rev: row.rev, asOf: row.asOf, sourceVersion: row.sourceVersion,
                        body: [UInt8](row.body))))
        } else {
            append(
                .tombstone(
                    Tombstone(bucket: bucket, table: UInt64(row.table), id: id, rev: row.rev)))
        }
        return bytes.count - before
    }
}
