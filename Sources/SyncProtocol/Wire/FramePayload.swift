/// Reads the fields of each type of frame, and insists on those it needs.
enum FramePayload {
    static func decode(
        _ type: UInt64, _ reader: inout ByteReader, origin: Int
    ) throws(WireError) -> Frame {
        switch type {
        case 1: return .sync(try sync(&reader))
        case 2: return .push(PushHeader(baseChain: try fields(&reader).fixed(1)))
        case 3:
            let rest = try reader.take(UInt64(reader.bytes.count - reader.position))
            return .mutation(try MutationCodec.decode(rest, origin: origin))
        case 16:
            let found = try fields(&reader)
            guard try found.bytes(1) == Hello.magic else {
                throw reader.failure("wire.magic", "the response is not from a sync server")
            }
            return .hello(Hello(serverMilliseconds: Int64(clamping: try found.number(2))))
        case 17: return .unchanged(ackedMid: try fields(&reader).number(1))
        case 18: return .bucket(try bucket(&reader))
        case 19: return .bucketGone(name: try fields(&reader).text(1))
        case 20:
            let found = try fields(&reader)
            return .name(index: try found.number(1), text: try found.text(2))
        case 21: return .row(try row(&reader))
        case 22:
            let found = try fields(&reader)
            return .tombstone(
                Tombstone(
                    bucket: try found.number(1), table: try found.number(2),
                    id: try found.identifier(3), rev: try found.number(4)))
        case 23:
            let found = try fields(&reader)
            guard let status = Outcome.Status(rawValue: try found.number(3)) else {
                throw reader.failure("wire.outcome", "an outcome has an unknown status")
            }
            let (first, last) = (try found.number(1), try found.number(2))
            guard first <= last else {
                throw reader.failure("wire.outcome", "outcomes end before they begin")
            }
            return .outcomes(
                OutcomeRange(
                    first: first, last: last, status: status,
                    code: found.has(4) ? try found.text(4) : "",
                    detail: found.has(5) ? try found.text(5) : ""))
        case 24:
            let found = try fields(&reader)
            return .page(
                PageEnd(
                    cursor: try found.bytes(1), rows: try found.number(2), sum: try found.sum(3)))
        case 25:
            let found = try fields(&reader)
            return .checkpoint(
                Checkpoint(
                    cursor: try found.bytes(1), rows: try found.number(2), sum: try found.sum(3),
                    ackedMid: try found.number(4), ackedChain: try found.fixed(5),
                    lineage: try found.bytes(6)))
        case 26: return .pushed(ackedMid: try fields(&reader).number(1))
        case 27: return .restart(reason: try fields(&reader).text(1))
        case 28:
            let found = try fields(&reader)
            return .error(
                ErrorFrame(
                    code: try found.text(1), message: try found.text(2),
                    retryAfterMilliseconds: try found.number(3), ackedMid: try found.number(4)))
        case 4...6, 29...31:
            return try ReconcileCodec.decode(type, try fields(&reader), reader)
        default: return .unknown(type)
        }
    }

    private static func sync(_ reader: inout ByteReader) throws(WireError) -> SyncRequest {
        var request = SyncRequest()
        let found = try fields(&reader)
        if found.has(1) { request.cursor = try found.bytes(1) }
        request.rowsMax = try found.number(2)
        request.bytesMax = try found.number(3)
        request.schema = try found.number(4)
        request.outcomesSeen = try found.number(5)
        if found.has(6) { request.priorityMax = try found.number(6) }
        if found.has(7) { request.wantsCheckpoint = try found.number(7) != 0 }
        return request
    }

    private static func bucket(_ reader: inout ByteReader) throws(WireError) -> BucketState {
        let found = try fields(&reader)
        return BucketState(
            index: try found.number(1), name: try found.text(2), epoch: try found.number(3),
            head: try found.number(4), count: try found.number(5), sum: try found.sum(6),
            priority: try found.number(7), leaseUntil: found.has(8) ? try found.number(8) : 0,
            ahead: try found.number(9))
    }

    private static func row(_ reader: inout ByteReader) throws(WireError) -> RowFrame {
        var view = RowView()
        try view.read(&reader)
        return RowFrame(
            bucket: view.bucket, table: view.table, owner: view.owner,
            id: String(decoding: view.id, as: UTF8.self), rev: view.rev, asOf: view.asOf,
            sourceVersion: view.sourceVersion, body: [UInt8](view.body))
    }

    private static func fields(_ reader: inout ByteReader) throws(WireError) -> Fields {
        var list: [WireField] = []
        while let field = try reader.field() {
            list.append(field)
        }
        return Fields(list: list, reader: reader)
    }

    /// The fields of a frame by number.
    ///
    /// A field given twice is an error.
    struct Fields {
        let list: [WireField]
        let reader: ByteReader

        func has(_ number: UInt64) -> Bool {
            list.contains { $0.number == number }
        }

        func one(_ number: UInt64) throws(WireError) -> WireField {
            let matches = list.filter { $0.number == number }
            guard let field = matches.first, matches.count == 1 else {
                throw reader.failure("wire.field", "field \(number) stands \(matches.count) times")
            }
            return field
        }

        func number(_ number: UInt64) throws(WireError) -> UInt64 {
            try one(number).integer(reader)
        }

        func bytes(_ number: UInt64) throws(WireError) -> [UInt8] {
            [UInt8](try one(number).payload(reader))
        }

        func text(_ number: UInt64) throws(WireError) -> String {
            try one(number).text(reader)
        }

        func identifier(_ number: UInt64) throws(WireError) -> String {
            try one(number).identifier(reader)
        }

        func fixed(_ number: UInt64) throws(WireError) -> UInt64 {
            let raw = try one(number).payload(reader)
            guard raw.count == 8 else {
                throw reader.failure("wire.fixed", "field \(number) must have 8 bytes")
            }
            return UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))
        }

        func sum(_ number: UInt64) throws(WireError) -> HashSum {
            let raw = try one(number).payload(reader)
            guard raw.count == 16 else {
                throw reader.failure("wire.sum", "field \(number) must have 16 bytes")
            }
            return HashSum(bytes: raw)
        }
    }
}

/// A row frame read in place: the hot path of a page, with nothing copied.
package struct RowView {
    /// The bucket's index.
    package private(set) var bucket: UInt64 = 0
    /// The table's name index.
    package private(set) var table: UInt64 = 0
    /// The owner's name index.
    package private(set) var owner: UInt64 = 0
    /// The bucket's revision.
    package private(set) var rev: UInt64 = 0
    /// When the owner says it was true.
    package private(set) var asOf: Int64 = 0
    /// The owner's version.
    package private(set) var sourceVersion: Int64 = 0
    /// The row's id, valid while the page's bytes are.
    package private(set) var id = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The row's body, valid while the page's bytes are.
    package private(set) var body = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Creates an empty view.
    package init() {}

    /// Reads the fields of a row frame, after its type.
    package mutating func read(_ reader: inout ByteReader) throws(WireError) {
        var seen: UInt64 = 0
        while let field = try reader.field() {
            guard field.number > 0, field.number <= 8 else { continue }
            let bit = UInt64(1) << field.number
            guard seen & bit == 0 else {
                throw reader.failure("wire.field", "field \(field.number) stands twice")
            }
            seen |= bit
            switch field.number {
            case 1: bucket = try field.integer(reader)
            case 2: table = try field.integer(reader)
            case 3: id = try field.payload(reader)
            case 4: rev = try field.integer(reader)
            case 5: owner = try field.integer(reader)
            case 6: asOf = ZigZag.decode(try field.integer(reader))
            case 7: sourceVersion = ZigZag.decode(try field.integer(reader))
            default: body = try field.payload(reader)
            }
        }
        guard seen == 0x1fe else { throw reader.failure("wire.field", "a row is not complete") }
        guard Identifier.isValid(id) else {
            throw reader.failure("wire.identifier", "a row's id is not an identifier")
        }
    }
}
