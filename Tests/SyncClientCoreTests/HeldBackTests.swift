import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// A server restored from a backup so old that this device no longer keeps
/// what the server lost: a gap that nothing can fill.
@Suite("Writes that cannot be sent")
struct HeldBackTests {
    private static let reason = SyncFailure.writesMissing(afterMid: 1)

    /// Two weeks and more pass, the server goes back, and a write may wait.
    private func fallBack(
        _ world: TestWorld, _ client: SyncClient, waiting service: String? = "d"
    ) async throws {
        try await client.pin("a")
        _ = try await client.sync()
        let backup = world.server.with { $0 }
        try await client.pin("b")
        _ = try await client.sync()
        try await world.clock.sleep(milliseconds: 15 * 86_400_000)
        world.server.with { $0.milliseconds += 15 * 86_400_000 }
        try await client.pin("c")
        _ = try await client.sync()
        let now = world.server.with { $0.milliseconds }
        world.server.with { state in
            state = backup
            state.lineage = 9
            state.milliseconds = now
        }
        world.server.put("vehicle", "v1", body: "{}")
        if let service { try await client.pin(service) }
    }

    @Test("hold back no pull, and the person is told, also offline and after a restart")
    func pulls() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await fallBack(world, client)
            let report = try await client.sync()
            #expect(report.heldBack == Self.reason)
            #expect(report.rows > 0)
            #expect(try await client.rows("vehicle").map(\.id) == ["v1"])
            #expect(try await client.status().heldBack == Self.reason)
            #expect(try await client.status().queuedCount == 1)
            await client.close()
            client = try await world.open()
            #expect(try await client.status().heldBack == Self.reason)
            world.server.put("vehicle", "v2", body: "{}")
            #expect(try await client.sync().heldBack == Self.reason)
            #expect(try await client.rows("vehicle").map(\.id) == ["v1", "v2"])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    @Test("are not sent in vain each time")
    func cost() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client)
            _ = try await client.sync()
            let report = try await client.sync()
            #expect(report.requests == 1)
            #expect(report.bytesUp < 64)
            await client.close()
        }
    }

    @Test("are shown as waiting beside what the server has, and none is lost")
    func shown() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client)
            _ = try await client.sync()
            let row = try #require(try await client.row("pinned", "me"))
            #expect(row.texts("services") == ["a", "d"])
            #expect(row.isPending)
            try await client.pin("e")
            #expect(try await client.status().queued.map(\.mid) == [4, 5])
            await client.close()
        }
    }

    @Test("go on when the server has its later state again")
    func healed() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client)
            let whole = world.server.with { $0 }
            _ = try await client.sync()
            #expect(try await client.status().heldBack != nil)
            // The operator puts the right backup in.
            let session = try await client.signedIn()
            let chain = try await session.store.read { connection in
                let state = try CacheState.load(connection)
                return try OutboxTable.chain(of: state.ackedMid, state, connection) ?? 0
            }
            let acked = try await session.store.read { try CacheState.load($0).ackedMid }
            world.server.with { state in
                state = whole
                state.lineage = 10
                state.lastMid = acked
                state.lastChain = chain
            }
            let report = try await client.sync()
            #expect(report.heldBack == nil)
            #expect(report.pushed == 1)
            #expect(try await client.status().heldBack == nil)
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("are sent under a new device name after signing in again")
    func signedInAgain() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client)
            _ = try await client.sync()
            world.server.with { state in
                state.device = DeviceID(0x77)
                state.lastMid = 0
                state.lastChain = 0
                state.outcomes = [:]
                state.applied = []
            }
            try await world.signIn(client)
            #expect(try await client.status().heldBack == nil)
            let report = try await client.sync()
            #expect(report.heldBack == nil)
            // What was acknowledged, lost there and is still kept goes as well.
            #expect(report.pushed == 2)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "c", "d"])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("are told of although none waits, because some were lost")
    func lostOnly() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client, waiting: nil)
            let report = try await client.sync()
            #expect(report.heldBack == Self.reason)
            await client.close()
        }
    }

    @Test("do not end the live channel", .timeLimit(.minutes(5)))
    func live() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client)
            world.server.with { $0.signals = [.opened] }
            var seen: [LiveEvent] = []
            for await event in client.live() {
                seen.append(event)
                guard case .synced(let report) = event else { continue }
                #expect(report.heldBack == Self.reason)
                if seen.count == 3 {
                    world.server.put("vehicle", "v2", body: "{}")
                    world.server.signal(.event("moved"))
                }
                if seen.count == 4 { break }
            }
            #expect(try await client.rows("vehicle").map(\.id) == ["v1", "v2"])
            await client.close()
        }
    }

    // MARK: - A gap that a withdrawal left

    /// Goal: what had to go with a part of the data holds nothing back.
    ///
    /// Method: a write is acknowledged, or answered in the answer that takes its bucket away.
    /// The bucket comes back and is written on; then the server is put back to before all of it.
    @Test(
        "are none where those missing were withdrawn: the others get numbers without a gap",
        arguments: [true, false], [true, false])
    func closed(isAcknowledged: Bool, isTold: Bool) async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}", bucket: "person/wanna/z")
            world.server.put("profile", "q", body: "{}")
            let client = try await world.signedIn()
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            try await client.pin("a")
            if isAcknowledged { _ = try await client.sync() }
            world.server.with { _ = $0.goneBuckets.insert(ModelServer.core) }
            _ = try await client.sync()
            #expect(try await client.notices().map(\.kind) == [.withdrawn])
            world.server.with { _ = $0.goneBuckets.remove(ModelServer.core) }
            try await client.pin("b")
            _ = try await client.sync()
            world.server.with { state in
                state = backup
                if isTold { state.lineage = 9 }
            }
            try await client.pin("c")
            let report = try await client.sync()
            #expect(report.heldBack == nil)
            _ = try await client.sync()
            #expect(try await client.status().heldBack == nil)
            #expect(try await client.status().queuedCount == 0)
            #expect(world.server.with { $0.applied } == [1, 2])
            #expect(try await client.row("pinned", "me")?.texts("services") == ["b", "c"])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// Goal: what is written anew is never taken for an older write of that number.
    ///
    /// Method: of three acknowledged writes the second had to go; a server that is put back
    /// behind it gets the third as the second. Others may have named it by its number, so the
    /// next third one tells an origin. The cache may have been salvaged before.
    @Test("give what is written next an identity of its own", arguments: [true, false])
    func identity(isSalvaged: Bool) async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            _ = try await client.sync()
            for name in ["a", "b", "c"] { try await client.pin(name) }
            let backup = world.server.with { $0 }
            _ = try await client.sync()
            try await client.signedIn().store.write { connection in
                try connection.run("INSERT INTO vacant VALUES (2)")
                try connection.run("DELETE FROM acknowledged WHERE mid = 2")
            }
            if isSalvaged {
                try await client.signedIn().store.noteDamage()
                await client.close()
                client = try await world.open()
                _ = try await client.sync()
            }
            world.server.with { state in
                state = backup
                state.lineage = 9
            }
            #expect(try await client.sync().heldBack == nil)
            #expect(world.server.with { $0.applied } == [1, 2])
            var origins: [Bool] = []
            for name in ["d", "e"] {
                try await client.pin(name)
                let written = try await client.signedIn().store.read { connection in
                    try OutboxTable.proven(in: .outbox, connection).last?.entry.mutation
                }
                let mutation = try #require(written)
                origins.append(mutation.origin?.mid == mutation.mid)
                #expect(mutation.origin.map { $0.device == DeviceID($0.chain) } ?? true)
                #expect(mutation.mid == UInt64(origins.count + 2))
            }
            #expect(origins == [true, false])
            _ = try await client.sync()
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// Where the link of the server's last write is not known, all that is kept gets later
    /// numbers; a server that is put back behind them must not ask for the earlier ones.
    @Test("are none where they have later numbers")
    func moved() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            for name in ["a", "b", "c"] { try await client.pin(name) }
            _ = try await client.sync()
            try await client.signedIn().store.write { connection in
                var state = try CacheState.load(connection)
                try OutboxTable.adopt(upTo: 3, chain: 77, known: nil, &state, now: 1, connection)
                #expect(state.nextMid == 7)
                state.ackedMid = 6
                state.answeredMid = 6
                try state.save(connection)
            }
            world.server.with { state in
                state = backup
                state.lineage = 9
            }
            let report = try await client.sync()
            #expect(report.heldBack == nil)
            #expect(world.server.with { $0.applied } == [1, 2, 3])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// One grew too old and another was withdrawn: the person could have had the first one back.
    @Test("are held back where one of those missing was not withdrawn")
    func partly() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await fallBack(world, client)
            try await client.signedIn().store.write { connection in
                try connection.run("INSERT INTO vacant VALUES (3)")
                try connection.run("DELETE FROM acknowledged WHERE mid = 3")
            }
            #expect(try await client.sync().heldBack == Self.reason)
            await client.close()
        }
    }
}
