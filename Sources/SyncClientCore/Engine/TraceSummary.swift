internal import SyncProtocol

/// Puts the frames of a message into lines that hold no personal data.
enum TraceSummary {
    static func lines(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var rows = 0
        var rowBytes = 0
        func flush() {
            if rows > 0 { lines.append("row ×\(rows) (\(rowBytes) bytes)") }
            rows = 0
            rowBytes = 0
        }
        bytes.withUnsafeBytes { raw in
            do throws(WireError) {
                _ = try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                    if payload.first == 21 {
                        rows += 1
                        rowBytes += payload.count
                        return
                    }
                    flush()
                    let frame = try BinaryFrames.decode(payload, origin: origin)
                    lines.append(repair(frame) ?? line(frame))
                }
            } catch {
                lines.append("unreadable: \(error.code) at \(error.position)")
            }
        }
        flush()
        return lines
    }

    private static func line(_ frame: Frame) -> String {
        switch frame {
        case .sync(let sync):
            "sync cursor=\(sync.cursor.count)B rows≤\(sync.rowsMax) bytes≤\(sync.bytesMax) "
                + "schema=\(sync.schema) outcomes_seen=\(sync.outcomesSeen)"
        case .push: "push"
        case .mutation(let mutation):
            "mutation \(mutation.mid) "
                + mutation.operations.map { "\($0.operation.word):\($0.key.table)" }
                .joined(separator: ",")
        case .hello(let hello): "hello server_ms=\(hello.serverMilliseconds)"
        case .unchanged(let mid): "unchanged acked=\(mid)"
        case .bucket(let bucket):
            "bucket \(bucket.name) head=\(bucket.head) count=\(bucket.count) ahead=\(bucket.ahead)"
        case .bucketGone(let name): "bucket_gone \(name)"
        case .name(let index, let text): "name \(index)=\(text)"
        case .row: "row"
        case .tombstone(let gone): "tombstone rev=\(gone.rev)"
        case .outcomes(let range):
            "outcomes \(range.first)…\(range.last) \(range.status) \(range.code)"
        case .page(let page): "page rows=\(page.rows) cursor=\(page.cursor.count)B"
        case .checkpoint(let end):
            "checkpoint rows=\(end.rows) acked=\(end.ackedMid) cursor=\(end.cursor.count)B"
        case .pushed(let mid): "pushed acked=\(mid)"
        case .restart(let reason): "restart \(reason)"
        case .error(let error):
            "error \(error.code) acked=\(error.ackedMid) "
                + "retry_after=\(error.retryAfterMilliseconds)"
        case .unknown(let number): "unknown \(number)"
        default: "frame \(frame.number)"
        }
    }

    private static func repair(_ frame: Frame) -> String? {
        switch frame {
        case .reconcile(let request): "reconcile" + (request.goesOn ? " goes on" : "")
        case .sums(let claim):
            "sums \(claim.bucket) \(place(claim.range)) parts=\(claim.parts.count)"
        case .items(let claim):
            "items \(claim.bucket) \(place(claim.range)) rows=\(claim.hashes.count)"
        case .parts(let answer): "parts \(place(answer.range)) parts=\(answer.parts.count)"
        case .surplus(let surplus): "surplus rows=\(surplus.hashes.count)"
        case .reconciled(let end): "reconciled rows=\(end.rows) answered=\(end.answered)"
        default: nil
        }
    }

    private static func place(_ range: HashRange) -> String {
        "\(FixedHex.text(range.low, digits: 16))/\(range.depth)"
    }
}
