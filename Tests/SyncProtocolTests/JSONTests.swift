import TestSupport
import Testing

@testable import SyncProtocol

@Suite("JSON")
struct JSONTests {
    @Test(
        "refuses with a stable code",
        arguments: [
            ("", "json.end"), (" ", "json.end"), ("[", "json.end"), ("[1", "json.end"),
            ("{\"a\"", "json.end"), ("\"abc", "json.end"), ("\"a\\", "json.end"),
            ("[1,]", "json.syntax"), ("{\"a\":1,}", "json.syntax"), ("[,1]", "json.syntax"),
            ("{a:1}", "json.syntax"), ("'a'", "json.syntax"), ("nul", "json.syntax"),
            ("NaN", "json.syntax"), ("Infinity", "json.syntax"), ("+1", "json.syntax"),
            ("[1 2]", "json.syntax"), ("{\"a\" 1}", "json.syntax"), ("/*x*/1", "json.syntax"),
            ("1 2", "json.trailing"), ("{}x", "json.trailing"), ("truex", "json.trailing"),
            ("\u{feff}1", "json.bom"), ("01", "json.number"), ("-", "json.number"),
            ("-0", "json.number"), ("-01", "json.number"), ("00", "json.number"),
            ("1.0", "json.fraction"), ("1e2", "json.fraction"), ("0.5", "json.fraction"),
            ("-0.0", "json.fraction"), ("1E400", "json.fraction"),
            ("9223372036854775808", "json.range"), ("-9223372036854775809", "json.range"),
            ("99999999999999999999", "json.range"), ("18446744073709551617", "json.range"),
            ("\"\\ud800\"", "json.surrogate"), ("\"\\udc00\"", "json.surrogate"),
            ("\"\\ud800\\u0041\"", "json.surrogate"), ("\"\\ud800x\"", "json.surrogate"),
            ("\"\\u0000\"", "json.nul"), ("\"\\x\"", "json.escape"),
            ("\"\\u12g4\"", "json.escape"), ("\"\\u12\"", "json.escape"),
            ("\"a\nb\"", "json.control"), ("\"\u{0}\"", "json.control"),
            ("{\"a\":1,\"a\":2}", "json.duplicate_key"),
            ("{\"b\":1,\"a\":2,\"b\":3}", "json.duplicate_key"),
            ("{\"a\":1,\"\\u0061\":2}", "json.duplicate_key"),
        ])
    func refusals(text: String, code: String) {
        #expect(refusal(of: Array(text.utf8)) == code)
        #expect(throws: JSONError.self) { try JSON.canonicalize(Array(text.utf8)) }
    }

    @Test(
        "refuses bytes that are not UTF-8",
        arguments: [
            [0xff], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
            [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xf5, 0x80, 0x80, 0x80], [0x80], [0xe0, 0xb8], [0xf0, 0x9f, 0x98],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        let text: [UInt8] = [0x22] + bytes + [0x22]
        #expect(refusal(of: text) == "json.utf8")
        #expect(refusal(of: [0x7b] + text + Array(":1}".utf8)) == "json.utf8")
    }

    @Test(
        "has one canonical form",
        arguments: [
            (" { \"b\" : 1 , \"a\" : [ ] } ", "{\"a\":[],\"b\":1}"),
            ("\"\\/\\u0041\\u00e9\"", "\"/Aé\""), ("\"\\ud83d\\ude00\"", "\"😀\""),
            ("\"\\u0008\\u0009\\u000a\\u000c\\u000d\"", "\"\\b\\t\\n\\f\\r\""),
            ("\"\\u001F\\u001f\"", "\"\\u001f\\u001f\""), ("\"\\u007f\"", "\"\u{7f}\""),
            ("{\"é\":1,\"z\":2,\"\":3}", "{\"\":3,\"z\":2,\"é\":1}"),
            ("{\"a\\\"\":1,\"a\":2}", "{\"a\":2,\"a\\\"\":1}"),
            ("[true,false,null,0,-1]", "[true,false,null,0,-1]"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775807", "9223372036854775807"),
            ("{\"ทางรัฐ\":\"ใบขับขี่\"}", "{\"ทางรัฐ\":\"ใบขับขี่\"}"),
        ])
    func canonicalForm(text: String, expected: String) throws {
        let canonical = try JSON.canonicalize(Array(text.utf8))
        #expect(canonical == Array(expected.utf8))
        #expect(JSON.canonical(try JSON.parse(Array(text.utf8))) == canonical)
        #expect(canonical.withUnsafeBytes { JSON.isCanonical($0) })
    }

    @Test("counts containers, whether they are empty or not", arguments: [1, 2, 32, 512])
    func depth(depth: Int) throws {
        let limits = JSONLimits(bytesMax: 4096, depthMax: depth)
        let opening = [UInt8](repeating: UInt8(ascii: "["), count: depth)
        let closing = [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        #expect(try JSON.canonicalize(opening + closing, limits: limits) == opening + closing)
        let deeper = [UInt8(ascii: "[")] + opening + closing + [UInt8(ascii: "]")]
        #expect(refusal(of: deeper, limits: limits) == "json.depth")
        #expect(throws: JSONError.self) { try JSON.canonicalize(deeper, limits: limits) }
    }

    @Test("refuses one byte more than the limit")
    func size() throws {
        let limits = JSONLimits(bytesMax: 4, depthMax: 1)
        #expect(try JSON.parse(Array("1234".utf8), limits: limits) == 1234)
        #expect(refusal(of: Array("12345".utf8), limits: limits) == "json.size")
        #expect(refusal(of: Array("1   \n".utf8), limits: limits) == "json.size")
    }

    @Test("keeps two ways to write one character apart")
    func canonicalEquivalence() throws {
        let composed = "\u{e9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed)
        #expect(JSONValue.string(composed) != .string(decomposed))
        let object = JSONObject([(composed, 1), (decomposed, 2)])
        #expect(object.count == 2)
        #expect(object[composed] == 1 && object[decomposed] == 2)
        #expect(try JSON.parse(JSON.canonical(.object(object))) == .object(object))
        #expect(Set<JSONValue>([.string(composed), .string(decomposed)]).count == 2)
    }

    @Test("sorts, replaces and removes members")
    func members() {
        var object: JSONObject = ["b": 1, "a": 2, "b": 3]
        #expect(object.members.map(\.key) == ["a", "b"])
        #expect(object["b"] == 3)
        object["c"] = nil
        object["aa"] = "x"
        object["a"] = nil
        #expect(object.members.map(\.key) == ["aa", "b"])
        #expect(JSONValue.object(object)["aa"]?.text == "x")
        #expect(JSONValue.object(object)["aa"]?.intValue == nil)
    }

    @Test("writes every number as it reads it")
    func numbers() throws {
        var output: [UInt8] = []
        for value in [0, 9, 10, -1, -10, 1_234_567, Int64.max, .min] {
            output.removeAll()
            output.appendDecimal(value)
            #expect(String(decoding: output, as: UTF8.self) == String(value))
            #expect(try JSON.parse(output).intValue == value)
        }
    }

    private func refusal(of bytes: [UInt8], limits: JSONLimits = .record) -> String? {
        do throws(JSONError) {
            _ = try JSON.parse(bytes, limits: limits)
            return nil
        } catch {
            return error.code
        }
    }

    /// Goal: no choice of names makes an object expensive.
    ///
    /// Method: the parser's own sort, with its comparisons counted, over names in orders
    /// that are bad for one kind of sort or another.
    @Test("of many members cost few comparisons, whatever names somebody chose")
    func chosenNames() throws {
        let count = 100_000
        let ascending = (0..<count).map { 1_000_000 + $0 }
        var random = SeededRandom(seed: 31)
        let orders: [[Int]] = [
            ascending, ascending.reversed(), ascending.shuffled(using: &random),
            // Up and down again, a saw, and two that are woven into each other.
            stride(from: 0, to: count, by: 2).map { ascending[$0] }
                + stride(from: count - 1, to: 0, by: -2).map { ascending[$0] },
            (0..<count).map { ascending[$0 % 317 * (count / 317) + $0 / 317 % (count / 317)] },
            (0..<count).map { ascending[$0 % 2 == 0 ? $0 / 2 : count - 1 - $0 / 2] },
        ]
        for order in orders {
            var members: [JSONObject.Member] = order.map { ("k\($0)", .null) }
            var comparisons = 0
            JSONObject.sort(&members) { left, right in
                comparisons += 1
                return left.bytesPrecede(right)
            }
            // Twice n log2 n; an order that is bad for a quicksort costs thousands of times that.
            #expect(comparisons < 3_321_928, "\(comparisons)")
        }
        let text = "{" + orders[2].map { #""k\#($0)":0"# }.joined(separator: ",") + "}"
        let parsed = try JSON.parse(Array(text.utf8), limits: .document)
        #expect(parsed.fields?.count == count)
    }
}
