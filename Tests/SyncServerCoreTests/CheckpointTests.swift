import Dispatch
import Foundation
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Checkpoint machine")
struct CheckpointMachineTests {
    private let policy = CheckpointMachine.Policy(passivePages: 10, restartPages: 35)

    @Test("folds the log each time it has grown, and waits for readers when it is long")
    func growth() {
        var machine = CheckpointMachine(policy)
        let lengths = [1, 9, 10, 11, 19, 20, 30, 34, 35, 44, 50]
        let actions = lengths.map { machine.committed(logPages: $0) }
        #expect(
            actions == [
                .nothing, .nothing, .passive, .nothing, .nothing, .passive, .passive, .nothing,
                .nothing, .restart, .nothing,
            ])
    }

    @Test("begins anew with the log")
    func anew() {
        var machine = CheckpointMachine(policy)
        #expect(machine.committed(logPages: 12) == .passive)
        #expect(machine.committed(logPages: 2) == .nothing)
        #expect(machine.committed(logPages: 10) == .passive)
    }

    @Test("lays the log out once, when it is used in earnest")
    func layOut() {
        var machine = CheckpointMachine(.init(passivePages: 10, layOutPages: 4))
        let actions = [1, 3, 5, 9, 10, 1, 5].map { machine.committed(logPages: $0) }
        #expect(
            actions == [.nothing, .nothing, .layOut, .nothing, .passive, .nothing, .nothing])
    }

    @Test("does no more for a log that cannot begin anew", arguments: [1, 3, 7, 11])
    func work(step: Int) {
        var machine = CheckpointMachine(policy)
        var count = 0
        for length in stride(from: step, through: 1_000, by: step)
        where [.passive, .restart].contains(machine.committed(logPages: length)) {
            count += 1
        }
        #expect(count <= 1_000 / policy.passivePages)
        #expect(count >= 1_000 / (policy.passivePages + step))
    }
}

/// The log of a real store, by counts.
@Suite("The server's log")
struct LogUpkeepTests {
    private func store(_ directory: TemporaryDirectory) throws -> SQLiteStore {
        var options = StoreOptions()
        options.checkpoints = .init(
            passivePages: 20, restartPages: 100, readersMillisecondsMax: 1)
        return try SQLiteStore(
            directory: directory.path, options: options, randomBytes: seededSecrets(1).bytes)
    }

    /// Commits until the log was looked after a few times.
    ///
    /// - Returns: What was done, and the longest log.
    private func write(
        _ writer: any StoreWriter, commits: Int
    ) throws -> (upkeeps: [LogUpkeep], longest: Int) {
        let connection = try #require((writer as? SQLiteWriter)?.connection)
        var upkeeps: [LogUpkeep] = []
        var longest = 0
        for index in 0..<commits {
            try writer.transaction { transaction in
                try transaction.set("v", [UInt8](repeating: UInt8(index & 255), count: 9_000))
            }
            longest = max(longest, connection.logPages)
            if let upkeep = try writer.maintainLog() { upkeeps.append(upkeep) }
        }
        return (upkeeps, longest)
    }

    @Test("stays short while readers come and go")
    func short() throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        let reader = try store.makeReader()
        defer { reader.close() }
        var longest = 0
        for _ in 0..<20 {
            _ = try reader.snapshot { try $0.person(1) }
            let done = try write(writer, commits: 20)
            #expect(done.upkeeps.allSatisfy { $0.isWhole })
            #expect(!done.upkeeps.isEmpty)
            longest = max(longest, done.longest)
        }
        // Before the first checkpoint the schema stands in the log too.
        #expect(longest < 70, "\(longest) pages")
    }

    /// Goal: a reader that stays keeps the log, costs bounded work, and is waited for in
    /// vain only a bounded time; after it the log begins anew.
    @Test("grows behind a reader that stays, and begins anew after it")
    func longReader() throws {
        let directory = try TemporaryDirectory()
        let store = try store(directory)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        let reader = try store.makeReader()
        defer { reader.close() }
        try reader.snapshot { snapshot in
            _ = try snapshot.person(1)
            let done = try write(writer, commits: 100)
            #expect(done.longest > 200)
            #expect(done.upkeeps.allSatisfy { !$0.isWhole })
            #expect(done.upkeeps.count <= done.longest / 20)
        }
        let after = try write(writer, commits: 20)
        #expect(after.upkeeps.contains { $0.isWhole })
        let later = try write(writer, commits: 40)
        #expect(later.longest < 40, "\(later.longest) pages")
    }

    /// Goal: a check that begins while readers are waited for ends the waiting.
    ///
    /// Method: the wait is as long as a number can say. It has begun when pages are in the file,
    /// which is when the check begins; that lasts until the test ends it.
    @Test("is not waited for once a check has begun")
    func checkBegins() throws {
        let directory = try TemporaryDirectory()
        let isChecking = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        var options = StoreOptions()
        options.checkpoints = .init(
            passivePages: 20, restartPages: 20, layOutPages: .max, readersMillisecondsMax: .max)
        options.longReadPart = {
            isChecking.signal()
            mayEnd.wait()
        }
        let store = try SQLiteStore(
            directory: directory.path, options: options, randomBytes: seededSecrets(1).bytes)
        defer { store.close() }
        let writer = try #require(try store.makeWriter() as? SQLiteWriter)
        defer { writer.close() }
        _ = try writer.checkpoint()
        let reader = try store.makeReader()
        defer { reader.close() }
        func bytes() throws -> Int {
            let file = directory.file(SQLiteStore.applicationFile)
            return try #require(
                try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
        }
        func commit(_ indices: Range<Int>) throws {
            for index in indices {
                try writer.transaction { transaction in
                    try transaction.set("\(index)", [UInt8](repeating: 1, count: 9_000))
                }
            }
        }
        let before = try bytes()
        try commit(0..<5)
        let isDone = DispatchSemaphore(value: 0)
        // One thread at a time: this one does not write until that one is done.
        nonisolated(unsafe) let shared = writer
        var ended = DispatchTimeoutResult.timedOut
        try reader.snapshot { snapshot in
            _ = try snapshot.person(1)
            try commit(5..<25)
            let upkeep = Mutex<LogUpkeep?>(nil)
            let thread = Thread {
                let done = try? shared.maintainLog()
                upkeep.withLock { $0 = done }
                isDone.signal()
            }
            thread.start()
            for _ in 0..<20_000 where try bytes() == before { usleep(1_000) }
            #expect(try bytes() > before, "readers are waited for in one piece")
            let check = Thread {
                _ = try? store.verify()
                isDone.signal()
            }
            check.start()
            isChecking.wait()
            ended = isDone.wait(timeout: .now() + 20)
            #expect(upkeep.withLock { $0?.isWhole } == false)
            for _ in 0..<1_000 { mayEnd.signal() }
        }
        #expect(ended == .success)
        for _ in 0..<(ended == .success ? 1 : 2) { isDone.wait() }
    }

    @Test("does not grow any more once it is laid out, and loses nothing by that")
    func laidOut() throws {
        let directory = try TemporaryDirectory()
        var options = StoreOptions()
        options.checkpoints = .init(passivePages: 200, restartPages: 900, layOutPages: 100)
        let store = try SQLiteStore(
            directory: directory.path, options: options, randomBytes: seededSecrets(1).bytes)
        defer { store.close() }
        func bytes() throws -> Int {
            try #require(
                try FileManager.default.attributesOfItem(
                    atPath: directory.file("server.sqlite-wal"))[.size] as? Int)
        }
        do {
            let writer = try store.makeWriter()
            defer { writer.close() }
            _ = try write(writer, commits: 1)
            let before = try bytes()
            _ = try write(writer, commits: 40)
            let laidOut = try bytes()
            #expect(before < laidOut)
            #expect(laidOut == 32 + 250 * 4_120)
            _ = try write(writer, commits: 300)
            #expect(try bytes() == laidOut)
            _ = try write(writer, commits: 3)
        }
        // Without a checkpoint at the end, as after a crash.
        let writer = try store.makeWriter()
        defer { writer.close() }
        let value = try writer.transaction { try $0.value("v") }
        #expect(value == [UInt8](repeating: 2, count: 9_000))
        #expect(try writer.verify() == [])
    }

    @Test("is empty after a server that was stopped")
    func stopped() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        _ = try running.signIn(subject)
        running.stop()
        let log = running.directory.file("server.sqlite-wal")
        let bytes = try? Files.read(log, bytesMax: 1 << 20)
        #expect(bytes?.isEmpty ?? true)
    }
}
