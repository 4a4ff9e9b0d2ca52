internal import CrashPoints
internal import NetworkIO
internal import SQLiteKit
package import SyncProtocol
internal import Synchronization

/// The store on one SQLite file: the default, good for millions of rows.
///
/// The directory holds `server.sqlite`, its log, and `server.lock`, which the
/// process keeps locked while it runs: a second server is refused.
package final class SQLiteStore: ReplicaStore {
    /// The directory.
    package let directory: String

    package let lineage: Lineage
    package let cursorKey: HMACKey
    package let personKey: HMACKey

    private let options: StoreOptions
    private let lock: FileLock?
    private let names: NameTable

    /// Whether a writer's storage failed since the last check of the file.
    private let isDoubtful = Atomic(false)

    private let isClosed = Atomic(false)

    /// The checks and copies that are under way.
    private let longReads: LongReads

    /// Whether another file than the one that ran here last was found.
    let isReplaced: Bool

    /// Why the mark of the file's history could not be drawn anew; nothing is written until it is.
    let historyProblem: String?
    private let history: HistoryMark

    static let applicationFile = "server.sqlite"

    /// Whether a directory holds a store.
    static func exists(in directory: String) -> Bool {
        Files.exists("\(directory)/\(applicationFile)")
    }

    /// Opens the store, making it if the directory is empty.
    ///
    /// - Parameters:
    ///   - directory: Where it lives; made with mode 0700.
    ///   - options: How its file is opened.
    ///   - randomBytes: Gives the secrets of a new store.
    ///   - startsNewHistory: Whether a new lineage begins whatever the file holds.
    /// - Throws: `StoreFailure` if another server holds the directory, `SQLiteError` or
    ///   `SystemError`.
    package init(
        directory: String, options: StoreOptions = StoreOptions(), randomBytes: (Int) -> [UInt8],
        startsNewHistory: Bool = false
    ) throws {
        self.directory = directory
        self.options = options
        longReads = LongReads(eachPart: options.longReadPart)
        // A simulated disk has one user and no directories.
        lock = options.vfs == nil ? try Self.takeDirectory(directory) : nil
        let connection = try Self.openWriter(directory, options)
        defer { connection.close() }
        // Before the first answer: a write that comes again is answered from what is here.
        try connection.makeLogDurable()
        try ServerSchema.migrations.apply(to: connection)
        CrashPoint.serverOpened.reach()
        func value(_ name: String, _ make: () -> [UInt8]) throws -> [UInt8] {
            var found: [UInt8]?
            try connection.run("SELECT value FROM value WHERE name = ?1", .text(name)) {
                found = $0.blob(0)
            }
            if let found { return found }
            let made = make()
            try connection.transaction(.immediate) {
                try $0.run(
                    "INSERT INTO value(name, value) VALUES (?1, ?2)", .text(name), .blob(made))
            }
            return made
        }
        history = HistoryMark(directory, options.files)
        isReplaced = try history.isForeign(to: connection)
        if isReplaced || startsNewHistory {
            try connection.transaction(.immediate) {
                try $0.run("DELETE FROM value WHERE name = 'lineage'")
                var older: [UInt8]?
                try $0.run("SELECT value FROM value WHERE name = ?1", .text(RestoredHistory.name)) {
                    older = $0.blob(0)
                }
                try $0.run(
                    "INSERT OR REPLACE INTO value(name, value) VALUES (?1, ?2)",
                    .text(RestoredHistory.name), .blob(RestoredHistory.begun(after: older)))
            }
        }
        guard let lineage = Lineage(try value("lineage") { randomBytes(16) }) else {
            throw StoreFailure.inconsistent("the lineage has a wrong length")
        }
        self.lineage = lineage
        historyProblem = try Self.beginHistory(history, connection, isDoubtful)
        cursorKey = HMACKey(try value("cursor_key") { randomBytes(32) })
        personKey = HMACKey(try value("person_key") { randomBytes(32) })
        names = NameTable()
        try connection.run("SELECT no, text FROM name") { [names] in
            names.add($0.int64(0), $0.text(1))
        }
    }

    /// Draws a new mark, or leaves that to the first commit if the disk takes nothing now.
    ///
    /// The older mark stays true meanwhile: as long as nothing is committed, a copy
    /// that holds it is no older state than this file.
    ///
    /// - Returns: What went wrong, if the mark is the older one.
    private static func beginHistory(
        _ history: HistoryMark, _ connection: Connection, _ isDoubtful: borrowing Atomic<Bool>
    ) throws -> String? {
        do {
            try history.renew(connection)
            return nil
        } catch StoreFailure.storage(let problem) {
            return problem
        } catch let error as SQLiteError where error.isFull || error.isIO {
            if error.isIO { isDoubtful.store(true, ordering: .releasing) }
            return "\(error)"
        }
    }

    /// Marks this moment in the file's history; there must be no other writer.
    private func renewHistory() throws {
        let connection = try Self.openWriter(directory, options)
        defer { connection.close() }
        try history.renew(connection)
        _ = try connection.checkpoint(.truncate)
    }

    package func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        longReads.stop()
        // A copy made after this moment is told from one made before. A disk that
        // fails now leaves the older mark, which the next opening still knows.
        try? renewHistory()
        lock?.release()
    }

    private static func takeDirectory(_ directory: String) throws -> FileLock {
        try Files.createDirectory(directory)
        let lockPath = "\(directory)/server.lock"
        guard let lock = try FileLock.tryAcquire(lockPath) else {
            let holder = FileLock.holder(lockPath).map { " (process \($0))" } ?? ""
            throw StoreFailure.inUse(
                "another server is using the data directory \(directory)\(holder)")
        }
        return lock
    }

    package func makeReader() throws -> any StoreReader {
        SQLiteReader(try openReader(), names)
    }

    package func verify() throws -> [String] {
        let connection = try openReader()
        defer { connection.close() }
        return try longReads.run(on: connection) { isDue in
            try connection.transaction(.deferred) { connection in
                try isDue()
                let problems = try connection.integrityCheck()
                // One that was broken off finds what is not there.
                try isDue()
                return try problems + StoreAudit.recount(connection, eachBucket: isDue)
            }
        }
    }

    package func stopLongReads() { longReads.stop() }

    private func openReader() throws -> Connection {
        var reading = ConnectionOptions(.readOnly)
        reading.cacheKiB = 8 * 1_024
        reading.vfs = options.vfs
        return try Connection(path: "\(directory)/\(Self.applicationFile)", options: reading)
    }

    package func makeWriter() throws -> any StoreWriter {
        let connection = try Self.openWriter(directory, options)
        if isDoubtful.load(ordering: .acquiring) {
            do {
                // They keep the log, which has to be emptied.
                longReads.interrupt()
                try Self.settle(connection)
            } catch {
                connection.close()
                throw StoreFailure.storage("\(error)")
            }
            isDoubtful.store(false, ordering: .releasing)
        }
        return SQLiteWriter(
            connection, names, options.checkpoints, history, longReads,
            openReader: { [self] in try openReader() },
            storageFailed: { [self] in isDoubtful.store(true, ordering: .releasing) })
    }

    /// Makes sure that all that was acknowledged is on the disk after a failure.
    ///
    /// After a sync that failed, Linux takes the pages for clean though they may
    /// not be on the disk, and the next sync of the log says nothing about them.
    /// So the whole log is copied into the file, which is written and synced for
    /// its own sake, and the log begins empty.
    private static func settle(_ connection: Connection) throws {
        let done = try connection.checkpoint(.truncate)
        guard !done.wasBusy, done.logPages <= 0 || done.copiedPages == done.logPages else {
            throw StoreFailure.storage("a reader keeps the log from being emptied")
        }
        if let problem = try connection.quickCheck().first {
            throw StoreFailure.inconsistent(problem)
        }
    }

    /// Lays the tables of a store out, for a world that begins with them.
    ///
    /// - Parameters:
    ///   - directory: Where the file is.
    ///   - options: How it is opened.
    ///   - file: Its name.
    /// - Throws: What SQLite says.
    package static func layOut(_ directory: String, _ options: StoreOptions, _ file: String) throws
    {
        let connection = try openWriter(directory, options, file: file)
        defer { connection.close() }
        try ServerSchema.migrations.apply(to: connection)
        _ = try connection.checkpoint(.truncate)
    }

    static func openWriter(
        _ directory: String, _ options: StoreOptions = StoreOptions(),
        file: String = applicationFile
    ) throws -> Connection {
        var writing = ConnectionOptions(.readWriteCreate)
        writing.cacheKiB = 32 * 1_024
        writing.identity = ServerSchema.migrations.identity
        // Deleted rows leave no readable bytes behind in the file.
        writing.secureDelete = .fast
        // The writer checkpoints behind its answers: see `CheckpointMachine`.
        writing.walAutocheckpointPages = 0
        writing.vfs = options.vfs
        return try Connection(path: "\(directory)/\(file)", options: writing)
    }
}

/// The numbers of table and owner names, shared by all connections.
///
/// Names are only ever added, by the writer, before a row that uses them is
/// committed: a reader that meets an unknown number looks again.
final class NameTable: Sendable {
    private struct State {
        var numbers: [String: Int64] = [:]
        var texts: [Int64: String] = [:]
    }

    private let state = Mutex(State())

    func add(_ number: Int64, _ text: String) {
        state.withLock {
            $0.numbers[text] = number
            $0.texts[number] = text
        }
    }

    func number(_ text: String) -> Int64? { state.withLock { $0.numbers[text] } }
    func text(_ number: Int64) -> String? { state.withLock { $0.texts[number] } }
}
