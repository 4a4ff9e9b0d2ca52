import Foundation
import SyncProtocol
import Testing

@testable import CitizenData

/// One case of a vector file.
struct VectorCase: Sendable, CustomTestStringConvertible {
    let id: String
    let input: JSONValue
    let expected: JSONValue
    let why: String

    var testDescription: String { "\(id): \(why)" }
    var operation: String { input["op"]?.text ?? "" }

    func text(_ key: String) -> String { input[key]?.text ?? "" }
    func number(_ key: String) -> Int64 { input[key]?.intValue ?? 0 }
    func int(_ key: String) -> Int? { input[key]?.intValue.map(Int.init) }
}

/// The files of the project, found from where this file stands.
enum Project {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    static func json(_ path: String) throws -> JSONValue {
        try JSON.parse(try bytes(path), limits: .document)
    }

    static func lines(_ path: String) throws -> [JSONValue] {
        try bytes(path).split(separator: 0x0A).map { try JSON.parse(Array($0), limits: .record) }
    }
}

enum Vectors {
    static let files = [
        "national-id", "phone", "plates", "dates", "thai-text", "promptpay-qr", "saraban-email",
        "money", "freshness",
    ]

    /// Returns the cases of a file, or of one operation in it.
    static func cases(_ file: String, _ operation: String? = nil) throws -> [VectorCase] {
        let items = try #require(Project.json("Tests/Vectors/\(file).json").items)
        let cases = try items.map { item in
            VectorCase(
                id: try #require(item["id"]?.text), input: try #require(item["input"]),
                expected: try #require(item["expected"]), why: item["why"]?.text ?? "")
        }
        return cases.filter { operation == nil || $0.operation == operation }
    }
}

extension JSONValue {
    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    static func optional(_ number: Int64?) -> JSONValue { number.map { .integer($0) } ?? .null }

    static func record(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject(members))
    }
}

@Suite("The vector files")
struct VectorFilesTests {
    @Test("hold 535 cases, each id once")
    func count() throws {
        let ids = try Vectors.files.flatMap { try Vectors.cases($0).map(\.id) }
        #expect(ids.count == 535)
        #expect(Set(ids).count == 535)
    }

    @Test("name no operation that no test runs")
    func operations() throws {
        let known: [String: Set<String>] = [
            "dates": [
                "from_be", "parse_thai", "from_dopa", "from_czp", "from_nhso", "format_thai",
                "fiscal_year", "monday_cutoff", "bangkok_day", "assume_zone", "age", "in_window",
            ],
            "thai-text": [
                "canonical", "equal", "repair_extraction", "normal_forms", "width", "truncate",
                "sort", "digits",
            ],
            "promptpay-qr": [
                "decode", "guard", "encode", "crc", "barcode", "slip", "all_substitutions",
                "all_adjacent_swaps",
            ],
            "money": ["format", "tag54", "parse", "split", "percent", "words"],
        ]
        for (file, operations) in known {
            let found = Set(try Vectors.cases(file).map(\.operation))
            #expect(found == operations, "\(file)")
        }
    }
}
