internal import Foundation
internal import SQLiteKit

/// What SQLite does with the same records when nothing is checked or kept of them.
enum InsertBaseline {
    /// The insert loop of `sqlbench.c` in this process; gives rows a second.
    static func inProcess(
        _ rows: [(id: [UInt8], body: [UInt8])], scratch: Scratch
    ) throws -> Double {
        let path = scratch.fresh("insert")
        var options = ConnectionOptions(.readWriteCreate)
        options.secureDelete = .off
        let connection = try Connection(path: path, options: options)
        defer {
            connection.close()
            for suffix in ["", "-wal", "-shm"] { scratch.drop(path + suffix) }
        }
        try connection.execute(
            """
            PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;
            CREATE TABLE rec(id TEXT PRIMARY KEY, rev INTEGER, data TEXT)
            """)
        let insert = try connection.prepare(
            """
            INSERT INTO rec(id, rev, data) VALUES (?, ?, ?) ON CONFLICT(id)
            DO UPDATE SET rev = excluded.rev, data = excluded.data
            """)
        let start = Stopwatch.now()
        try connection.transaction(.immediate) { _ in
            for (number, row) in rows.enumerated() {
                try row.id.withUnsafeBytes { id in
                    try row.body.withUnsafeBytes { body in
                        try insert.use { insert in
                            try insert.bind(1, text: id)
                            try insert.bind(2, Int64(number))
                            try insert.bind(3, text: body)
                            _ = try insert.step()
                        }
                    }
                }
            }
        }
        return Double(rows.count) / (Stopwatch.now() - start)
    }

    /// The program `sqlbench`, if it has been compiled.
    static var program: String? {
        Command.find(["Benchmarks/.work/bin/sqlbench"])
    }

    /// The figure of the C program in a run of its own.
    static func inC(_ program: String, records: String, scratch: Scratch) throws -> Double {
        let directory = scratch.fresh("sqlbench")
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { scratch.drop(directory) }
        let printed = try Command.output(program, [directory, records, "anchors"])
        let name = "\"client_insert_10k_one_txn_NORMAL_rows_s\":"
        guard let found = printed.range(of: name),
            let value = Double(printed[found.upperBound...].prefix { $0.isNumber })
        else { throw BenchmarkError("\(program) did not print \(name)") }
        return value
    }
}
