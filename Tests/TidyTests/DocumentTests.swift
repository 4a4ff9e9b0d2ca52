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
        let tests = TidyTests.swift.filter { $0.path.hasPrefix("Tests/") }
        let rows = Rules.table(
            "| Case | Decision |", in: try lines("docs/protocol.md"))
        #expect(rows.count > 35)
        for row in rows {
            let named = Rules.codeSpans(row.cells.last ?? "").filter { !$0.contains("/") }
            let scripts = Rules.codeSpans(row.cells.last ?? "").filter { $0.contains("/") }
            #expect(!named.isEmpty || !scripts.isEmpty, "line \(row.line) names no test")
            for name in named {
                let parts = name.split(separator: ".")
                let isThere = tests.contains { source in
                    source.code.contains { $0.contains("struct \(parts[0]) ") }
                        && source.code.contains { $0.contains("func \(parts.last ?? "")(") }
                }
                #expect(isThere, "line \(row.line): there is no \(name)")
            }
        }
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
