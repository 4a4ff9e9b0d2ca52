import SyncProtocol
import TestSupport
import Testing

@testable import SyncClientCore

/// Goal: an answer means the same to every client.
///
/// Method: `pull.json`, made and checked by the client in Tests/Interop: rounds of
/// answers as bytes, and the rows that are held after them.
@Suite("The vectors of pulls")
struct PullVectorTests {
    struct Pull: CustomTestStringConvertible {
        let id: String
        let rounds: [[[UInt8]]]
        let rows: [String]
        let isRefused: Bool

        var testDescription: String { id }

        static func all() throws -> [Pull] {
            let bytes = try Repository.bytes(of: "Tests/Vectors/pull.json")
            return try (JSON.parse(bytes, limits: .document).items ?? []).map { item in
                let rounds = try #require(item["input"]?["rounds"]?.items)
                return Pull(
                    id: try #require(item["id"]?.text),
                    rounds: try rounds.map { round in
                        try #require(round.items).compactMap {
                            $0.text.flatMap { Hex.decode($0) }
                        }
                    },
                    rows: try #require(item["expected"]?["rows"]?.items).compactMap(\.text),
                    isRefused: item["expected"]?["refused"] == 1)
            }
        }
    }

    @Test("end in the rows that they tell, or change nothing", arguments: try Pull.all())
    func answers(pull: Pull) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            for (number, round) in pull.rounds.enumerated() {
                let isUsed = !pull.isRefused || number + 1 < pull.rounds.count
                for answer in round {
                    // What cannot be used is asked for again, as often as a round does.
                    for _ in 0..<(isUsed ? 1 : 3) { world.server.fail(.change { _ in answer }) }
                }
                if isUsed {
                    _ = try await client.sync()
                    #expect(world.server.with { $0.faults.isEmpty })
                } else {
                    await #expect(throws: SyncFailure.self) { try await client.sync() }
                }
            }
            #expect(try await client.dump() == pull.rows)
            await client.close()
        }
    }
}
