/// The rules about what documents say.
extension Rules {
    // MARK: - Links

    /// A link of a document to another file.
    struct Link: Hashable {
        /// Where it stands, from one.
        let line: Int
        /// The path inside the repository, with no part behind `#`.
        let path: String
    }

    /// Finds the relative links of a Markdown file, outside blocks and spans of code.
    static func links(path: String, lines: [String]) -> [Link] {
        var links: [Link] = []
        var isCode = false
        for (index, line) in lines.enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
            if isCode { continue }
            var rest = withoutSpans(line)[...]
            while let start = rest.firstRange(of: "](") {
                rest = rest[start.upperBound...]
                guard let end = rest.firstIndex(of: ")") else { break }
                let target = rest[..<end].prefix { $0 != "#" && $0 != " " }
                let isElsewhere = target.contains(":") || target.isEmpty
                if !isElsewhere {
                    links.append(Link(line: index + 1, path: resolve(target, from: path)))
                }
                rest = rest[end...]
            }
        }
        return links
    }

    /// Finds links to files that are not there.
    static func brokenLinks(
        path: String, lines: [String], exists: (String) -> Bool
    ) -> [Finding] {
        links(path: path, lines: lines).compactMap { link in
            guard !exists(link.path) else { return nil }
            return Finding(path: path, line: link.line, message: "there is no file \(link.path)")
        }
    }

    /// The spans of code in a line are every second piece between back quotes.
    private static func withoutSpans(_ line: String) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "" }.joined()
    }

    private static func resolve(_ target: Substring, from path: String) -> String {
        var parts = path.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == "..", !parts.isEmpty {
                parts.removeLast()
            } else {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    // MARK: - Tables

    /// A row of a table: its line, and its cells without the spaces around them.
    typealias Row = (line: Int, cells: [String])

    /// Reads the rows of the first table under a heading line that starts with `head`.
    static func table(_ head: String, in lines: [String]) -> [Row] {
        guard let start = lines.firstIndex(where: { $0.hasPrefix(head) }) else { return [] }
        return lines[(start + 1)...].prefix { $0.hasPrefix("|") }.enumerated().dropFirst().map {
            (start + 2 + $0.offset, cells($0.element))
        }
    }

    private static func cells(_ line: String) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
            let left = $0.drop { $0 == " " }
            return String(left.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The texts between back quotes.
    static func codeSpans(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset.isMultiple(of: 2) ? nil : String($0.element) }
    }

    // MARK: - Modules

    /// Compares the table of modules in `ARCHITECTURE.md` with the one that is enforced.
    static func modules(path: String, lines: [String]) -> [Finding] {
        var found: [Finding] = []
        var missing = Set(Tables.imports.keys)
        for row in table("| Module |", in: lines) where row.cells.count == 3 {
            let parts = row.cells[2].split(separator: ";").map(String.init)
            let says = Set((parts.first ?? "").split(separator: ",").map { $0.trimmed() })
            for module in codeSpans(row.cells[0]) {
                missing.remove(module)
                let allowed = Tables.imports[module] ?? []
                if says.subtracting(["–"]) != allowed {
                    found.append(
                        Finding(
                            path: path, line: row.line,
                            message: "\(module) may import \(allowed.sorted())"))
                }
                let exceptions = Self.exceptions(of: module)
                if parts.dropFirst().map({ $0.trimmed() }) != exceptions {
                    found.append(
                        Finding(
                            path: path, line: row.line,
                            message: "\(module) has the exceptions \(exceptions)"))
                }
            }
        }
        return found
            + missing.sorted().map {
                Finding(path: path, line: 1, message: "the module \($0) has no row")
            }
    }

    private static func exceptions(of module: String) -> [String] {
        let files = Tables.importExceptions.filter { $0.key.hasPrefix("Sources/\(module)/") }
        let numbers = ["no", "one", "two", "three", "four"]
        return Set(files.values.flatMap(\.self)).sorted().map { name in
            let count = files.count { $0.value.contains(name) }
            return "\(name) in \(numbers[count]) \(count == 1 ? "file" : "files")"
        }
    }

    // MARK: - Names

    /// Finds names of the form `Type` and `Type.member` that no source declares.
    static func names(
        path: String, lines: [String], declared: Declarations
    ) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in lines.enumerated() {
            for span in codeSpans(line) {
                // `ALL_CAPITALS` name variables of the environment.
                if span.utf8.contains(UInt8(ascii: "_")) { continue }
                let parts = span.split(separator: ".", omittingEmptySubsequences: false)
                guard let type = parts.first, parts.count <= 2, parts.last != "swift",
                    let first = type.utf8.first,
                    first >= UInt8(ascii: "A") && first <= UInt8(ascii: "Z"),
                    span.utf8.allSatisfy({ isName($0) || $0 == UInt8(ascii: ".") })
                else { continue }
                let isKnown =
                    parts.count == 1
                    ? declared.types.contains(String(type))
                    : declared.members[String(type)]?.contains(String(parts[1])) == true
                if !isKnown {
                    found.append(
                        Finding(path: path, line: index + 1, message: "nothing declares `\(span)`"))
                }
            }
        }
        return found
    }

    /// The types of the sources, and the members in the files that are named for a type.
    struct Declarations {
        private(set) var types: Set<String> = Set(Tables.imports.keys)
        private(set) var members: [String: Set<String>] = [:]

        init(_ sources: [SourceText]) {
            let kinds = ["struct", "class", "enum", "protocol", "actor", "typealias"]
            for source in sources {
                let file = (source.path.split(separator: "/").last ?? "").dropLast(".swift".count)
                let type = String(file.prefix { $0 != "+" })
                types.insert(String(file))
                for line in source.code {
                    let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                    for (kind, name) in zip(words, words.dropFirst()) {
                        if kinds.contains(String(kind)) { types.insert(String(name)) }
                        if ["func", "var", "let", "case"].contains(kind) {
                            members[type, default: []].insert(String(name))
                        }
                    }
                }
            }
        }
    }

    // MARK: - Schemas

    /// Compares the names of a table of tables with those that a schema makes.
    static func schema(
        path: String, rows: [Row], sources: [[String]]
    ) -> [Finding] {
        var made: Set<String> = []
        var dropped: Set<String> = []
        for line in sources.joined() {
            if let name = word(after: "CREATE TABLE ", in: line) { made.insert(name) }
            if let name = word(after: "DROP TABLE ", in: line) { dropped.insert(name) }
        }
        let says = Set(rows.flatMap { codeSpans($0.cells.first ?? "") })
        let line = rows.first?.line ?? 1
        return made.subtracting(dropped).symmetricDifference(says).sorted().map {
            Finding(path: path, line: line, message: "`\($0)` is only here or only in the schema")
        }
    }

    private static func word(after start: String, in line: String) -> String? {
        guard let range = line.firstRange(of: start) else { return nil }
        return String(line[range.upperBound...].prefix { $0.isLetter || $0 == "_" })
    }

    // MARK: - Workarounds

    /// What a place says that goes round a fault of something below it.
    static func marker(_ number: String) -> String { "WORKAROUND(docs/workarounds.md#\(number))" }

    /// Finds rows of the list of workarounds whose places do not name them, and places
    /// that name no row.
    static func workarounds(
        path: String, lines: [String], texts: [(path: String, lines: [String])]
    ) -> [Finding] {
        var found: [Finding] = []
        let rows = table("| # |", in: lines)
        for row in rows {
            let marker = marker(row.cells.first ?? "")
            let places = links(path: path, lines: [row.cells.dropFirst().first ?? ""]).map(\.path)
            if places.isEmpty {
                found.append(Finding(path: path, line: row.line, message: "the row names no file"))
            }
            for place in places {
                let isMarked = texts.contains { text in
                    (text.path == place || text.path.hasPrefix("\(place)/"))
                        && text.lines.contains { $0.contains(marker) }
                }
                if !isMarked {
                    found.append(
                        Finding(path: path, line: row.line, message: "\(place) has no \(marker)"))
                }
            }
        }
        let numbers = Set(rows.compactMap(\.cells.first))
        // The list itself and these tests speak of the marker.
        for text in texts where text.path != path && !text.path.hasPrefix("Tests/TidyTests/") {
            for (index, line) in text.lines.enumerated() {
                guard let range = line.firstRange(of: "WORKAROUND(docs/workarounds.md#") else {
                    continue
                }
                let number = String(line[range.upperBound...].prefix { $0 != ")" })
                if !numbers.contains(number) {
                    found.append(
                        Finding(
                            path: text.path, line: index + 1, message: "there is no row \(number)"))
                }
            }
        }
        return found
    }
}

extension Substring {
    fileprivate func trimmed() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension String {
    fileprivate func trimmed() -> String { self[...].trimmed() }
}
