import Foundation
import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: whatever another installation does under this device's name, and whatever
/// name this device has, each write that was stored here counts exactly once.
@Suite("Writes under names that others have, or had")
struct NameTests {
    /// Counts on a row of its own, whose sum tells of what is lost or doubled.
    private static func count(_ client: SyncClient, on id: String) async throws {
        let key = RowKey(table: "annotation", id: id)
        _ = try await client.write([
            RowOperation(key, .create), RowOperation(key, .increment(field: "shown", by: 1)),
        ])
    }

    private static func shown(_ client: SyncClient, _ id: String) async throws -> Int64? {
        try await client.row("annotation", id)?.integer("shown")
    }

    /// Gives a client in a copy of the world's directory.
    private static func inCopy(
        of world: TestWorld, _ body: (_ path: String) async throws -> Void
    ) async throws {
        let copy = NSTemporaryDirectory() + "tangrat-client-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: world.path, toPath: copy)
        try await body(copy)
    }

    private static func open(_ path: String, _ world: TestWorld) async throws -> SyncClient {
        try await SyncClient.open(
            SyncConfiguration(dataDirectory: path, environment: world.environment))
    }

    private static func damage(_ path: String) throws {
        let file = path + "/accounts/\(ModelServer.subject)/cache.sqlite"
        var bytes = try #require(try LiveFiles().read(file, bytesMax: 1 << 30))
        for index in 0..<16 { bytes[index] ^= 0x5a }
        try LiveFiles().write(bytes, to: file)
    }

    // MARK: - Salvage

    /// Goal: that the server is as far as number 7 tells nothing of this cache's own 5 and 6.
    ///
    /// Method: a cache is copied. The original sends three writes, of which one is refused; the
    /// copy stores two under the same numbers, and is damaged before it has sent them.
    @Test("a salvaged copy sends what it has under the numbers of its twin")
    func salvagedCopy() async throws {
        try await inWorld { world in
            let original = try await world.signedIn()
            try await original.pin("a")
            _ = try await original.sync()
            await original.close()
            try await Self.inCopy(of: world) { path in
                let first = try await world.open()
                world.server.with { $0.refuses[3] = "create_stale" }
                for _ in 0..<3 { try await Self.count(first, on: "first") }
                _ = try await first.sync()
                await first.close()

                var copy = try await Self.open(path, world)
                for _ in 0..<2 { try await Self.count(copy, on: "copy") }
                await copy.close()
                try Self.damage(path)
                copy = try await Self.open(path, world)
                #expect(try await copy.notices().map(\.kept) == [2])
                let report = try await copy.sync()
                #expect(try await Self.shown(copy, "copy") == 2)
                #expect(try await Self.shown(copy, "first") == 2)
                #expect(try await copy.status().queuedCount == 0)
                // What was told of the other's writes is said of none of these.
                #expect(report.outcomes.map(\.mid) == [5, 6, 7])
                #expect(report.outcomes.map(\.code) == ["taken_before", "", ""])
                #expect(try await copy.outcome(of: 3) == nil)
                #expect(try await copy.writesAside().isEmpty)
                #expect(try await copy.doctor().isSound)
                await copy.close()
            }
        }
    }

    /// Goal: a number whose link is lost with the file doubles nothing either.
    ///
    /// Method: the server has three writes whose answer was lost, and the last of them
    /// cannot be read any more, so nothing here tells that the first two are the server's.
    @Test("a salvaged cache without its last write sends the others again, and they count once")
    func salvagedWithoutLast() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await client.pin("a")
            _ = try await client.sync()
            try await Self.count(client, on: "x")
            try await Self.count(client, on: "x")
            try await client.pin("lost")
            world.server.fail(.answerLost, .notSent)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            world.server.with { $0.faults = [] }
            try await client.signedIn().store.write { connection in
                try connection.run("DELETE FROM outbox WHERE mid = 4")
                try connection.run("DELETE FROM outbox_row WHERE mid = 4")
            }
            await client.close()
            try Self.damage(world.path)
            client = try await world.open()
            _ = try await client.sync()
            #expect(try await Self.shown(client, "x") == 2)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "lost"])
            #expect(try await client.status().queuedCount == 0)
            // They are ordinary writes again: a restored server gets them once more.
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    // MARK: - Outcomes

    /// Goal: an answer tells nothing of a write that was stored after it was asked for.
    ///
    /// Method: a copy asks, and stores a write while it waits. The answer tells how the
    /// original's write under that number ended: refused, in a page or in a checkpoint.
    @Test("a copy takes no outcome for a write that it has not sent", arguments: [true, false])
    func outcomeOfTwin(inPage: Bool) async throws {
        try await inWorld { world in
            let original = try await world.signedIn()
            try await original.pin("a")
            _ = try await original.sync()
            await original.close()
            try await Self.inCopy(of: world) { path in
                let first = try await world.open()
                world.server.with { $0.refuses[2] = "create_stale" }
                try await Self.count(first, on: "first")
                _ = try await first.sync()
                await first.close()
                for number in 0..<3 { world.server.put("vehicle", "v\(number)", body: "{}") }
                if inPage { world.server.with { $0.pageRows = 1 } }

                let copy = try await Self.open(path, world)
                let gate = Gate()
                world.server.fail(.held(gate))
                let synced = Task { try await copy.sync() }
                await gate.arrived()
                try await Self.count(copy, on: "copy")
                await gate.open()
                await #expect(throws: SyncFailure.deviceCopied) {
                    try await synced.value
                }
                #expect(try await copy.outcome(of: 2) == nil)
                #expect(try await copy.writesAside().isEmpty)
                #expect(try await copy.status().queuedCount == 1)
                #expect(try await Self.shown(copy, "copy") == 1)
                await copy.close()
            }
        }
    }

    /// Goal: no write ends without the person being told how.
    ///
    /// Method: a device asks, and stores a write while it waits. A copy of it that has the same
    /// write sends it meanwhile, so that the answer acknowledges it under its own link.
    @Test("a device is told how a write ended that a copy has sent while it waited")
    func outcomeThroughTwin() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            _ = try await client.sync()
            world.server.put("vehicle", "v", body: "{}")
            let gate = Gate()
            world.server.fail(.held(gate))
            let synced = Task { try await client.sync() }
            await gate.arrived()
            try await Self.count(client, on: "x")
            let link = try await client.signedIn().store.read { connection in
                try OutboxTable.chain(of: 2, CacheState.load(connection), connection)
            }
            world.server.with { state in
                state.lastMid = 2
                state.lastChain = link ?? 0
                state.chains[2] = link
                state.outcomes[2] = OutcomeRange(
                    first: 2, last: 2, status: .refused, code: "row_absent")
            }
            await gate.open()
            _ = try await synced.value
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.outcome(of: 2)?.status == .refused)
            await client.close()
        }
    }

    // MARK: - New names

    /// Goal: whatever was acknowledged comes back to a server that is put back behind it.
    ///
    /// Method: a write is acknowledged, the device gets a new name, or two, and then the
    /// server is put back to a time before the write. What was written under the new
    /// name is about the same row, so it takes effect only after the older write.
    @Test("bring back what an older name wrote, before what the newer one wrote", arguments: 1...2)
    func restoredAfterRenaming(names: Int) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            _ = try await client.sync()
            let nothing = world.server.with { $0 }
            try await Self.count(client, on: "x")
            try await client.annotate("x", addLabels: ["l"])
            _ = try await client.sync()
            for name in 0..<names {
                try await world.signIn(client, as: 0x77 + UInt64(name))
                let report = try await client.sync()
                #expect(report.outcomes.allSatisfy { $0.code == "taken_before" })
                #expect(try await Self.shown(client, "x") == 1)
                #expect(try await client.status().queuedCount == 0)
            }
            let row = RowKey(table: "annotation", id: "x")
            _ = try await client.write([RowOperation(row, .increment(field: "shown", by: 1))])
            _ = try await client.sync()
            world.server.with { state in
                state = nothing
                state.lineage = 9
            }
            try await world.signIn(client, as: 0x99)
            _ = try await client.sync()
            #expect(try await Self.shown(client, "x") == 2)
            #expect(try await client.row("annotation", "x")?.texts("labels") == ["l"])
            #expect(try await client.outcomes().allSatisfy { $0.status != .refused })
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// Goal: what the mirror has is not shown twice, though it is sent once more.
    ///
    /// Method: the round under a new name ends after the name is changed and before anything
    /// is sent; the person looks.
    @Test("show what an older name wrote once, also before the server was asked")
    func shownOnce() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await Self.count(client, on: "x")
            _ = try await client.sync()
            try await world.signIn(client, as: 0x77)
            world.faults.arm(.sendBefore)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            let state = try await client.signedIn().store.read { try CacheState.load($0) }
            #expect(state.device == DeviceID(0x77))
            #expect(try await Self.shown(client, "x") == 1)
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.doctor().isSound)
            _ = try await client.sync()
            #expect(try await Self.shown(client, "x") == 1)
            await client.close()
        }
    }

    /// Goal: the same where the cache is damaged before the server was told again.
    ///
    /// Method: the round under the new name is cut before anything is sent, the cache is
    /// salvaged, and the round that takes the server's numbers over is cut behind its commit.
    @Test("show what an older name wrote once, also in a cache that is salvaged meanwhile")
    func shownOnceSalvaged() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await Self.count(client, on: "x")
            _ = try await client.sync()
            try await world.signIn(client, as: 0x77)
            world.faults.arm(.sendBefore)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            let row = RowKey(table: "annotation", id: "x")
            _ = try await client.write([RowOperation(row, .increment(field: "shown", by: 1))])
            await client.close()
            try Self.damage(world.path)
            client = try await world.open()
            #expect(try await client.notices().map(\.kept) == [1])
            world.faults.arm(.applyAfter)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            let state = try await client.signedIn().store.read { try CacheState.load($0) }
            #expect(state.device == DeviceID(0x77))
            #expect(!state.isAdopting)
            #expect(try await Self.shown(client, "x") == 2)
            #expect(try await client.status().queuedCount == 1)
            #expect(try await client.doctor().isSound)
            _ = try await client.sync()
            #expect(try await Self.shown(client, "x") == 2)
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// Goal: an answer that was asked for under the older name brings what it says, and takes
    /// nothing else away.
    ///
    /// Method: two clients on one cache. While one waits for an answer, the other signs in
    /// anew; what is kept leaves the name as it is. The answer has one row, in a bucket that
    /// is held or in one that is new: nothing in it tells of the others.
    @Test("leave the mirror as it is while an answer is on its way", arguments: [true, false])
    func signedInMeanwhile(isNewBucket: Bool) async throws {
        try await inWorld { world in
            let first = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            world.server.put("rule", "r1", body: "{}", bucket: "public/rules")
            try await Self.count(first, on: "x")
            _ = try await first.sync()
            let bucket = isNewBucket ? "public/later" : ModelServer.core
            world.server.put("vehicle", "v2", body: "{}", bucket: bucket)
            let gate = Gate()
            world.server.fail(.held(gate))
            let synced = Task { try await first.sync() }
            await gate.arrived()
            let second = try await world.open()
            world.server.with { $0.device = DeviceID(0x77) }
            try await world.signIn(second)
            await gate.open()
            let report = try await synced.value
            #expect(report.rows == 1 && report.deletes == 0 && report.repairs == 0)
            #expect(try await second.dump() == world.server.confirmed())
            #expect(try await second.rows("rule").count == 1)
            // The first round under the new name forgets where the older one stood.
            world.server.changesDevice()
            let next = try await second.sync()
            #expect(next.repairs == 1 && next.mended == 0)
            let state = try await second.signedIn().store.read { try CacheState.load($0) }
            #expect(state.device == DeviceID(0x77))
            #expect(try await second.dump() == world.server.confirmed())
            #expect(try await second.doctor().isSound)
            await first.close()
            await second.close()
        }
    }

    /// Goal: a token that is renewed for the older sign-in does not end the newer one.
    ///
    /// Method: two clients on one cache. While one waits for the new token, the other signs in
    /// anew; then the token comes.
    @Test("stay though a token of the older name is renewed at that moment")
    func renewedMeanwhile() async throws {
        try await inWorld { world in
            let first = try await world.signedIn()
            try await first.pin("a")
            let second = try await world.open()
            let gate = Gate()
            world.server.fail(.status(401, retryAfter: nil), .held(gate))
            let synced = Task { try await first.sync() }
            await gate.arrived()
            world.server.with { state in
                state.device = DeviceID(0x77)
                state.accessToken = "access-2"
            }
            try await world.signIn(second)
            world.server.with { $0.device = ModelServer.device }
            await gate.open()
            await #expect(throws: SyncFailure.busyElsewhere) { try await synced.value }
            let stored = try await second.signedIn().keeper.stored()
            #expect(stored.device == DeviceID(0x77) && stored.accessToken == "access-2")
            await first.close()
            await second.close()
        }
    }

    /// Goal: with a bucket goes what is kept of it under a new name, and nothing else waits for it.
    ///
    /// Method: two kept writes have a new name and are not sent; the bucket of the first is
    /// taken away. The other's number would have a gap before it.
    @Test("keep nothing of a bucket that was taken away, and the rest goes on")
    func withdrawn() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await Self.count(client, on: "x")
            try await client.pin("a")
            _ = try await client.sync()
            let session = try await client.signedIn()
            try await session.store.write { connection in
                var state = try CacheState.load(connection)
                try OutboxTable.renumber(
                    for: DeviceID(7), nonce: 5, heldUpTo: 2, &state, now: 1, connection)
                let bucket = "person/\(ModelServer.subject)/core"
                #expect(
                    try OutboxTable.withdraw([bucket], acked: 0, state, now: 1, connection))
                var kept = 0
                try connection.run("SELECT 1 FROM acknowledged") { _ in kept += 1 }
                #expect(kept == 0)
            }
            await client.close()
        }
    }
}
