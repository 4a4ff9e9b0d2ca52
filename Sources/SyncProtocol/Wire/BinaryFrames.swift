/// Frames as bytes: `application/vnd.tangrat.sync`.
///
/// ```text
/// frame: varint length of what follows, varint type, fields
/// ```
package enum BinaryFrames {
    /// The media type.
    package static let mediaType = "application/vnd.tangrat.sync"

    /// The largest frame, in bytes after its length.
    package static let frameBytesMax = 1_024 * 1_024

    /// Appends one frame.
    package static func append(_ frame: Frame, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(0)
        appendPayload(frame, to: &bytes)
        bytes.writeLength(at: start)
    }

    private static func appendPayload(_ frame: Frame, to out: inout [UInt8]) {
        out.appendVarint(frame.number)
        switch frame {
        case .sync(let request):
            if !request.cursor.isEmpty { out.appendField(1, request.cursor) }
            out.appendField(2, request.rowsMax)
            out.appendField(3, request.bytesMax)
            out.appendField(4, request.schema)
            out.appendField(5, request.outcomesSeen)
            if request.priorityMax != 9 { out.appendField(6, request.priorityMax) }
            if request.wantsCheckpoint { out.appendField(7, 1) }
        case .push(let header):
            out.appendField(1, fixed: header.baseChain)
        case .mutation(let mutation): MutationCodec.append(mutation, to: &out)
        case .hello(let hello):
            out.appendField(1, Hello.magic)
            out.appendField(2, UInt64(max(hello.serverMilliseconds, 0)))
        case .unchanged(let mid), .pushed(let mid): out.appendField(1, mid)
        case .bucket(let bucket): append(bucket, to: &out)
        case .bucketGone(let name): out.appendField(1, name)
        case .name(let index, let text):
            out.appendField(1, index)
            out.appendField(2, text)
        case .row(let row):
            out.appendField(1, row.bucket)
            out.appendField(2, row.table)
            out.appendField(3, row.id)
            out.appendField(4, row.rev)
            out.appendField(5, row.owner)
            out.appendField(6, signed: row.asOf)
            out.appendField(7, signed: row.sourceVersion)
            out.appendField(8, row.body)
        case .tombstone(let row):
            out.appendField(1, row.bucket)
            out.appendField(2, row.table)
            out.appendField(3, row.id)
            out.appendField(4, row.rev)
        case .outcomes(let range):
            out.appendField(1, range.first)
            out.appendField(2, range.last)
            out.appendField(3, range.status.rawValue)
            if !range.code.isEmpty { out.appendField(4, range.code) }
            if !range.detail.isEmpty { out.appendField(5, range.detail) }
        case .page(let page):
            out.appendField(1, page.cursor)
            out.appendField(2, page.rows)
            out.appendField(3, page.sum)
        case .checkpoint(let checkpoint):
            out.appendField(1, checkpoint.cursor)
            out.appendField(2, checkpoint.rows)
            out.appendField(3, checkpoint.sum)
            if checkpoint.ackedMid != 0 {
                out.appendField(4, checkpoint.ackedMid)
                out.appendField(5, fixed: checkpoint.ackedChain)
            }
            if !checkpoint.lineage.isEmpty { out.appendField(6, checkpoint.lineage) }
        case .restart(let reason): out.appendField(1, reason)
        case .error(let error):
            out.appendField(1, error.code)
            out.appendField(2, error.message)
            out.appendField(3, error.retryAfterMilliseconds)
            out.appendField(4, error.ackedMid)
        case .reconcile(let request): ReconcileCodec.append(request, to: &out)
        case .sums(let claim): ReconcileCodec.append(claim, to: &out)
        case .items(let claim): ReconcileCodec.append(claim, to: &out)
        case .parts(let answer): ReconcileCodec.append(answer, to: &out)
        case .surplus(let surplus): ReconcileCodec.append(surplus, to: &out)
        case .reconciled(let end): ReconcileCodec.append(end, to: &out)
        case .unknown: break
        }
    }

    private static func append(_ bucket: BucketState, to out: inout [UInt8]) {
        out.appendField(1, bucket.index)
        if !bucket.name.isEmpty {
            out.appendField(2, bucket.name)
            out.appendField(3, bucket.epoch)
        }
        out.appendField(4, bucket.head)
        out.appendField(5, bucket.count)
        out.appendField(6, bucket.sum)
        if !bucket.name.isEmpty { out.appendField(7, bucket.priority) }
        if bucket.leaseUntil != 0 { out.appendField(8, bucket.leaseUntil) }
        out.appendField(9, bucket.ahead)
    }

    /// Decodes the payload of one frame: its type and fields, without the length.
    package static func decode(
        _ payload: UnsafeRawBufferPointer, origin: Int = 0
    ) throws(WireError) -> Frame {
        var reader = ByteReader(payload, origin: origin)
        let type = try reader.varint()
        return try FramePayload.decode(type, &reader, origin: origin)
    }

    /// Decodes a payload as a server does, which must go on behind what it cannot read.
    ///
    /// A mutation whose head can be read and whose operations cannot comes with the
    /// reason in ``Mutation/unreadable``.
    package static func decodeRequest(
        _ payload: UnsafeRawBufferPointer, origin: Int = 0
    ) throws(WireError) -> Frame {
        do throws(WireError) {
            return try decode(payload, origin: origin)
        } catch {
            guard let mutation = MutationRescue.mutation(payload) else { throw error }
            return .mutation(mutation)
        }
    }
}

extension Frame {
    /// The number of the frame on the wire.
    package var number: UInt64 {
        switch self {
        case .sync: 1
        case .push: 2
        case .mutation: 3
        case .reconcile: 4
        case .sums: 5
        case .items: 6
        case .hello: 16
        case .unchanged: 17
        case .bucket: 18
        case .bucketGone: 19
        case .name: 20
        case .row: 21
        case .tombstone: 22
        case .outcomes: 23
        case .page: 24
        case .checkpoint: 25
        case .pushed: 26
        case .restart: 27
        case .error: 28
        case .parts: 29
        case .surplus: 30
        case .reconciled: 31
        case .unknown(let number): number
        }
    }
}
