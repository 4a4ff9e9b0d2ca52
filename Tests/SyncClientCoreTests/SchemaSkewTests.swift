import Foundation
import SyncProtocol
import TestSupport
import Testing

@testable import SQLiteKit
@testable import SyncClientCore

/// Goal: versions of app, cache and server that do not match lose nothing and say so.
///
/// Method: caches are made by the very steps that earlier versions had, with
/// writes that wait, and opened by this version; the files are copied in the
/// middle of each step, as a kill would leave them.
@Suite("Versions that do not match")
struct SchemaSkewTests {
    private static let versions = Int64(1)..<CacheSchema.migrations.identity.versionMax

    /// A cache as an earlier version left it: two writes wait, one row is held.
    private static func makeCache(_ path: String, version: Int64) throws {
        let options = ConnectionOptions(.readWriteCreate)
        let connection = try Connection(path: path, options: options)
        defer { connection.close() }
        try CacheSchema.migrations.upTo(version).apply(to: connection)
        let device = ModelServer.device
        let nonce: UInt64 = 0x77
        var chain = nonce
        var inserts: [(UInt64, UInt64, UInt64, [UInt8])] = []
        for mid in 1...2 as ClosedRange<UInt64> {
            let time = HybridTime(milliseconds: 1_800_000_000_000 + mid, device: device)
            let operations = [
                RowOperation(.pinned, .create),
                RowOperation(.pinned, .add(field: "services", element: "s\(mid)")),
            ]
            let link = MutationChain.link(
                after: chain, mid: mid, time: time, operations: operations)
            var bytes: [UInt8] = []
            MutationCodec.append(
                Mutation(mid: mid, time: time, schema: 1, operations: operations, chain: link),
                to: &bytes)
            inserts.append((mid, chain, link, bytes))
            chain = link
        }
        for (mid, previous, link, bytes) in inserts {
            try connection.run(
                """
                INSERT INTO outbox(mid, previous_chain, chain, queued_at, mutation)
                VALUES (?, ?, ?, 5, ?)
                """,
                .integer(Int64(mid)), .integer(Int64(bitPattern: previous)),
                .integer(Int64(bitPattern: link)), .blob(bytes))
            try connection.run(
                "INSERT INTO outbox_row(table_name, row_id, mid) VALUES ('pinned', 'me', ?)",
                .integer(Int64(mid)))
        }
        try connection.run(
            "UPDATE state SET device = ?, nonce = ?, next_mid = 3, last_chain = ?",
            .integer(Int64(bitPattern: device.number)), .integer(Int64(nonce)),
            .integer(Int64(bitPattern: chain)))
        let body = Array(#"{"n":1}"#.utf8)
        let hash = RowHash.hash(
            key: RowKey(table: "vehicle", id: "v1"), owner: "dlt", asOf: 1_700_000_000_000,
            sourceVersion: 1, body: body)
        try connection.run("INSERT INTO name(id, text) VALUES (1, 'vehicle'), (2, 'dlt')")
        try connection.run(
            """
            INSERT INTO bucket(id, name, epoch, head, count, sum, priority, lease_until)
            VALUES (1, 'person/wanna/core', 1, 1, 1, ?, 1, 0)
            """, .blob(hash.bytes))
        try connection.run(
            "INSERT INTO row VALUES (1, 'v1', 1, 2, 1, 1700000000000, 1, ?, ?)",
            .blob(hash.bytes), .blob(body))
        _ = try connection.checkpoint(.truncate)
    }

    /// Puts files in the place of the cache of a device that is signed in.
    private static func put(_ path: String, _ world: TestWorld) throws {
        let files = LiveFiles()
        for end in ["", "-wal"] {
            let target = world.accountPath + "/cache.sqlite" + end
            if let bytes = try files.readAny(path + end) {
                try files.write(bytes, to: target)
            } else {
                try files.remove(target)
            }
        }
        try files.remove(world.accountPath + "/cache.sqlite-shm")
    }

    /// Opens the cache and checks that everything of it is there and is sent.
    private static func check(_ world: TestWorld, _ what: String) async throws {
        let client = try await world.open()
        #expect(try await client.notices().isEmpty, "\(what)")
        #expect(
            try await client.row("pinned", "me")?.texts("services") == ["s1", "s2"], "\(what)")
        #expect(try await client.rows("vehicle").map(\.id) == ["v1"], "\(what)")
        _ = try await client.sync()
        #expect(world.server.with { $0.applied } == [1, 2], "\(what)")
        #expect(try await client.dump() == world.server.confirmed(), "\(what)")
        #expect(try await client.doctor().isSound, "\(what)")
        await client.close()
    }

    private static func signedIn(_ world: TestWorld) async throws {
        world.server.put("vehicle", "v1", body: #"{"n":1}"#)
        await (try await world.signedIn()).close()
    }

    /// Puts a cache of an older version into place, with more buckets and perhaps another name.
    private static func putOlder(
        _ version: Int64, with buckets: [String], isRenamed: Bool, in world: TestWorld
    ) throws {
        let path = world.path + "/older.sqlite"
        try makeCache(path, version: version)
        let connection = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        for (number, bucket) in zip(Int64(2)..., buckets) {
            try connection.run(
                """
                INSERT INTO bucket(id, name, epoch, head, count, sum, priority, lease_until)
                VALUES (?, ?, 1, 1, 0, ?, 1, 0)
                """, .integer(number), .text(bucket), .blob(HashSum.zero.bytes))
        }
        if isRenamed { try connection.run("UPDATE state SET device = 5") }
        _ = try connection.checkpoint(.truncate)
        connection.close()
        try put(path, world)
    }

    /// Versions before the seventh do not say whose cache it is; another person's bucket that was
    /// given to this one does not make it that person's.
    @Test(
        "keep an old cache with another person's data in it, also under a new name",
        arguments: versions, [true, false])
    func granted(version: Int64, isRenamed: Bool) async throws {
        try await inWorld { world in
            try await Self.signedIn(world)
            // Its own are more; among as many of another's it would be put aside.
            let own = isRenamed ? ["person/wanna/civil"] : []
            try Self.putOlder(
                version, with: ["person/somchai/welfare"] + own, isRenamed: isRenamed, in: world)
            let client = try await world.open()
            #expect(try await client.notices().isEmpty)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["s1", "s2"])
            await client.close()
        }
    }

    @Test("show nothing of an old cache that may be another person's", arguments: versions)
    func anothers(version: Int64) async throws {
        guard version < 7 else { return }
        try await inWorld { world in
            try await Self.signedIn(world)
            // As many of this person's, given to the other, as of the other.
            try Self.putOlder(version, with: ["person/somchai/core"], isRenamed: true, in: world)
            let client = try await world.open()
            // What was written under this device's own name is taken from it, and nothing else.
            #expect(try await client.notices().map(\.kind) == [.foreign])
            #expect(try await client.rows("vehicle").isEmpty)
            await client.close()
        }
    }

    @Test("migrate an old cache with what waits in it", arguments: versions)
    func old(version: Int64) async throws {
        try await inWorld { world in
            try await Self.signedIn(world)
            let folder = try TemporaryDirectory()
            try Self.makeCache(folder.file("old"), version: version)
            try Self.put(folder.file("old"), world)
            try await Self.check(world, "version \(version)")
        }
    }

    /// Goal: a program that does not know first names never takes them for damage.
    ///
    /// Method: the outbox is numbered anew, and the cache is opened with the steps that
    /// the last version without them had.
    @Test("refuse a cache whose writes tell a first name, and change no byte of it")
    func withoutOrigins() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            let session = try await client.signedIn()
            let path = world.accountPath + "/cache.sqlite"
            try await session.store.write { connection in
                var state = try CacheState.load(connection)
                try OutboxTable.renumber(
                    for: DeviceID(7), nonce: 5, &state, now: 0, connection)
                try state.save(connection)
                #expect(
                    try OutboxTable.entries(connection).allSatisfy { $0.mutation.origin != nil })
            }
            await client.close()
            let bytes = try LiveFiles().readAny(path)
            let older = CacheSchema.migrations.upTo(Self.versionWithoutOrigins)
            let newest = CacheSchema.migrations.identity.versionMax
            await #expect(throws: DatabaseFault.schemaTooNew(found: newest, known: 7)) {
                _ = try await Database.open(at: path, migrations: older, readerCount: 1)
            }
            #expect(try LiveFiles().readAny(path) == bytes)
        }
    }

    /// Goal: a newer program's cache waits for that program, whatever is wrong with it.
    ///
    /// Method: the version is raised, in the file or in the log alone; the cache is noted to be
    /// damaged, or to be replaced by a new one, and its first bytes are changed.
    @Test(
        "refuse a newer cache that is to be salvaged, and change no byte of it",
        arguments: [
            ("damaged", false), ("damaged", true), ("log", true), ("ready\n", false), ("", false),
        ])
    func newerDamaged(note: String, isInLog: Bool) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            await client.close()
            let (files, path) = (LiveFiles(), world.accountPath + "/cache.sqlite")
            let version = Int(CacheSchema.migrations.identity.versionMax) + 1
            let writer = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
            try writer.execute("PRAGMA user_version = \(version)")
            if !isInLog { _ = try writer.checkpoint(.truncate) }
            var database = try #require(try files.readAny(path))
            let log = try files.readAny(path + "-wal") ?? []
            writer.close()
            #expect(log.isEmpty != isInLog)
            if note.isEmpty { for index in 0..<16 { database[index] ^= 0x5a } }
            try files.write(database, to: path)
            if isInLog { try files.write(log, to: path + "-wal") }
            try files.remove(path + "-shm")
            // Damage that is not noted yet is found by opening the cache.
            if !note.isEmpty {
                try files.write(Array(note.utf8), to: CacheSalvage.note(in: world.accountPath))
            }
            if note == "ready\n" {
                try files.write(database, to: world.accountPath + "/salvage.new")
            }
            let before = try Self.contents(world.accountPath)
            await #expect(throws: SyncFailure.cacheNewer(path: path, version: version)) {
                try await world.open()
            }
            #expect(try Self.contents(world.accountPath) == before)
        }
    }

    /// All files of a directory but the index of the log, which SQLite makes anew.
    private static func contents(_ directory: String) throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for name in try LiveFiles().names(in: directory) where !name.hasSuffix("-shm") {
            contents[name] = try LiveFiles().readAny(directory + "/" + name)
        }
        return contents
    }

    /// The last version whose program does not know that a write can have a first name.
    private static let versionWithoutOrigins: Int64 = 7

    @Test("go on after a kill in the middle of any step", arguments: [1, 4, 7])
    func killed(from version: Int64) async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("old")
        try Self.makeCache(path, version: version)
        let connection = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        let killed = try KilledCopies(of: path)
        try killed.run(every: version < Self.versionWithoutOrigins ? 60 : 5, connection.core.handle)
        {
            try CacheSchema.migrations.apply(to: connection)
        }
        connection.close()
        // One step of several, or the last one alone.
        #expect(killed.copies.count > (version < Self.versionWithoutOrigins ? 20 : 1))
        var seen: Set<Int64> = []
        for copy in killed.copies {
            let reader = try Connection(path: copy, options: ConnectionOptions(.readOnly))
            try reader.run("PRAGMA user_version") { seen.insert($0.int64(0)) }
            reader.close()
            try await inWorld { world in
                try await Self.signedIn(world)
                try Self.put(copy, world)
                try await Self.check(world, copy)
            }
        }
        // Each version was met, so each step was interrupted. The last one is short: it is
        // met by the run that begins there.
        if version < Self.versionWithoutOrigins { seen.insert(Self.versionWithoutOrigins) }
        #expect(seen == Set(version...CacheSchema.migrations.identity.versionMax))
    }

    @Test(
        "keep tables and fields of a newer server byte for byte, and say that an update is needed")
    func newerServer() async throws {
        try await inWorld { world in
            let odd = #"{"depth":[[[[{"x":[1,2,{"ก":"ข"}]}]]]],"new_kind":"y"}"#
            world.server.put("future_table", "f1", body: odd)
            world.server.put("vehicle", "v1", body: #"{"brand":"a","field_of_later":{"z":1}}"#)
            world.server.put(
                "pinned", "me", body: #"{"v":99,"what":"a later merge"}"#, owner: "citizen")
            let client = try await world.signedIn()
            // Frames of a later version are passed over.
            world.server.fail(
                .change { bytes in
                    let end = Int(bytes[0]) + 1
                    var changed = Array(bytes[..<end])
                    changed += [4, 99, 1, 2, 3]
                    return changed + bytes[end...]
                })
            _ = try await client.sync()
            let dump = try await client.dump()
            #expect(dump == world.server.confirmed())
            #expect(dump.contains { $0.contains(odd) })
            let future = try #require(try await client.row("future_table", "f1"))
            #expect(future.needsUpdate)
            let vehicle = try #require(try await client.row("vehicle", "v1"))
            #expect(vehicle.needsUpdate)
            #expect(!vehicle.isUnknown)
            #expect(vehicle.unknownFields == ["field_of_later"])
            #expect(try await client.row("pinned", "me")?.needsUpdate == true)
            #expect(try await client.status().unknownTables == ["future_table"])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }
}

extension LiveFiles {
    /// Reads a file that need not be private.
    fileprivate func readAny(_ path: String) throws -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return Array(data)
    }
}
