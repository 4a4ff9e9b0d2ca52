internal import HTTPWire
internal import SyncProtocol

/// Where the frames of a response go.
protocol FrameSink {
    /// Whether a response must be readable without knowing the one before.
    static var standsAlone: Bool { get }

    /// Appends a frame.
    mutating func append(_ frame: Frame)

    /// Appends a row or a tombstone as it lies in the store.
    ///
    /// - Returns: The bytes it took.
    mutating func append(_ row: RowInPlace, of bucket: BucketNumber) -> Int
}

/// Frames as bytes, each row copied once: from the store's page to the answer.
struct BinaryFrameSink: FrameSink {
    static let standsAlone = false

    private let body: BodyWriter
    /// The present frame, while its length is not known.
    private var frameBytes: [UInt8]

    init(_ body: BodyWriter) {
        self.body = body
        frameBytes = []
        frameBytes.reserveCapacity(256)
    }

    mutating func append(_ frame: Frame) {
        frameBytes.removeAll(keepingCapacity: true)
        BinaryFrames.append(frame, to: &frameBytes)
        body.buffer.append(frameBytes)
    }

    mutating func append(_ row: RowInPlace, of bucket: BucketNumber) -> Int {
        let frame = RowView(row, of: bucket)
        let written = body.buffer.append(max: frame.frameBytesMax) { place in
            row.isAlive ? frame.write(to: place) : frame.writeTombstone(to: place)
        }
        body.mayPause(after: written)
        return written
    }
}

/// Frames as JSON lines.
struct JSONFrameSink: FrameSink {
    static let standsAlone = true

    private let body: BodyWriter
    private var writer = JSONFrameWriter()
    private var line: [UInt8] = []

    init(_ body: BodyWriter) {
        self.body = body
    }

    mutating func append(_ frame: Frame) {
        line.removeAll(keepingCapacity: true)
        writer.append(frame, to: &line)
        body.buffer.append(line)
    }

    mutating func append(_ row: RowInPlace, of bucket: BucketNumber) -> Int {
        append(
            row.isAlive
                ? .row(RowFrame(row, of: bucket)) : .tombstone(Tombstone(row, of: bucket)))
        body.mayPause(after: line.count)
        return line.count
    }
}

extension RowView {
    fileprivate init(_ row: RowInPlace, of bucket: BucketNumber) {
        self.init()
        self.bucket = UInt64(bitPattern: bucket)
        table = UInt64(bitPattern: row.table)
        owner = UInt64(bitPattern: row.owner)
        rev = row.rev
        asOf = row.asOf
        sourceVersion = row.sourceVersion
        id = row.id
        body = row.body
    }
}

extension RowFrame {
    fileprivate init(_ row: RowInPlace, of bucket: BucketNumber) {
        self.init(
            bucket: UInt64(bitPattern: bucket), table: UInt64(bitPattern: row.table),
            owner: UInt64(bitPattern: row.owner), id: String(decoding: row.id, as: UTF8.self),
            rev: row.rev, asOf: row.asOf,
            sourceVersion: row.sourceVersion, body: [UInt8](row.body))
    }
}

extension Tombstone {
    fileprivate init(_ row: RowInPlace, of bucket: BucketNumber) {
        self.init(
            bucket: UInt64(bitPattern: bucket), table: UInt64(bitPattern: row.table),
            id: String(decoding: row.id, as: UTF8.self), rev: row.rev)
    }
}
