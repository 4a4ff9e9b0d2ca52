import Foundation
import SQLiteKit
import Synchronization
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: what a person has no right to any more is gone from the device, and what
/// they had only for a time is not shown after it, whatever the clock says.
@Suite("Rights on the device")
struct LeaseTests {
    private static let transport = "person/wanna/transport"
    private static let start: Int64 = 1_800_000_000_000
    private static let canary = "canary-5f2e-canary"

    /// Whether a text stands in any file of the account.
    private func holds(_ text: String, _ world: TestWorld) throws -> [String] {
        let files = LiveFiles()
        return try files.names(in: world.accountPath).filter { name in
            let bytes = try files.read(world.accountPath + "/" + name, bytesMax: 1 << 30) ?? []
            return Data(bytes).range(of: Data(text.utf8)) != nil
        }
    }

    private func lease(_ world: TestWorld, until: UInt64) {
        world.server.put("vehicle", "moved", body: #"{"n":\#(until)}"#, bucket: Self.transport)
        world.server.with { $0.buckets[Self.transport]?.leaseUntil = until }
    }

    /// What can be read of a bucket, on each path.
    private func readable(_ client: SyncClient) async throws -> [String: Bool] {
        let status = try await client.status()
        return [
            "rows": try await !client.rows("vehicle").isEmpty,
            "row": try await client.row("vehicle", "v1") != nil,
            "dump": try await client.dump().contains { $0.contains(Self.canary) },
            "sources": status.sources.contains { $0.owner == "carrier" },
            "status": status.buckets.first { $0.name == Self.transport }?.isReadable ?? false,
        ]
    }

    @Test("with an end are not readable on any path after it, and again when renewed")
    func expires() async throws {
        try await inWorld { world in
            world.server.put(
                "vehicle", "v1", body: #"{"a":"\#(Self.canary)"}"#, bucket: Self.transport,
                owner: "carrier")
            world.server.put("profile", "p", body: "{}")
            lease(world, until: UInt64(Self.start) + 100_000)
            var client = try await world.signedIn()
            _ = try await client.sync()
            #expect(try await readable(client).values.allSatisfy { $0 })
            try await world.clock.sleep(milliseconds: 100_000)
            #expect(try await readable(client).values.allSatisfy { !$0 })
            #expect(try await client.rows("profile").count == 1)
            // Set back, with and without a restart.
            world.clock.elapsed.withLock { $0 = 5 }
            #expect(try await readable(client).values.allSatisfy { !$0 })
            await client.close()
            client = try await world.open()
            #expect(try await readable(client).values.allSatisfy { !$0 })
            world.clock.elapsed.withLock { $0 = 0 }
            #expect(try await readable(client).values.allSatisfy { !$0 })
            // Nothing was removed meanwhile: what is renewed shows without a download.
            lease(world, until: UInt64(Self.start) + 900_000)
            let report = try await client.sync()
            #expect(report.rows == 1)
            #expect(try await readable(client).values.allSatisfy { $0 })
            await client.close()
        }
    }

    @Test("are judged by the latest time seen, also where the end was never looked at")
    func neverLooked() async throws {
        try await inWorld { world in
            world.server.put(
                "vehicle", "v1", body: #"{"a":"\#(Self.canary)"}"#, bucket: Self.transport,
                owner: "carrier")
            lease(world, until: UInt64(Self.start) + 500_000)
            let client = try await world.signedIn()
            _ = try await client.sync()
            // Another table is looked at, long after the end.
            try await world.clock.sleep(milliseconds: 700_000)
            _ = try await client.rows("profile")
            world.clock.elapsed.withLock { $0 = 0 }
            #expect(try await readable(client).values.allSatisfy { !$0 })
            await client.close()
        }
    }

    @Test("hide what the person wrote about a closed part as well")
    func pendingHidden() async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}")
            world.server.with {
                $0.buckets[ModelServer.core]?.leaseUntil = UInt64(Self.start) + 1_000
            }
            let client = try await world.signedIn()
            _ = try await client.sync()
            try await client.pin("secret-service")
            #expect(try await client.rows("pinned").count == 1)
            try await world.clock.sleep(milliseconds: 1_000)
            #expect(try await client.rows("pinned").isEmpty)
            #expect(try await client.dump().isEmpty)
            #expect(try await client.status().queued.isEmpty)
            // It is kept and told of by its number.
            #expect(try await client.status().queuedCount == 1)
            await client.close()
        }
    }

    /// Method: a write on the part was refused, in words that name its row, and is kept aside.
    @Test("hide what waits for a decision about a closed part, and which rows outcomes are about")
    func decisionsHidden() async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}")
            world.server.with {
                $0.buckets[ModelServer.core]?.leaseUntil = UInt64(Self.start) + 1_000
                $0.refuses[1] = "create_stale"
            }
            let client = try await world.signedIn()
            try await client.pin("secret-service")
            _ = try await client.sync()
            try await client.signedIn().store.write { connection in
                try connection.run("UPDATE aside SET row = 'pinned/me'")
                try connection.run("UPDATE outcome SET detail = 'pinned/me'")
            }
            func details() async throws -> [String?] {
                [
                    try await client.outcomes().first?.detail,
                    try await client.outcome(of: 1)?.detail,
                    try await client.status().refused.first?.detail,
                ]
            }
            #expect(try await client.writesAside().map(\.row) == ["pinned/me"])
            #expect(try await details() == ["pinned/me", "pinned/me", "pinned/me"])
            try await world.clock.sleep(milliseconds: 1_000)
            #expect(try await client.writesAside().isEmpty)
            // That it was refused is told by its number.
            #expect(try await details() == ["", "", ""])
            // Nothing was removed meanwhile.
            world.server.put("profile", "p", body: "{}", version: 2)
            world.server.with {
                $0.buckets[ModelServer.core]?.leaseUntil = UInt64(Self.start) + 900_000
            }
            _ = try await client.sync()
            #expect(try await client.writesAside().map(\.row) == ["pinned/me"])
            #expect(try await details() == ["pinned/me", "pinned/me", "pinned/me"])
            await client.close()
        }
    }

    @Test("that end leave no byte in any file", arguments: [1, 400])
    func erased(rows: Int) async throws {
        try await inWorld { world in
            for number in 0..<rows {
                let text = String(repeating: Self.canary, count: number % 7 == 0 ? 400 : 3)
                world.server.put(
                    "vehicle", "v\(number)", body: #"{"a":"\#(text)"}"#, bucket: Self.transport)
            }
            world.server.put("profile", "p", body: "{}")
            world.server.with { $0.pageRows = 50 }
            let client = try await world.signedIn()
            _ = try await client.sync()
            #expect(try !holds(Self.canary, world).isEmpty)
            world.server.with { _ = $0.goneBuckets.insert(Self.transport) }
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").isEmpty)
            #expect(try holds(Self.canary, world) == [])
            let notice = try #require(try await client.notices().first)
            #expect(notice.kind == .withdrawn)
            #expect(notice.detail == Self.transport)
            await client.close()
            #expect(try holds(Self.canary, world) == [])
        }
    }

    @Test("that end between two pages leave nothing of the first")
    func betweenPages() async throws {
        try await inWorld { world in
            for number in 0..<20 {
                world.server.put(
                    "vehicle", "v\(number)", body: #"{"a":"\#(Self.canary)"}"#,
                    bucket: Self.transport)
                world.server.put("profile", "p\(number)", body: "{}", bucket: "person/wanna/z")
            }
            world.server.with { $0.pageRows = 7 }
            var client = try await world.signedIn()
            world.faults.arm(.stageAfter)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            await client.close()
            #expect(try !holds(Self.canary, world).isEmpty)
            world.server.with { _ = $0.goneBuckets.insert(Self.transport) }
            client = try await world.open()
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").isEmpty)
            #expect(try await client.rows("profile").count == 20)
            #expect(try holds(Self.canary, world) == [])
            await client.close()
        }
    }

    @Test("that end take what waits with them, told to the person, and the rest is sent")
    func outbox() async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}")
            world.server.put("vehicle", "v1", body: "{}", bucket: Self.transport)
            let client = try await world.signedIn()
            try await client.pin("before-" + Self.canary)
            _ = try await client.sync()
            try await client.pin("a-" + Self.canary)
            try await client.pin("b-" + Self.canary)
            world.server.with { state in
                _ = state.goneBuckets.insert(ModelServer.core)
                state.refuses = [2: "right_ended", 3: "right_ended"]
            }
            // The writes do not arrive; the end of the right does.
            world.server.fail(.notSent)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            let session = try await client.signedIn()
            try await session.store.write { connection in
                var state = try CacheState.load(connection)
                state.missingAfter = 1
                try state.save(connection)
            }
            _ = try await client.sync()
            let notice = try #require(try await client.notices().first)
            #expect(notice.kind == .withdrawn)
            #expect(notice.lost == 2)
            #expect(try holds(Self.canary, world) == [])
            #expect(try await client.status().queuedCount == 0)
            // The next write has the next number, and is taken.
            world.server.with { state in
                state.goneBuckets = []
                state.refuses = [:]
            }
            try await client.pin("later")
            let report = try await client.sync()
            #expect(report.heldBack == nil)
            #expect(world.server.with { $0.lastMid } == 2)
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }
}
