/// Reads frames from JSON lines.
package struct JSONFrameReader {
    private var pending: [UInt8] = []
    private var line = 0
    // By bytes: two owners may be equal to Swift and different in every row hash.
    private var names: [[UInt8]: UInt64] = [:]
    private var buckets: [[UInt8]: UInt64] = [:]

    /// The longest line, in bytes.
    package static let lineBytesMax = 2 * BinaryFrames.frameBytesMax

    /// Whether a mutation whose operations cannot be read comes with the reason.
    private let goesOn: Bool

    /// Creates a reader for one request or response.
    ///
    /// - Parameter rescuesMutations: Whether to go on behind operations that cannot
    ///   be read, as a server must; see ``Mutation/unreadable``.
    package init(rescuesMutations: Bool = false) {
        goesOn = rescuesMutations
    }

    /// Whether the stream may end here.
    package var isBetweenFrames: Bool { pending.isEmpty }

    /// Takes the next bytes and gives each frame to `body`.
    ///
    /// Names that rows use come as ``Frame/name(index:text:)`` before them, as
    /// they do in the binary form.
    package mutating func push(
        _ bytes: UnsafeRawBufferPointer, _ body: (Frame) throws(WireError) -> Void
    ) throws(WireError) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            pending.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            try checkLength()
            line += 1
            if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
            if !pending.isEmpty {
                let complete = pending
                pending.removeAll(keepingCapacity: true)
                try read(complete, body)
            }
        }
        pending.append(contentsOf: rest)
        try checkLength()
    }

    /// Checks what is kept of a line, whether or not its end has come with it.
    private func checkLength() throws(WireError) {
        guard pending.count <= Self.lineBytesMax else {
            throw failure("wire.line_too_long", "a line is longer than \(Self.lineBytesMax) bytes")
        }
    }

    /// Reads what stands after the last line feed, at the end of the stream.
    package mutating func finish(_ body: (Frame) throws(WireError) -> Void) throws(WireError) {
        guard !pending.isEmpty else { return }
        line += 1
        let complete = pending
        pending.removeAll()
        try read(complete, body)
    }

    private func failure(_ code: String, _ message: String) -> WireError {
        WireError(code: code, position: line, message: "line \(line): \(message)")
    }

    private mutating func read(
        _ bytes: [UInt8], _ body: (Frame) throws(WireError) -> Void
    ) throws(WireError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSON.parse(
                bytes, limits: JSONLimits(bytesMax: Self.lineBytesMax, depthMax: 40))
        } catch {
            throw failure("wire.\(error.code)", error.message)
        }
        let object = Members(value: value, line: line)
        let type = try object.text("frame")
        if let table = value["table"]?.text, type == "row" || type == "tombstone" {
            try learn(table, body)
            if let owner = value["owner"]?.text { try learn(owner, body) }
        }
        let frame = try decode(type, object)
        if case .bucket(let bucket) = frame { buckets[Array(bucket.name.utf8)] = bucket.index }
        try body(frame)
    }

    private mutating func learn(
        _ name: String, _ body: (Frame) throws(WireError) -> Void
    ) throws(WireError) {
        let bytes = Array(name.utf8)
        guard names[bytes] == nil else { return }
        let index = UInt64(names.count)
        names[bytes] = index
        try body(.name(index: index, text: name))
    }

    private func decode(_ type: String, _ object: Members) throws(WireError) -> Frame {
        switch type {
        case "sync": return .sync(try sync(object))
        case "push": return .push(PushHeader(baseChain: try object.hex("base_chain")))
        case "mutation":
            let head = try head(object)
            do throws(WireError) {
                return .mutation(head.mutation(try operations(object)))
            } catch {
                guard goesOn else { throw error }
                return .mutation(head.mutation(unreadable: problem(object, error)))
            }
        case "hello":
            guard try object.text("magic") == "TRS1" else {
                throw failure("wire.magic", "the response is not from a sync server")
            }
            return .hello(
                Hello(serverMilliseconds: Int64(clamping: try object.number("server_ms"))))
        case "unchanged": return .unchanged(ackedMid: try object.number("acked_mid"))
        case "bucket":
            let name = try object.text("bucket")
            guard !name.isEmpty else { throw failure("wire.name", "a bucket has an empty name") }
            return .bucket(
                BucketState(
                    index: buckets[Array(name.utf8)] ?? UInt64(buckets.count), name: name,
                    epoch: try object.number("epoch"), head: try object.number("head"),
                    count: try object.number("count"), sum: try object.sum("sum"),
                    priority: try object.number("priority"),
                    leaseUntil: try object.number("lease_until"),
                    ahead: try object.number("ahead")))
        case "bucket_gone": return .bucketGone(name: try object.text("bucket"))
        case "row":
            return .row(
                RowFrame(
                    bucket: try bucket(object), table: try name(object, "table"),
                    owner: try name(object, "owner"), id: try object.identifier("id"),
                    rev: try object.number("rev"), asOf: try object.signed("as_of"),
                    sourceVersion: try object.signed("source_version"),
                    body: JSON.canonical(try object.value("body"))))
        case "tombstone":
            return .tombstone(
                Tombstone(
                    bucket: try bucket(object), table: try name(object, "table"),
                    id: try object.identifier("id"), rev: try object.number("rev")))
        case "outcomes":
            let text = try object.text("status")
            guard let status = JSONFrames.statusNames.first(where: { $0.name == text })?.status
            else { throw failure("wire.outcome", "an outcome has an unknown status") }
            let (first, last) = (try object.number("first"), try object.number("last"))
            guard first <= last else {
                throw failure("wire.outcome", "outcomes end before they begin")
            }
            return .outcomes(
                OutcomeRange(
                    first: first, last: last, status: status, code: try object.text("code"),
                    detail: try object.text("detail")))
        case "page":
            return .page(
                PageEnd(
                    cursor: try object.base64("cursor"), rows: try object.number("rows"),
                    sum: try object.sum("sum")))
        case "checkpoint":
            let mid = try object.number("acked_mid")
            let chain = try object.hex("acked_chain")
            guard mid > 0 || chain == 0 else {
                throw failure("wire.field", "a link of no mutation")
            }
            return .checkpoint(
                Checkpoint(
                    cursor: try object.base64("cursor"), rows: try object.number("rows"),
                    sum: try object.sum("sum"), ackedMid: mid, ackedChain: chain,
                    lineage: try object.base64("lineage")))
        case "pushed": return .pushed(ackedMid: try object.number("acked_mid"))
        case "restart": return .restart(reason: try object.text("reason"))
        case "error":
            return .error(
                ErrorFrame(
                    code: try object.text("code"), message: try object.text("message"),
                    retryAfterMilliseconds: try object.number("retry_after_ms"),
                    ackedMid: try object.number("acked_mid")))
        default:
            return try ReconcileLines.decode(type, object) { (object) throws(WireError) in
                try bucket(object)
            }
        }
    }

    private func sync(_ object: Members) throws(WireError) -> SyncRequest {
        var request = SyncRequest()
        if object.has("cursor") { request.cursor = try object.base64("cursor") }
        if object.has("rows_max") { request.rowsMax = try object.number("rows_max") }
        if object.has("bytes_max") { request.bytesMax = try object.number("bytes_max") }
        if object.has("schema") { request.schema = try object.number("schema") }
        if object.has("outcomes_seen") { request.outcomesSeen = try object.number("outcomes_seen") }
        if object.has("priority_max") { request.priorityMax = try object.number("priority_max") }
        if object.has("checkpoint") {
            request.wantsCheckpoint = try object.number("checkpoint") != 0
        }
        return request
    }

    /// What a mutation says beside its operations.
    private struct MutationHead {
        let mid: UInt64
        let time: HybridTime
        let schema: UInt64
        let chain: UInt64
        let origin: MutationOrigin?

        func mutation(_ operations: [RowOperation]) -> Mutation {
            Mutation(
                mid: mid, time: time, schema: schema, operations: operations, chain: chain,
                origin: origin)
        }

        func mutation(unreadable problem: WriteRules.Problem) -> Mutation {
            Mutation(mid: mid, time: time, schema: schema, chain: chain, unreadable: problem)
        }
    }

    private func head(_ object: Members) throws(WireError) -> MutationHead {
        guard let time = HybridTime(text: try object.text("time")) else {
            throw failure("wire.time", "time is not a hybrid time")
        }
        let mid = try object.number("mid")
        guard mid > 0, mid < 1 << 62 else {
            throw failure("wire.mutation", "a mutation has no number")
        }
        var origin: MutationOrigin?
        if object.optional("origin") != nil {
            origin = MutationOrigin(text: try object.text("origin"))
            guard origin != nil else { throw failure("wire.origin", "an origin is not valid") }
        }
        return MutationHead(
            mid: mid, time: time, schema: try object.number("schema"),
            chain: try object.hex("chain"), origin: origin)
    }

    private func operations(_ object: Members) throws(WireError) -> [RowOperation] {
        guard let items = try object.value("operations").items,
            items.count <= WriteRules.operationsMax + 1
        else { throw failure("wire.operations_too_many", "operations must be a short list") }
        var operations: [RowOperation] = []
        for item in items {
            operations.append(try operation(Members(value: item, line: line)))
        }
        return operations
    }

    /// Says of which operation what is wrong, as a refusal.
    private func problem(_ object: Members, _ error: WireError) -> WriteRules.Problem {
        guard let items = object.optional("operations")?.items else {
            return WriteRules.Problem(code: .operationInvalid, detail: "operations")
        }
        guard items.count <= WriteRules.operationsMax else {
            return WriteRules.Problem(code: .operationsTooMany, detail: "\(items.count)")
        }
        for (index, item) in items.enumerated() {
            do throws(WireError) {
                _ = try operation(Members(value: item, line: line))
            } catch {
                let place = "operation \(index + 1)"
                guard let word = item["do"]?.text,
                    !JSONFrames.operationNames.contains(where: { $0.name == word })
                else {
                    return WriteRules.Problem(
                        code: .operationInvalid, detail: "\(place): \(error.code)")
                }
                return WriteRules.Problem(
                    code: .operationUnknown,
                    detail: Identifier.isValid(word) ? "\(place): \(word)" : place)
            }
        }
        return WriteRules.Problem(code: .operationInvalid, detail: error.code)
    }

    private func operation(_ object: Members) throws(WireError) -> RowOperation {
        let word = try object.text("do")
        guard let number = JSONFrames.operationNames.first(where: { $0.name == word })?.number
        else {
            throw failure("wire.operation", "no operation has this name")
        }
        var dots: [Dot] = []
        guard let items = (object.optional("dots") ?? []).items else {
            throw failure("wire.dot", "dots must be a list")
        }
        for item in items {
            guard let dot = item.text.flatMap(Dot.init(text:)), dots.count < WriteRules.dotsMax
            else {
                throw failure("wire.dot", "a dot is not valid")
            }
            dots.append(dot)
        }
        let field = object.has("field") ? try object.identifier("field") : ""
        let made = MutationCodec.make(
            number, field, object.optional("value"), object.optional("text")?.text,
            object.optional("number")?.intValue, dots)
        guard let made else { throw failure("wire.operation", "\(word) is not complete") }
        return RowOperation(
            RowKey(table: try object.identifier("table"), id: try object.identifier("id")), made)
    }

    private func bucket(_ object: Members) throws(WireError) -> UInt64 {
        guard let index = buckets[Array(try object.text("bucket").utf8)] else {
            throw failure("wire.bucket", "a row names a bucket that was not announced")
        }
        return index
    }

    private func name(_ object: Members, _ key: String) throws(WireError) -> UInt64 {
        guard let index = names[Array(try object.text(key).utf8)] else {
            throw failure("wire.name", "\(key) is missing")
        }
        return index
    }
}
