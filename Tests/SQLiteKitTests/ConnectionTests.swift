import Foundation
import SQLiteKit
import Testing

@Suite("A connection")
struct ConnectionTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.db")
    }

    private func writer(
        _ change: (inout ConnectionOptions) -> Void = { _ in }
    ) throws -> Connection {
        var options = ConnectionOptions(.readWriteCreate)
        change(&options)
        return try Connection(path: path, options: options)
    }

    private func reader() throws -> Connection {
        try Connection(path: path, options: ConnectionOptions(.readOnly))
    }

    private func setting(_ name: String, of connection: Connection) throws -> String? {
        try connection.prepare("PRAGMA \(name)").first { $0.text(0) }
    }

    @Test("is durable and strict whatever it was asked for")
    func settings() throws {
        let writer = try writer { $0.secureDelete = .on }
        let reader = try reader()
        for connection in [writer, reader] {
            #expect(try setting("journal_mode", of: connection) == "wal")
            #expect(try setting("synchronous", of: connection) == "2")
            #expect(try setting("foreign_keys", of: connection) == "1")
            #expect(try setting("mmap_size", of: connection) == "0")
            #expect(try setting("temp_store", of: connection) == "2")
        }
        #expect(try setting("secure_delete", of: writer) == "1")
        #expect(try setting("wal_autocheckpoint", of: writer) == "1000")
        #expect(try setting("wal_autocheckpoint", of: reader) == "0")
        #expect(try setting("query_only", of: reader) == "1")
        #expect(try mode(of: path) == 0o600)
    }

    @Test("refuses to open where the log cannot be used")
    func noWriteAheadLog() throws {
        #expect(throws: DatabaseFault.self) {
            var options = ConnectionOptions(.readWriteCreate)
            options.vfs = "unix-none"
            _ = try Connection(path: ":memory:", options: options)
        }
    }

    @Test("cannot write when it is a reader")
    func readersCannotWrite() throws {
        let writer = try writer()
        try writer.execute("CREATE TABLE t(a INTEGER) STRICT")
        let reader = try reader()
        let error = #expect(throws: SQLiteError.self) {
            try reader.run("INSERT INTO t VALUES (1)")
        }
        #expect(error?.isReadOnly == true)
        #expect(reader.commits == 0)
    }

    @Test("stops the program when a reader checkpoints")
    func onlyWriterCheckpoints() async {
        await #expect(processExitsWith: .failure) {
            let folder = try TemporaryFolder()
            let path = folder.file("a.db")
            let writer = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
            try writer.execute("CREATE TABLE t(a INTEGER) STRICT")
            let reader = try Connection(path: path, options: ConnectionOptions(.readOnly))
            _ = try reader.checkpoint(.passive)
        }
    }

    @Test("leaves the log alone when it closes")
    func closingDoesNotCheckpoint() throws {
        let writer = try writer()
        try writer.execute("CREATE TABLE t(a INTEGER) STRICT")
        let before = try Data(contentsOf: URL(filePath: path))
        let reader = try reader()
        try reader.run("SELECT count(*) FROM t")
        reader.close()
        writer.close()
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        let again = try self.writer()
        let checkpoint = try again.checkpoint(.truncate)
        #expect(!checkpoint.wasBusy)
        let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size]
        #expect((log as? NSNumber)?.intValue == 0)
    }

    @Test("counts committed writes, not reads or undone work")
    func counters() throws {
        struct Undo: Error {}
        let connection = try writer()
        try connection.execute("CREATE TABLE t(a INTEGER) STRICT")
        let before = connection.commits
        try connection.transaction(.immediate) { connection in
            for number in 0..<10 {
                try connection.run("INSERT INTO t VALUES (?)", .integer(Int64(number)))
            }
        }
        #expect(connection.commits == before + 1)
        #expect(throws: Undo.self) {
            try connection.transaction(.immediate) { connection in
                try connection.run("DELETE FROM t")
                throw Undo()
            }
        }
        try connection.transaction(.deferred) { try $0.run("SELECT a FROM t") }
        #expect(connection.commits == before + 1)
        #expect(try connection.statement("SELECT count(*) FROM t").first { $0.int64(0) } == 10)
    }

    @Test("undoes one part of a transaction alone")
    func savepoints() throws {
        struct Undo: Error {}
        let connection = try writer()
        try connection.execute("CREATE TABLE t(a INTEGER) STRICT")
        try connection.transaction(.immediate) { connection in
            try connection.savepoint { try $0.run("INSERT INTO t VALUES (1)") }
            try? connection.savepoint { connection in
                try connection.run("INSERT INTO t VALUES (2)")
                throw Undo()
            }
            try connection.savepoint { try $0.run("INSERT INTO t VALUES (3)") }
        }
        var found: [Int64] = []
        try connection.run("SELECT a FROM t ORDER BY a") { found.append($0.int64(0)) }
        #expect(found == [1, 3])
    }

    @Test("says busy when another connection writes")
    func busy() throws {
        let first = try writer()
        try first.execute("CREATE TABLE t(a INTEGER) STRICT")
        let second = try writer { $0.busyTimeoutMilliseconds = 1 }
        try first.begin(.immediate)
        let error = #expect(throws: SQLiteError.self) {
            try second.transaction(.immediate) { _ in }
        }
        #expect(error?.isBusy == true && !second.isInTransaction)
        first.rollback()
        try second.transaction(.immediate) { _ in }
    }

    @Test("explains how a statement would run")
    func queryPlan() throws {
        let connection = try writer()
        try connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER) STRICT")
        let slow = try connection.explainQueryPlan("SELECT a FROM t WHERE b = ?")
        let fast = try connection.explainQueryPlan("SELECT b FROM t WHERE a = ?")
        #expect(slow.contains { $0.contains("SCAN") })
        #expect(!fast.isEmpty && !fast.contains { $0.contains("SCAN") })
    }

    @Test("copies itself while others write", arguments: [true, false])
    func backup(fromReader: Bool) throws {
        let writer = try writer()
        try writer.execute("CREATE TABLE t(a BLOB) STRICT")
        try writer.transaction(.immediate) { connection in
            for _ in 0..<2_000 { try connection.run("INSERT INTO t VALUES (zeroblob(1000))") }
        }
        let target = folder.file("copy.db")
        let source = fromReader ? try reader() : writer
        try source.backup(to: target)
        #expect(try mode(of: target) == 0o600)
        let copy = try Connection(path: target, options: ConnectionOptions(.readWriteCreate))
        #expect(try copy.integrityCheck() == [] && copy.quickCheck() == [])
        #expect(try copy.statement("SELECT count(*) FROM t").first { $0.int64(0) } == 2_000)
        copy.close()
        let error = #expect(throws: FileError.self) { try source.backup(to: target) }
        #expect(error?.isTaken == true)
        #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
    }

    @Test("finds damage and refuses what is no database")
    func damage() throws {
        let connection = try writer()
        try connection.execute(
            """
            CREATE TABLE t(a TEXT) STRICT;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO t SELECT 'row ' || i FROM n;
            """)
        _ = try connection.checkpoint(.truncate)
        connection.close()
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: 4096 * 3)
        try file.write(contentsOf: Data(repeating: 0xff, count: 200))
        try file.close()
        #expect(try writer().integrityCheck() != [])

        try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
        let error = #expect(throws: SQLiteError.self) { try writer() }
        #expect(error?.isCorrupt == true)
    }

    @Test(
        "knows which versions of SQLite can lose a log",
        arguments: [
            (3_006_023, false), (3_007_000, true), (3_040_001, true), (3_044_005, true),
            (3_044_006, false), (3_045_000, true), (3_050_006, true), (3_050_007, false),
            (3_051_000, true), (3_051_002, true), (3_051_003, false), (3_052_000, false),
        ])
    func versions(number: Int, isAffected: Bool) {
        #expect(SQLiteLibrary.hasWALResetBug(number) == isAffected)
        #expect((SQLiteLibrary.notice != nil) == SQLiteLibrary.hasWALResetBug)
        #expect(SQLiteLibrary.version.hasPrefix("3."))
    }
}
