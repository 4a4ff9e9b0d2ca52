import Foundation
import SyncProtocol
import Testing

@testable import CitizenData

/// The rows of the synthetic people.
enum Personas {
    struct Row: Sendable {
        let table: String
        let id: String
        let body: JSONValue
    }

    static func rows() throws -> [Row] {
        let folder = Project.root.appending(path: "Data/personas/rows")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        return try files.flatMap { file in
            try Project.lines("Data/personas/rows/\(file)").map { line in
                Row(
                    table: try #require(line["table"]?.text), id: try #require(line["id"]?.text),
                    body: try #require(line["body"]))
            }
        }
    }
}
