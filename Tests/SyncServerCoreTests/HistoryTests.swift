import Foundation
import NetworkIO
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: a store whose past is not what it was says so, and no other does.
@Suite("The history of a store")
struct HistoryTests {
    private func open(_ place: String, seed: UInt64 = 3) throws -> SQLiteStore {
        try SQLiteStore(directory: place, randomBytes: seededSecrets(seed).bytes)
    }

    private func backUp(_ place: String, to file: String) throws -> Lineage {
        let store = try open(place)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        _ = try writer.transaction { try $0.addPerson(subject: "a", tag: nil, added: 1) }
        try writer.backup(to: file)
        _ = try writer.transaction { try $0.addPerson(subject: "b", tag: nil, added: 1) }
        return store.lineage
    }

    private func subjects(_ place: String) throws -> [String] {
        let store = try open(place)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        return try writer.transaction { try $0.people(after: 0, max: 9).map(\.subject) }
    }

    /// Puts a file in the place of the store, as a hurried operator does.
    private func replace(_ place: String, with file: String) throws {
        for end in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(place)/server.sqlite\(end)")
        }
        try FileManager.default.copyItem(atPath: file, toPath: "\(place)/server.sqlite")
    }

    @Test("goes on however often it is opened, and after a backup")
    func same() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let first = try backUp(place, to: folder.file("backup"))
        for _ in 0..<3 {
            let store = try open(place, seed: 9)
            #expect(!store.isReplaced)
            #expect(store.lineage == first)
            store.close()
        }
    }

    @Test("splits where an older copy is put in place, and is told by a new lineage")
    func copied() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let first = try backUp(place, to: folder.file("backup"))
        try replace(place, with: folder.file("backup"))
        let store = try open(place, seed: 9)
        #expect(store.isReplaced)
        #expect(store.lineage != first)
        let second = store.lineage
        store.close()
        let again = try open(place, seed: 10)
        #expect(!again.isReplaced)
        #expect(again.lineage == second)
        again.close()
        #expect(try subjects(place) == ["a"])
    }

    @Test("splits where a store is put into another directory without its mark")
    func moved() throws {
        let folder = try TemporaryDirectory()
        let first = try backUp(folder.file("data"), to: folder.file("backup"))
        try FileManager.default.createDirectory(
            atPath: folder.file("other"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try replace(folder.file("other"), with: folder.file("backup"))
        let store = try open(folder.file("other"), seed: 9)
        defer { store.close() }
        #expect(store.isReplaced)
        #expect(store.lineage != first)
    }

    /// Goal: a store whose server was killed is as good as a backup, though most stands in its log.
    @Test("is put back from a directory whose server was killed, with what its log holds")
    func logOfKilled() throws {
        let folder = try TemporaryDirectory()
        let (place, older) = (folder.file("data"), folder.file("older"))
        try FileManager.default.createDirectory(
            atPath: older, withIntermediateDirectories: false)
        let first: Lineage
        do {
            let store = try open(place)
            defer { store.close() }
            let writer = try store.makeWriter()
            defer { writer.close() }
            for subject in ["a", "b"] {
                _ = try writer.transaction {
                    try $0.addPerson(subject: subject, tag: nil, added: 1)
                }
            }
            // As a kill leaves them.
            for end in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: "\(place)/server.sqlite\(end)", toPath: "\(older)/server.sqlite\(end)")
            }
            first = store.lineage
        }
        let log = try FileManager.default.attributesOfItem(atPath: "\(older)/server.sqlite-wal")
        #expect(try #require(log[.size] as? Int) > 4_096)
        let kept = try StoreRestore.run("\(older)/server.sqlite", into: place, now: 1)
        #expect(kept != nil)
        let store = try open(place, seed: 9)
        #expect(store.isReplaced && store.lineage != first)
        store.close()
        #expect(try subjects(place) == ["a", "b"])
    }

    /// Goal: a disk that takes nothing keeps no server from starting, and hides no older copy.
    ///
    /// Method: the file of marks cannot be written until the disk is said to have room. A copy
    /// from before the start is put beside the marks of a moment, as an operator would.
    @Test("starts under its older mark on a full disk, and commits under a new one only")
    func full() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let first = try backUp(place, to: folder.file("backup"))
        let older = folder.file("older")
        try FileManager.default.copyItem(atPath: "\(place)/server.sqlite", toPath: older)
        let disk = FullDisk()
        var options = StoreOptions()
        options.files = disk.files
        disk.isFull.withLock { $0 = true }
        let store = try SQLiteStore(
            directory: place, options: options, randomBytes: seededSecrets(9).bytes)
        defer { store.close() }
        #expect(!store.isReplaced)
        #expect(store.lineage == first)
        #expect(store.historyProblem != nil)
        let reader = try store.makeReader()
        #expect(try reader.snapshot { try $0.person(2) }?.subject == "b")
        reader.close()
        let writer = try store.makeWriter()
        defer { writer.close() }
        func add(_ subject: String) throws {
            _ = try writer.transaction { try $0.addPerson(subject: subject, tag: nil, added: 1) }
        }
        for _ in 0..<2 {
            #expect(throws: StoreFailure.self) { try add("c") }
        }
        // Nothing is in the store that the copy lacks.
        #expect(try !isForeign(older, beside: place, in: folder.file("before")))
        disk.isFull.withLock { $0 = false }
        try add("c")
        #expect(try isForeign(older, beside: place, in: folder.file("after")))
        let written = disk.writes.withLock { $0 }
        try add("d")
        #expect(disk.writes.withLock { $0 } == written)
    }

    /// The same for the moment behind a backup, which is an older state from the next commit on.
    @Test("commits nothing behind a backup under the mark that the backup has")
    func fullBehindBackup() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let disk = FullDisk()
        var options = StoreOptions()
        options.files = disk.files
        let store = try SQLiteStore(
            directory: place, options: options, randomBytes: seededSecrets(9).bytes)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        disk.isFull.withLock { $0 = true }
        #expect(throws: StoreFailure.self) { try writer.backup(to: folder.file("backup")) }
        #expect(throws: StoreFailure.self) {
            _ = try writer.transaction { try $0.addPerson(subject: "a", tag: nil, added: 1) }
        }
        // Where the moment cannot be marked there is no copy of it.
        #expect(!FileManager.default.fileExists(atPath: folder.file("backup")))
        disk.isFull.withLock { $0 = false }
        try writer.backup(to: folder.file("backup"))
        _ = try writer.transaction { try $0.addPerson(subject: "a", tag: nil, added: 1) }
        #expect(try isForeign(folder.file("backup"), beside: place, in: folder.file("other")))
    }

    /// The file of marks on a disk that can be said to be full.
    private final class FullDisk: Sendable {
        struct NoRoom: Error {}

        let isFull = Mutex(false)
        let writes = Mutex(0)

        var files: SmallFiles {
            SmallFiles(
                read: SmallFiles.real.read,
                write: { [self] bytes, path in
                    guard !isFull.withLock({ $0 }) else {
                        throw NoRoom()
                    }
                    writes.withLock { $0 += 1 }
                    try SmallFiles.real.write(bytes, path)
                })
        }
    }

    /// Whether a file in the store's place would be noticed now.
    private func isForeign(
        _ file: String, beside place: String, in other: String
    ) throws -> Bool {
        try FileManager.default.createDirectory(
            atPath: other, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try replace(other, with: file)
        try FileManager.default.copyItem(
            atPath: "\(place)/server.history", toPath: "\(other)/server.history")
        let store = try open(other, seed: 20)
        defer { store.close() }
        return store.isReplaced
    }

    /// Goal: a copy that an operator makes of a store in use, and puts back after a crash, is told.
    ///
    /// Method: the file is copied as `cp` does, while the writer is served on a clock that is
    /// turned; the marks are those of the moment, as a crash leaves them.
    @Test("is marked behind a commit, an hour after the last mark, also while it is served")
    func served() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let time = Mutex<Int64>(7)
        let disk = FullDisk()
        let lines = Mutex<[String]>([])
        var options = StoreOptions()
        options.files = disk.files
        let store = try SQLiteStore(
            directory: place, options: options, randomBytes: seededSecrets(9).bytes)
        defer { store.close() }
        let commits = GroupCommit(
            store: store, limits: Limits(),
            metrics: Metrics(now: { noon }) { line in lines.withLock { $0.append(line) } },
            wallClock: WallClock(milliseconds: { noon }),
            clock: MonotonicClock { time.withLock { $0 } }
        ) { _ in }
        try commits.startStepped()
        defer { commits.close() }
        func write() {
            let job = WriterJob(
                loop: nil,
                run: { context in
                    try context.transaction.set("v", [1])
                    return { _ in }
                }, failed: { _ in })
            #expect(commits.submit(job) && commits.step())
        }
        func copy(_ name: String) throws -> String {
            commits.maintainLater { #expect((try? $0.checkpoint()) == true) }
            #expect(commits.step())
            try FileManager.default.copyItem(
                atPath: "\(place)/server.sqlite", toPath: folder.file(name))
            return folder.file(name)
        }
        func writes() -> Int { disk.writes.withLock { $0 } }
        write()
        let older = try copy("older")
        let first = writes()
        time.withLock { $0 += 3_599_999 }
        write()
        // Younger than the last mark: nothing tells it, and that is what the documents say.
        #expect(try !isForeign(older, beside: place, in: folder.file("within")))
        time.withLock { $0 += 1 }
        #expect(!commits.step() && writes() == first)
        write()
        #expect(writes() == first + 2)
        #expect(try isForeign(older, beside: place, in: folder.file("behind")))
        // One mark is enough for an hour, and a disk that takes none keeps nobody from writing.
        write()
        #expect(writes() == first + 2)
        let younger = try copy("younger")
        time.withLock { $0 += 3_600_000 }
        disk.isFull.withLock { $0 = true }
        for _ in 0..<3 { write() }
        #expect(lines.withLock { $0.count { $0.contains("store.mark_failed") } } == 1)
        #expect(!lines.withLock { $0.contains { $0.contains("store.commit_failed") } })
        disk.isFull.withLock { $0 = false }
        time.withLock { $0 += 3_600_000 }
        write()
        #expect(try isForeign(younger, beside: place, in: folder.file("again")))
    }

    @Test("begins anew with a restore, which keeps what was there")
    func restore() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let first = try backUp(place, to: folder.file("backup"))
        let kept = try #require(try StoreRestore.run(folder.file("backup"), into: place, now: 7))
        let store = try SQLiteStore(
            directory: place, randomBytes: seededSecrets(9).bytes, startsNewHistory: true)
        #expect(store.lineage != first)
        store.close()
        #expect(try subjects(place) == ["a"])
        #expect(kept == "\(place)/server.sqlite.before-7")
        try replace(place, with: kept)
        #expect(try subjects(place) == ["a", "b"])
    }

    /// Goal: what is kept of a store is all of it.
    ///
    /// Method: a program reads the store, and holds back what was written since from the file.
    @Test("is not touched by a restore while somebody reads it")
    func readMeanwhile() throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        _ = try backUp(place, to: folder.file("backup"))
        let path = "\(place)/server.sqlite"
        let reader = try Connection(path: path, options: ConnectionOptions(.readOnly))
        try reader.begin(.deferred)
        try reader.run("SELECT count(*) FROM person") { _ in }
        let writer = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        try writer.run("UPDATE person SET subject = 'changed' WHERE subject = 'b'")
        writer.close()
        #expect(throws: StoreFailure.inUse("another program reads the store")) {
            try StoreRestore.run(folder.file("backup"), into: place, now: 7)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(names.filter { $0.contains("restoring") || $0.contains("before") } == [])
        reader.rollback()
        reader.close()
        #expect(try subjects(place) == ["a", "changed"])
        _ = try StoreRestore.run(folder.file("backup"), into: place, now: 8)
        try replace(place, with: "\(path).before-8")
        #expect(try subjects(place) == ["a", "changed"])
    }

    @Test("is not touched by a restore that cannot be", arguments: ["none", "text", "cut", "used"])
    func refused(kind: String) throws {
        let folder = try TemporaryDirectory()
        let place = folder.file("data")
        let first = try backUp(place, to: folder.file("backup"))
        var file = folder.file("backup")
        var holder: SQLiteStore?
        defer { holder?.close() }
        switch kind {
        case "none": file = folder.file("nothing")
        case "text": try Data("a file of another kind".utf8).write(to: URL(filePath: file))
        case "cut":
            let bytes = try Data(contentsOf: URL(filePath: file))
            try bytes.prefix(bytes.count / 2).write(to: URL(filePath: file))
        default: holder = try open(place)
        }
        let error = #expect(throws: (any Error).self) {
            _ = try StoreRestore.run(file, into: place, now: 7)
        }
        // Statements are for us.
        let told = "\(try #require(error))"
        #expect(!told.contains("SELECT") && !told.contains("PRAGMA"), "\(told)")
        // Of a file that cannot be read nobody knows whether it is a backup.
        if kind == "none" { #expect(told.contains("cannot be copied"), "\(told)") }
        if kind == "text" { #expect(told.contains("is not a backup"), "\(told)") }
        holder?.close()
        holder = nil
        let store = try open(place, seed: 9)
        #expect(store.lineage == first)
        #expect(!store.isReplaced)
        store.close()
        #expect(try subjects(place) == ["a", "b"])
        let names = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(names.filter { $0.contains("restoring") } == [])
    }
}
