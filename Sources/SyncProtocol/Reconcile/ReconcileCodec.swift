/// Reading and writing of the frames that repair uses.
enum ReconcileCodec {
    static func append(_ request: ReconcileRequest, to out: inout [UInt8]) {
        out.appendField(1, request.bytesMax)
        out.appendField(2, request.schema)
        if request.goesOn { out.appendField(3, 1) }
        if request.isMismatch { out.appendField(4, 1) }
    }

    static func append(_ claim: SumsClaim, to out: inout [UInt8]) {
        out.appendField(1, claim.bucket)
        append(claim.range, to: &out)
        out.appendField(4, UInt64(claim.split))
        out.appendField(5, bytes(of: claim.parts))
    }

    static func append(_ claim: ItemsClaim, to out: inout [UInt8]) {
        out.appendField(1, claim.bucket)
        append(claim.range, to: &out)
        out.appendField(4, bytes(of: claim.hashes))
    }

    static func append(_ answer: PartsAnswer, to out: inout [UInt8]) {
        out.appendField(1, answer.bucket)
        append(answer.range, to: &out)
        out.appendField(4, UInt64(answer.split))
        out.appendField(5, bytes(of: answer.parts))
    }

    static func append(_ surplus: SurplusRows, to out: inout [UInt8]) {
        out.appendField(1, surplus.bucket)
        out.appendField(2, bytes(of: surplus.hashes))
    }

    static func append(_ end: ReconcileEnd, to out: inout [UInt8]) {
        if !end.cursor.isEmpty { out.appendField(1, end.cursor) }
        out.appendField(2, end.rows)
        out.appendField(3, end.sum.bytes)
        out.appendField(4, end.answered)
    }

    // MARK: - Reading

    static func decode(
        _ type: UInt64, _ found: FramePayload.Fields, _ reader: ByteReader
    ) throws(WireError) -> Frame {
        switch type {
        case 4:
            var request = ReconcileRequest()
            request.bytesMax = try found.number(1)
            request.schema = try found.number(2)
            if found.has(3) { request.goesOn = try found.number(3) != 0 }
            if found.has(4) { request.isMismatch = try found.number(4) != 0 }
            return .reconcile(request)
        case 5:
            let range = try range(found, reader)
            let (split, parts) = try parts(found, of: range, reader)
            return .sums(
                SumsClaim(bucket: try found.text(1), range: range, split: split, parts: parts))
        case 6:
            return .items(
                ItemsClaim(
                    bucket: try found.text(1), range: try range(found, reader),
                    hashes: try hashes(try found.bytes(4), reader)))
        case 29:
            let range = try range(found, reader)
            let (split, parts) = try parts(found, of: range, reader)
            return .parts(
                PartsAnswer(
                    bucket: try found.number(1), range: range, split: split, parts: parts))
        case 30:
            return .surplus(
                SurplusRows(
                    bucket: try found.number(1), hashes: try hashes(try found.bytes(2), reader)))
        default:
            return .reconciled(
                ReconcileEnd(
                    cursor: found.has(1) ? try found.bytes(1) : [], rows: try found.number(2),
                    sum: try found.sum(3), answered: try found.number(4)))
        }
    }

    private static func range(
        _ found: FramePayload.Fields, _ reader: ByteReader
    ) throws(WireError) -> HashRange {
        guard try found.hasAll(2, 3) else { return .whole }
        let depth = try found.number(2)
        let low = try found.bytes(3)
        guard (1...64).contains(depth), low.count == (Int(depth) + 7) / 8,
            let range = HashRange(
                depth: Int(depth),
                low: (low + [UInt8](repeating: 0, count: 8 - low.count)).reduce(0) {
                    $0 << 8 | UInt64($1)
                })
        else { throw reader.failure("wire.range", "a range is not valid") }
        return range
    }

    private static func parts(
        _ found: FramePayload.Fields, of range: HashRange, _ reader: ByteReader
    ) throws(WireError) -> (split: Int, parts: [RangeSum]) {
        let split = Int(clamping: try found.number(4))
        guard range.canSplit(split) else {
            throw reader.failure("wire.range", "a range cannot be split by \(split) bits")
        }
        let bytes = try found.bytes(5)
        let parts = try bytes.withUnsafeBytesTyped { (raw) throws(WireError) in
            try self.parts(raw, split: split, reader)
        }
        return (split, parts)
    }

    // MARK: - Pieces

    private static func append(_ range: HashRange, to out: inout [UInt8]) {
        guard range.depth > 0 else { return }
        out.appendField(2, UInt64(range.depth))
        // Only the bytes that the shared bits reach into.
        var low: [UInt8] = []
        low.appendBigEndian(range.low)
        out.appendField(3, low.prefix((range.depth + 7) / 8))
    }

    /// Parts one after the other: a varint count, and the sum unless the count is 0.
    private static func bytes(of parts: [RangeSum]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.count * 18)
        for part in parts {
            bytes.appendVarint(part.count)
            if part.count > 0 { part.sum.append(to: &bytes) }
        }
        return bytes
    }

    private static func bytes(of hashes: [HashSum]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * 16)
        for hash in hashes { hash.append(to: &bytes) }
        return bytes
    }

    private static func parts(
        _ raw: UnsafeRawBufferPointer, split: Int, _ reader: ByteReader
    ) throws(WireError) -> [RangeSum] {
        var parts: [RangeSum] = []
        var rest = ByteReader(raw)
        while !rest.isAtEnd {
            guard parts.count < 1 << split else { break }
            let count = try rest.varint()
            parts.append(
                count == 0 ? .zero : RangeSum(count: count, sum: try sum(rest.take(16), reader)))
        }
        guard rest.isAtEnd, parts.count == 1 << split else {
            throw reader.failure("wire.parts", "a range has \(1 << split) parts")
        }
        return parts
    }

    private static func sum(
        _ bytes: UnsafeRawBufferPointer, _ reader: ByteReader
    ) throws(WireError) -> HashSum {
        guard let sum = HashSum(bytes: bytes) else {
            throw reader.failure("wire.sum", "a sum has 16 bytes")
        }
        return sum
    }

    private static func hashes(
        _ raw: [UInt8], _ reader: ByteReader
    ) throws(WireError) -> [HashSum] {
        guard raw.count % 16 == 0 else {
            throw reader.failure("wire.items", "a hash has 16 bytes")
        }
        let hashes = try raw.withUnsafeBytesTyped { (raw) throws(WireError) in
            var hashes: [HashSum] = []
            hashes.reserveCapacity(raw.count / 16)
            for start in stride(from: 0, to: raw.count, by: 16) {
                let bytes = UnsafeRawBufferPointer(rebasing: raw[start..<start + 16])
                hashes.append(try sum(bytes, reader))
            }
            return hashes
        }
        try checkOrder(hashes) { reader.failure("wire.items", "hashes must ascend") }
        return hashes
    }

    /// Hashes ascend and none stands twice, so that they have one form.
    static func checkOrder(
        _ hashes: [HashSum], _ failure: () -> WireError
    ) throws(WireError) {
        for (hash, next) in zip(hashes, hashes.dropFirst()) {
            guard hash.precedes(next) else { throw failure() }
        }
    }
}
