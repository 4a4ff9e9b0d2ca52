import SyncProtocol
import TestSupport

/// Random values of the protocol, small enough to meet each other often.
extension SeededRandom {
    mutating func text() -> String {
        let parts = [
            "a", "b", "é", "e\u{301}", "ก", "ำ", "😀", "\"", "\\", "\n", "\r", "\u{1}", "\u{7f}",
            "/", "plain text ", "\u{2028}", "K", "\u{212a}",
        ]
        return (0..<next(in: 0...6)).map { _ in pick(parts) }.joined()
    }

    mutating func identifier() -> String {
        let letters = Array("abcXYZ019_.:-".utf8)
        let count = chance(oneIn: 12) ? Identifier.bytesMax : next(in: 1...12)
        return String(decoding: (0..<count).map { _ in pick(letters) }, as: UTF8.self)
    }

    mutating func jsonValue(depth: Int = 3) -> JSONValue {
        switch next(in: 0...(depth > 0 ? 6 : 4)) {
        case 0: return .null
        case 1: return .bool(chance(oneIn: 2))
        case 2: return .integer(Int64(truncatingIfNeeded: next()))
        case 3: return .integer(next(in: -20...20))
        case 4: return .string(text())
        case 5: return .array((0..<next(in: 0...3)).map { _ in jsonValue(depth: depth - 1) })
        default:
            return .object(
                JSONObject((0..<next(in: 0...3)).map { _ in (text(), jsonValue(depth: depth - 1)) })
            )
        }
    }

    mutating func device() -> DeviceID {
        DeviceID(chance(oneIn: 10) ? next() : next(in: 1...3))
    }

    mutating func time() -> HybridTime {
        HybridTime(
            milliseconds: chance(oneIn: 10) ? next() >> 16 : next(in: 0...3),
            counter: chance(oneIn: 10) ? .max : next(in: 0...2), device: device())
    }

    mutating func dot() -> Dot {
        Dot(device: device(), mid: chance(oneIn: 10) ? next() >> 2 : next(in: 1...5))
    }

    mutating func dots() -> [Dot] {
        (0..<next(in: 0...3)).map { _ in dot() }
    }

    mutating func operation() -> Operation {
        switch next(in: 0...9) {
        case 0: .create
        case 1: .delete
        case 2: .set(field: identifier(), value: jsonValue())
        case 3: .raise(field: identifier(), to: Int64(truncatingIfNeeded: next()))
        case 4: .mark(field: identifier())
        case 5: .add(field: identifier(), element: text())
        case 6: .remove(field: identifier(), element: text(), dots: dots())
        case 7: .increment(field: identifier(), by: next(in: -1_000...1_000))
        case 8: .write(field: identifier(), text: text(), replacing: dots())
        default: .submit(.object(JSONObject([(identifier(), jsonValue())])))
        }
    }

    mutating func mutation() -> Mutation {
        Mutation(
            mid: chance(oneIn: 10) ? (1 << 62) - 1 : next(in: 1...100), time: time(),
            schema: next(in: 0...3),
            operations: (0..<next(in: 0...4)).map { _ in
                RowOperation(RowKey(table: identifier(), id: identifier()), operation())
            }, chain: next(),
            origin: chance(oneIn: 3)
                ? MutationOrigin(
                    device: DeviceID(next()), mid: next(in: 1...1 << 40), chain: next()) : nil)
    }

    /// A write of the one row that documents under test stand for.
    mutating func documentOperation() -> Operation {
        switch next(in: 0...8) {
        case 0: .create
        case 1: .delete
        case 2: .set(field: "latest", value: jsonValue(depth: 1))
        case 3: .raise(field: "maximum", to: next(in: -5...5))
        case 4: .mark(field: "flag")
        case 5: .add(field: "set", element: pick(["a", "b", "é", "e\u{301}"]))
        case 6: .remove(field: "set", element: "a", dots: dots())
        case 7: .increment(field: "counter", by: next(in: -5...5))
        default: .write(field: "text", text: text(), replacing: dots())
        }
    }

    mutating func document(writes: ClosedRange<Int> = 0...6) -> MergeDocument {
        var document = MergeDocument(touched: time())
        for _ in 0..<next(in: writes) {
            document.apply(documentOperation(), time: time(), dot: dot())
        }
        return document
    }

    mutating func sum() -> HashSum {
        HashSum(bytes(16)) ?? .zero
    }

    mutating func range() -> HashRange {
        var range = HashRange.whole
        for _ in 0..<next(in: 0...8) as Range<Int> {
            let bits: Int = next(in: 0...HashRange.splitMax)
            range = range.part(next(in: 0...((1 << bits) - 1)), of: bits)
        }
        return range
    }

    mutating func parts(_ bits: Int) -> [RangeSum] {
        (0..<(1 << bits)).map { _ in
            let count = number()
            return count == 0 ? .zero : RangeSum(count: count, sum: sum())
        }
    }

    mutating func hashes() -> [HashSum] {
        (0..<next(in: 0...5)).map { _ in sum() }.sorted { $0.precedes($1) }
    }

    /// A request for repair.
    mutating func repair() -> [Frame] {
        var request = ReconcileRequest()
        request.bytesMax = number()
        request.schema = number()
        request.goesOn = chance(oneIn: 2)
        request.isMismatch = chance(oneIn: 2)
        var frames: [Frame] = [.reconcile(request)]
        for _ in 0..<next(in: 0...4) {
            let range = range()
            let bits = range.canSplit(3) ? next(in: 0...3) : 0
            frames.append(
                chance(oneIn: 2)
                    ? .sums(
                        SumsClaim(
                            bucket: text(), range: range, split: bits, parts: parts(bits)))
                    : .items(ItemsClaim(bucket: text(), range: range, hashes: hashes())))
        }
        return frames
    }

    /// A number that JSON can carry too.
    mutating func number() -> UInt64 {
        chance(oneIn: 6) ? next() >> 1 : next(in: 0...300)
    }

    mutating func request() -> [Frame] {
        var sync = SyncRequest()
        sync.cursor = bytes(next(in: 0...40))
        sync.rowsMax = number()
        sync.bytesMax = number()
        sync.schema = number()
        sync.outcomesSeen = number()
        sync.priorityMax = next(in: 0...9)
        sync.wantsCheckpoint = chance(oneIn: 3)
        guard chance(oneIn: 2) else { return [.sync(sync)] }
        return [.sync(sync), .push(PushHeader(baseChain: next()))]
            + (0..<next(in: 1...3)).map { _ in .mutation(mutation()) }
    }

    /// A whole response, with each name given just before its first use.
    mutating func response() -> [Frame] {
        var frames: [Frame] = [.hello(Hello(serverMilliseconds: Int64(number())))]
        let buckets: UInt64 = next(in: 1...3)
        for index in 0..<buckets {
            frames.append(
                .bucket(
                    BucketState(
                        index: index, name: "person/\(index)/core", epoch: number(),
                        head: number(), count: number(), sum: sum(), priority: next(in: 1...5),
                        leaseUntil: number(), ahead: number())))
        }
        if chance(oneIn: 2) { frames.append(.bucketGone(name: "person/9/core")) }
        var names: [[UInt8]: UInt64] = [:]
        func index(of name: String) -> UInt64 {
            if let known = names[Array(name.utf8)] { return known }
            let made = UInt64(names.count)
            names[Array(name.utf8)] = made
            frames.append(.name(index: made, text: name))
            return made
        }
        for _ in 0..<next(in: 0...4) {
            let table = index(of: pick(["vehicle", "inbox", "pinned"]))
            if chance(oneIn: 3) {
                frames.append(
                    .tombstone(
                        Tombstone(
                            bucket: next(in: 0...(buckets - 1)), table: table, id: identifier(),
                            rev: number())))
            } else {
                let owner = index(of: pick(["dlt", "citizen", "caf\u{e9}", "cafe\u{301}"]))
                frames.append(
                    .row(
                        RowFrame(
                            bucket: next(in: 0...(buckets - 1)), table: table, owner: owner,
                            id: identifier(), rev: number(),
                            asOf: Int64(truncatingIfNeeded: next()), sourceVersion: Int64(number()),
                            body: JSON.canonical(.object(JSONObject([("v", jsonValue())]))))))
            }
        }
        if chance(oneIn: 4) {
            let range = range()
            let bits = range.canSplit(3) ? next(in: 0...3) : 0
            frames.append(
                .parts(PartsAnswer(bucket: 0, range: range, split: bits, parts: parts(bits))))
            frames.append(.surplus(SurplusRows(bucket: 0, hashes: hashes())))
        }
        if chance(oneIn: 2) {
            let first = next(in: 1...50) as UInt64
            frames.append(
                .outcomes(
                    OutcomeRange(
                        first: first, last: first + next(in: 0...5),
                        status: pick([.accepted, .merged, .refused]),
                        code: pick(["", "row_absent"]), detail: text())))
        }
        frames.append(terminal())
        return frames
    }

    mutating func terminal() -> Frame {
        switch next(in: 0...6) {
        case 6:
            .reconciled(
                ReconcileEnd(
                    cursor: bytes(next(in: 0...40)), rows: number(), sum: sum(),
                    answered: number()))
        case 0: .unchanged(ackedMid: number())
        case 1: .page(PageEnd(cursor: bytes(next(in: 0...40)), rows: number(), sum: sum()))
        case 2:
            .checkpoint(
                Checkpoint(
                    cursor: bytes(30), rows: number(), sum: sum(), ackedMid: number(),
                    ackedChain: next(), lineage: bytes(16)))
        case 3: .pushed(ackedMid: number())
        case 4: .restart(reason: text())
        default:
            .error(
                ErrorFrame(
                    code: "server.busy", message: text(), retryAfterMilliseconds: number(),
                    ackedMid: number()))
        }
    }
}
