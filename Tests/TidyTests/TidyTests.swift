import TestSupport
import Testing

/// The whole repository read against the rules of the house.
@Suite("The source tree")
struct TidyTests {
    static let swift: [SourceText] = Repository.files(under: "")
        .filter { $0.hasSuffix(".swift") }.compactMap(read)

    static let sources = swift.filter { $0.path.hasPrefix("Sources/") }

    static func read(_ path: String) -> SourceText? {
        guard let bytes = try? Repository.bytes(of: path) else { return nil }
        return SourceText(path: path, text: String(decoding: bytes, as: UTF8.self))
    }

    /// All text that people wrote: no data, no golden files.
    static let texts: [(path: String, lines: [String])] = Repository.files(under: "")
        .filter { path in
            !Tables.personNumbersAllowed.contains { path.hasPrefix($0) }
                && [".swift", ".md", ".json", ".yaml", ".yml", ".c", ".h", ".sh", ".py", ".sql"]
                    .contains { path.hasSuffix($0) }
        }
        .compactMap { read($0).map { ($0.path, $0.lines) } }

    private func expectNone(_ findings: [Finding]) {
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("is read at all")
    func exists() {
        #expect(Self.sources.count > 40)
        #expect(Self.texts.contains { $0.path == "Package.swift" })
    }

    @Test("imports only what the table of modules allows")
    func imports() {
        for source in Self.sources {
            let module = source.path.split(separator: "/")[1]
            expectNone(Rules.imports(source, module: String(module)))
        }
    }

    @Test("keeps clocks, randomness, network and files where the table says")
    func calls() {
        for source in Self.sources { expectNone(Rules.calls(source)) }
    }

    @Test("explains every escape from the compiler's proofs")
    func escapes() {
        for source in Self.swift { expectNone(Rules.escapes(source)) }
    }

    @Test("has comments that fit the page")
    func comments() {
        for source in Self.swift { expectNone(Rules.wideComments(source)) }
    }

    @Test("has files short enough to read")
    func lengths() {
        for source in Self.sources { expectNone(Rules.length(source)) }
    }

    @Test("leaves no notes to do later and no path of one machine")
    func leftovers() {
        for text in Self.texts where !Tables.leftoversAllowed.contains(text.path) {
            expectNone(Rules.leftovers(path: text.path, lines: text.lines))
        }
    }

    @Test("names no real person")
    func people() {
        for text in Self.texts {
            expectNone(Rules.personNumbers(path: text.path, lines: text.lines))
        }
    }
}
