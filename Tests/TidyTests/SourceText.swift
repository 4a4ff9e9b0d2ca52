/// A Swift file split into what the compiler reads and what people read.
///
/// Rules about calls look at ``code`` only, so that a comment or a message may
/// name what the code must not use.
struct SourceText {
    /// The file's path inside the repository.
    let path: String

    /// The lines as they are.
    let lines: [String]

    /// The lines with comments and the text of literals blanked out.
    let code: [String]

    /// Whether a comment stands on each line.
    let hasComment: [Bool]

    init(path: String, text: String) {
        var splitter = Splitter(Array(text.unicodeScalars))
        splitter.run()
        self.path = path
        lines = Self.lines(of: text)
        code = Self.lines(of: String(String.UnicodeScalarView(splitter.code)))
        hasComment = lines.indices.map { splitter.commentLines.contains($0) }
    }

    /// Lines end at line feeds; Swift's characters would hide one after a carriage return.
    private static func lines(of text: String) -> [String] {
        text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Walks through a file once, telling code from comments and literals.
private struct Splitter {
    private let text: [Unicode.Scalar]
    private var index = 0
    private var line = 0
    private(set) var code: [Unicode.Scalar] = []
    private(set) var commentLines: Set<Int> = []

    init(_ text: [Unicode.Scalar]) {
        self.text = text
    }

    mutating func run() {
        readCode(untilParenthesis: false)
    }

    private func starts(_ word: String, at place: Int) -> Bool {
        let scalars = Array(word.unicodeScalars)
        return place + scalars.count <= text.count
            && text[place..<(place + scalars.count)].elementsEqual(scalars)
    }

    private mutating func take(asCode isCode: Bool) {
        let scalar = text[index]
        index += 1
        if scalar == "\n" { line += 1 }
        code.append(isCode || scalar == "\n" ? scalar : " ")
    }

    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while index < text.count {
            if starts("//", at: index) {
                commentLines.insert(line)
                while index < text.count, text[index] != "\n" { take(asCode: false) }
            } else if starts("/*", at: index) {
                readBlockComment()
            } else if text[index] == "\"" {
                readLiteral(hashes: 0)
            } else if text[index] == "#", let hashes = rawLiteral() {
                for _ in 0..<hashes { take(asCode: true) }
                readLiteral(hashes: hashes)
            } else {
                if text[index] == "(" { depth += 1 }
                if text[index] == ")" {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                take(asCode: true)
            }
        }
    }

    private func rawLiteral() -> Int? {
        var end = index
        while end < text.count, text[end] == "#" { end += 1 }
        return end < text.count && text[end] == "\"" ? end - index : nil
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            commentLines.insert(line)
            if starts("/*", at: index) {
                depth += 1
                take(asCode: false)
            } else if starts("*/", at: index) {
                depth -= 1
                take(asCode: false)
            }
            if index < text.count { take(asCode: false) }
        } while depth > 0 && index < text.count
    }

    private mutating func readLiteral(hashes: Int) {
        let isLong = starts("\"\"\"", at: index)
        let marks = String(repeating: "#", count: hashes)
        let end = (isLong ? "\"\"\"" : "\"") + marks
        for _ in 0..<(isLong ? 3 : 1) { take(asCode: true) }
        while index < text.count {
            if starts(end, at: index) {
                for _ in 0..<end.unicodeScalars.count { take(asCode: true) }
                return
            }
            if starts("\\" + marks + "(", at: index) {
                for _ in 0..<(hashes + 2) { take(asCode: false) }
                readCode(untilParenthesis: true)
            } else if hashes == 0, text[index] == "\\", index + 1 < text.count {
                take(asCode: false)
                take(asCode: false)
            } else if !isLong, text[index] == "\n" {
                return
            } else {
                take(asCode: false)
            }
        }
    }
}
