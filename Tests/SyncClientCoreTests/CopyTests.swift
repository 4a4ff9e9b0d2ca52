import Foundation
import Synchronization
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Copies of one cache, which do not know that they are copies.
@Suite("Copies of a cache")
struct CopyTests {
    /// Goal: two taps in two copies are two writes, however alike they are.
    ///
    /// Method: the directory is copied, both clocks show the same time, or were set back
    /// behind the last stamp, and both count once under the next number. A link is
    /// the server's only way to tell the two from one write that was sent twice.
    @Test("never give two writes one link", arguments: [1_000, -86_400_000] as [Int64])
    func alike(clock: Int64) async throws {
        try await inWorld { world in
            let first = try await world.signedIn()
            try await first.pin("a")
            await first.close()
            let copy = NSTemporaryDirectory() + "tangrat-client-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try FileManager.default.copyItem(atPath: world.path, toPath: copy)
            world.clock.elapsed.withLock { $0 = clock }
            var links: [[UInt64]] = []
            for (path, random) in [(world.path, 1), (copy, 2)] as [(String, UInt64)] {
                var environment = world.environment
                environment.random = OneNumber(number: random)
                let client = try await SyncClient.open(
                    SyncConfiguration(dataDirectory: path, environment: environment))
                let key = RowKey(table: "annotation", id: "a")
                _ = try await client.write([
                    RowOperation(key, .create),
                    RowOperation(key, .increment(field: "shown", by: 1)),
                ])
                let session = try await client.signedIn()
                links.append(
                    try await session.store.read { connection in
                        try OutboxTable.entries(connection).map(\.mutation.chain)
                    })
                await client.close()
            }
            #expect(links[0].count == 2 && links[1].count == 2)
            #expect(links[0][0] == links[1][0])
            #expect(links[0][1] != links[1][1])
        }
    }

    /// Goal: what waits for a decision in two copies counts once, whoever decides.
    ///
    /// Method: two writes on one row are put aside and used. Both tell the server their
    /// first names, and the removal names the addition by the dot that it has on every copy.
    /// An answer that is told again much later does not name the row.
    @Test(
        "tell the first names of writes that are used after all", arguments: ["annotation/a", ""])
    func used(detail: String) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let row = RowKey(table: "annotation", id: "a")
            _ = try await client.write([
                RowOperation(row, .create), RowOperation(row, .add(field: "labels", element: "x")),
            ])
            let session = try await client.signedIn()
            let added = try await session.store.read { connection in
                try OutboxTable.entries(connection)[0].mutation
            }
            _ = try await client.write([
                RowOperation(row, .remove(field: "labels", element: "x", dots: [added.dot]))
            ])
            let refused = try await session.store.write { connection in
                let entries = try OutboxTable.entries(connection)
                try AsideTable.keep(entries[0].mid, "create_stale", detail, connection)
                try AsideTable.keep(entries[1].mid, "row_absent", detail, connection)
                return entries.map(\.mutation)
            }
            try await client.useWritesAside("annotation/a")
            let used = try await session.store.read { connection in
                try OutboxTable.entries(connection).suffix(2).map(\.mutation)
            }
            #expect(
                used.map(\.origin)
                    == refused.map {
                        MutationOrigin(device: $0.time.device, mid: $0.mid, chain: $0.chain)
                    })
            #expect(
                used[1].operations.map(\.operation) == [
                    .remove(field: "labels", element: "x", dots: [used[0].dot])
                ])
            await client.close()
        }
    }

    /// Goal: nothing is sent under a name that its sender is not signed in with.
    ///
    /// Method: two programs have the cache open, and one signs in anew. The other's next
    /// round gives what waits the new name first; sent under the old one it would be
    /// refused for good. An answer that was asked for before is not applied.
    @Test("are told apart from two programs on one cache, of which one signs in anew")
    func secondProgram() async throws {
        try await inWorld { world in
            let first = try await world.signedIn()
            try await first.pin("a")
            let second = try await world.open()
            let session = try await second.signedIn()
            let old = try await session.store.read { try CacheState.load($0).device }
            world.server.with { $0.device = DeviceID(0x77) }
            try await world.signIn(first)
            world.server.changesDevice()
            await #expect(throws: SyncFailure.busyElsewhere) {
                try await session.store.write { connection in
                    var state = try CacheState.load(connection)
                    state.device = DeviceID(0x77)
                    try state.save(connection)
                    try RoundApplier.dropCursor(of: old, connection)
                }
            }
            let report = try await second.sync()
            #expect(report.pushed == 1)
            #expect(report.outcomes.map(\.status) == [.accepted])
            let waiting = try await session.store.read { try CacheState.load($0) }
            #expect(waiting.device == DeviceID(0x77))
            #expect(try await first.row("pinned", "me")?.texts("services") == ["a"])
            // That the older sign-in is over says nothing of the newer one.
            #expect(try await session.keeper.markExpired("an older token") == false)
            #expect(try await !first.status().isSignInExpired)
            let token = try await session.keeper.accessToken()
            #expect(try await session.keeper.markExpired(token))
            #expect(try await first.status().isSignInExpired)
            await first.close()
            await second.close()
        }
    }
}

/// A phone's randomness, which is not that of another phone.
private struct OneNumber: RandomSource {
    let number: UInt64

    func next() -> UInt64 { number }
}
