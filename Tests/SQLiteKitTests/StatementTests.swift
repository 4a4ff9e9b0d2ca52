import SQLiteKit
import Testing

@Suite("A statement")
struct StatementTests {
    let folder: TemporaryFolder
    let connection: Connection

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(
            path: folder.file("a.db"), options: ConnectionOptions(.readWriteCreate))
    }

    @Test(
        "keeps empty values apart from NULL",
        arguments: [
            (SQLiteValue.text(""), "text"), (.blob([]), "blob"), (.null, "null"),
            (.integer(0), "integer"), (.text("ทางรัฐ"), "text"), (.blob([0, 1]), "blob"),
        ])
    func storedType(value: SQLiteValue, expected: String) throws {
        let select = try connection.prepare("SELECT typeof(?)")
        #expect(try select.first(value) { $0.text(0) } == expected)
    }

    @Test("keeps empty buffers apart from NULL, without copying")
    func emptyBuffers() throws {
        let select = try connection.prepare("SELECT typeof(?1), typeof(?2)")
        try select.use { select in
            try select.bind(1, text: UnsafeRawBufferPointer(start: nil, count: 0))
            try select.bindBlob(2, UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(try select.step())
            #expect(select.text(0) == "text" && select.text(1) == "blob")
        }
    }

    @Test("lends a row by column")
    func rows() throws {
        let select = try connection.prepare("SELECT ?, ?, ?, NULL")
        let bytes: [UInt8] = [1, 0, 255]
        let text = Array("ก\u{301}".utf8)
        try select.use { select in
            try bytes.withUnsafeBytes { bytes in
                try text.withUnsafeBytes { text in
                    try select.bind(1, Int64.min)
                    try select.bind(2, text: text)
                    try select.bindBlob(3, bytes)
                    #expect(try select.step())
                    #expect(select.int64(0) == .min)
                    #expect(select.withText(1) { [UInt8]($0) } == Array(text))
                    #expect(select.withBlob(2) { [UInt8]($0) } == Array(bytes))
                    #expect(select.blob(2) == Array(bytes))
                    #expect(select.isNull(3) && !select.isNull(2))
                    #expect(select.optionalInt64(3) == nil && select.optionalText(3) == nil)
                    #expect(select.optionalBlob(3) == nil && select.blob(3) == [])
                    #expect(try !select.step())
                }
            }
        }
    }

    @Test("forgets its values between runs")
    func clearsBindings() throws {
        let select = try connection.prepare("SELECT ?1 IS NULL")
        try select.run(.text("secret"))
        try select.use { select in
            let hasRow = try select.step()
            #expect(hasRow && select.int64(0) == 1)
        }
    }

    @Test("names itself, not its values, when it fails")
    func errorText() throws {
        try connection.execute("CREATE TABLE t(a TEXT UNIQUE) STRICT")
        let insert = try connection.prepare("INSERT INTO t VALUES (?)")
        try insert.run(.text("secret"))
        let error = #expect(throws: SQLiteError.self) { try insert.run(.text("secret")) }
        #expect(error?.extendedCode == SQLiteCode.constraintUnique)
        #expect(error?.isConstraint == true)
        #expect(error?.description.contains("INSERT INTO t") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("gives back whatever text is bound to it", arguments: ["x'); DROP TABLE row;--", "a\0b"])
    func boundText(text: String) throws {
        try connection.execute("CREATE TABLE row(a TEXT NOT NULL) STRICT")
        try connection.run("INSERT INTO row VALUES (?)", .text(text))
        let select = try connection.statement("SELECT a FROM row WHERE a = ?")
        #expect(try select.first(.text(text)) { $0.text(0) } == text)
        #expect(try select.first(.text("a")) { $0.text(0) } == nil)
        let count = try connection.statement("SELECT count(*) FROM row")
        #expect(try count.first { $0.int64(0) } == 1)
    }

    @Test("keeps a search phrase out of its error")
    func searchErrorText() throws {
        try connection.execute("CREATE VIRTUAL TABLE f USING fts5(a)")
        let search = try connection.prepare("SELECT a FROM f WHERE f MATCH ?")
        let error = #expect(throws: SQLiteError.self) { try search.run(.text("secret AND (")) }
        #expect(error?.description.contains("secret") == false)
        let column = #expect(throws: SQLiteError.self) { try search.run(.text("secret:x")) }
        #expect(column?.description.contains("secret") == false)
    }

    @Test("is prepared once for a literal")
    func cache() throws {
        func select() throws -> Statement { try connection.statement("SELECT 1") }
        #expect(try select() === select())
        let before = connection.statementsRun
        try connection.run("SELECT 1")
        #expect(connection.statementsRun == before + 1)
    }

    @Test("stops the program when a value is missing")
    func wrongNumberOfValues() async {
        await #expect(processExitsWith: .failure) {
            let folder = try TemporaryFolder()
            let connection = try Connection(
                path: folder.file("a.db"), options: ConnectionOptions(.readWriteCreate))
            try connection.prepare("SELECT ?").run()
        }
    }

    @Test("throws once its connection is closed")
    func useAfterClose() throws {
        let select = try connection.prepare("SELECT 1")
        connection.close()
        connection.close()
        #expect(throws: SQLiteError.closed) { try select.run() }
        #expect(throws: SQLiteError.closed) { try connection.prepare("SELECT 1") }
        #expect(throws: SQLiteError.closed) { try connection.run("SELECT 1") }
        #expect(throws: SQLiteError.closed) { try connection.execute("SELECT 1") }
        #expect(throws: SQLiteError.closed) { try connection.checkpoint(.passive) }
        #expect(throws: SQLiteError.closed) { try connection.transaction(.immediate) { _ in } }
        #expect(connection.isClosed && connection.changes == 0)
    }
}
