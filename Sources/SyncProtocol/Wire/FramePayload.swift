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
            let hasMutation = try found.hasAll(4, 5)
            let ackedMid = hasMutation ? try found.number(4) : 0
            guard hasMutation == (ackedMid > 0) else {
                throw reader.failure("wire.field", "a link of no mutation")
            }
            return .checkpoint(
                Checkpoint(
                    cursor: try found.bytes(1), rows: try found.number(2), sum: try found.sum(3),
                    ackedMid: ackedMid, ackedChain: hasMutation ? try found.fixed(5) : 0,
                    lineage: found.has(6) ? try found.bytes(6) : []))
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
        let isNamed = try found.hasAll(2, 3, 7)
        let name = isNamed ? try found.text(2) : ""
        // An empty name would say that the client knows it.
        guard !isNamed || !name.isEmpty else {
            throw found.reader.failure("wire.name", "a bucket has an empty name")
        }
        return BucketState(
            index: try found.number(1), name: name,
            epoch: isNamed ? try found.number(3) : 0, head: try found.number(4),
            count: try found.number(5), sum: try found.sum(6),
            priority: isNamed ? try found.number(7) : 0,
            leaseUntil: found.has(8) ? try found.number(8) : 0,
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
        var found = Fields(reader)
        while let field = try reader.field() { found.add(field) }
        found.reader = reader
        return found
    }

    /// The fields of a frame by number, in no more memory than the frame's own.
    ///
    /// A field that is asked for and was given twice is an error; what nobody
    /// asks for may come as often as a later version likes.
    struct Fields {
        private var list: InlineArray<16, WireField?> = .init(repeating: nil)
        private var repeated: UInt16 = 0
        var reader: ByteReader

        init(_ reader: ByteReader) {
            self.reader = reader
        }

        mutating func add(_ field: WireField) {
            guard field.number < 16 else { return }
            let index = Int(field.number)
            if list[index] != nil { repeated |= 1 << UInt16(index) }
            list[index] = field
        }

        func has(_ number: Int) -> Bool {
            list[number] != nil
        }

        /// Whether fields that come together or not at all are there.
        func hasAll(_ numbers: Int...) throws(WireError) -> Bool {
            let count = numbers.count { has($0) }
            guard count == 0 || count == numbers.count else {
                throw reader.failure("wire.field", "fields \(numbers) must stand together")
            }
            return count > 0
        }

        func one(_ number: Int) throws(WireError) -> WireField {
            guard let field = list[number], repeated & 1 << UInt16(number) == 0 else {
                throw reader.failure("wire.field", "field \(number) must stand once")
            }
            return field
        }

        func number(_ number: Int) throws(WireError) -> UInt64 {
            try one(number).integer(reader)
        }

        func bytes(_ number: Int) throws(WireError) -> [UInt8] {
            [UInt8](try one(number).payload(reader))
        }

        func text(_ number: Int) throws(WireError) -> String {
            try one(number).text(reader)
        }

        func identifier(_ number: Int) throws(WireError) -> String {
            try one(number).identifier(reader)
        }

        func fixed(_ number: Int) throws(WireError) -> UInt64 {
            let raw = try one(number).payload(reader)
            guard raw.count == 8 else {
                throw reader.failure("wire.fixed", "field \(number) must have 8 bytes")
            }
            return UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))
        }

        func sum(_ number: Int) throws(WireError) -> HashSum {
            let raw = try one(number).payload(reader)
            guard let sum = HashSum(bytes: raw) else {
                throw reader.failure("wire.sum", "field \(number) must have 16 bytes")
            }
            return sum
        }
    }
}
