import FaultVFS
import SQLiteKit

/// A table that is written row by row, and what its writer was promised.
struct Ledger {
    static let path = "/data/ledger.sqlite"

    /// The rows whose commit returned.
    var acknowledged: [Int64] = []
    /// The first error, if one came.
    var failure: (any Error)?

    /// Opens the writing connection on a disk.
    static func writer(on disk: SimulatedDisk) throws -> Connection {
        var options = ConnectionOptions(.readWriteCreate)
        options.vfs = disk.name
        options.walAutocheckpointPages = 8
        return try Connection(path: path, options: options)
    }

    /// Opens a connection that only reads.
    static func reader(on disk: SimulatedDisk) throws -> Connection {
        var options = ConnectionOptions(.readOnly)
        options.vfs = disk.name
        return try Connection(path: path, options: options)
    }

    /// Makes the file and its table.
    static func prepare(on disk: SimulatedDisk) throws {
        let writer = try writer(on: disk)
        try writer.execute("CREATE TABLE entry(no INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        writer.close()
    }

    /// Writes rows until one fails; some rows are long, some are removed again.
    static func run(
        _ numbers: ClosedRange<Int64>, on disk: SimulatedDisk, isFull: Bool = true
    ) -> Ledger {
        var ledger = Ledger()
        do {
            let writer = try writer(on: disk)
            defer { writer.close() }
            if !isFull { try writer.execute("PRAGMA synchronous=NORMAL") }
            for number in numbers {
                try writer.transaction(.immediate) { connection in
                    let body = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 700)
                    try connection.run(
                        "INSERT INTO entry(no, body) VALUES (?, ?)", .integer(number), .blob(body))
                }
                ledger.acknowledged.append(number)
                if number % 7 == 0 { _ = try writer.checkpoint(.passive) }
            }
            _ = try writer.checkpoint(.truncate)
        } catch {
            ledger.failure = error
        }
        return ledger
    }

    /// The rows that are there, and what a full check says.
    static func inspect(_ disk: SimulatedDisk) throws -> (rows: [Int64], problems: [String]) {
        let writer = try writer(on: disk)
        defer { writer.close() }
        var rows: [Int64] = []
        try writer.run("SELECT no FROM entry ORDER BY no") { rows.append($0.int64(0)) }
        return (rows, try writer.integrityCheck())
    }
}
