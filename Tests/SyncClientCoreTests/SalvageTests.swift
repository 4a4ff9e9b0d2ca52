import Foundation
import SQLiteKit
import Synchronization
import SyncProtocol
import TestSupport
import Testing

@testable import SyncClientCore

/// Goal: whatever becomes of the file of the cache, what the person wrote and can
/// be read is sent exactly once, what cannot be read is said, and the mirror ends
/// equal to the server's.
///
/// Method: a device with confirmed writes, writes whose answer was lost, and writes
/// that were never sent. Its files are damaged while it is closed, or as a kill
/// would leave them, with the log full. Then it is opened and synced. A counter
/// shows a write that took effect twice, a set one that is lost.
@Suite("A damaged or foreign cache")
struct SalvageTests {
    /// What is done to the files.
    enum Damage: String, CaseIterable, Sendable {
        case magic, pageSize, journalMode, application, schema, outboxPage, rowPages, half
        case onePage, empty, text, otherProgram, logMiddle, logHeader, emptyWithLog, index

        /// Whether the writes live in the log when it happens.
        var isKilled: Bool {
            switch self {
            case .logMiddle, .logHeader, .emptyWithLog: true
            default: false
            }
        }

        /// Whether a person must be told of it.
        ///
        /// Not where everything is found in the log, and an index is made anew.
        var isTold: Bool { ![.index, .logMiddle, .logHeader].contains(self) }
    }

    static let counter = RowKey(table: "annotation", id: "counted")

    static func count(_ client: SyncClient) async throws {
        _ = try await client.write([
            RowOperation(counter, .create),
            RowOperation(counter, .increment(field: "shown", by: 1)),
        ])
    }

    /// Makes a device with four writes that the server has and three that it has not.
    static func prepare(_ world: TestWorld, isKilled: Bool) async throws {
        for number in 0..<200 {
            world.server.put(
                "vehicle", "v\(number)", body: #"{"text":"\#(String(repeating: "x", count: 300))"}"#
            )
        }
        var client = try await world.signedIn()
        try await client.pin("a")
        try await count(client)
        _ = try await client.sync()
        // Taken by the server, and the device does not know.
        try await client.pin("b")
        try await count(client)
        world.server.fail(.answerLost, .notSent)
        await #expect(throws: SyncFailure.self) { try await client.sync() }
        #expect(world.server.with { $0.lastMid } == 4)
        world.server.with { $0.faults = [] }
        if isKilled {
            await client.close()
            client = try await world.open()
        }
        try await client.pin("c")
        try await count(client)
        try await client.annotate("long", note: String(repeating: "ข้อความ ", count: 250))
        // The last transaction of a damaged log looks like one that a power cut tore.
        if isKilled { try await client.pin("z") }
        let files = ["cache.sqlite", "cache.sqlite-wal"].map { world.accountPath + "/" + $0 }
        let saved = isKilled ? try files.map { try LiveFiles().read($0, bytesMax: 1 << 30) } : []
        await client.close()
        for (path, bytes) in zip(files, saved) {
            if let bytes { try LiveFiles().write(bytes, to: path) }
        }
    }

    /// Opens and syncs until all is well; damage that shows late costs one more opening.
    static func recover(_ world: TestWorld) async throws -> SyncClient {
        var last: SyncFailure?
        for _ in 0..<4 {
            var opened: SyncClient?
            do throws(SyncFailure) {
                let client = try await SyncClient.open(
                    SyncConfiguration(
                        dataDirectory: world.path, environment: world.environment))
                opened = client
                _ = try await client.sync()
                // Bytes of a row that changed show when each row is hashed.
                if try await !client.doctor().isSound { _ = try await client.repair() }
                guard try await client.doctor().isSound else {
                    // What doctor notes is mended by the next opening.
                    await client.close()
                    continue
                }
                _ = try await client.rowsOfEverything()
                return client
            } catch {
                last = error
                #expect(!error.code.contains("sqlite"), "\(error.code) reached the person")
                await opened?.close()
            }
        }
        throw last ?? SyncFailure.closed
    }

    /// Checks what must hold after any damage.
    static func check(
        _ world: TestWorld, _ client: SyncClient, _ what: String, isWhole: Bool = false
    ) async throws {
        let notices = try await client.notices()
        let isLost = !isWhole && notices.contains { $0.lost != 0 }
        let services = (try await client.row("pinned", "me")?.texts("services") ?? [])
            .filter { $0 != "z" }
        let shown = try await client.row(Self.counter.table, Self.counter.id)?.integer("shown") ?? 0
        #expect(services.prefix(2) == ["a", "b"], "\(what)")
        #expect(shown >= 2 && shown <= 3, "\(what): counted \(shown)")
        if !isLost {
            #expect(services == ["a", "b", "c"], "\(what): lost without a word")
            #expect(shown == 3, "\(what): lost without a word")
            let note = try await client.row("annotation", "long")?.texts("note").first
            #expect(note?.utf8.count == 250 * 22, "\(what)")
        }
        #expect(try await client.status().queuedCount == 0, "\(what)")
        #expect(try await client.dump() == world.server.confirmed(), "\(what)")
        let report = try await client.doctor()
        #expect(report.isSound, "\(what): \(report.checks.filter { !$0.isSound })")
        #expect(world.server.with { Set($0.applied).count == $0.applied.count })
        // It is an ordinary cache again.
        try await client.pin("later")
        _ = try await client.sync()
        #expect(try await client.status().queuedCount == 0, "\(what)")
    }

    private static func apply(_ damage: Damage, _ path: String) throws {
        let files = LiveFiles()
        var bytes = try files.read(path, bytesMax: 1 << 30) ?? []
        var log = try files.read(path + "-wal", bytesMax: 1 << 30) ?? []
        func flip(_ range: Range<Int>) { for index in range { bytes[index] ^= 0x5a } }
        func pages(_ text: String) -> [Int] {
            stride(from: 4_096, to: bytes.count, by: 4_096).filter { start in
                let page = Data(bytes[start..<min(start + 4_096, bytes.count)])
                return page.range(of: Data(text.utf8)) != nil
            }
        }
        switch damage {
        case .magic: flip(0..<16)
        case .pageSize: flip(16..<18)
        case .journalMode: flip(18..<20)
        case .application: flip(68..<72)
        case .schema: flip(100..<140)
        case .outboxPage: for start in pages("pinned") { flip(start..<start + 12) }
        case .rowPages: for start in pages("xxxxxxxx") { flip(start..<start + 40) }
        case .index: for start in pages("v199").suffix(1) { flip(start..<start + 4) }
        case .half: bytes = Array(bytes.prefix(bytes.count / 2))
        case .onePage: bytes = Array(bytes.prefix(4_096))
        case .empty, .emptyWithLog: bytes = []
        case .text: bytes = Array(String(repeating: "not a database ", count: 400).utf8)
        case .otherProgram:
            try files.remove(path)
            let other = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
            try other.execute(
                """
                CREATE TABLE outbox(mid INTEGER PRIMARY KEY, previous_chain INTEGER,
                    chain INTEGER, queued_at INTEGER, mutation BLOB);
                INSERT INTO outbox VALUES (5, 1, 2, 3, x'00');
                """)
            _ = try other.checkpoint(.truncate)
            other.close()
            bytes = try files.read(path, bytesMax: 1 << 30) ?? []
        case .logMiddle: log[32 + 24 + 4_096 + 24 + 100] ^= 0x5a
        case .logHeader: log[16] ^= 0x5a
        }
        try files.write(bytes, to: path)
        if !log.isEmpty { try files.write(log, to: path + "-wal") }
        // A hint that is not true any more either.
        try files.write([UInt8](repeating: 0x5a, count: 32_768), to: path + "-shm")
    }

    @Test(
        "loses no write that can be read, doubles none, and says what is lost",
        arguments: Damage.allCases)
    func damage(_ damage: Damage) async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: damage.isKilled)
            try Self.apply(damage, world.accountPath + "/cache.sqlite")
            let client = try await Self.recover(world)
            let notices = try await client.notices()
            if damage.isTold { #expect(!notices.isEmpty) }
            // In the others all writes stand in pages that can be read.
            let mayLose: [Damage] = [.half, .onePage, .empty, .text, .otherProgram]
            try await Self.check(
                world, client, damage.rawValue, isWhole: !mayLose.contains(damage))
            await client.close()
        }
    }

    /// Method: the row of numbers is removed, three times in a row without a round between: a
    /// salvage finds writes under the temporary numbers of the one before.
    @Test("goes on counting behind what it kept, also where the numbers are lost")
    func numbers() async throws {
        try await inWorld { world in
            let path = world.accountPath + "/cache.sqlite"
            var client = try await world.signedIn()
            for round in 0..<3 {
                try await client.pin("a\(round)")
                try await client.pin("b\(round)")
                await client.close()
                let writer = try Connection(
                    path: path, options: ConnectionOptions(.readWriteCreate))
                try writer.execute("DELETE FROM state")
                writer.close()
                try LiveFiles().write(
                    Array("damaged".utf8), to: CacheSalvage.note(in: world.accountPath))
                client = try await world.open()
            }
            try await client.pin("c")
            _ = try await client.sync()
            let pinned = try await client.row("pinned", "me")?.texts("services") ?? []
            #expect(Set(pinned) == ["a0", "b0", "a1", "b1", "a2", "b2", "c"])
            #expect(world.server.with { $0.applied } == Array(1...7))
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("shows what was saved before any network, and takes new writes")
    func offline() async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: false)
            try Self.apply(.magic, world.accountPath + "/cache.sqlite")
            var client = try await world.open()
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "b", "c"])
            #expect(try await client.rows("vehicle").count == 200)
            try await client.pin("d")
            #expect(try await client.doctor().isSound)
            await client.close()
            client = try await world.open()
            #expect(
                try await client.row("pinned", "me")?.texts("services") == ["a", "b", "c", "d"])
            world.server.fail(.notSent)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            _ = try await client.sync()
            #expect(
                try await client.row("pinned", "me")?.texts("services") == ["a", "b", "c", "d"])
            #expect(try await client.row("annotation", "counted")?.integer("shown") == 3)
            await client.close()
        }
    }

    @Test("is exported first, and the file can be sent again without doubling anything")
    func export() async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: false)
            try Self.apply(.rowPages, world.accountPath + "/cache.sqlite")
            let client = try await Self.recover(world)
            let notice = try #require(try await client.notices().first)
            #expect(notice.kind == .damaged)
            let lines = try #require(try LiveFiles().read(notice.export, bytesMax: 1 << 20))
            #expect(lines.split(separator: UInt8(ascii: "\n")).count == notice.kept)
            #expect(try await client.sendExported(notice.export) == 0)
            // A device whose outbox is lost altogether makes them anew, once.
            let saved = world.path + "/saved.jsonl"
            try LiveFiles().write(lines, to: saved)
            try await client.signOut()
            _ = try await client.completeSignIn(
                try await client.beginSignIn(server: "https://example.test", deviceName: "a"))
            #expect(try await client.sendExported(saved) == notice.kept)
            #expect(try await client.sendExported(saved) == 0)
            #expect(try await client.status().queuedCount == notice.kept)
            try LiveFiles().write(Array("{}\n".utf8), to: saved)
            await #expect(throws: SyncFailure.exportUnreadable) {
                try await client.sendExported(saved)
            }
            await client.close()
        }
    }

    @Test("can be sent from a file that came another way, and what cannot be opened is told so")
    func exportFromElsewhere() async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: false)
            try Self.apply(.rowPages, world.accountPath + "/cache.sqlite")
            let client = try await Self.recover(world)
            let notice = try #require(try await client.notices().first)
            let lines = try #require(try LiveFiles().read(notice.export, bytesMax: 1 << 20))
            try await client.signOut()
            _ = try await client.completeSignIn(
                try await client.beginSignIn(server: "https://example.test", deviceName: "a"))
            // As a stick gives it: readable by all, and through a link.
            let saved = world.path + "/from-a-stick.jsonl"
            try LiveFiles().write(lines, to: saved)
            #expect(chmod(saved, 0o644) == 0)
            let link = world.path + "/link.jsonl"
            #expect(symlink(saved, link) == 0)
            let pipe = world.path + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            for path in [pipe, world.path] {
                await #expect(throws: SyncFailure.exportUnopened(path: path)) {
                    try await client.sendExported(path)
                }
            }
            #expect(try await client.sendExported(link) == notice.kept)
            #expect(try await client.sendExported(saved) == 0)
            await client.close()
        }
    }

    @Test(
        "of another person is put aside unread, and nothing of it is sent or shown",
        arguments: [false, true])
    func otherPerson(isDamaged: Bool) async throws {
        try await inWorld { world in
            try await inWorld { other in
                other.server.with { state in
                    state.subject = "somchai"
                    state.device = DeviceID(0x99)
                }
                other.server.put(
                    "vehicle", "secret", body: "{}", bucket: "person/somchai/core")
                let theirs = try await other.signedIn()
                _ = try await theirs.sync()
                try await theirs.pin("secret")
                await theirs.close()
                let mine = try await world.signedIn()
                _ = try await mine.sync()
                await mine.close()
                let path = world.accountPath + "/cache.sqlite"
                let bytes = try #require(
                    try LiveFiles().read(
                        other.path + "/accounts/somchai/cache.sqlite", bytesMax: 1 << 30))
                try LiveFiles().write(bytes, to: path)
                if isDamaged {
                    let note = CacheSalvage.note(in: world.accountPath)
                    try LiveFiles().write(Array("damaged".utf8), to: note)
                }
                let opened = try await world.open()
                #expect(try await opened.dump() == [])
                #expect(try await opened.row("pinned", "me") == nil)
                await opened.close()
                let client = try await Self.recover(world)
                let notice = try #require(try await client.notices().first)
                #expect(notice.kind == .foreign)
                #expect(notice.kept == 0)
                #expect(try await client.status().queuedCount == 0)
                #expect(world.server.with { $0.applied } == [])
                #expect(try LiveFiles().read(notice.file, bytesMax: 1 << 30) == bytes)
                await client.close()
            }
        }
    }

    @Test("that a newer version made is refused, and not a byte of it changes")
    func newer() async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: false)
            let path = world.accountPath + "/cache.sqlite"
            let writer = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
            try writer.execute("PRAGMA user_version = 999")
            _ = try writer.checkpoint(.truncate)
            writer.close()
            let bytes = try LiveFiles().read(path, bytesMax: 1 << 30)
            await #expect(throws: SyncFailure.cacheNewer(path: path, version: 999)) {
                try await world.open()
            }
            #expect(try LiveFiles().read(path, bytesMax: 1 << 30) == bytes)
            #expect(try LiveFiles().read(path + "-wal", bytesMax: 1 << 30)?.isEmpty ?? true)
            let names = try LiveFiles().names(in: world.accountPath)
            #expect(!names.contains { $0.contains("damaged") || $0.contains("foreign") })
        }
    }

    /// Goal: what another program writes while the new cache waits for its name is not lost.
    ///
    /// Method: a salvage ends when the new cache is ready, and a program that had the old one
    /// open goes on with it.
    @Test("is salvaged anew where another program has written into it since")
    func writtenMeanwhile() async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: false)
            let other = try await world.open()
            let note = CacheSalvage.note(in: world.accountPath)
            try LiveFiles().write(Array("damaged".utf8), to: note)
            var environment = world.environment
            var files = FailingFiles(after: .max)
            files.failsToMove = true
            environment.files = files
            let configuration = SyncConfiguration(
                dataDirectory: world.path, environment: environment)
            await #expect(throws: SyncFailure.self) { try await SyncClient.open(configuration) }
            #expect(try LiveFiles().identity(world.accountPath + "/salvage.new") != nil)
            try await other.pin("late")
            await other.close()
            let client = try await world.open()
            let services = try await client.row("pinned", "me")?.texts("services")
            #expect(services == ["a", "b", "c", "late"])
            _ = try await client.sync()
            #expect(try await client.row("pinned", "me")?.texts("services") == services)
            #expect(try await client.dump() == world.server.confirmed())
            let names = try LiveFiles().names(in: world.accountPath)
            #expect(!names.contains { $0.hasPrefix("salvage.") })
            await client.close()
        }
    }

    @Test("survives a kill at any step of the salvage", arguments: 0..<28)
    func killed(step: Int) async throws {
        try await inWorld { world in
            try await Self.prepare(world, isKilled: false)
            try Self.apply(.magic, world.accountPath + "/cache.sqlite")
            var environment = world.environment
            environment.files = FailingFiles(after: step)
            do {
                let client = try await SyncClient.open(
                    SyncConfiguration(dataDirectory: world.path, environment: environment))
                await client.close()
            } catch {
                // Stopped on the way.
            }
            let client = try await Self.recover(world)
            try await Self.check(world, client, "step \(step)")
            await client.close()
        }
    }

    @Test("damaged anywhere is never lost without a word", arguments: [false, true])
    func anywhere(inLog: Bool) async throws {
        var random = SeededRandom(seed: FreshSeed.value)
        for _ in 0..<10 {
            try await inWorld { world in
                try await Self.prepare(world, isKilled: inLog)
                let path = world.accountPath + "/cache.sqlite" + (inLog ? "-wal" : "")
                var bytes = try #require(try LiveFiles().read(path, bytesMax: 1 << 30))
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let count = Int.random(in: 1...64, using: &random)
                for index in start..<min(start + count, bytes.count) { bytes[index] ^= 0x5a }
                try LiveFiles().write(bytes, to: path)
                let client = try await Self.recover(world)
                try await Self.check(world, client, "\(start)+\(count) of \(path)")
                await client.close()
            }
        }
    }
}

extension SyncClient {
    /// Reads all rows, through the indexes, which no check of the rows reads.
    fileprivate func rowsOfEverything() async throws(SyncFailure) -> Int {
        let lines = Mutex(0)
        try await dumpCanonical { _ in lines.withLock { $0 += 1 } }
        return lines.withLock { $0 }
    }
}
