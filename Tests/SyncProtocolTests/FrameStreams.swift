import SyncProtocol

/// What a stream of bytes gave before it ended or was refused.
struct StreamResult: Equatable {
    var frames: [Frame] = []
    var isBetweenFrames = false
    var error: WireError?

    var hasTerminal: Bool { frames.contains(where: \.isTerminal) }
}

enum FrameStreams {
    static func binary(_ frames: [Frame]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { BinaryFrames.append(frame, to: &bytes) }
        return bytes
    }

    static func json(_ frames: [Frame]) -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = JSONFrameWriter()
        for frame in frames { writer.append(frame, to: &bytes) }
        return bytes
    }

    /// Reads bytes that arrive in pieces.
    static func readBinary(_ pieces: [[UInt8]]) -> StreamResult {
        var result = StreamResult()
        var splitter = FrameSplitter()
        do throws(WireError) {
            for piece in pieces {
                try piece.withUnsafeBytesTyped { (raw) throws(WireError) in
                    try splitter.push(raw) { (payload, origin) throws(WireError) in
                        result.frames.append(try BinaryFrames.decode(payload, origin: origin))
                    }
                }
            }
        } catch {
            result.error = error
        }
        result.isBetweenFrames = splitter.isBetweenFrames
        return result
    }

    /// Reads lines that arrive in pieces, up to and with the end of the stream.
    static func readJSON(_ pieces: [[UInt8]], finishes: Bool = true) -> StreamResult {
        var result = StreamResult()
        var reader = JSONFrameReader()
        do throws(WireError) {
            for piece in pieces {
                try piece.withUnsafeBytesTyped { (raw) throws(WireError) in
                    try reader.push(raw) { (frame) throws(WireError) in
                        result.frames.append(frame)
                    }
                }
            }
            if finishes {
                try reader.finish { (frame) throws(WireError) in result.frames.append(frame) }
            }
        } catch {
            result.error = error
        }
        result.isBetweenFrames = reader.isBetweenFrames
        return result
    }

    /// The fields of a payload, each as the bytes it is written with.
    static func fields(_ payload: [UInt8], skippingType: Bool) throws -> [[UInt8]] {
        try payload.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            if skippingType { _ = try reader.varint() }
            var found: [[UInt8]] = []
            var start = reader.position
            while try reader.field() != nil {
                found.append(Array(raw[start..<reader.position]))
                start = reader.position
            }
            return found
        }
    }

    /// One frame of each type, with names that rows can use.
    static func oneOfEach(seed: UInt64 = 1) -> [Frame] {
        var operations: [RowOperation] = []
        let key = RowKey(table: "annotation", id: "v-1")
        let dots = [Dot(device: DeviceID(1), mid: 1), Dot(device: DeviceID(2), mid: 300)]
        for operation in [
            .create, .set(field: "f", value: ["a", 1]), .raise(field: "f", to: -1),
            .mark(field: "f"), .add(field: "f", element: ""),
            .remove(field: "f", element: "x", dots: dots), .increment(field: "f", by: .min),
            .write(field: "f", text: "t", replacing: dots), .submit(["a": 1]), .delete,
        ] as [Operation] {
            operations.append(RowOperation(key, operation))
        }
        var sync = SyncRequest()
        sync.cursor = [1, 2, 3]
        sync.priorityMax = 1
        let sum = HashSum([UInt8](0..<16)) ?? .zero
        return [
            .sync(sync), .push(PushHeader(baseChain: .max)),
            .mutation(
                Mutation(
                    mid: 1, time: HybridTime(packed: .max, device: DeviceID(3)), schema: 1,
                    operations: operations, chain: 5)),
            .hello(Hello(serverMilliseconds: 1_763_000_000_000)), .unchanged(ackedMid: 4),
            .bucket(
                BucketState(
                    index: 0, name: "person/s/core", epoch: 1, head: 2, count: 3, sum: sum,
                    priority: 1, leaseUntil: 9, ahead: 4)),
            .bucketGone(name: "person/s/credit"), .name(index: 0, text: "vehicle"),
            .name(index: 1, text: "dlt"),
            .row(
                RowFrame(
                    bucket: 0, table: 0, owner: 1, id: "v-1", rev: 2, asOf: -1, sourceVersion: 7,
                    body: Array(#"{"a":1}"#.utf8))),
            .tombstone(Tombstone(bucket: 0, table: 0, id: "v-2", rev: 3)),
            .outcomes(
                OutcomeRange(first: 1, last: 2, status: .refused, code: "row_absent", detail: "d")),
            .page(PageEnd(cursor: [1], rows: 2, sum: sum)),
            .checkpoint(
                Checkpoint(
                    cursor: [1], rows: 2, sum: sum, ackedMid: 3, ackedChain: 4,
                    lineage: [UInt8](repeating: 7, count: 16))),
            .pushed(ackedMid: 1), .restart(reason: "r"),
            .error(ErrorFrame(code: "c", message: "m", retryAfterMilliseconds: 1, ackedMid: 2)),
        ] + repair(sum)
    }

    /// One frame of each type that a repair uses; the bucket has been named.
    private static func repair(_ sum: HashSum) -> [Frame] {
        let range = HashRange.whole.part(3, of: 2).part(1, of: 7)
        let parts = [RangeSum(count: 2, sum: sum), .zero]
        let hashes = [
            HashSum(firstHalfOf: SHA256.hash([1])), HashSum(firstHalfOf: SHA256.hash([2])),
        ]
        .sorted { $0.precedes($1) }
        var request = ReconcileRequest()
        request.goesOn = true
        request.isMismatch = true
        return [
            .reconcile(request),
            .sums(SumsClaim(bucket: "person/s/core", range: range, split: 1, parts: parts)),
            .items(ItemsClaim(bucket: "person/s/core", range: .whole, hashes: hashes)),
            .parts(PartsAnswer(bucket: 0, range: range, split: 1, parts: parts)),
            .surplus(SurplusRows(bucket: 0, hashes: hashes)),
            .reconciled(ReconcileEnd(cursor: [1], rows: 2, sum: sum, answered: 3)),
        ]
    }
}
