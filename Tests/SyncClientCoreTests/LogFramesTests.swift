import Foundation
import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: what the person was told had failed never comes back, and what is stored whole or not
/// at all comes back whole or not at all.
///
/// Method: a copy of the files is taken while the client is open, as a kill leaves them, and
/// the log is cut or torn where a power cut or a full disk would leave it.
@Suite("What a log holds that was not committed")
struct LogFramesTests {
    private static let frameBytes = 4_096 + 24

    /// A device with a write that is stored, and then an action; its file and its log before
    /// and after the action.
    private func files(
        _ world: TestWorld, _ action: (SyncClient) async throws -> Void
    ) async throws -> (database: [UInt8], before: [UInt8], after: [UInt8]) {
        world.server.put("profile", "p", body: "{}")
        var client = try await world.signedIn()
        _ = try await client.sync()
        await client.close()
        client = try await world.open()
        try await client.pin("stored")
        let path = world.accountPath + "/cache.sqlite"
        func bytes(_ path: String) throws -> [UInt8] {
            try LiveFiles().read(path, bytesMax: 1 << 30) ?? []
        }
        let database = try bytes(path)
        let before = try bytes(path + "-wal")
        try await action(client)
        let after = try bytes(path + "-wal")
        await client.close()
        return (database, before, after)
    }

    private func waiting(
        _ world: TestWorld, _ database: [UInt8], _ log: [UInt8]
    ) async throws -> Int {
        let path = world.accountPath + "/cache.sqlite"
        try LiveFiles().write(database, to: path)
        try LiveFiles().write(log, to: path + "-wal")
        try LiveFiles().remove(path + "-shm")
        let client = try await world.open()
        let count = try await client.status().queuedCount
        #expect(try await client.notices().isEmpty)
        await client.close()
        return count
    }

    /// All pages of the transaction but the one that commits it stand in the log, which is
    /// what a full disk and a kill leave.
    @Test("is not taken back: a write that failed, or several of which some pages arrived")
    func uncommitted() async throws {
        try await inWorld { world in
            let names = (0..<200).map { "n-\($0)-" + String(repeating: "x", count: 90) }
            let found = try await files(world) { try await $0.markRead(names) }
            let first = found.before.count
            let frames = (found.after.count - first) / Self.frameBytes
            #expect(frames > 8)
            for kept in 0..<frames {
                let log = Array(found.after.prefix(first + kept * Self.frameBytes))
                #expect(try await waiting(world, found.database, log) == 1, "\(kept) of \(frames)")
            }
            #expect(try await waiting(world, found.database, found.after) == 8)
        }
    }

    /// The last frame arrived and one before it did not.
    @Test("is not taken back in part: several writes that a power cut has torn")
    func torn() async throws {
        try await inWorld { world in
            let names = (0..<200).map { "n-\($0)-" + String(repeating: "x", count: 90) }
            let found = try await files(world) { try await $0.markRead(names) }
            let first = found.before.count
            let frames = (found.after.count - first) / Self.frameBytes
            for missing in 0..<frames {
                var log = found.after
                let at = first + missing * Self.frameBytes
                for index in at..<at + Self.frameBytes { log[index] = 0 }
                #expect(try await waiting(world, found.database, log) == 1, "without \(missing)")
            }
        }
    }

    /// A later write was stored, so the damaged one was, too.
    @Test("is taken back where a later write shows that it was stored")
    func damaged() async throws {
        try await inWorld { world in
            let found = try await files(world) { client in
                try await client.pin("second")
                try await client.pin("third")
            }
            var log = found.after
            // A byte that no record uses, in the first page after the one that is stored.
            log[found.before.count + 24 + 40] ^= 0x5a
            #expect(try await waiting(world, found.database, log) == 3)
        }
    }

    /// The sum of an earlier transaction's last frame is damaged, and the last one is right.
    @Test("is taken back where the frame before it tells a damaged sum", arguments: 16..<24)
    func damagedSum(byte: Int) async throws {
        try await inWorld { world in
            let found = try await files(world) { try await $0.pin("second") }
            var log = found.after
            log[found.before.count - Self.frameBytes + byte] ^= 0x5a
            #expect(try await waiting(world, found.database, log) == 2)
        }
    }

    /// Goal: nothing is lost with the log's own header, though SQLite reads nothing then.
    ///
    /// Method: each byte that tells the kind or the sum is damaged, the order of bytes with it.
    @Test("is taken back where the log's own header is damaged", arguments: [UInt8(0x5a), 1])
    func damagedHeader(damage: UInt8) async throws {
        try await inWorld { world in
            let found = try await files(world) { _ in }
            for byte in Array(0..<4) + Array(24..<32) {
                var log = found.after
                log[byte] ^= damage
                #expect(try await waiting(world, found.database, log) == 1, "byte \(byte)")
            }
        }
    }
}
