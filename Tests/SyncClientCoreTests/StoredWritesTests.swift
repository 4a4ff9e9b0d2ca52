import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: what the storage has changed is never taken for what the person wrote, is told, and
/// keeps nothing else from going on.
///
/// Method: one bit of a stored write is turned, so that it is no write any more, or one with
/// another letter in it. SQLite sees nothing of that.
@Suite("A stored write that the storage has changed")
struct StoredWritesTests {
    /// The text of each write here, and what one bit makes of it.
    private static let text = "written"
    private static let changedText = "wrivten"

    private static func annotate(_ client: SyncClient, _ ids: String...) async throws {
        for id in ids { try await client.annotate(id, note: text) }
    }

    private static func note(_ client: SyncClient, _ id: String) async throws -> [String]? {
        try await client.row("annotation", id)?.texts("note")
    }

    private static func damaged(_ world: TestWorld) -> SyncFailure {
        .cacheDamaged(path: world.accountPath + "/cache.sqlite")
    }

    /// Closes and opens, as after the program ended.
    private static func reopen(_ client: SyncClient, _ world: TestWorld) async throws -> SyncClient
    {
        await client.close()
        return try await world.open()
    }

    /// Changes the bytes of one write, counted from 0.
    private static func change(
        _ table: String, number: Int = 0, _ client: SyncClient,
        _ body: @Sendable ([UInt8]) -> [UInt8]?
    ) async throws {
        try await client.signedIn().store.write { connection in
            var found: (row: Int64, bytes: [UInt8])?
            try connection.prepare(
                "SELECT rowid, mutation FROM \(table) ORDER BY rowid LIMIT 1 OFFSET ?"
            ).run(.integer(Int64(number))) { found = ($0.int64(0), $0.blob(1)) }
            let stored = try #require(found)
            let bytes = try #require(body(stored.bytes))
            #expect(zip(bytes, stored.bytes).count { $0 != $1 } == 1)
            try connection.prepare("UPDATE \(table) SET mutation = ? WHERE rowid = ?")
                .run(.blob(bytes), .integer(stored.row))
        }
    }

    /// One bit turned so that the bytes are no write.
    private static func unreadable(_ bytes: [UInt8]) -> [UInt8]? {
        for index in bytes.indices {
            var bytes = bytes
            bytes[index] ^= 1
            if bytes.withUnsafeBytes({ try? MutationCodec.decode($0) }) == nil { return bytes }
        }
        return nil
    }

    /// One bit turned so that another text stands there.
    private static func otherLetter(_ bytes: [UInt8]) -> [UInt8]? {
        let letters = Array(text.utf8)
        let starts = bytes.indices.dropLast(letters.count - 1)
        guard let start = starts.first(where: { bytes[$0...].starts(with: letters) }) else {
            return nil
        }
        var bytes = bytes
        bytes[start + 3] ^= 2
        return bytes
    }

    // MARK: - Bytes that are no write

    /// Method: the second of three acknowledged writes is unreadable when the server is put back
    /// to before them.
    @Test("keeps nothing else from a server that was put back")
    func offeredAgain() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            _ = try await client.sync()
            let nothing = world.server.with { $0 }
            try await Self.annotate(client, "x", "y", "z")
            _ = try await client.sync()
            try await Self.change("acknowledged", number: 1, client, Self.unreadable)
            world.server.with { state in
                state = nothing
                state.lineage = 9
            }
            await #expect(throws: Self.damaged(world)) { try await client.sync() }
            client = try await Self.reopen(client, world)
            let notices = try await client.notices()
            #expect(notices.map(\.kind) == [.damaged, .unkept])
            #expect(notices.map(\.lost) == [0, 1])
            #expect(try LiveFiles().identity(notices[0].file) != nil)
            _ = try await client.sync()
            #expect(try await Self.note(client, "x") == [Self.text])
            #expect(try await Self.note(client, "y") == nil)
            #expect(try await Self.note(client, "z") == [Self.text])
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// Method: the one kept write of a bucket is unreadable, or names another row, when the
    /// right to the bucket ends.
    @Test("keeps nothing on the device to which a right has ended", arguments: [true, false])
    func withdrawn(isReadable: Bool) async throws {
        try await inWorld { world in
            world.server.put("profile", "p", body: "{}")
            world.server.put("vehicle", "v", body: "{}", bucket: "person/wanna/transport")
            var client = try await world.signedIn()
            try await Self.annotate(client, "x")
            _ = try await client.sync()
            try await Self.change(
                "acknowledged", client, isReadable ? Self.otherLetter : Self.unreadable)
            world.server.with { _ = $0.goneBuckets.insert(ModelServer.core) }
            await #expect(throws: Self.damaged(world)) { try await client.sync() }
            client = try await Self.reopen(client, world)
            #expect(try await client.notices().map(\.kind) == [.damaged, .unkept])
            for _ in 0..<3 { _ = try await client.sync() }
            #expect(try await client.rows("profile").isEmpty)
            #expect(try await client.rows("vehicle").count == 1)
            #expect(try await !client.status().buckets.map(\.name).contains(ModelServer.core))
            // Nor what the salvage had put aside.
            let names = try LiveFiles().names(in: world.accountPath)
            #expect(!names.contains { $0.hasPrefix("cache.damaged") })
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    @Test("is no answer of the server's: what waits is saved, and what is lost is told")
    func waiting() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await Self.annotate(client, "x", "y")
            try await Self.change("outbox", client, Self.unreadable)
            await #expect(throws: Self.damaged(world)) { try await client.rows("annotation") }
            client = try await Self.reopen(client, world)
            #expect(try await client.notices().map(\.lost) == [1])
            #expect(try await client.rows("annotation").count == 1)
            _ = try await client.sync()
            #expect(try await Self.note(client, "y") == [Self.text])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// Method: the row is changed where it stands, and the program is killed: its log still has
    /// the row as it was stored.
    @Test("is taken from an earlier state in the log, where the newest is damaged")
    func earlier() async throws {
        try await inWorld { world in
            let (files, path) = (LiveFiles(), world.accountPath + "/cache.sqlite")
            var client = try await world.signedIn()
            try await Self.annotate(client, "x", "y")
            try await Self.change("outbox", client, Self.unreadable)
            await #expect(throws: Self.damaged(world)) { try await client.rows("annotation") }
            let database = try files.read(path, bytesMax: 1 << 30) ?? []
            let log = try files.read(path + "-wal", bytesMax: 1 << 30) ?? []
            await client.close()
            try files.write(database, to: path)
            try files.write(log, to: path + "-wal")
            try files.remove(path + "-shm")
            client = try await world.open()
            #expect(try await client.notices().map(\.lost) == [0])
            _ = try await client.sync()
            #expect(try await Self.note(client, "x") == [Self.text])
            #expect(try await Self.note(client, "y") == [Self.text])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// Method: a write that was refused is kept for the person's decision and among those that
    /// were sent; another one waits.
    @Test(
        "is found by a doctor, wherever it is kept", arguments: ["outbox", "acknowledged", "aside"])
    func doctor(table: String) async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.server.with { $0.refuses[1] = "create_stale" }
            try await Self.annotate(client, "x")
            _ = try await client.sync()
            try await Self.annotate(client, "y")
            #expect(try await client.doctor().isSound)
            try await Self.change(table, client, Self.unreadable)
            let unsound = try await client.doctor().checks.filter { !$0.isSound }
            let writes = try #require(unsound.first { $0.code == "writes.bytes" })
            #expect(writes.detail == "changed in \(table): 1")
            client = try await Self.reopen(client, world)
            #expect(try await client.doctor().isSound)
            let notices = try await client.notices()
            switch table {
            case "outbox": #expect(notices.map(\.lost) == [1])
            case "acknowledged": #expect(notices.map(\.kind) == [.damaged, .unkept])
            // It is still among those that were sent.
            default: #expect(notices.map(\.lost) == [0])
            }
            #expect(try await client.writesAside().flatMap(\.writes).map(\.mid) == [1])
            _ = try await client.sync()
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    @Test("and of which nothing else is kept is lost, and counted among the lost")
    func asideAlone() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.server.with { $0.refuses = [1: "create_stale", 2: "create_stale"] }
            try await Self.annotate(client, "x", "y")
            _ = try await client.sync()
            try await Self.change("aside", client, Self.unreadable)
            try await client.signedIn().store.write { try $0.run("DELETE FROM acknowledged") }
            await #expect(throws: Self.damaged(world)) { try await client.writesAside() }
            client = try await Self.reopen(client, world)
            #expect(try await client.notices().map(\.lost) == [1])
            #expect(try await client.writesAside().flatMap(\.writes).map(\.mid) == [2])
            await client.close()
        }
    }

    // MARK: - Another letter

    /// Method: a waiting, or a kept, write says something else when everything gets new numbers:
    /// under a new name, or behind what the server has of a copy.
    @Test(
        "gets no other number: the server would take it for what the person wrote",
        arguments: ["outbox", "acknowledged"], [true, false])
    func numbered(table: String, isAdopted: Bool) async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await Self.annotate(client, "x")
            _ = try await client.sync()
            try await Self.annotate(client, "y")
            try await Self.change(table, client, Self.otherLetter)
            let session = try await client.signedIn()
            await #expect(throws: Self.damaged(world)) {
                try await session.store.write { connection in
                    var state = try CacheState.load(connection)
                    if isAdopted {
                        try OutboxTable.adopt(
                            upTo: 5, chain: 77, known: nil, &state, now: 1, connection)
                    } else {
                        try OutboxTable.renumber(
                            for: DeviceID(7), nonce: 5, heldUpTo: 1, &state, now: 1, connection)
                    }
                    try state.save(connection)
                }
            }
            client = try await Self.reopen(client, world)
            let lost = try await client.notices().map(\.lost)
            #expect(lost == (table == "outbox" ? [1] : [0, 1]))
            _ = try await client.sync()
            #expect(!world.server.confirmed().contains { $0.contains(Self.changedText) })
            #expect(try await Self.note(client, "x") == [Self.text])
            #expect(try await Self.note(client, "y") == (table == "outbox" ? nil : [Self.text]))
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// Method: the same in a round, after the person has signed in anew.
    @Test("is not sent under a new name")
    func renamed() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            try await Self.annotate(client, "x", "y")
            try await Self.change("outbox", client, Self.otherLetter)
            world.server.with { $0.device = DeviceID(0x77) }
            try await world.signIn(client)
            world.server.changesDevice()
            await #expect(throws: Self.damaged(world)) { try await client.sync() }
            #expect(world.server.with { $0.applied } == [])
            client = try await Self.reopen(client, world)
            #expect(try await client.notices().map(\.lost) == [1])
            _ = try await client.sync()
            #expect(try await Self.note(client, "x") == nil)
            #expect(try await Self.note(client, "y") == [Self.text])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("is not used where the person decided for it; what was sent takes its place")
    func decided() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.server.with { $0.refuses[1] = "create_stale" }
            try await Self.annotate(client, "x")
            _ = try await client.sync()
            try await Self.change("aside", client, Self.otherLetter)
            let row = try #require(try await client.writesAside().first?.row)
            await #expect(throws: Self.damaged(world)) { try await client.useWritesAside(row) }
            client = try await Self.reopen(client, world)
            #expect(try await client.notices().map(\.lost) == [0])
            try await client.useWritesAside(row)
            #expect(try await Self.note(client, "x") == [Self.text])
            await client.close()
        }
    }

    // MARK: - No damage

    /// Method: of three kept and three waiting writes the first of each are gone, as after 14
    /// days, or after a part was taken away; the rest is numbered anew, three times.
    @Test("is none that has lost the one before it, or has had other names")
    func gaps() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await Self.annotate(client, "a", "b", "c")
            _ = try await client.sync()
            try await Self.annotate(client, "d", "e", "f")
            try await client.signedIn().store.write { connection in
                try connection.run("DELETE FROM acknowledged WHERE mid = 1")
                try connection.run("DELETE FROM outbox WHERE mid IN (4, 6)")
                try connection.run("DELETE FROM outbox_row WHERE mid IN (4, 6)")
                var state = try CacheState.load(connection)
                for name in 0..<2 {
                    try OutboxTable.renumber(
                        for: DeviceID(7 + UInt64(name)), nonce: 5, heldUpTo: 3, &state, now: 1,
                        connection)
                }
                try OutboxTable.adopt(upTo: 9, chain: 77, known: nil, &state, now: 1, connection)
                try state.save(connection)
                #expect(try OutboxTable.changed(in: .outbox, connection) == 0)
                #expect(try OutboxTable.changed(in: .acknowledged, connection) == 0)
                #expect(state.nextMid == 13)
            }
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// Method: 100,001 copies of one write wait, as after a server that was put back had kept
    /// ones of them offered again.
    @Test("or not, is among those that get a new name, however many wait")
    func beyondTheLimit() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            let count = try await client.signedIn().store.write { connection in
                try connection.run(
                    """
                    INSERT INTO outbox(mid, previous_chain, chain, queued_at, mutation)
                    WITH RECURSIVE number(mid) AS (
                        SELECT 2 UNION ALL SELECT mid + 1 FROM number WHERE mid <= ?)
                    SELECT number.mid, previous_chain, chain, queued_at, mutation
                    FROM number, outbox WHERE outbox.mid = 1
                    """, .integer(Int64(Limits.outboxMax)))
                var state = try CacheState.load(connection)
                try OutboxTable.renumber(for: DeviceID(7), nonce: 5, &state, now: 1, connection)
                try state.save(connection)
                return try OutboxTable.count(connection)
            }
            #expect(count == Limits.outboxMax + 1)
            await client.close()
        }
    }
}
