internal import SyncProtocol

/// Records of about 550 bytes of canonical JSON, the same in every run.
enum SampleRecords {
    static let table = "traffic_ticket"

    private static let words = [
        "renew", "licence", "vehicle", "tax", "ticket", "house", "credit", "school", "health",
        "ใบขับขี่", "ภาษี", "ทะเบียน", "สิทธิ", "เงิน", "บ้าน",
    ]

    /// An id in the form of a UUID, in no order.
    static func id(_ number: Int) -> String {
        let mixed = mix(UInt64(number))
        let text = hex(mixed) + hex(mix(mixed))
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    /// The body of a record.
    static func body(_ number: Int) -> [UInt8] {
        JSON.canonical(.object(JSONObject(members(number))))
    }

    private static func members(_ number: Int) -> [(String, JSONValue)] {
        var seed = UInt64(number) &* 7_919
        func next(_ below: UInt64) -> UInt64 {
            seed = mix(seed)
            return seed % below
        }
        func text(bytes: Int) -> String {
            var made = ""
            while made.utf8.count < bytes { made += words[Int(next(UInt64(words.count)))] + " " }
            return made
        }
        return [
            ("title", .string(text(bytes: 40))), ("done", .integer(Int64(next(2)))),
            ("order", .integer(Int64(next(10_000)))), ("list", .string(id(number + 1_000_000))),
            ("tags", .string(text(bytes: 20))),
            ("due", .integer(1_700_000_000_000 + Int64(next(10_000_000_000)))),
            ("created", .integer(1_690_000_000_000 + Int64(next(10_000_000_000)))),
            ("by", .string("user-\(next(500))")), ("body", .string(text(bytes: 320))),
        ]
    }

    private static func mix(_ seed: UInt64) -> UInt64 {
        var mixed = seed &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    private static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    /// A whole answer with so many rows and a checkpoint, as a server sends it.
    static func answer(
        rows count: Int, table: String = table, outcomes: [OutcomeRange] = [],
        acked: (mid: UInt64, chain: UInt64) = (0, 0), cursor: [UInt8] = [1]
    ) -> [UInt8] {
        let owner = "dlt"
        var rows: [UInt8] = []
        var sum = HashSum.zero
        for number in 0..<count {
            let body = body(number)
            let row = RowFrame(
                bucket: 0, table: 0, owner: 1, id: id(number), rev: UInt64(number + 1),
                asOf: 1_794_582_060_000, sourceVersion: 1, body: body)
            BinaryFrames.append(.row(row), to: &rows)
            sum += RowHash.hash(
                key: RowKey(table: table, id: row.id), owner: owner, asOf: row.asOf,
                sourceVersion: row.sourceVersion, body: body)
        }
        var bytes: [UInt8] = []
        func append(_ frame: Frame) { BinaryFrames.append(frame, to: &bytes) }
        append(.hello(Hello(serverMilliseconds: 1_800_000_000_000)))
        for outcome in outcomes { append(.outcomes(outcome)) }
        append(
            .bucket(
                BucketState(
                    index: 0, name: "person/bench/transport", epoch: 1, head: UInt64(count),
                    count: UInt64(count), sum: sum, priority: 1, leaseUntil: 0,
                    ahead: UInt64(count))))
        append(.name(index: 0, text: table))
        append(.name(index: 1, text: owner))
        bytes += rows
        append(
            .checkpoint(
                Checkpoint(
                    cursor: cursor, rows: UInt64(count), sum: sum, ackedMid: acked.mid,
                    ackedChain: acked.chain, lineage: [1])))
        return bytes
    }
}
