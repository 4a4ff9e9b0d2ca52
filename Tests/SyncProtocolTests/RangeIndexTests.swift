import SyncProtocol
import TestSupport
import Testing

@Suite("Sums of ranges")
struct RangeIndexTests {
    private static func hash(_ text: String?) throws -> HashSum {
        try #require(text.flatMap { Hex.decode($0) }.flatMap { HashSum($0) })
    }

    private static func hashes(_ value: JSONValue?) throws -> [HashSum] {
        try #require(value?.items).map { try hash($0.text) }
    }

    private static func index(_ hashes: [HashSum]) -> RangeIndex {
        RangeIndex(hashes.map { RangeIndex.Entry(hash: $0, reference: 0) })
    }

    private static func range(_ input: JSONValue) throws -> HashRange {
        let low = try #require(input["low"]?.text)
        let depth = try #require(input["depth"]?.intValue)
        let number = try #require(FixedHex.parse(low.utf8, digits: 16))
        return try #require(HashRange(depth: Int(depth), low: number))
    }

    @Test("are those of the golden file", arguments: try Vector.all("reconcile"))
    func golden(vector: Vector) throws {
        let range = try Self.range(vector.input)
        if let split = vector.input["split"]?.intValue {
            let index = Self.index(try Self.hashes(vector.input["hashes"]))
            let parts = index.sums(of: range, split: Int(split))
            let expected = try #require(vector.expected["parts"]?.items).map { part in
                RangeSum(
                    count: UInt64(try #require(part["count"]?.intValue)),
                    sum: try Self.hash(part["sum"]?.text))
            }
            #expect(parts == expected)
            var bytes: [UInt8] = []
            BinaryFrames.append(
                .sums(SumsClaim(bucket: "b", range: .whole, split: Int(split), parts: parts)),
                to: &bytes)
            #expect(Hex.encode(bytes).hasSuffix(try #require(vector.expected["hex"]?.text)))
        } else {
            let index = Self.index(try Self.hashes(vector.input["server"]))
            let (missing, surplus) = index.differences(
                from: try Self.hashes(vector.input["device"]), in: range)
            #expect(missing.map(\.hash) == (try Self.hashes(vector.expected["rows"])))
            #expect(surplus == (try Self.hashes(vector.expected["surplus"])))
        }
    }

    /// Goal: every sum is that of adding up by hand, whatever has come and gone.
    @Test("are what adding up by hand gives", arguments: 0..<60 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var held: [HashSum] = []
        var index = RangeIndex()
        for step in 0..<4 {
            let goes: UInt64 = random.next(in: 1...5)
            let added = (0..<random.next(in: 0...80)).map { _ in random.sum() }
            index.update(
                removing: { $0.hash.leading % 5 < goes && step > 0 },
                adding: added.map { RangeIndex.Entry(hash: $0, reference: 1) })
            held = held.filter { !($0.leading % 5 < goes && step > 0) } + added
            held.sort { $0.precedes($1) }
            #expect(index.entries.map(\.hash) == held)
            for _ in 0..<20 {
                let range = random.range()
                var sum = RangeSum.zero
                for hash in held where range.contains(hash) {
                    sum.count += 1
                    sum.sum += hash
                }
                #expect(index.sum(of: range) == sum)
                guard range.canSplit(4) else { continue }
                var whole = RangeSum.zero
                for part in index.sums(of: range, split: 4) {
                    whole.count += part.count
                    whole.sum += part.sum
                }
                #expect(whole == sum)
            }
            let others = held.filter { _ in random.chance(oneIn: 2) } + [random.sum()]
            let sorted = others.sorted { $0.precedes($1) }
            let range = random.range()
            let (missing, surplus) = index.differences(
                from: sorted.filter(range.contains), in: range)
            #expect(
                Set(missing.map(\.hash))
                    == Set(held.filter(range.contains)).subtracting(others))
            #expect(Set(surplus) == Set(others.filter(range.contains)).subtracting(held))
        }
    }

    @Test("refuse ranges that are none", arguments: [(65, 0), (0, 1), (3, 1 << 60), (-1, 0)])
    func invalid(depth: Int, low: UInt64) {
        #expect(HashRange(depth: depth, low: low) == nil)
    }

    /// What must not be read, as the fields of a frame after its type.
    @Test(
        "refuse what has another form",
        arguments: [
            ("0508 0a0162 1001 1a00 2000 2a0100", "wire.range"),
            ("0508 0a0162 1008 1a020101 2000 2a0100", "wire.range"),
            ("0508 0a0162 1003 1a0101 2000 2a0100", "wire.range"),
            ("0508 0a0162 2009 2a0100", "wire.range"),
            ("0508 0a0162 2000 2a020000", "wire.parts"),
            ("0508 0a0162 2001 2a0100", "wire.parts"),
            ("0508 0a0162 2000 2a0101", "wire.truncated"),
            ("0608 0a0162 220101", "wire.items"),
        ])
    func refused(text: String, code: String) throws {
        // The second byte of each line stands for the length and is written here.
        let digits = text.filter { $0 != " " }
        let bytes = try #require(Hex.decode(String(digits)))
        let payload = [bytes[0]] + bytes.dropFirst(2)
        let result = FrameStreams.readBinary([[UInt8(payload.count)] + payload])
        #expect(result.error?.code == code)
    }

    @Test("refuse hashes that do not ascend")
    func order() throws {
        let two =
            Array(SHA256.hash([1]).bytes.prefix(16)) + Array(SHA256.hash([1]).bytes.prefix(16))
        let payload: [UInt8] = [6, 0x0a, 1, 0x62, 0x22, 32] + two
        #expect(
            FrameStreams.readBinary([[UInt8(payload.count)] + payload]).error?.code == "wire.items")
    }
}
