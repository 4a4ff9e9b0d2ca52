import Foundation
import SyncProtocol
import TestSupport
import Testing

@testable import CitizenData

@Suite("Thai text")
struct ThaiTextTests {
    @Test("has one canonical form", arguments: try Vectors.cases("thai-text", "canonical"))
    func canonical(vector: VectorCase) {
        let text = vector.text("text")
        let form = ThaiText.canonical(text)
        let actual = JSONValue.record([
            ("text", .string(form)), ("changed", .bool(!form.utf8.elementsEqual(text.utf8))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("is equal however it is typed", arguments: try Vectors.cases("thai-text", "equal"))
    func equal(vector: VectorCase) {
        let (first, second) = (vector.text("a"), vector.text("b"))
        let actual = JSONValue.record([
            ("equal", .bool(ThaiText.areEqual(first, second))),
            ("nfc_equal", .bool(first == second)),
        ])
        #expect(actual == vector.expected)
    }

    @Test(
        "of damaged documents gets its sara am back",
        arguments: try Vectors.cases("thai-text", "repair_extraction"))
    func repair(vector: VectorCase) {
        #expect(
            JSONValue.record([("text", .string(ThaiText.repairExtraction(vector.text("text"))))])
                == vector.expected)
    }

    @Test(
        "survives a compatibility form", arguments: try Vectors.cases("thai-text", "normal_forms"))
    func normalForms(vector: VectorCase) {
        let text = vector.text("text")
        let nfc = text.precomposedStringWithCanonicalMapping
        let nfkc = text.precomposedStringWithCompatibilityMapping
        let actual = JSONValue.record([
            ("code_points", .integer(Int64(text.unicodeScalars.count))),
            ("nfc", .integer(Int64(nfc.unicodeScalars.count))),
            ("nfkc", .integer(Int64(nfkc.unicodeScalars.count))),
            ("canonical_of_nfkc", .string(ThaiText.canonical(nfkc))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("takes cells, not characters", arguments: try Vectors.cases("thai-text", "width"))
    func width(vector: VectorCase) {
        let text = vector.text("text")
        let actual = JSONValue.record([
            ("cells", .integer(Int64(ThaiText.cells(text)))),
            ("code_points", .integer(Int64(text.unicodeScalars.count))),
            ("utf8_bytes", .integer(Int64(text.utf8.count))),
            ("utf16_units", .integer(Int64(text.utf16.count))),
            ("grapheme_clusters", .integer(Int64(text.count))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("is cut between stacks", arguments: try Vectors.cases("thai-text", "truncate"))
    func truncate(vector: VectorCase) throws {
        let cut = ThaiText.truncated(vector.text("text"), cells: try #require(vector.int("cells")))
        let actual = JSONValue.record([
            ("text", .string(cut)), ("cells", .integer(Int64(ThaiText.cells(cut)))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("sorts as in a dictionary", arguments: try Vectors.cases("thai-text", "sort"))
    func sort(vector: VectorCase) {
        let words = (vector.input["words"]?.items ?? []).compactMap(\.text)
        let sorted = words.sorted(by: ThaiText.precedes)
        #expect(
            JSONValue.record([("words", .array(sorted.map { .string($0) }))]) == vector.expected)
    }

    @Test("has digits of two scripts", arguments: try Vectors.cases("thai-text", "digits"))
    func digits(vector: VectorCase) {
        let text = vector.text("text")
        let result =
            vector.text("to") == "thai" ? ThaiText.thaiDigits(text) : ThaiText.asciiDigits(text)
        #expect(JSONValue.record([("text", .string(result))]) == vector.expected)
    }

    /// Marks of Thai, spaces and letters that the form treats, in any order.
    private static let thai: [UInt32] = [
        0x0E01, 0x0E19, 0x0E32, 0x0E33, 0x0E31, 0x0E34, 0x0E38, 0x0E3A, 0x0E40, 0x0E41, 0x0E47,
        0x0E48, 0x0E49, 0x0E4C, 0x0E4D, 0x0E4E, 0x200B, 0x00A0, 0x20, 0x61, 0xE9,
    ]

    /// Words in which each mark follows a letter of its own script: letters that
    /// NFC composes, some that it never does, and Hangul in its parts.
    private static let words: [[UInt32]] = [
        [0x61, 0x0301], [0x65, 0x0323, 0x0302], [0x212B], [0x03B1, 0x0345, 0x0301],
        [0x0438, 0x0306],
        [0x0915, 0x093C], [0x0958], [0x1100, 0x1161, 0x11A8], [0xF900], [0x0FB2, 0x0F71, 0x0F80],
        [0x0E19, 0x0E49, 0x0E33], [0x0E17, 0x0E48, 0x0E35], [0x0E40, 0x0E40], [0x20], [0x31],
    ]

    private func texts(
        _ seed: UInt64, of words: [[UInt32]], _ body: (String) throws -> Void
    ) rethrows {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<8 {
                text.append(contentsOf: random.pick(words).compactMap(Unicode.Scalar.init))
            }
            try body(String(text))
        }
    }

    @Test("in canonical form stays as it is and is NFC", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func idempotent(seed: UInt64) {
        texts(seed, of: Self.thai.map { [$0] }) { text in
            let once = ThaiText.canonical(text)
            #expect(ThaiText.canonical(once).utf8.elementsEqual(once.utf8), "\(Array(text.utf8))")
            let nfc = once.precomposedStringWithCanonicalMapping
            #expect(nfc.utf8.elementsEqual(once.utf8), "\(Array(text.utf8))")
        }
    }

    @Test(
        "mixed with other scripts has one canonical form, however these are typed",
        arguments: [1, 2, 3, 4, 5] as [UInt64])
    func foreignScripts(seed: UInt64) {
        texts(seed, of: Self.words) { text in
            let composed = text.precomposedStringWithCanonicalMapping
            let apart = text.decomposedStringWithCanonicalMapping
            #expect(ThaiText.areEqual(composed, apart), "\(Array(text.utf8))")
            #expect(ThaiText.areEqual(text, apart), "\(Array(text.utf8))")
        }
        let anything = (Self.words.joined() + Self.thai).map { [$0] }
        texts(seed, of: anything) { text in
            let once = ThaiText.canonical(text)
            #expect(ThaiText.canonical(once).utf8.elementsEqual(once.utf8), "\(Array(text.utf8))")
        }
    }

    @Test("fills a column exactly", arguments: [0, 1, 4, 5, 9])
    func padding(width: Int) {
        for alignment in [ThaiText.Alignment.leading, .trailing, .center] {
            let text = ThaiText.padded("ใบขับขี่", cells: width, alignment: alignment)
            #expect(ThaiText.cells(text) == width)
        }
        #expect(ThaiText.padded("ที่", cells: 3, alignment: .trailing) == "  ที่")
        #expect(ThaiText.padded("ที่", cells: 3) == "ที่  ")
    }
}
