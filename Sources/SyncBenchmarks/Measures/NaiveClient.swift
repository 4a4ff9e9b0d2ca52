internal import Foundation
internal import FoundationNetworking
internal import SQLiteKit

/// How a client is written in an afternoon: URLSession, Codable, one insert a row.
///
/// It checks nothing, keeps no books and commits with the weaker durability.
struct NaiveClient {
    let address: String
    let token: String
    let scratch: Scratch
    private let session = URLSession(configuration: .ephemeral)

    init(address: String, token: String, scratch: Scratch) {
        self.address = address
        self.token = token
        self.scratch = scratch
    }

    /// One line of an answer; a row has its body, an end has its cursor.
    private struct Line: Codable {
        var frame: String
        var cursor: String?
        var id: String?
        var rev: Int?
        var body: SampleBody?
    }

    /// Where a pull ended and what it took.
    struct Pull {
        var seconds: Double
        var rows: Int
        var cursor: String
    }

    /// Pulls what comes after a cursor into a fresh table.
    func pull(after cursor: String = "") async throws -> Pull {
        let path = scratch.fresh("naive")
        var options = ConnectionOptions(.readWriteCreate)
        options.secureDelete = .off
        let connection = try Connection(path: path, options: options)
        defer {
            connection.close()
            for suffix in ["", "-wal", "-shm"] { scratch.drop(path + suffix) }
        }
        try connection.execute(
            """
            PRAGMA synchronous=NORMAL;
            CREATE TABLE rec(id TEXT PRIMARY KEY, rev INTEGER, data TEXT)
            """)
        let start = Stopwatch.now()
        let (rows, end) = try await fetch(after: cursor)
        let encoder = JSONEncoder()
        try connection.transaction(.immediate) { connection in
            for row in rows {
                guard let id = row.id, let body = row.body else { continue }
                let data = try encoder.encode(body)
                try connection.run(
                    "INSERT INTO rec(id, rev, data) VALUES (?, ?, ?)", .text(id),
                    .integer(Int64(row.rev ?? 0)), .text(String(decoding: data, as: UTF8.self)))
            }
        }
        return Pull(seconds: Stopwatch.now() - start, rows: rows.count, cursor: end)
    }

    private func fetch(after start: String) async throws -> ([Line], String) {
        let decoder = JSONDecoder()
        var rows: [Line] = []
        var cursor = start
        while true {
            var request = URLRequest(url: URL(string: address + "/v1/sync") ?? URL(filePath: "/"))
            request.httpMethod = "POST"
            request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.setValue("application/json", forHTTPHeaderField: "Accept")
            let asked =
                #"{"bytes_max":1048576,"cursor":"\#(cursor)","frame":"sync","outcomes_seen":0,"#
                + #""priority_max":9,"rows_max":10000,"schema":1}"# + "\n"
            request.httpBody = Data(asked.utf8)
            let (data, _) = try await session.data(for: request)
            var hasMore = false
            for line in data.split(separator: UInt8(ascii: "\n")) {
                let line = try decoder.decode(Line.self, from: line)
                if line.frame == "row" { rows.append(line) }
                if let next = line.cursor { cursor = next }
                hasMore = line.frame == "page"
                if line.frame == "error" { throw BenchmarkError("the server answered an error") }
            }
            if !hasMore { return (rows, cursor) }
        }
    }
}

/// The body of a sample record, as Codable wants it.
struct SampleBody: Codable {
    var title: String
    var done: Int
    var order: Int
    var list: String
    var tags: String
    var due: Int
    var created: Int
    var by: String
    var body: String
}
