import Testing

/// Each rule shown to fail on a small bad sample and to pass on a good one.
@Suite("The rules of the house")
struct RulesTests {
    private func source(_ text: String, path: String = "Sources/M/File.swift") -> SourceText {
        SourceText(path: path, text: text)
    }

    @Test("tell code from comments and literals")
    func splitting() {
        let text = source(
            """
            let a = "Date() \\(b("x!") + 1) // no" // Date()
            /* one /* two */
            still */ let c = #"raw " \\(no) "# + d
            let e = \"""
                Date() " \\(f)
                \"""
            """)
        #expect(!text.code.contains { $0.contains("Date") || $0.contains("raw") })
        #expect(!text.code.contains { $0.contains("no") || $0.contains("still") })
        #expect(text.code[0].contains("b(") && text.code[0].contains("+ 1"))
        #expect(text.code[2].contains("let c =") && text.code[2].contains("+ d"))
        #expect(text.code[4].contains("f"))
        #expect(text.hasComment == [true, true, true, false, false, false])
        #expect(text.code.count == text.lines.count)
    }

    @Test(
        "find an import that is not in the table",
        arguments: [
            ("import Foundation", 1), ("internal import Glibc", 1),
            ("@testable import SQLiteKit", 1), ("public import struct Foundation.Date", 1),
            ("// import Foundation", 0), ("import\u{20}SyncProtocol", 1), ("let import1 = 1", 0),
        ])
    func imports(text: String, count: Int) {
        let found = Rules.imports(source("\n" + text), module: "HTTPWire")
        #expect(found.count == count)
        #expect(found.allSatisfy { $0.description.hasPrefix("Sources/M/File.swift:2: HTTPWire") })
    }

    @Test("know every module")
    func modules() {
        #expect(Rules.imports(source("import SyncProtocol"), module: "CitizenData").isEmpty)
        #expect(!Rules.imports(source(""), module: "Unheard").isEmpty)
        let path = "Sources/SyncServerCore/Operations/ServerOptions.swift"
        let exception = source("internal import Glibc", path: path)
        #expect(Rules.imports(exception, module: "SyncServerCore").isEmpty)
        #expect(!Rules.imports(source("import Glibc"), module: "SyncServerCore").isEmpty)
    }

    @Test("find each call of the table outside its files", arguments: Tables.calls.map(\.text))
    func calls(text: String) {
        let call =
            text.hasSuffix("(") ? "let x = f\(text.hasPrefix(".") ? "" : " + ")\(text)1)" : text
        #expect(Rules.calls(source(call)).count == 1, "\(call)")
        #expect(Rules.calls(source("// \(call)")).isEmpty)
        #expect(Rules.calls(source("let x = \"\(call)\"")).isEmpty)
        for path in Tables.calls.filter({ $0.text == text }).flatMap(\.allowed) {
            #expect(Rules.calls(source(call, path: path)).isEmpty)
        }
    }

    @Test(
        "find no call in a longer name",
        arguments: [
            "HTTPDate()", "fingerprint(1)", "debugPrint(1)", "x.random(in: 0...1, using: &g)",
            "box.open(1)", "Self.open(1)", "func open(", "reopen(1)", "clock.sleep(1)", "usable()",
        ])
    func longerNames(text: String) {
        #expect(Rules.calls(source(text)).isEmpty)
    }

    @Test(
        "find a call of the system library however it is written",
        arguments: ["open(1)", "Glibc.open(1)", "x.open(open(1))", "a + open(1)", "!flock(1)"])
    func systemCalls(text: String) {
        #expect(Rules.calls(source(text)).count == 1)
    }

    @Test(
        "find a regular expression between bare slashes",
        arguments: [
            ("let a = /[0-9]+/", 1), ("f(/a b/)", 1), ("/x/", 1), ("let a = b / c", 0),
            ("    / c", 0), ("a.reduce(1, /)", 0), ("a /= b", 0), ("// /x/", 0), ("/* /x/ */", 0),
            (#"let a = "/x/""#, 0),
        ])
    func expressions(text: String, count: Int) {
        #expect(Rules.expressions(source(text)).count == count)
    }

    @Test(
        "ask for a reason by an escape",
        arguments: [
            "class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1",
            "unsafeBitCast(a, to: B.self)", "let a = try! b()", "let a = b!", "b()!.c", "a[0]!",
            "a as! B", "var a: B!", #""\(a!)""#,
        ])
    func escapes(text: String) {
        #expect(Rules.escapes(source(text)).count == 1)
        #expect(Rules.escapes(source("// why\n" + text)).isEmpty)
        #expect(Rules.escapes(source("// why\nlet b = 1\n" + text)).isEmpty)
        #expect(Rules.escapes(source("// why\n\n\n" + text)).count == 1)
        #expect(Rules.escapes(source(text + " // why")).isEmpty)
    }

    @Test("let negation be", arguments: ["a != b", "!a", "a || !b", "(!a)", "a !== b", "\"b!\""])
    func negation(text: String) {
        #expect(Rules.escapes(source(text)).isEmpty)
    }

    @Test("find wide comments and long files")
    func sizes() {
        let comment = "// " + String(repeating: "ก", count: 97)
        #expect(Rules.wideComments(source(comment)).isEmpty)
        #expect(Rules.wideComments(source(comment + "x")).count == 1)
        #expect(Rules.wideComments(source(String(repeating: "x", count: 120))).isEmpty)
        let lines = String(repeating: "let a = 1\n", count: 600)
        #expect(Rules.length(source(lines)).isEmpty)
        #expect(Rules.length(source(lines + "x\n")).count == 1)
    }

    @Test(
        "find what was left behind",
        arguments: [
            ("// TO" + "DO: later", 1), ("FIX" + "ME", 1), ("cd /ho" + "me/somchai", 1),
            ("\"/wo" + "rk/x\"", 1), ("autoTO" + "DO", 0), ("docs/wo" + "rk/x", 0),
            ("$root/ho" + "me/x", 0), ("a mastodon", 0),
        ])
    func leftovers(text: String, count: Int) {
        #expect(Rules.leftovers(path: "a", lines: [text]).count == count)
    }

    @Test(
        "find a code whose words are not joined by underscores",
        arguments: [
            (#"let a = "http.body-too-large""#, 1), (#"f("admin.x", "push.a-b", 1)"#, 1),
            (#"let a = "http.body_too_large""#, 0), (#"let a = "no-store""#, 0),
            (#"let a = "feed.md of a-b""#, 0),
        ])
    func codes(text: String, count: Int) {
        #expect(Rules.codes(source(text)).count == count)
    }

    /// The numbers are put together here, so that the file does not name them.
    @Test(
        "find a number that could be a person's",
        arguments: [
            ("11017" + "00230708", 1), ("1-1017-" + "00230-70-8", 1),
            ("x = 11017" + "00230708;", 1),
            ("11017" + "00230709", 0), ("1-1017-" + "00230-70-9", 0), ("11017" + "002307080", 0),
            ("a11017" + "00230708", 0), ("1_1017" + "00230708", 0), ("1999900000005", 0),
            ("1999900000013", 0), ("1763000000000", 0), ("0000000000000", 0),
        ])
    func people(text: String, count: Int) {
        #expect(Rules.personNumbers(path: "a", lines: ["", text]).count == count)
        #expect(Rules.personNumbers(path: "a", lines: [text]).allSatisfy { $0.line == 1 })
    }
}
