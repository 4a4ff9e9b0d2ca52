import Foundation
import SyncProtocol
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

    @Test("in canonical form stays as it is and is NFC", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func idempotent(seed: UInt64) {
        var state = seed
        let alphabet: [UInt32] = [
            0x0E01, 0x0E19, 0x0E32, 0x0E33, 0x0E31, 0x0E34, 0x0E38, 0x0E3A, 0x0E40, 0x0E41,
            0x0E47, 0x0E48, 0x0E49, 0x0E4C, 0x0E4D, 0x0E4E, 0x200B, 0x00A0, 0x20, 0x61, 0x0301,
        ]
        for _ in 0..<2000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let value = alphabet[Int(state >> 33) % alphabet.count]
                if let scalar = Unicode.Scalar(value) { text.append(scalar) }
            }
            let once = ThaiText.canonical(String(text))
            #expect(ThaiText.canonical(once).utf8.elementsEqual(once.utf8), "\(Array(text))")
            let nfc = once.precomposedStringWithCanonicalMapping
            #expect(nfc.utf8.elementsEqual(once.utf8), "\(Array(text))")
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
