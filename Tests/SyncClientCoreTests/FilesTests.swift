import Foundation
import SQLiteKit
import Synchronization
import Testing

@testable import SyncClientCore

@Suite("Files on the device")
struct FilesTests {
    private func mode(_ path: String) -> UInt16 {
        var found = stat()
        return lstat(path, &found) == 0 ? UInt16(found.st_mode & 0o7777) : 0
    }

    @Test("are readable by their owner only")
    func permissions() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            #expect(mode(world.path) == 0o700)
            #expect(mode(world.accountPath) == 0o700)
            let names = try LiveFiles().names(in: world.accountPath)
            #expect(names.contains("cache.sqlite-wal"))
            for name in names { #expect(mode(world.accountPath + "/" + name) == 0o600, "\(name)") }
            #expect(mode(world.path + "/current") == 0o600)
            await client.close()
        }
    }

    @Test("are refused when they are links or open to others")
    func unsafe() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            await client.close()
            chmod(world.accountPath + "/credentials", 0o644)
            await #expect(
                throws: SyncFailure.permissionsUnsafe(path: world.accountPath + "/credentials")
            ) { try await world.open() }
            chmod(world.accountPath + "/credentials", 0o600)
            let cache = world.accountPath + "/cache.sqlite"
            rename(cache, cache + ".real")
            symlink(cache + ".real", cache)
            await #expect(throws: SyncFailure.permissionsUnsafe(path: cache)) {
                try await world.open()
            }
        }
    }

    @Test("are not looked for where there is no directory", arguments: ["file", "file/deeper"])
    func noDirectory(path: String) async throws {
        try await inWorld { world in
            try LiveFiles().makeDirectory(world.path)
            try LiveFiles().write([1], to: world.path + "/file")
            let configuration = SyncConfiguration(
                dataDirectory: world.path + "/" + path, environment: world.environment)
            let failure = await #expect(throws: SyncFailure.self) {
                _ = try await SyncClient.open(configuration)
            }
            #expect(failure?.code == "cache.path", "\(String(describing: failure))")
        }
    }

    @Test("that are no caches are put aside as they are", arguments: ["x", "SQLite format 3"])
    func damaged(content: String) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            await client.close()
            let cache = world.accountPath + "/cache.sqlite"
            let bytes = Array(String(repeating: content, count: 400).utf8)
            unlink(cache + "-wal")
            unlink(cache + "-shm")
            try LiveFiles().write(bytes, to: cache)
            let again = try await world.open()
            let notice = try #require(try await again.notices().first)
            #expect(try LiveFiles().read(notice.file, bytesMax: 1 << 20) == bytes)
            await again.close()
        }
    }

    @Test("are gone after signing out")
    func signOut() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: #"{"secret":"canary-canary"}"#)
            _ = try await client.sync()
            try await client.signOut()
            #expect(!FileManager.default.fileExists(atPath: world.accountPath))
            #expect(!FileManager.default.fileExists(atPath: world.path + "/current"))
            await client.close()
        }
    }

    /// Goal: a mirror that was emptied is not shown as if it were complete.
    ///
    /// Method: nothing can be removed any more once the tables are empty, and the next program
    /// finds the person signed in. A write of theirs was discarded with the rest.
    @Test("that a sign-out emptied and did not remove are filled again")
    func signOutCut() async throws {
        try await inWorld { world in
            var environment = world.environment
            let files = FailingFiles(after: .max)
            environment.files = files
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path, environment: environment))
            try await world.signIn(client)
            world.server.put("vehicle", "v1", body: "{}")
            try await client.pin("a")
            _ = try await client.sync()
            try await client.pin("discarded")
            files.fail(true)
            await #expect(throws: SyncFailure.self) {
                try await client.signOut(discardingUnsent: true)
            }
            await client.close()
            let again = try await world.open()
            #expect(try await again.dump() == [])
            try await again.pin("b")
            _ = try await again.sync()
            #expect(try await again.dump() == world.server.confirmed())
            #expect(try await again.row("pinned", "me")?.texts("services") == ["a", "b"])
            #expect(try await again.status().queuedCount == 0)
            #expect(try await again.doctor().isSound)
            await again.close()
        }
    }

    /// Goal: a sign-out loses no write that came after it had looked.
    ///
    /// Method: a write is put into the outbox from beside, between the look and the erasing.
    @Test("are kept by a sign-out where a write has come meanwhile")
    func signOutLate() async throws {
        try await inWorld { world in
            let first = try await world.signedIn()
            try await first.pin("a")
            _ = try await first.sync()
            await first.close()
            let path = world.accountPath + "/cache.sqlite"
            let isArmed = Mutex(false)
            var files = FailingFiles(after: .max)
            files.onRead = { file in
                guard file.hasSuffix("/credentials"), isArmed.withLock({ $0 }) else { return }
                isArmed.withLock { $0 = false }
                let beside = try? Connection(
                    path: path, options: ConnectionOptions(.readWriteCreate))
                try? beside?.execute(
                    """
                    INSERT INTO outbox(mid, previous_chain, chain, queued_at, mutation)
                    SELECT mid + 1, previous_chain, chain, queued_at, mutation FROM acknowledged
                    """)
                beside?.close()
            }
            var environment = world.environment
            environment.files = files
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path, environment: environment))
            isArmed.withLock { $0 = true }
            await #expect(throws: SyncFailure.unsentWrites(count: 1)) {
                try await client.signOut()
            }
            #expect(try await client.status().queuedCount == 1)
            await client.close()
        }
    }

    /// Goal: no write is taken that a sign-out then removes.
    ///
    /// Method: another program of the person writes when the tables are empty and all files are
    /// there still. It was open before, or opens now.
    @Test(
        "take no write from another program between the erasing and their end",
        arguments: [true, false])
    func signOutBeside(isOpen: Bool) async throws {
        try await inWorld { world in
            try await world.signedIn().close()
            let other = isOpen ? try await world.open() : nil
            let environment = world.environment
            let path = world.path
            var files = FailingFiles(after: .max)
            let write: @Sendable () -> Task<SyncFailure?, Never> = {
                Task {
                    do throws(SyncFailure) {
                        let configuration = SyncConfiguration(
                            dataDirectory: path, environment: environment)
                        let client =
                            if let other { other } else {
                                try await SyncClient.open(configuration)
                            }
                        try await client.pin("late")
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            let watch = OnceAtNames(write)
            files.onNames = { watch.run() }
            var watched = world.environment
            watched.files = files
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path, environment: watched))
            watch.arm()
            try await client.signOut()
            #expect(await watch.outcome() == .signedOut)
            let left = try? FileManager.default.contentsOfDirectory(atPath: world.accountPath)
            #expect((left ?? []).allSatisfy { $0.hasSuffix(".lock") })
            await other?.close()
            await client.close()
        }
    }

    /// Does something once, when the names of files are asked for.
    private final class OnceAtNames: Sendable {
        private let work: @Sendable () -> Task<SyncFailure?, Never>
        private let isArmed = Mutex(false)
        private let begun = Mutex<Task<SyncFailure?, Never>?>(nil)

        init(_ work: @escaping @Sendable () -> Task<SyncFailure?, Never>) { self.work = work }

        func arm() { isArmed.withLock { $0 = true } }

        func run() {
            let isFirst = isArmed.withLock { isArmed in
                defer { isArmed = false }
                return isArmed
            }
            if isFirst { begun.withLock { $0 = work() } }
        }

        /// How it failed; nil where it did not, or did not begin.
        func outcome() async -> SyncFailure? { await begun.withLock { $0 }?.value }
    }

    /// Method: another program signs the person out between this one's reading of the sign-in
    /// and its opening of the cache, at both places where it makes a file.
    @Test(
        "leave nobody signed in for a program that finds them gone", arguments: ["sync", "writer"])
    func signedOutMeanwhile(lock: String) async throws {
        try await inWorld { world in
            try await world.signedIn().close()
            let subject = try #require(
                try DataDirectory(path: world.path, files: LiveFiles()).current())
            let path = world.path
            var files = FailingFiles(after: .max)
            files.onMakeFile = { file in
                guard file.hasSuffix("/\(lock).lock") else { return }
                let directory = DataDirectory(path: path, files: LiveFiles())
                try? directory.erase(subject)
                try? directory.clearCurrent(subject)
            }
            var environment = world.environment
            environment.files = files
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path, environment: environment))
            #expect(await client.account == nil)
            await #expect(throws: SyncFailure.signedOut) { try await client.pin("a") }
            await client.close()
        }
    }

    /// Method: a file is made behind the look at what there is to remove, and before the next.
    @Test("are not said to be gone where one came meanwhile, and can be removed once more")
    func erasedMeanwhile() async throws {
        try await inWorld { world in
            try await world.signedIn().close()
            let late = world.accountPath + "/outbox-7.jsonl"
            let looks = Mutex(0)
            var files = FailingFiles(after: .max)
            files.onNames = {
                let look = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                if look == 2 { try? LiveFiles().write([1], to: late) }
            }
            let directory = DataDirectory(path: world.path, files: files)
            let subject = try #require(try directory.current())
            #expect(throws: SyncFailure.storageFailed(code: "file.left")) {
                try directory.erase(subject)
            }
            #expect(try directory.credentials(subject) != nil)
            try directory.erase(subject)
            #expect(!FileManager.default.fileExists(atPath: world.accountPath))
        }
    }

    /// Goal: of a sign-out and a sign-in at one time the later one counts, as a whole.
    ///
    /// Method: another program is in the middle of either; each change of the sign-in waits for
    /// it, and none is made in part.
    @Test("of a sign-in are changed by one program at a time")
    func oneSignInAtATime() async throws {
        try await inWorld { world in
            var files = FailingFiles(after: .max)
            files.pauses = false
            var environment = world.environment
            environment.files = files
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path, environment: environment))
            try await world.signIn(client)
            let directory = DataDirectory(path: world.path, files: LiveFiles())
            let subject = try #require(try directory.current())
            let before = try #require(try directory.credentials(subject))
            world.server.put("vehicle", "v1", body: "{}")
            _ = try await client.sync()
            let lock = try #require(try LiveFiles().tryLock(world.path + "/sign-in.lock"))
            let keeper = try await client.signedIn().keeper
            _ = try await keeper.accessToken()
            await #expect(throws: SyncFailure.busyElsewhere) { try await keeper.markExpired() }
            await #expect(throws: SyncFailure.busyElsewhere) { try await world.signIn(client) }
            await #expect(throws: SyncFailure.busyElsewhere) { try await client.signOut() }
            #expect(try directory.current() == subject)
            #expect(try directory.credentials(subject)?.bytes == before.bytes)
            #expect(try await client.rows("vehicle").map(\.id) == ["v1"])
            // Renewed tokens are stored all the same: the server knows no others soon.
            try await keeper.refresh()
            #expect(try directory.credentials(subject)?.accessToken != before.accessToken)
            lock.unlock()
            try await client.signOut()
            #expect(try directory.current() == nil)
            await client.close()
        }
    }

    @Test("leave another program's sign-in alone")
    func currentOfAnother() async throws {
        try await inWorld { world in
            let directory = DataDirectory(path: world.path, files: LiveFiles())
            try directory.prepare()
            try directory.setCurrent("somchai")
            try directory.clearCurrent("wanna")
            #expect(try directory.current() == "somchai")
            try directory.clearCurrent("somchai")
            #expect(try directory.current() == nil)
        }
    }

    @Test("whose names cannot be read are not taken for none")
    func names() async throws {
        try await inWorld { world in
            let files = LiveFiles()
            try files.makeDirectory(world.path)
            try files.write([1], to: world.path + "/file")
            #expect(throws: SyncFailure.storageFailed(code: "file.names")) {
                try files.names(in: world.path + "/file")
            }
            #expect(try files.names(in: world.path + "/none") == [])
        }
    }

    @Test(
        "take a subject's name only if it cannot lead elsewhere", arguments: ["..", ".", "a/b", ""])
    func traversal(subject: String) {
        let directory = DataDirectory(path: "/nowhere", files: LiveFiles())
        #expect(throws: SyncFailure.self) { try directory.account(subject) }
    }

    @Test("that are locked are not locked twice")
    func lock() async throws {
        try await inWorld { world in
            let files = LiveFiles()
            try files.makeDirectory(world.path)
            let first = try files.tryLock(world.path + "/lock")
            #expect(first != nil)
            #expect(try files.tryLock(world.path + "/lock") == nil)
            first?.unlock()
            #expect(try files.tryLock(world.path + "/lock") != nil)
        }
    }
}
