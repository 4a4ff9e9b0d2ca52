import Foundation
import SQLiteKit
import Testing

@Suite("Migrations")
struct MigrationsTests {
    static let first = Migration("accounts", sql: "CREATE TABLE account(id INTEGER) STRICT")
    static let second = Migration("names", sql: "ALTER TABLE account ADD COLUMN name TEXT")

    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.db")
    }

    private func open(_ migrations: Migrations? = nil) throws -> Connection {
        var options = ConnectionOptions(.readWriteCreate)
        options.identity = migrations?.identity
        return try Connection(path: path, options: options)
    }

    @Test("run once, in order, and mark the file")
    func order() throws {
        let old = Migrations(applicationID: 77, [Self.first])
        let new = Migrations(applicationID: 77, [Self.first, Self.second])
        let connection = try open(old)
        #expect(try old.apply(to: connection) == ["accounts"])
        #expect(try old.apply(to: connection) == [])
        #expect(try new.apply(to: connection) == ["names"])
        let read = { (name: String) in
            try connection.prepare("PRAGMA \(name)").first { $0.int64(0) }
        }
        #expect(try read("user_version") == 2)
        #expect(try read("application_id") == 77)
    }

    @Test("go on after one that failed half way")
    func resume() throws {
        struct PowerCut: Error {}
        let broken = Migration("names") { connection in
            try connection.execute("CREATE TABLE half(a INTEGER) STRICT")
            throw PowerCut()
        }
        let connection = try open()
        let interrupted = Migrations(applicationID: 77, [Self.first, broken])
        #expect(throws: PowerCut.self) { try interrupted.apply(to: connection) }
        let complete = Migrations(applicationID: 77, [Self.first, Self.second])
        #expect(try complete.apply(to: connection) == ["names"])
        let tables = try connection.statement(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"
        ).first { $0.int64(0) }
        #expect(tables == 0)
    }

    @Test("refuse a newer file and leave it as it is")
    func tooNew() throws {
        let new = Migrations(applicationID: 77, [Self.first, Self.second])
        let connection = try open(new)
        try new.apply(to: connection)
        _ = try connection.checkpoint(.truncate)
        connection.close()
        let before = try Data(contentsOf: URL(filePath: path))
        let old = Migrations(applicationID: 77, [Self.first])
        #expect(throws: DatabaseFault.schemaTooNew(found: 2, known: 1)) { try open(old) }
        #expect(throws: DatabaseFault.schemaTooNew(found: 2, known: 1)) {
            try old.apply(to: open())
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test(
        "refuse another program's file and leave it as it is",
        arguments: [
            "PRAGMA application_id=5", "PRAGMA user_version=3", "CREATE TABLE theirs(a)",
        ])
    func foreign(script: String) throws {
        let process = try Process.run(
            URL(filePath: "/usr/bin/python3"),
            arguments: [
                "-c",
                "import sqlite3,sys,os;os.umask(0o77);"
                    + "d=sqlite3.connect(sys.argv[1]);d.execute(sys.argv[2]);"
                    + "d.commit();d.close()", path, script,
            ])
        process.waitUntilExit()
        let before = try Data(contentsOf: URL(filePath: path))
        let ours = Migrations(applicationID: 77, [Self.first])
        let error = #expect(throws: DatabaseFault.self) { try open(ours) }
        #expect(error?.code == "database.foreign_file")
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
}
