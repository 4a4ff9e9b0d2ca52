import SQLiteKit
import Testing

@Suite("A database")
struct DatabaseTests {
    static let migrations = Migrations(
        applicationID: 77,
        [
            Migration(
                "pairs",
                sql: """
                    CREATE TABLE pair(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER) STRICT;
                    INSERT INTO pair VALUES (1, 0, 0);
                    """)
        ])

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open() async throws -> Database {
        try await Database.open(at: folder.file("a.db"), migrations: Self.migrations)
    }

    /// Goal: readers see whole transactions and never wait for the writer.
    ///
    /// Method: more readers than the pool has look at two numbers, in two
    /// statements, while the writer raises both again and again.
    @Test("shows whole transactions to readers beside a writer")
    func concurrentReaders() async throws {
        let database = try await open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<100 {
                    try await database.write { connection in
                        try connection.run("UPDATE pair SET a = a + 1")
                        try connection.run("UPDATE pair SET b = b + 1")
                    }
                }
            }
            for _ in 0..<8 {
                group.addTask {
                    var last: Int64 = 0
                    for _ in 0..<50 {
                        let (first, second) = try await database.read { connection in
                            let first = try connection.statement("SELECT a FROM pair")
                                .first { $0.int64(0) }
                            let second = try connection.statement("SELECT b FROM pair")
                                .first { $0.int64(0) }
                            return (first, second)
                        }
                        #expect(first == second)
                        #expect((first ?? -1) >= last)
                        last = first ?? -1
                    }
                }
            }
            try await group.waitForAll()
        }
        let sum = try await database.read { connection in
            try connection.statement("SELECT a + b FROM pair").first { $0.int64(0) }
        }
        #expect(sum == 200)
        await database.close()
    }

    @Test("undoes a write that throws")
    func rollback() async throws {
        struct Undo: Error {}
        let database = try await open()
        await #expect(throws: Undo.self) {
            try await database.write { connection in
                try connection.run("DELETE FROM pair")
                throw Undo()
            }
        }
        let count = try await database.read { connection in
            try connection.statement("SELECT count(*) FROM pair").first { $0.int64(0) }
        }
        #expect(count == 1)
        await database.close()
    }

    @Test("does not write through a reader")
    func readOnly() async throws {
        let database = try await open()
        await #expect(throws: SQLiteError.self) {
            try await database.read { try $0.run("DELETE FROM pair") }
        }
        await database.close()
    }

    @Test("refuses everything once it is closed, and can be opened again")
    func close() async throws {
        let database = try await open()
        try await database.write { try $0.run("UPDATE pair SET a = 9") }
        await database.close()
        await database.close()
        await #expect(throws: SQLiteError.closed) { try await database.write { _ in } }
        await #expect(throws: SQLiteError.closed) { try await database.read { _ in } }
        await #expect(throws: SQLiteError.closed) { try await database.withWriter { _ in } }
        let again = try await open()
        let found = try await again.read { connection in
            try connection.statement("SELECT a FROM pair").first { $0.int64(0) }
        }
        #expect(found == 9)
        await again.close()
    }

    @Test("answers every call when it closes in the middle of work")
    func closeWhileReading() async throws {
        let database = try await open()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        try await database.read { try $0.run("SELECT a FROM pair") }
                        return true
                    } catch {
                        return (error as? SQLiteError)?.isClosed == true
                    }
                }
            }
            await database.close()
            for await isExpected in group { #expect(isExpected) }
        }
    }
}
