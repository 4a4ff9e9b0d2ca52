import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: SQLite reads a log up to the first frame that is damaged and says nothing; what was
/// stored behind it is there all the same, whatever name the device had when it was stored.
///
/// Method: a copy of the files is taken while the client is open, as a kill leaves them; a byte
/// that no record uses is changed in one frame before the last transaction.
@Suite("A log that SQLite reads in part")
struct LostLogTests {
    private static let frameBytes = 4_096 + 24

    /// What a kill leaves, and how many frames come before the last transaction.
    private struct Left {
        var database: [UInt8]
        var log: [UInt8]
        var frames: Int

        /// The log with one frame that SQLite does not believe.
        func damaged(at frame: Int) -> [UInt8] {
            var log = log
            log[32 + frame * frameBytes + 24 + 40] ^= 0x5a
            return log
        }
    }

    /// Runs an action that stores one write, and copies the files.
    private static func left(
        _ world: TestWorld, after action: () async throws -> Void
    ) async throws -> Left {
        let path = world.accountPath + "/cache.sqlite"
        func bytes(_ path: String) throws -> [UInt8] {
            try LiveFiles().read(path, bytesMax: 1 << 30) ?? []
        }
        let before = try bytes(path + "-wal").count
        try await action()
        return Left(
            database: try bytes(path), log: try bytes(path + "-wal"),
            frames: (before - 32) / frameBytes)
    }

    private static func open(
        _ world: TestWorld, _ database: [UInt8], _ log: [UInt8]
    ) async throws -> SyncClient {
        let path = world.accountPath + "/cache.sqlite"
        try LiveFiles().write(database, to: path)
        try LiveFiles().write(log, to: path + "-wal")
        try LiveFiles().remove(path + "-shm")
        return try await world.open()
    }

    private static func services(_ client: SyncClient) async throws -> [String]? {
        try await client.row("pinned", "me")?.texts("services")
    }

    /// A device with one write that the server has, and an empty log.
    private static func prepared(_ world: TestWorld) async throws -> SyncClient {
        let client = try await world.signedIn()
        try await client.pin("a")
        _ = try await client.sync()
        await client.close()
        return try await world.open()
    }

    /// Until the server was asked about the older name, writes are stored under it.
    @Test("keeps what was stored after a new sign-in and before its first round")
    func newNamePending() async throws {
        try await inWorld { world in
            var client = try await Self.prepared(world)
            try await world.signIn(client, as: 0x77)
            for service in ["b", "c"] { try await client.pin(service) }
            let left = try await Self.left(world) { try await client.pin("d") }
            await client.close()
            #expect(left.frames > 3)
            for frame in 0..<left.frames {
                client = try await Self.open(world, left.database, left.damaged(at: frame))
                #expect(try await client.status().queuedCount == 3, "frame \(frame)")
                #expect(try await Self.services(client) == ["a", "b", "c", "d"], "frame \(frame)")
                #expect(try await client.notices().isEmpty, "frame \(frame)")
                await client.close()
            }
            client = try await world.open()
            _ = try await client.sync()
            let state = try await client.signedIn().store.read { try CacheState.load($0) }
            #expect(state.device == DeviceID(0x77))
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.dump() == world.server.confirmed())
            #expect(try await Self.services(client) == ["a", "b", "c", "d"])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// The change of the name itself stands behind the damage: SQLite sees the older name.
    @Test("keeps what was stored under a name that SQLite does not see")
    func newNameUnseen() async throws {
        try await inWorld { world in
            var client = try await Self.prepared(world)
            try await client.pin("b")
            try await world.signIn(client, as: 0x77)
            _ = try await client.sync()
            try await client.pin("c")
            let left = try await Self.left(world) { try await client.pin("d") }
            await client.close()
            client = try await Self.open(world, left.database, left.damaged(at: 0))
            #expect(Set(try await Self.services(client) ?? []) == ["a", "b", "c", "d"])
            let notice = try #require(try await client.notices().first)
            #expect(notice.kept == 3 && notice.lost == nil)
            // The server knows the newer name further on, so this is a copy to it.
            await #expect(throws: SyncFailure.deviceCopied) { try await client.sync() }
            try await world.signIn(client, as: 0x78)
            _ = try await client.sync()
            #expect(Set(try await Self.services(client) ?? []) == ["a", "b", "c", "d"])
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.dump() == world.server.confirmed())
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// The device's first name stands behind the damage: SQLite sees none.
    @Test("keeps what was stored before the log was ever emptied")
    func firstSession() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await client.pin("a")
            let left = try await Self.left(world) { try await client.pin("b") }
            await client.close()
            for frame in stride(from: 0, to: left.frames, by: 5) {
                client = try await Self.open(world, left.database, left.damaged(at: frame))
                #expect(try await Self.services(client) == ["a", "b"], "frame \(frame)")
                #expect(try await client.status().queuedCount == 2, "frame \(frame)")
                await client.close()
            }
            client = try await world.open()
            _ = try await client.sync()
            #expect(try await client.dump() == world.server.confirmed())
            #expect(try await Self.services(client) == ["a", "b"])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }
}
