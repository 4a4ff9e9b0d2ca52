import SyncProtocol
import TestSupport
import Testing

@Suite("The hash of a row")
struct RowHashTests {
    @Test("agrees with a computation made elsewhere", arguments: try Vector.all("rowhash"))
    func vectors(vector: Vector) throws {
        let input = vector.input
        let key = RowKey(
            table: try #require(input["table"]?.text), id: try #require(input["id"]?.text))
        let body = Array(try #require(input["body"]?.text).utf8)
        let hash = RowHash.hash(
            key: key, owner: try #require(input["owner"]?.text),
            asOf: try #require(input["as_of"]?.intValue),
            sourceVersion: try #require(input["source_version"]?.intValue), body: body)
        #expect(hash.description == vector.expected["hash"]?.text)
    }

    @Test("changes with each of its parts, and when bytes move between them")
    func parts() {
        func hash(
            _ table: String, _ id: String, _ owner: String, _ asOf: Int64, _ version: Int64,
            _ body: String
        ) -> HashSum {
            RowHash.hash(
                key: RowKey(table: table, id: id), owner: owner, asOf: asOf,
                sourceVersion: version, body: Array(body.utf8))
        }
        let hashes = [
            hash("ab", "c", "d", 1, 2, "e"), hash("a", "bc", "d", 1, 2, "e"),
            hash("ab", "cd", "", 1, 2, "e"), hash("ab", "c", "d", 2, 1, "e"),
            hash("ab", "c", "d", 1, 2, "f"), hash("ab", "c", "d", 1, 2, ""),
            hash("ab", "c", "d", -1, 2, "e"), hash("", "", "", 0, 0, ""),
        ]
        #expect(Set(hashes).count == hashes.count)
    }
}

@Suite("A sum of hashes")
struct HashSumTests {
    private func sum(_ lanes: [UInt32]) -> HashSum {
        HashSum(lanes.flatMap { lane in withUnsafeBytes(of: lane.bigEndian) { Array($0) } })
            ?? .zero
    }

    @Test("adds and subtracts each lane on its own, wrapping")
    func lanes() {
        var total = sum([.max, 1, 0x8000_0000, 0])
        total += sum([1, 2, 0x8000_0000, 7])
        #expect(total == sum([0, 3, 0, 7]))
        total -= sum([1, 4, 1, 8])
        #expect(total == sum([.max, .max, .max, .max]))
        #expect(total.description == String(repeating: "f", count: 32))
    }

    @Test("is another one where a single lane differs", arguments: 0..<4)
    func oneLane(lane: Int) {
        var lanes: [UInt32] = [1, 2, 3, 4]
        let right = sum(lanes)
        lanes[lane] ^= 0x8000_0000
        #expect(sum(lanes) != right)
        #expect(!sum(lanes).equalsInConstantTime(right))
    }

    @Test("does not depend on order and returns to zero", arguments: 0..<200 as Range<UInt64>)
    func group(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let hashes = (0..<20).map { _ in random.sum() }
        var forward = HashSum.zero
        for hash in hashes { forward += hash }
        var shuffled = HashSum.zero
        for hash in hashes.shuffled(using: &random) { shuffled += hash }
        #expect(forward == shuffled)
        #expect(forward.equalsInConstantTime(shuffled))
        for hash in hashes { forward -= hash }
        #expect(forward == .zero)
        var lanes = [UInt32](repeating: 0, count: 4)
        for hash in hashes {
            for lane in 0..<4 {
                lanes[lane] &+= hash.bytes[(lane * 4)..<(lane * 4 + 4)]
                    .reduce(0) { $0 << 8 | UInt32($1) }
            }
        }
        #expect(shuffled == sum(lanes))
    }

    @Test("is sixteen bytes", arguments: [0, 15, 16, 17, 32])
    func size(count: Int) {
        #expect((HashSum([UInt8](repeating: 1, count: count)) != nil) == (count == 16))
    }
}
