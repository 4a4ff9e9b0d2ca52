/// Something in the repository that breaks a rule of the house.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// The rules that can be checked by reading.
enum Rules {
    // MARK: - Imports

    /// Finds imports that a module's row of the table does not allow.
    static func imports(_ source: SourceText, module: String) -> [Finding] {
        guard let allowed = Tables.imports[module] else {
            return [Finding(path: source.path, line: 1, message: "\(module) is not in the table")]
        }
        return source.code.enumerated().compactMap { index, line in
            guard let name = imported(line), !allowed.contains(name),
                Tables.importExceptions[source.path]?.contains(name) != true
            else { return nil }
            return Finding(
                path: source.path, line: index + 1, message: "\(module) must not import \(name)")
        }
    }

    private static func imported(_ line: String) -> String? {
        var words = line.split(separator: " ").map(String.init)
        while let first = words.first,
            first.hasPrefix("@")
                || ["public", "package", "internal", "fileprivate", "private"].contains(first)
        {
            words.removeFirst()
        }
        guard words.count >= 2, words[0] == "import" else { return nil }
        let kinds = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
        let name = kinds.contains(words[1]) ? words.dropFirst(2).first : words[1]
        return name.map { String($0.prefix { $0 != "." }) }
    }

    // MARK: - Calls

    /// Finds calls that the table keeps to other files.
    static func calls(_ source: SourceText) -> [Finding] {
        var found: [Finding] = []
        // Most files name none of them, which the library tells much sooner than a loop here.
        let text = source.code.joined(separator: "\n")
        let rules = Tables.calls.filter { text.contains($0.text) }
        if rules.isEmpty { return [] }
        for (index, line) in source.code.enumerated() {
            for rule in rules where isCalled(rule, in: line) {
                if let excuse = rule.excuse, line.contains(excuse) { continue }
                if rule.allowed.contains(where: { source.path.hasPrefix($0) }) { continue }
                found.append(
                    Finding(
                        path: source.path, line: index + 1,
                        message: "`\(rule.text)` is kept to \(rule.allowed): \(rule.why)"))
            }
        }
        return found
    }

    private static func isCalled(_ rule: Tables.Call, in line: String) -> Bool {
        guard rule.isSystem else { return contains(rule.text, in: line) }
        // A declaration and a method of that name are something else.
        let bare = line.replacing("Glibc.", with: "").replacing("func \(rule.text)", with: "func (")
        let text = bare.utf8
        var start = text.startIndex
        while let found = bare[start...].firstRange(of: rule.text) {
            let before =
                found.lowerBound == text.startIndex
                ? 0 : text[text.index(before: found.lowerBound)]
            if !isName(before), before != UInt8(ascii: ".") { return true }
            start = found.upperBound
        }
        return false
    }

    /// Whether a line holds a word that is not the end of a longer one.
    static func contains(_ word: String, in line: String) -> Bool {
        guard let first = word.utf8.first else { return false }
        var before: UInt8 = 0
        var rest = line.utf8[...]
        while let byte = rest.first {
            if byte == first, rest.starts(with: word.utf8), !isName(before) || !isName(first) {
                return true
            }
            before = byte
            rest.removeFirst()
        }
        return false
    }

    static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }

    /// Finds literals of regular expressions between bare slashes.
    ///
    /// A slash that divides stands between spaces; one that begins a literal does not.
    static func expressions(_ source: SourceText) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in source.code.enumerated() where line.utf8.contains(slash) {
            let text = Array(line.utf8)
            let isLiteral = text.indices.contains { place in
                guard text[place] == slash, place + 1 < text.count else { return false }
                let before = place > 0 ? text[place - 1] : UInt8(ascii: " ")
                return " (,[{:=!".utf8.contains(before) && !" /*=)".utf8.contains(text[place + 1])
            }
            if isLiteral {
                found.append(
                    Finding(
                        path: source.path, line: index + 1,
                        message: "a regular expression may take time that no length bounds"))
            }
        }
        return found
    }

    private static let slash = UInt8(ascii: "/")

    // MARK: - Escapes

    /// Finds escapes from the compiler's proofs that no comment explains.
    static func escapes(_ source: SourceText) -> [Finding] {
        let words = ["@unchecked Sendable", "nonisolated(unsafe)", "unsafeBitCast", "try!"]
        var found: [Finding] = []
        for (index, line) in source.code.enumerated() {
            var names = words.filter { line.contains($0) }
            if hasForceUnwrap(line) { names.append("!") }
            let isExplained = (max(index - 2, 0)...index).contains { source.hasComment[$0] }
            guard !isExplained else { continue }
            found += names.map {
                Finding(path: source.path, line: index + 1, message: "`\($0)` needs a reason by it")
            }
        }
        return found
    }

    private static func hasForceUnwrap(_ line: String) -> Bool {
        let text = Array(line.replacing("try!", with: "").utf8)
        return text.indices.contains { index in
            guard text[index] == UInt8(ascii: "!"), index > 0 else { return false }
            let next = index + 1 < text.count ? text[index + 1] : 0
            let before = text[index - 1]
            let ends = isName(before) || Array(")]}\"?".utf8).contains(before)
            return ends && next != UInt8(ascii: "=")
        }
    }

    // MARK: - Text

    /// Finds comments that are wider than the page.
    static func wideComments(_ source: SourceText, max: Int = 100) -> [Finding] {
        zip(source.lines, source.hasComment).enumerated().compactMap { index, line in
            guard line.1, line.0.count > max else { return nil }
            return Finding(
                path: source.path, line: index + 1,
                message: "a comment is \(line.0.count) wide, more than \(max)")
        }
    }

    /// Finds a file that has grown too long.
    static func length(_ source: SourceText, max: Int = 600) -> [Finding] {
        guard source.lines.count > max + 1 else { return [] }
        return [
            Finding(
                path: source.path, line: max + 1,
                message: "the file has \(source.lines.count - 1) lines, more than \(max)")
        ]
    }

    /// Finds notes about work that was left out, and paths of one machine.
    static func leftovers(path: String, lines: [String]) -> [Finding] {
        // In pieces, so that this file does not find itself.
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        let places = ["/ho" + "me/", "/Use" + "rs/", "/ro" + "ot/", "/wo" + "rk/"]
        var found: [Finding] = []
        let text = lines.joined(separator: "\n")
        guard (words + places).contains(where: { text.contains($0) }) else { return [] }
        for (index, line) in lines.enumerated() {
            for word in words where contains(word, in: line) {
                found.append(
                    Finding(path: path, line: index + 1, message: "`\(word)` is left in the text"))
            }
            for place in places where hasPath(place, in: line) {
                found.append(
                    Finding(
                        path: path, line: index + 1, message: "`\(place)` is a path of one machine")
                )
            }
        }
        return found
    }

    /// Whether an absolute path starts with `place`: nothing of a path is before it.
    private static func hasPath(_ place: String, in line: String) -> Bool {
        var before: UInt8 = 0x20
        var rest = line.utf8[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "/"), rest.starts(with: place.utf8), !isName(before),
                !".}~-)".utf8.contains(before)
            {
                return true
            }
            before = byte
            rest.removeFirst()
        }
        return false
    }

    // MARK: - Codes

    /// Finds codes of errors and of the log, `area.what_is_wrong`, with another sign than `_`.
    ///
    /// A code is a literal of its own, in lower case, with a dot.
    static func codes(_ source: SourceText) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in source.lines.enumerated() where line.utf8.contains(0x22) {
            let literals = line.split(separator: "\"", omittingEmptySubsequences: false)
            for literal in literals where isCodeWithHyphen(literal) {
                found.append(
                    Finding(
                        path: source.path, line: index + 1,
                        message: "`\(literal)`: words of a code are joined by `_`"))
            }
        }
        return found
    }

    private static func isCodeWithHyphen(_ literal: Substring) -> Bool {
        let areas = ["http", "auth", "server", "feed", "push", "rule", "admin", "wire", "store"]
        let bytes = literal.utf8
        guard bytes.contains(UInt8(ascii: "-")),
            areas.contains(where: { literal.hasPrefix("\($0).") })
        else { return false }
        return bytes.allSatisfy { isName($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    // MARK: - People

    /// Finds numbers that could name a real person: 13 digits with a right check digit.
    ///
    /// Made-up people have the office code 9999. Milliseconds since 1970 written
    /// in whole seconds, and numbers with underscores, are no one's.
    static func personNumbers(path: String, lines: [String]) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in lines.enumerated() where line.utf8.count >= 13 {
            for digits in digitRuns(line) where isPerson(digits) {
                found.append(
                    Finding(
                        path: path, line: index + 1,
                        message: "a 13-digit number with a right check digit, not of office 9999"))
            }
        }
        return found
    }

    /// Runs of digits, also written as `1-2345-67890-12-3`.
    private static func digitRuns(_ line: String) -> [[UInt8]] {
        var runs: [[UInt8]] = []
        var token: [UInt8] = []
        func close() {
            let parts = token.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            if parts.map(\.count) == [1, 4, 5, 2, 1] {
                runs.append(parts.flatMap(\.self))
            } else {
                runs += parts.map(Array.init).filter { $0.count == 13 }
            }
            token = []
        }
        for byte in line.utf8 {
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            // Letters and underscores stay in the token, so that hexadecimal and 1_000 never match.
            if isDigit || byte == UInt8(ascii: "-") || isName(byte) {
                token.append(byte)
            } else {
                close()
            }
        }
        close()
        return runs.filter { $0.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } }
    }

    private static func isPerson(_ text: [UInt8]) -> Bool {
        let digits = text.map { Int($0 - UInt8(ascii: "0")) }
        let sum = digits[..<12].enumerated().reduce(0) { $0 + $1.element * (13 - $1.offset) }
        guard digits[12] == (11 - sum % 11) % 10, digits[0] != 0 else { return false }
        let isMadeUp = digits[1...4].allSatisfy { $0 == 9 }
        let isMoment = digits[0] == 1 && digits[10...].allSatisfy { $0 == 0 }
        return !isMadeUp && !isMoment
    }
}
