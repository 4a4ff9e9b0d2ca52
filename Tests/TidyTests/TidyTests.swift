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
    static let texts: [(path: String, lines: [String])] =
        (Repository.files(under: "") + Repository.files(under: ".ci"))
        .filter(isText).compactMap { path in
            // Scripts and documents are no Swift: their lines are all that is looked at.
            (try? Repository.bytes(of: path)).map { (path, SourceText.lines(of: $0)) }
        }

    static func isText(_ path: String) -> Bool {
        guard !Tables.personNumbersAllowed.contains(where: { path.hasPrefix($0) }) else {
            return false
        }
        let endings = [
            ".swift", ".md", ".json", ".yaml", ".yml", ".c", ".h", ".sh", ".py", ".sql", ".ini",
        ]
        let name = path.split(separator: "/").last ?? ""
        let isScript =
            !name.contains(".") && Tables.scriptFolders.contains { path.hasPrefix($0) }
        return isScript || endings.contains { path.hasSuffix($0) }
    }

    private func expectNone(_ findings: [Finding]) {
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("is read at all")
    func exists() {
        #expect(Self.sources.count > 40)
        for path in ["Package.swift", "Scripts/test", "Scripts/lib/lint", ".ci/run"] {
            #expect(Self.texts.contains { $0.path == path }, "\(path)")
        }
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

    @Test("has no regular expression")
    func expressions() {
        for source in Self.sources { expectNone(Rules.expressions(source)) }
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

    @Test("spells the words of every code alike")
    func codes() {
        for source in Self.sources { expectNone(Rules.codes(source)) }
    }

    /// A release build must hold no way to end it from outside: `.ci/run` looks into the programs
    /// themselves as well.
    @Test("keeps what kills a process out of release builds")
    func crashPoints() throws {
        for source in Self.sources where source.path.hasPrefix("Sources/CrashPoints/") {
            let text = source.lines.joined(separator: "\n")
            let isPlan = source.path.hasSuffix("/CrashPlan.swift")
            #expect(text.contains("#if DEBUG || CRASH_POINTS"), "\(source.path)")
            #expect(text.hasPrefix("#if DEBUG || CRASH_POINTS") == isPlan, "\(source.path)")
            #expect(text.contains("SIGKILL)") == isPlan, "\(source.path)")
        }
        for source in Self.sources
        where source.lines.contains(where: { $0.contains("TANGRAT_CRASH") }) {
            #expect(
                [
                    "Sources/CrashPoints/CrashPoint.swift", "Sources/CrashPoints/CrashPlan.swift",
                    "Sources/tangrat-qa/Commands/PointsCommand.swift",
                ].contains(source.path), "\(source.path)")
        }
    }

    @Test("names no real person")
    func people() {
        for text in Self.texts {
            expectNone(Rules.personNumbers(path: text.path, lines: text.lines))
        }
    }
}
