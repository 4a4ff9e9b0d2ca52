import Foundation
import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: what a person has no right to any more leaves every file of the device, whatever
/// happens meanwhile; and what only a server that went back is missing is not taken for that.
///
/// Method: damaged caches and exports that were kept stand beside the cache, with a text that
/// is searched for in every file. Disks fail, and servers are put back, told and untold.
@Suite("What is erased, and what may come back")
struct ErasureTests {
    private static let transport = "person/wanna/transport"
    private static let other = "person/wanna/z"
    private static let canary = "canary-7c1d-canary"

    /// The files of the account that hold the text.
    private func holding(_ world: TestWorld) throws -> [String] {
        let files = LiveFiles()
        return try files.names(in: world.accountPath).filter { name in
            let bytes = try files.read(world.accountPath + "/" + name, bytesMax: 1 << 30) ?? []
            return Data(bytes).range(of: Data(Self.canary.utf8)) != nil
        }
    }

    private static let copies = ["cache.damaged-1.sqlite", "outbox-1.jsonl"]

    private func keepCopies(_ world: TestWorld) throws {
        for name in Self.copies {
            try LiveFiles().write(Array(Self.canary.utf8), to: world.accountPath + "/" + name)
        }
    }

    /// Keeps a write apart for the person's decision, as a refusal does.
    private func keepAside(_ client: SyncClient) async throws {
        try await client.signedIn().store.write { connection in
            try connection.run(
                """
                INSERT INTO aside(chain, row, queued_at, mutation)
                SELECT chain, 'pinned/me', queued_at, mutation FROM acknowledged LIMIT 1
                """)
        }
    }

    private func restore(_ world: TestWorld, _ backup: ModelServer.State, isTold: Bool = true) {
        world.server.with { state in
            state = backup
            if isTold { state.lineage = 9 }
        }
    }

    // MARK: - A kill between the commit and the erasing

    /// The disk fails right after the commit that took the bucket away, then works again.
    @Test("is finished after a stop behind the commit", arguments: [true, false])
    func interrupted(isReopened: Bool) async throws {
        try await inWorld { world in
            let files = FailingFiles(after: .max)
            var environment = world.environment
            environment.files = files
            world.server.put(
                "vehicle", "v1", body: #"{"a":"\#(Self.canary)"}"#, bucket: Self.transport)
            world.server.put("profile", "p", body: "{}")
            try await world.signedIn().close()
            let configuration = SyncConfiguration(
                dataDirectory: world.path, environment: environment)
            var client = try await SyncClient.open(configuration)
            _ = try await client.sync()
            try keepCopies(world)
            world.server.with { _ = $0.goneBuckets.insert(Self.transport) }
            files.fail(true)
            await #expect(throws: SyncFailure.storageFailed(code: "test")) {
                try await client.sync()
            }
            #expect(try await client.rows("vehicle").isEmpty)
            #expect(try holding(world).contains(Self.copies[0]))
            files.fail(false)
            if isReopened {
                await client.close()
                client = try await SyncClient.open(configuration)
            } else {
                _ = try await client.sync()
            }
            #expect(try holding(world) == [])
            // Once: what is kept from now on is another matter.
            try keepCopies(world)
            _ = try await client.sync()
            #expect(try holding(world) == Self.copies)
            await client.close()
        }
    }

    /// A copy that cannot be removed is noted, and holds nothing back.
    @Test("does not keep writes from being sent where a copy cannot be removed")
    func unremovable() async throws {
        try await inWorld { world in
            let files = FailingFiles(after: .max)
            var environment = world.environment
            environment.files = files
            world.server.put("vehicle", "v1", body: "{}", bucket: Self.transport)
            world.server.put("profile", "p", body: "{}")
            try await world.signedIn().close()
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path, environment: environment))
            _ = try await client.sync()
            try keepCopies(world)
            world.server.with { _ = $0.goneBuckets.insert(Self.transport) }
            files.fail(true)
            _ = try? await client.sync()
            for mid in 1...2 as ClosedRange<UInt64> {
                try await client.pin("write \(mid)")
                // It may tell that something is left; the write has arrived.
                _ = try? await client.sync()
                #expect(world.server.with { $0.lastMid } == mid)
                #expect(try await client.status().queuedCount == 0)
            }
            #expect(try holding(world) == Self.copies)
            files.fail(false)
            _ = try await client.sync()
            #expect(try holding(world) == [])
            await client.close()
        }
    }

    /// A salvage may lay a log with withdrawn rows beside the cache, as a copy.
    @Test("takes the copies again where a damaged cache was not through with its log")
    func damagedMeanwhile() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            _ = try await client.sync()
            try await client.signedIn().store.write { connection in
                var state = try CacheState.load(connection)
                state.erasure = .log
                try state.save(connection)
            }
            await client.close()
            try keepCopies(world)
            let path = world.accountPath + "/cache.sqlite"
            var bytes = try #require(try LiveFiles().read(path, bytesMax: 1 << 30))
            for index in 0..<16 { bytes[index] ^= 0x5a }
            try LiveFiles().write(bytes, to: path)
            let salvaged = try await world.open()
            #expect(try await salvaged.notices().map(\.kind) == [.damaged])
            #expect(try holding(world) == [])
            await salvaged.close()
        }
    }

    // MARK: - A right that ended around a restore

    /// The server is put back, and the right ends before the device comes.
    @Test(
        "goes where the right ended after a restore, with and without writes to send again",
        arguments: [true, false], [true, false])
    func endedAfterRestore(mustOffer: Bool, isAnswered: Bool) async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}", bucket: Self.other)
            let client = try await world.signedIn()
            try await client.pin("a-" + Self.canary)
            _ = try await client.sync()
            var backup = world.server.with { $0 }
            try await client.pin("b-" + Self.canary)
            _ = try await client.sync()
            if !mustOffer { backup = world.server.with { $0 } }
            try await keepAside(client)
            try keepCopies(world)
            restore(world, backup)
            world.server.with { state in
                _ = state.goneBuckets.insert(ModelServer.core)
                state.refuses = [2: "right_ended"]
            }
            if !isAnswered {
                // The answer that would decide does not come in this round.
                world.server.fail(.change { $0 }, .change { $0 }, .change { $0 }, .notSent)
                _ = try? await client.sync()
                world.server.with { $0.faults = [] }
            }
            _ = try await client.sync()
            #expect(try holding(world) == [])
            #expect(try await client.writesAside().isEmpty)
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.rows("profile").count == 1)
            let notice = try #require(try await client.notices().first)
            #expect(notice.kind == .withdrawn)
            #expect(notice.detail == ModelServer.core)
            #expect(world.server.with { $0.lastMid } == 2)
            await client.close()
            #expect(try holding(world) == [])
        }
    }

    @Test("stays where a restored server has never had the bucket, and is sent again")
    func neverHad() async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}", bucket: Self.other)
            let client = try await world.signedIn()
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            try await client.pin("a-" + Self.canary)
            _ = try await client.sync()
            try await keepAside(client)
            try keepCopies(world)
            restore(world, backup)
            _ = try await client.sync()
            _ = try await client.sync()
            #expect(world.server.with { $0.applied } == [1])
            #expect(
                try await client.row("pinned", "me")?.texts("services") == ["a-" + Self.canary])
            #expect(try await client.writesAside().count == 1)
            #expect(try await client.notices().isEmpty)
            #expect(try Set(Self.copies).isSubset(of: holding(world)))
            await client.close()
        }
    }

    /// Nothing can be sent, so nothing is known of the right: the copies are the only ones.
    @Test("stays where a gap keeps the writes from being sent")
    func gap() async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}", bucket: Self.other)
            let client = try await world.signedIn()
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            for text in ["a", "b"] {
                try await client.pin(text)
                _ = try await client.sync()
            }
            try await client.signedIn().store.write { connection in
                try connection.run("DELETE FROM acknowledged WHERE mid = 1")
            }
            restore(world, backup)
            try await client.pin("c")
            #expect(try await client.sync().heldBack == .writesMissing(afterMid: 0))
            _ = try await client.sync()
            #expect(try await client.status().queuedCount == 1)
            #expect(try await client.notices().isEmpty)
            await client.close()
        }
    }

    // MARK: - A server that went back without a word

    @Test("stays where a server went back untold", arguments: [true, false])
    func untold(isKilled: Bool) async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}", bucket: Self.other)
            var client = try await world.signedIn()
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            try await client.pin("a")
            _ = try await client.sync()
            world.server.put("profile", "q", body: "{}", bucket: Self.other)
            _ = try await client.sync()
            restore(world, backup, isTold: false)
            if isKilled {
                world.faults.arm(.repairAfter)
                await #expect(throws: SyncFailure.self) { try await client.sync() }
                await client.close()
                client = try await world.open()
            }
            let report = try await client.sync()
            #expect(report.repairs == 1)
            #expect(world.server.with { $0.applied } == [1])
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a"])
            #expect(try await client.notices().isEmpty)
            await client.close()
        }
    }
}
