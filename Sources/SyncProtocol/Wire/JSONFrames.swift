/// Frames as JSON lines, for curl, jq and clients in any language.
///
/// The same frames as ``BinaryFrames``, one JSON object a line, with names in
/// place of name indices, so that a line can be read on its own. A writer or
/// reader lives for one request or response, because it learns the names.
package enum JSONFrames {
    /// The media type.
    package static let mediaType = "application/json"

    static let operationNames: [(number: UInt64, name: String)] = [
        (1, "create"), (2, "delete"), (3, "set"), (4, "raise"), (5, "mark"), (6, "add"),
        (7, "remove"), (8, "increment"), (9, "write"), (10, "submit"),
    ]

    static let statusNames: [(status: Outcome.Status, name: String)] = [
        (.accepted, "accepted"), (.merged, "merged"), (.refused, "refused"),
    ]
}

/// Writes frames as JSON lines.
package struct JSONFrameWriter {
    private var names: [UInt64: String] = [:]
    private var buckets: [UInt64: String] = [:]

    /// Creates a writer for one request or response.
    package init() {}

    /// Appends one frame and a line feed; a `name` frame is only remembered.
    package mutating func append(_ frame: Frame, to bytes: inout [UInt8]) {
        switch frame {
        case .name(let index, let text):
            names[index] = text
            return
        case .unknown: return
        case .bucket(let bucket): buckets[bucket.index] = bucket.name
        case .row(let row):
            appendRow(row, to: &bytes)
            return
        default: break
        }
        JSON.appendCanonical(.object(JSONObject(members(of: frame))), to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A row's body goes out as the bytes it is, not through values.
    private func appendRow(_ row: RowFrame, to bytes: inout [UInt8]) {
        func text(_ key: String, _ value: String) {
            bytes.append(contentsOf: "\"\(key)\":".utf8)
            JSON.appendCanonical(.string(value), to: &bytes)
        }
        bytes.append(contentsOf: #"{"as_of":\#(row.asOf),"body":"#.utf8)
        bytes.append(contentsOf: row.body)
        bytes.append(UInt8(ascii: ","))
        text("bucket", buckets[row.bucket] ?? "")
        bytes.append(contentsOf: #","frame":"row","#.utf8)
        text("id", row.id)
        bytes.append(UInt8(ascii: ","))
        text("owner", names[row.owner] ?? "")
        bytes.append(
            contentsOf: #","rev":\#(row.rev),"source_version":\#(row.sourceVersion),"#.utf8)
        text("table", names[row.table] ?? "")
        bytes.append(contentsOf: "}\n".utf8)
    }

    private func members(of frame: Frame) -> [(String, JSONValue)] {
        switch frame {
        case .sync(let request):
            [
                ("frame", "sync"), ("cursor", .string(Base64URL.encode(request.cursor))),
                ("rows_max", number(request.rowsMax)), ("bytes_max", number(request.bytesMax)),
                ("schema", number(request.schema)),
                ("outcomes_seen", number(request.outcomesSeen)),
                ("priority_max", number(request.priorityMax)),
            ] + (request.wantsCheckpoint ? [("checkpoint", .integer(1))] : [])
        case .push(let header): [("frame", "push"), ("base_chain", hex(header.baseChain))]
        case .mutation(let mutation):
            [
                ("frame", "mutation"), ("mid", number(mutation.mid)),
                ("time", .string(mutation.time.description)), ("schema", number(mutation.schema)),
                ("chain", hex(mutation.chain)),
                ("operations", .array(mutation.operations.map(Self.operation))),
            ] + (mutation.origin.map { [("origin", .string($0.description))] } ?? [])
        case .hello(let hello):
            [
                ("frame", "hello"), ("magic", "TRS1"),
                ("server_ms", .integer(hello.serverMilliseconds)),
            ]
        case .unchanged(let mid): [("frame", "unchanged"), ("acked_mid", number(mid))]
        case .bucket(let bucket):
            [
                ("frame", "bucket"), ("bucket", .string(bucket.name)),
                ("epoch", number(bucket.epoch)), ("head", number(bucket.head)),
                ("count", number(bucket.count)), ("sum", .string(bucket.sum.description)),
                ("priority", number(bucket.priority)), ("lease_until", number(bucket.leaseUntil)),
                ("ahead", number(bucket.ahead)),
            ]
        case .bucketGone(let name): [("frame", "bucket_gone"), ("bucket", .string(name))]
        case .tombstone(let row):
            [
                ("frame", "tombstone"), ("bucket", .string(buckets[row.bucket] ?? "")),
                ("table", .string(names[row.table] ?? "")), ("id", .string(row.id)),
                ("rev", number(row.rev)),
            ]
        case .outcomes(let range):
            [
                ("frame", "outcomes"), ("first", number(range.first)), ("last", number(range.last)),
                (
                    "status",
                    .string(JSONFrames.statusNames.first { $0.status == range.status }?.name ?? "")
                ),
                ("code", .string(range.code)), ("detail", .string(range.detail)),
            ]
        case .page(let page):
            [
                ("frame", "page"), ("cursor", .string(Base64URL.encode(page.cursor))),
                ("rows", number(page.rows)), ("sum", .string(page.sum.description)),
            ]
        case .checkpoint(let end):
            [
                ("frame", "checkpoint"), ("cursor", .string(Base64URL.encode(end.cursor))),
                ("rows", number(end.rows)), ("sum", .string(end.sum.description)),
                ("acked_mid", number(end.ackedMid)), ("acked_chain", hex(end.ackedChain)),
                ("lineage", .string(Base64URL.encode(end.lineage))),
            ]
        case .pushed(let mid): [("frame", "pushed"), ("acked_mid", number(mid))]
        case .restart(let reason): [("frame", "restart"), ("reason", .string(reason))]
        case .error(let error):
            [
                ("frame", "error"), ("code", .string(error.code)),
                ("message", .string(error.message)),
                ("retry_after_ms", number(error.retryAfterMilliseconds)),
                ("acked_mid", number(error.ackedMid)),
            ]
        case .reconcile, .sums, .items, .parts, .surplus, .reconciled:
            ReconcileLines.members(of: frame) { buckets[$0] ?? "" }
        case .name, .row, .unknown: []
        }
    }

    private static func operation(_ operation: RowOperation) -> JSONValue {
        let name = JSONFrames.operationNames.first { $0.number == operation.operation.number }
        var members: [(String, JSONValue)] = [
            ("do", .string(name?.name ?? "")), ("table", .string(operation.key.table)),
            ("id", .string(operation.key.id)),
        ]
        if let target = operation.operation.target {
            members.append(("field", .string(target.field)))
        }
        switch operation.operation {
        case .create, .delete, .mark: break
        case .set(_, let value): members.append(("value", value))
        case .submit(let payload): members.append(("value", payload))
        case .raise(_, let value): members.append(("number", .integer(value)))
        case .increment(_, let value): members.append(("number", .integer(value)))
        case .add(_, let element): members.append(("text", .string(element)))
        case .remove(_, let text, let dots), .write(_, let text, let dots):
            members.append(("text", .string(text)))
            members.append(("dots", .array(dots.map { .string($0.description) })))
        }
        return .object(JSONObject(members))
    }
}

private func number(_ value: UInt64) -> JSONValue {
    .integer(Int64(clamping: value))
}

private func hex(_ value: UInt64) -> JSONValue {
    .string(FixedHex.text(value, digits: 16))
}
