import Testing

/// Each rule about documents shown to fail on a small bad sample and to pass on a good one.
@Suite("The rules of documents")
struct DocumentRulesTests {
    @Test(
        "find a link to a file that is not there",
        arguments: [
            ("[a](b.md)", ["docs/b.md"]), ("[a](../B/c.md#part)", ["B/c.md"]),
            ("[a](./b.md \"title\") ![c](d.png)", ["docs/b.md", "docs/d.png"]),
            ("[a](https://x.th/y)", []), ("[a](#part)", []), ("`[a](b.md)`", []),
            ("`x` [a](b/) `y`", ["docs/b"]), ("[a](mailto:x@y.th)", []), ("f(a)[b]", []),
        ])
    func links(text: String, paths: [String]) {
        let lines = ["", "```", "[x](no.md)", "```", text]
        let found = Rules.brokenLinks(path: "docs/a.md", lines: lines) { _ in false }
        #expect(found.map(\.message) == paths.map { "there is no file \($0)" })
        #expect(found.allSatisfy { $0.line == 5 })
        #expect(Rules.brokenLinks(path: "docs/a.md", lines: lines) { paths.contains($0) }.isEmpty)
    }

    private static let head = ["| Module | What | May |", "| --- | --- | --- |"]

    private func modules(_ row: String) -> [Finding] {
        Rules.modules(path: "A.md", lines: Self.head + [row]).filter { $0.line == 3 }
    }

    @Test("find a module whose row is not what is enforced")
    func modules() {
        #expect(modules("| `HTTPWire`, `CLinux` | x | – |").isEmpty)
        #expect(modules("| `HTTPWire` | x | Glibc |").count == 1)
        #expect(modules("| `NetworkIO` | x | Glibc, Synchronization |").count == 1)
        #expect(modules("| `NetworkIO` | x | Glibc, CLinux, Synchronization |").isEmpty)
        #expect(modules("| `NetworkIO` | x | Glibc, CLinux, Synchronization; x |").count == 1)
        let rest = Rules.modules(path: "A.md", lines: Self.head + ["| `HTTPWire` | x | – |"])
        #expect(rest.count == Tables.imports.count - 1)
    }

    @Test("find a name that nothing declares")
    func names() {
        let declared = Rules.Declarations([
            SourceText(path: "Sources/M/A+B.swift", text: "extension A { func go() {} }"),
            SourceText(path: "Sources/M/C.swift", text: "package struct C { var x = 1 }"),
        ])
        func found(_ text: String) -> Int {
            Rules.names(path: "a", lines: [text], declared: declared).count
        }
        #expect(found("`A.go` and `C.x` of `C`, `HTTPWire`, `x`, `Limits.swift`, C.y") == 0)
        #expect(found("`A.stop`") == 1)
        #expect(found("`C.go`") == 1)
        #expect(found("`D`, `D.x`") == 2)
    }

    @Test("find a table of the database that is not listed")
    func schema() {
        let sources = [["CREATE TABLE a(", "CREATE TABLE b("], ["DROP TABLE b"]]
        func found(_ names: String) -> Int {
            Rules.schema(path: "a", rows: [(1, [names])], sources: sources).count
        }
        #expect(found("`a`") == 0)
        #expect(found("`a`, `b`") == 1)
        #expect(found("`c`") == 2)
    }

    @Test("find a workaround that its place does not name, and a place without a row")
    func workarounds() {
        let lines = ["| # | Where |", "| --- | --- |", "| 1 | [A](../A.swift), [B](../B) |"]
        func found(_ texts: [(path: String, lines: [String])]) -> Int {
            Rules.workarounds(path: "docs/w.md", lines: lines, texts: texts).count
        }
        let one = ["x", "// \(Rules.marker("1")): why"]
        #expect(found([("A.swift", one), ("B/c.h", one)]) == 0)
        #expect(found([("A.swift", one), ("C.h", one)]) == 1)
        #expect(found([("A.swift", ["x"])]) == 2)
        #expect(found([("A.swift", one), ("B/c.h", one + ["// \(Rules.marker("2"))"])]) == 1)
        #expect(
            Rules.workarounds(path: "w", lines: lines[..<2] + ["| 1 | x |"], texts: []).count == 1)
    }
}
