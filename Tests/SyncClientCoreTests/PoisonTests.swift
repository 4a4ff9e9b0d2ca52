import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: what a server sends that no server should send harms nothing beside it.
@Suite("Poison from a server")
struct PoisonTests {
    /// Bodies that no reader of JSON takes.
    private static let bodies: [[UInt8]] = [
        Array("{".utf8), [], Array(#"{"a":1,"a":2}"#.utf8), Array(#"{"plate":1e400}"#.utf8),
        Array(#"{"plate":""#.utf8) + [0xff, 0xfe] + Array(#""}"#.utf8),
        [UInt8](repeating: UInt8(ascii: "["), count: 600),
    ]

    @Test("a body of several lines is one line for programs", arguments: ["{\n}", "{\r}"])
    func lines(body: String) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            world.server.with { state in
                state.buckets[ModelServer.core]?.rows[RowKey(table: "vehicle", id: "v1")]?.body =
                    Array(body.utf8)
            }
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").map(\.needsUpdate) == [false])
            let lines = try await client.dump()
            let member = #""body_base64":"\#(Base64URL.encode(Array(body.utf8)))""#
            #expect(lines.count == 1 && lines[0].contains(member), "\(lines)")
            await client.close()
        }
    }

    @Test(
        "a row that cannot be read is shown as such, and its next version is read",
        arguments: bodies)
    func body(bytes: [UInt8]) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            for id in ["v1", "v2", "v3"] { world.server.put("vehicle", id, body: "{}") }
            world.server.with { state in
                state.buckets[ModelServer.core]?.rows[RowKey(table: "vehicle", id: "v2")]?.body =
                    bytes
            }
            try await client.pin("a")
            let report = try await client.sync()
            #expect(report.rows == 4)
            #expect(report.repairs == 0)
            let rows = try await client.rows("vehicle")
            #expect(rows.map(\.id) == ["v1", "v2", "v3"])
            #expect(rows.map(\.needsUpdate) == [false, true, false])
            #expect(rows[1].value == .null)
            // For programs every line is one, whatever is in it.
            let lines = try await client.dump().map { try JSON.parse(Array($0.utf8)) }
            let line = try #require(lines.first { $0["id"] == "v2" })
            #expect(line["body"] == nil)
            #expect(line["body_base64"]?.text.flatMap(Base64URL.decode) == bytes)
            #expect(lines.count { $0["body_base64"] != nil } == 1)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a"])
            #expect(try await client.status().queuedCount == 0)
            // The cursor stands behind it: it is not fetched again, and hurts nothing later.
            #expect(try await client.sync().rows == 0)
            #expect(try await client.doctor().isSound)
            world.server.put("vehicle", "v2", body: #"{"plate":"1"}"#, version: 2)
            #expect(try await client.sync().rows == 1)
            #expect(try await client.row("vehicle", "v2")?.text("plate") == "1")
            #expect(try await client.row("vehicle", "v2")?.needsUpdate == false)
            await client.close()
        }
    }

    /// Ids that are none: their rows have no place in a mirror.
    private static let ids = ["", "v 2", "v\u{0}2", "กก", String(repeating: "v", count: 200)]

    @Test(
        "an answer that is none is refused whole and told; all writes are sent all the same",
        arguments: ids, [1, 1_000])
    func identifier(id: String, pageRows: Int) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            _ = try await client.sync()
            world.server.with { $0.pageRows = pageRows }
            world.server.put("vehicle", id, body: "{}")
            world.server.put("vehicle", "v3", body: "{}")
            // More than one request takes.
            for number in 0..<Limits.pushMutationsMax + 5 { try await client.pin("s\(number)") }
            let before = world.server.with { $0.requests.count }
            let failure = SyncFailure.answerUnusable(code: "wire.identifier")
            await #expect(throws: failure) { try await client.sync() }
            #expect(world.server.with { $0.requests.count } == before + Limits.attemptsMax + 2)
            #expect(world.server.with { $0.lastMid } == UInt64(Limits.pushMutationsMax + 5))
            #expect(try await client.rows("vehicle").map(\.id) == ["v1"])
            let shown = try await client.row("pinned", "me")
            #expect(shown?.texts("services").count == Limits.pushMutationsMax + 5)
            // Nothing waits that could be sent: it is asked for as often as usual.
            await #expect(throws: failure) { try await client.sync() }
            #expect(world.server.with { $0.requests.count } == before + 2 * Limits.attemptsMax + 2)
            world.server.with { state in
                state.buckets[ModelServer.core]?.rows[RowKey(table: "vehicle", id: id)] = nil
            }
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").map(\.id) == ["v1", "v3"])
            #expect(try await client.status().queuedCount == 0)
            #expect(world.server.with { $0.applied.count } == Limits.pushMutationsMax + 5)
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    @Test("rows that never add up hold back no write")
    func sums() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            _ = try await client.sync()
            world.server.put("vehicle", "v2", body: "{}")
            world.server.with { $0.sumError = true }
            for number in 0..<Limits.pushMutationsMax + 5 { try await client.pin("s\(number)") }
            await #expect(throws: SyncFailure.verificationFailed(bucket: ModelServer.core)) {
                try await client.sync()
            }
            #expect(world.server.with { $0.lastMid } == UInt64(Limits.pushMutationsMax + 5))
            #expect(try await client.rows("vehicle").map(\.id) == ["v1"])
            world.server.with { $0.sumError = false }
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").map(\.id) == ["v1", "v2"])
            #expect(try await client.status().queuedCount == 0)
            #expect(world.server.with { $0.applied.count } == Limits.pushMutationsMax + 5)
            await client.close()
        }
    }
}
