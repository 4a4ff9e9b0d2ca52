import TestSupport
import Testing

/// What documents say, compared with the files and the code they speak of.
@Suite("The documents")
struct DocumentTests {
    private static let documents = TidyTests.texts.filter { $0.path.hasSuffix(".md") }

    private func lines(_ path: String) throws -> [String] {
        try #require(TidyTests.texts.first { $0.path == path }, "\(path)").lines
    }

    private func expectNone(_ findings: [Finding]) {
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("link to files that exist")
    func links() {
        #expect(Self.documents.count > 20)
        var paths: Set<String> = []
        for path in Repository.files(under: "") + Repository.files(under: ".ci") {
            let parts = path.split(separator: "/")
            for count in 1...parts.count {
                paths.insert(parts.prefix(count).joined(separator: "/"))
            }
        }
        for document in Self.documents {
            expectNone(
                Rules.brokenLinks(path: document.path, lines: document.lines) {
                    paths.contains($0)
                })
        }
    }

    @Test("tell which module may import which, as it is enforced")
    func modules() throws {
        let path = "ARCHITECTURE.md"
        let lines = try lines(path)
        #expect(Rules.table("| Module |", in: lines).count > 10)
        expectNone(Rules.modules(path: path, lines: lines))
    }

    @Test("name types and functions that exist")
    func names() throws {
        let declared = Rules.Declarations(TidyTests.sources)
        let path = "ARCHITECTURE.md"
        expectNone(Rules.names(path: path, lines: try lines(path), declared: declared))
    }

    @Test(
        "name the tables of each database",
        arguments: [
            (
                "**Server**", ["ServerSchema.swift", "OutcomeRuns.swift"],
                "SyncServerCore/Store/SQLite"
            ),
            ("**Device**", ["CacheSchema.swift"], "SyncClientCore/Cache"),
        ])
    func schemas(start: String, files: [String], folder: String) throws {
        let path = "ARCHITECTURE.md"
        let all = try lines(path)
        let first = try #require(
            all.firstIndex { $0.hasPrefix(start) && $0.contains(".sqlite") }, "\(start)")
        let rows = Rules.table("| Table |", in: Array(all[first...]))
        #expect(rows.count > 5)
        expectNone(
            Rules.schema(
                path: path, rows: rows.map { ($0.line + first, $0.cells) },
                sources: try files.map { try lines("Sources/\(folder)/\($0)") }))
    }

    @Test("list the workarounds that the code marks")
    func workarounds() throws {
        let path = "docs/workarounds.md"
        let lines = try lines(path)
        #expect(Rules.table("| # |", in: lines).count > 10)
        expectNone(Rules.workarounds(path: path, lines: lines, texts: TidyTests.texts))
    }

    @Test("list the addresses that the server has, and no other")
    func addresses() throws {
        let code = TidyTests.sources.filter { $0.path.hasPrefix("Sources/SyncServerCore/HTTP/") }
        var served: Set<String> = []
        for line in code.flatMap(\.lines) {
            for start in ["pathIs(", "path(after: "] {
                for part in line.split(separator: start).dropFirst() {
                    let path = part.dropFirst().prefix { $0 != "\"" }
                    // A part behind the path is a code; `*` is an option of HTTP, not an address.
                    if path != "*" { served.insert(path + (path.hasSuffix("/") ? "{code}" : "")) }
                }
            }
        }
        #expect(served.count > 8)
        let rows = Rules.table("| Method and path |", in: try lines("docs/protocol.md"))
        var named: Set<String> = []
        for span in rows.flatMap({ (row: Rules.Row) in Rules.codeSpans(row.cells[0]) }) {
            named.insert(String(span.split(separator: " ").last ?? ""))
        }
        #expect(named == served)
        let described = try lines("docs/openapi.yaml").filter { $0.hasPrefix("  /") }.map {
            $0.split(separator: ":")[0].dropFirst(2).replacing("{user_code}", with: "{code}")
        }
        #expect(Set(described.map { String($0) }) == served)
    }

    @Test("refer to parts of openapi.yaml that are there")
    func references() throws {
        let lines = try lines("docs/openapi.yaml")
        var section = ""
        var defined: Set<String> = []
        var used: Set<String> = []
        for line in lines {
            let word = line.drop { $0 == " " }
            let name = String(word.prefix { $0 != ":" })
            switch line.count - word.count {
            case 0: section = ""
            case 2: section = name
            case 4: defined.insert("#/components/\(section)/\(name)")
            default: break
            }
            for part in line.split(separator: "$ref: \"").dropFirst() {
                used.insert(String(part.prefix { $0 != "\"" }))
            }
        }
        #expect(used.count > 20)
        #expect(used.subtracting(defined).isEmpty)
    }

    @Test("explain each code that the server answers")
    func codes() throws {
        var codes: Set<String> = []
        for source in TidyTests.sources where source.path.hasPrefix("Sources/SyncServerCore/") {
            // Codes of the log and of admin commands are for operators.
            let isFeed = source.path.hasPrefix("Sources/SyncServerCore/Ingest/")
            for line in source.lines {
                let literals = line.split(separator: "\"", omittingEmptySubsequences: false)
                for (before, literal) in zip(literals, literals.dropFirst())
                where before.hasSuffix("code: ") || isFeed && literal.hasPrefix("feed.") {
                    let area = literal.prefix { $0 != "." }
                    if ["http", "auth", "feed", "limit"].contains(area) {
                        codes.insert(String(literal))
                    }
                    if area == "server", source.path.contains("/HTTP/") {
                        codes.insert(String(literal))
                    }
                }
            }
        }
        #expect(codes.count > 25)
        let spans = Set(try lines("docs/protocol.md").flatMap(Rules.codeSpans))
        // `feed.json.*` is put together, and explained as one.
        let missing = codes.subtracting(spans).filter { !$0.contains("\\(") }
        #expect(missing.isEmpty)
    }

    @Test("explain each code of frames")
    func frameCodes() throws {
        var codes: Set<String> = []
        let folders = ["Sources/SyncProtocol/", "Sources/SyncServerCore/HTTP/"]
        for source in TidyTests.sources
        where folders.contains(where: { source.path.hasPrefix($0) }) {
            for line in source.lines {
                for literal in line.split(separator: "\"") {
                    let isCode = literal.hasPrefix("wire.") || literal.hasPrefix("json.")
                    if isCode, !literal.contains("\\"), !literal.contains(" ") {
                        codes.insert(String(literal))
                    }
                }
            }
        }
        #expect(codes.count > 50)
        let spans = Set(try lines("docs/protocol.md").flatMap(Rules.codeSpans))
        #expect(codes.subtracting(spans).isEmpty)
    }

    @Test("name a test that exists for each case that the protocol decides")
    func cases() throws {
        let rows = Rules.table(
            "| Case | Decision |", in: try lines("docs/protocol.md"))
        #expect(rows.count > 35)
        for row in rows {
            let named = Rules.codeSpans(row.cells.last ?? "").filter { !$0.contains("/") }
            let scripts = Rules.codeSpans(row.cells.last ?? "").filter { $0.contains("/") }
            #expect(!named.isEmpty || !scripts.isEmpty, "line \(row.line) names no test")
            for name in named {
                #expect(isTest(name), "line \(row.line): there is no \(name)")
            }
        }
    }

    /// Goal: nobody is sent to a proof that is not there, or not where it is said to be.
    @Test(
        "name suites that exist, and behind them in brackets titles that stand in them",
        arguments: [("docs/threat-model.md", 60), ("docs/limits.md", 80)])
    func suites(path: String, atLeast: Int) throws {
        var named = 0
        for (index, line) in try lines(path).enumerated() {
            let parts = line.split(separator: "`", omittingEmptySubsequences: false)
            for (place, span) in parts.enumerated() where !place.isMultiple(of: 2) {
                let name = String(span.prefix { $0 != "." })
                guard name.hasSuffix("Tests"), name.utf8.allSatisfy(Rules.isName) else { continue }
                named += 1
                let sources = Self.suites[name, default: []]
                #expect(!sources.isEmpty, "line \(index + 1): there is no \(name)")
                if span.contains(".") {
                    #expect(isTest(String(span)), "line \(index + 1): there is no \(span)")
                }
                let rest = parts[(place + 1)...].joined(separator: "`")
                for title in Self.titles(rest) {
                    let isThere = sources.contains { source in
                        source.lines.contains { line in line.contains(title) }
                    }
                    #expect(isThere, "line \(index + 1): \(name) has no \"\(title)\"")
                }
            }
        }
        #expect(named >= atLeast)
    }

    /// What stands in quotation marks in the brackets with which a text begins.
    private static func titles(_ text: String) -> [String] {
        guard text.hasPrefix(" (") else { return [] }
        let inside = text.dropFirst(2).prefix { $0 != ")" }
        return inside.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset.isMultiple(of: 2) ? nil : String($0.element) }
    }

    /// The files of each suite, by its name, and by those of its file and its module.
    private static let suites: [String: [SourceText]] = {
        var suites: [String: [SourceText]] = [:]
        for source in TidyTests.swift where source.path.hasPrefix("Tests/") {
            var names: Set<String> = []
            let path = source.path.dropLast(".swift".count)
            for part in path.split(separator: "/").dropFirst() { names.insert(String(part)) }
            for line in source.code {
                let words = line.split { " ({:<".contains($0) }
                for (word, next) in zip(words, words.dropFirst())
                where ["struct", "extension"].contains(word) {
                    names.insert(String(next))
                }
            }
            for name in names { suites[name, default: []].append(source) }
        }
        return suites
    }()

    /// Whether a suite has a test of this name, written `Suite.function`.
    private func isTest(_ name: String) -> Bool {
        Self.tests.contains(name)
    }

    /// The tests of the tree, each as `Suite.function`.
    private static let tests: Set<String> = {
        var tests: Set<String> = []
        for source in TidyTests.swift where source.path.hasPrefix("Tests/") {
            var suite = ""
            var isMarked = false
            for line in source.code {
                let words = line.split { " ({:<".contains($0) }
                for (word, next) in zip(words, words.dropFirst()) {
                    if ["struct", "extension"].contains(word), next.hasSuffix("Tests") {
                        suite = String(next)
                    }
                    if word == "func", isMarked {
                        tests.insert("\(suite).\(next)")
                        isMarked = false
                    }
                }
                if words.first == "@Test" { isMarked = true }
            }
        }
        return tests
    }()

    @Test("name a test or a step of the torture for each fault, and nothing that is not there")
    func faults() throws {
        let rows = Rules.table("| Row | Fault |", in: try lines("docs/testing.md"))
        // Two rows of the catalogue are of a store that does not exist.
        let numbers = (1...40).filter { ![34, 35].contains($0) }
        #expect(rows.map(\.cells[0]) == numbers.map { $0 < 10 ? "C0\($0)" : "C\($0)" })
        let steps = try tortureSteps()
        #expect(steps.count > 15)
        let words = try simulatorWords()
        for row in rows {
            let spans = row.cells.dropFirst(2).flatMap(Rules.codeSpans)
            let proofs = spans.filter { isTest($0) || steps[$0] != nil }
            #expect(!proofs.isEmpty, "line \(row.line) names no test and no step")
            for step in steps.keys.sorted() where steps[step]?.contains(row.cells[0]) ?? false {
                #expect(spans.contains(step), "line \(row.line): \(step) is of this row")
            }
            for span in Rules.codeSpans(row.cells.last ?? "") {
                guard let rowsOfStep = steps[span] else { continue }
                #expect(
                    rowsOfStep.contains(row.cells[0]),
                    "line \(row.line): \(span) does not list this row")
            }
            for span in spans where !proofs.contains(span) {
                let isThere =
                    if span.hasPrefix("Scripts/") {
                        TidyTests.texts.contains { $0.path == span.prefix { $0 != " " } }
                    } else if span.hasSuffix(".json") {
                        Repository.files(under: "Tests/SimulationTests/Regressions")
                            .contains { $0.hasSuffix("/\(span)") }
                    } else if span.hasSuffix(".*") {
                        words.contains { $0.hasPrefix(span.dropLast()) }
                    } else {
                        words.contains(span)
                    }
                #expect(isThere, "line \(row.line): there is no \(span)")
            }
        }
    }

    /// The steps of the torture, each with its rows of the catalogue.
    private func tortureSteps() throws -> [String: Set<String>] {
        let text = try lines("Scripts/lib/torture/steps.py").joined(separator: " ")
        var steps: [String: Set<String>] = [:]
        for step in text.split(separator: " Step(").dropFirst() {
            let literals = step.split(separator: "\"", omittingEmptySubsequences: false)
                .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            guard let name = literals.first else { continue }
            steps[name] = Set(literals.dropFirst())
        }
        return steps
    }

    /// What plans of the simulator are made of, its points, and the places of crashes.
    private func simulatorWords() throws -> Set<String> {
        var words: Set<String> = []
        for source in TidyTests.sources {
            let folders = ["Sources/SyncSimulation/", "Sources/CrashPoints/"]
            guard folders.contains(where: { source.path.hasPrefix($0) }) else { continue }
            let isPlan =
                source.path.hasSuffix("/Verb.swift")
                || source.path.hasSuffix("/ExchangeFault.swift")
            for line in source.lines {
                let literals = line.split(separator: "\"", omittingEmptySubsequences: false)
                for (place, literal) in literals.enumerated() where place % 2 == 1 {
                    words.insert(String(literal))
                }
                let code = line.drop { $0 == " " }
                if isPlan, code.hasPrefix("case "), !code.contains(":") {
                    for name in code.dropFirst(5).split(separator: ",") {
                        words.insert(String(name.drop { $0 == " " }))
                    }
                }
            }
        }
        return words
    }

    @Test("name metrics, lines of the log and commands that exist, where operators look")
    func runbook() throws {
        let path = "docs/runbook.md"
        let lines = try lines(path)
        let metrics = Set(
            Rules.table("| Name |", in: try self.lines("docs/operations.md"))
                .flatMap { (row: Rules.Row) in Rules.codeSpans(row.cells[0]) })
        #expect(metrics.count > 30)
        let server = TidyTests.sources.filter { $0.path.hasPrefix("Sources/SyncServer") }
        let literals = Set(
            server.flatMap(\.lines).flatMap { $0.split(separator: "\"").map { String($0) } })
        var named = 0
        for span in lines.flatMap(Rules.codeSpans) {
            if span.hasPrefix("tangrat_") {
                #expect(metrics.contains(span), "\(span)")
                named += 1
            }
            let areas = ["store", "audit", "retention", "access", "admin", "server"]
            let parts = span.split(separator: ".")
            let isCode =
                parts.count == 2 && areas.contains(String(parts[0]))
                && parts[1].utf8.allSatisfy { $0 == 95 || (97...122).contains($0) }
            // The files of the store look alike.
            if isCode, !["server.sqlite", "server.history"].contains(span) {
                #expect(literals.contains(span), "\(span)")
                named += 1
            }
        }
        #expect(named > 20)
        let options = try self.lines("Sources/SyncServerCore/Operations/ServerOptions.swift")
        for line in lines where line.hasPrefix("tangrat-server ") {
            let command = line.split(separator: " ")[1]
            #expect(options.contains { $0.contains("\"\(command)\"") }, "\(line)")
        }
    }

    @Test("list every script that a developer runs, and no other")
    func scripts() throws {
        let lines = try lines("CONTRIBUTING.md")
        var named: Set<String> = []
        for row in Rules.table("| What |", in: lines) {
            for span in Rules.codeSpans(row.cells.last ?? "") {
                named.insert(String(span.prefix { $0 != " " }))
            }
        }
        let scripts = Set(
            (Repository.files(under: "Scripts") + Repository.files(under: ".ci") + [
                "Benchmarks/setup"
            ]).filter { !$0.hasPrefix("Scripts/lib/") && !$0.hasSuffix(".py") })
        #expect(scripts.subtracting(named).isEmpty)
        let commands = named.filter { $0.contains("/") && !$0.hasPrefix("Scripts/lib/") }
        #expect(commands.subtracting(scripts).isEmpty)
    }
}
