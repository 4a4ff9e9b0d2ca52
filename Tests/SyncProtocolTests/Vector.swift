import SyncProtocol
import TestSupport
import Testing

/// One line of a file in `Tests/Vectors`: an input and what must come of it.
///
/// The files are JSON, so that a client in another language proves itself
/// against the same lines.
struct Vector: CustomTestStringConvertible {
    let id: String
    let input: JSONValue
    let expected: JSONValue

    var testDescription: String { id }

    static func all(_ name: String) throws -> [Vector] {
        let bytes = try Repository.bytes(of: "Tests/Vectors/\(name).json")
        return try (JSON.parse(bytes, limits: .document).items ?? []).map { item in
            Vector(
                id: try #require(item["id"]?.text), input: try #require(item["input"]),
                expected: try #require(item["expected"]))
        }
    }
}
