/// The frames that repair uses, as JSON lines.
enum ReconcileLines {
    static func members(
        of frame: Frame, bucket: (UInt64) -> String
    ) -> [(String, JSONValue)] {
        switch frame {
        case .reconcile(let request):
            [
                ("frame", "reconcile"), ("bytes_max", number(request.bytesMax)),
                ("schema", number(request.schema)), ("goes_on", .integer(request.goesOn ? 1 : 0)),
                ("mismatch", .integer(request.isMismatch ? 1 : 0)),
            ]
        case .sums(let claim):
            [("frame", "sums"), ("bucket", .string(claim.bucket))] + range(claim.range) + [
                ("split", .integer(Int64(claim.split))), ("parts", parts(claim.parts)),
            ]
        case .items(let claim):
            [("frame", "items"), ("bucket", .string(claim.bucket))] + range(claim.range) + [
                ("hashes", hashes(claim.hashes))
            ]
        case .parts(let answer):
            [("frame", "parts"), ("bucket", .string(bucket(answer.bucket)))] + range(answer.range)
                + [
                    ("split", .integer(Int64(answer.split))), ("parts", parts(answer.parts)),
                ]
        case .surplus(let surplus):
            [
                ("frame", "surplus"), ("bucket", .string(bucket(surplus.bucket))),
                ("hashes", hashes(surplus.hashes)),
            ]
        case .reconciled(let end):
            [
                ("frame", "reconciled"), ("cursor", .string(Base64URL.encode(end.cursor))),
                ("rows", number(end.rows)), ("sum", .string(end.sum.description)),
                ("answered", number(end.answered)),
            ]
        default: []
        }
    }

    private static func number(_ value: UInt64) -> JSONValue {
        .integer(Int64(clamping: value))
    }

    private static func range(_ range: HashRange) -> [(String, JSONValue)] {
        [
            ("depth", .integer(Int64(range.depth))),
            ("low", .string(FixedHex.text(range.low, digits: 16))),
        ]
    }

    private static func parts(_ parts: [RangeSum]) -> JSONValue {
        .array(
            parts.map { part in
                .object(
                    JSONObject([
                        ("count", number(part.count)), ("sum", .string(part.sum.description)),
                    ]))
            })
    }

    private static func hashes(_ hashes: [HashSum]) -> JSONValue {
        .array(hashes.map { .string($0.description) })
    }

    // MARK: - Reading

    static func decode(
        _ type: String, _ object: JSONFrameReader.Members,
        bucket: (JSONFrameReader.Members) throws(WireError) -> UInt64
    ) throws(WireError) -> Frame {
        switch type {
        case "reconcile":
            var request = ReconcileRequest()
            if object.has("bytes_max") { request.bytesMax = try object.number("bytes_max") }
            if object.has("schema") { request.schema = try object.number("schema") }
            if object.has("goes_on") { request.goesOn = try object.number("goes_on") != 0 }
            if object.has("mismatch") { request.isMismatch = try object.number("mismatch") != 0 }
            return .reconcile(request)
        case "sums":
            let range = try range(object)
            let (split, parts) = try parts(object, of: range)
            return .sums(
                SumsClaim(
                    bucket: try object.text("bucket"), range: range, split: split, parts: parts))
        case "items":
            return .items(
                ItemsClaim(
                    bucket: try object.text("bucket"), range: try range(object),
                    hashes: try hashes(object)))
        case "parts":
            let range = try range(object)
            let (split, parts) = try parts(object, of: range)
            return .parts(
                PartsAnswer(
                    bucket: try bucket(object), range: range, split: split, parts: parts))
        case "surplus":
            return .surplus(
                SurplusRows(bucket: try bucket(object), hashes: try hashes(object)))
        case "reconciled":
            return .reconciled(
                ReconcileEnd(
                    cursor: try object.base64("cursor"), rows: try object.number("rows"),
                    sum: try object.sum("sum"), answered: try object.number("answered")))
        default: return .unknown(0)
        }
    }

    private static func range(
        _ object: JSONFrameReader.Members
    ) throws(WireError) -> HashRange {
        guard object.has("depth") else { return .whole }
        let range = HashRange(
            depth: Int(clamping: try object.number("depth")), low: try object.hex("low"))
        guard let range else { throw object.fail("wire.range", "low") }
        return range
    }

    private static func parts(
        _ object: JSONFrameReader.Members, of range: HashRange
    ) throws(WireError) -> (split: Int, parts: [RangeSum]) {
        let split = Int(clamping: try object.number("split"))
        guard range.canSplit(split) else { throw object.fail("wire.range", "split") }
        var parts: [RangeSum] = []
        for part in try object.list("parts") {
            let count = try part.number("count")
            parts.append(count == 0 ? .zero : RangeSum(count: count, sum: try part.sum("sum")))
        }
        guard parts.count == 1 << split else { throw object.fail("wire.parts", "parts") }
        return (split, parts)
    }

    private static func hashes(
        _ object: JSONFrameReader.Members
    ) throws(WireError) -> [HashSum] {
        let hashes = try object.sums("hashes")
        try ReconcileCodec.checkOrder(hashes) { object.fail("wire.items", "hashes") }
        return hashes
    }
}
