import SyncProtocol
import Testing

@Suite("An identifier")
struct IdentifierTests {
    static let allowed = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-".utf8)

    @Test("is made of the allowed bytes and of no other", arguments: UInt8.min...UInt8.max)
    func alphabet(byte: UInt8) {
        #expect([byte].withUnsafeBytes { Identifier.isValid($0) } == Self.allowed.contains(byte))
        let within: [UInt8] = [0x61, byte, 0x61]
        #expect(within.withUnsafeBytes { Identifier.isValid($0) } == Self.allowed.contains(byte))
    }

    @Test(
        "has from one to 128 bytes", arguments: [(0, false), (1, true), (128, true), (129, false)])
    func length(count: Int, isValid: Bool) {
        #expect(Identifier.isValid(String(repeating: "a", count: count)) == isValid)
    }

    /// The traps of Swift's text: what looks like an allowed letter is not one.
    @Test(
        "is not fooled by characters",
        arguments: [
            "a\r\nb", "a\n", "\r\n", " a", "a\u{0}", "é", "e\u{301}", "chun\u{212a}ed", "Ａ", "٣",
            "๑", "ก", "a/b", "a\\b", "a%2eb", "\u{37e}", "\u{1fef}", "\u{202e}a", "\u{feff}a",
        ])
    func traps(text: String) {
        #expect(!Identifier.isValid(text))
    }
}

@Suite("Digits read by hand")
struct DigitTests {
    @Test(
        "are read in one form only",
        arguments: [
            ("0", 0), ("7", 7), ("10", 10), ("18446744073709551615", UInt64.max),
            ("18446744073709551616", nil), ("99999999999999999999", nil), ("", nil), ("+5", nil),
            ("-0", nil), ("00", nil), ("05", nil), ("5 ", nil), (" 5", nil), ("٣", nil),
            ("1e3", nil), ("0x3", nil), ("3_0", nil), ("Ａ", nil),
        ] as [(String, UInt64?)])
    func decimal(text: String, expected: UInt64?) {
        #expect(Decimal.parse(text.utf8) == expected)
    }

    @Test(
        "are sixteen lower-case hexadecimal ones",
        arguments: [
            ("0000000000000000", 0), ("00000000000000ff", 255), ("ffffffffffffffff", UInt64.max),
            ("00000000000000FF", nil), ("ff", nil), ("", nil), ("+000000000000001", nil),
            ("0000000000000000f", nil), ("000000000000000g", nil), ("00000000000000Ａ", nil),
            ("-000000000000001", nil), ("0x00000000000001", nil),
        ] as [(String, UInt64?)])
    func hexadecimal(text: String, expected: UInt64?) {
        #expect(FixedHex.parse(text.utf8, digits: 16) == expected)
        #expect(DeviceID(text: text)?.number == expected)
        if let expected { #expect(DeviceID(expected).description == text) }
    }

    @Test(
        "make a dot with one full stop",
        arguments: [
            ("0000000000000001.5", true), ("0000000000000001.0", true),
            ("0000000000000001.", false),
            ("0000000000000001.05", false), ("0000000000000001.+5", false), ("1.5", false),
            ("0000000000000001.5.6", false), (".5", false), ("", false),
            ("0000000000000001.18446744073709551616", false),
        ])
    func dots(text: String, isValid: Bool) {
        #expect(Dot(text: text)?.description == (isValid ? text : nil))
    }

    @Test("make a lineage of sixteen bytes", arguments: [0, 15, 16, 17])
    func lineage(count: Int) {
        let lineage = Lineage([UInt8](repeating: 0xa5, count: count))
        #expect((lineage != nil) == (count == 16))
        if let lineage { #expect(lineage.description == String(repeating: "a5", count: 16)) }
    }

    @Test("order keys by table, then id")
    func keys() {
        let keys = [
            RowKey(table: "a", id: "z"), RowKey(table: "b", id: "a"), RowKey(table: "b", id: "b"),
        ]
        #expect(keys.shuffled().sorted() == keys)
        #expect(keys[0].description == "a/z")
    }
}
