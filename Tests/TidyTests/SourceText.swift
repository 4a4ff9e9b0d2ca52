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
        var splitter = Splitter(Array(text.utf8))
        splitter.run()
        self.path = path
        lines = Self.lines(of: text.utf8)
        code = Self.lines(of: splitter.code)
        hasComment = lines.indices.map { splitter.commentLines.contains($0) }
    }

    /// Lines end at line feeds; Swift's characters would hide one after a carriage return.
    static func lines(of text: some Collection<UInt8>) -> [String] {
        text.split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Walks through a file once, telling code from comments and literals.
private struct Splitter {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let lineComment = "//".utf8
    private static let blockStart = "/*".utf8
    private static let blockEnd = "*/".utf8

    private let text: [UInt8]
    private var index = 0
    private var line = 0
    private(set) var code: [UInt8] = []
    private(set) var commentLines: Set<Int> = []

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func run() {
        readCode(untilParenthesis: false)
    }

    /// Compares bytes in place: this is asked several times for each byte of the tree.
    private func starts(_ word: String.UTF8View, at place: Int) -> Bool {
        guard text[place] == word.first, place + word.count <= text.count else { return false }
        return text[place..<(place + word.count)].elementsEqual(word)
    }

    private mutating func take(asCode isCode: Bool) {
        let byte = text[index]
        index += 1
        if byte == Self.lineFeed { line += 1 }
        code.append(isCode || byte == Self.lineFeed ? byte : UInt8(ascii: " "))
    }

    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while index < text.count {
            if starts(Self.lineComment, at: index) {
                commentLines.insert(line)
                while index < text.count, text[index] != Self.lineFeed { take(asCode: false) }
            } else if starts(Self.blockStart, at: index) {
                readBlockComment()
            } else if text[index] == UInt8(ascii: "\"") {
                readLiteral(hashes: 0)
            } else if text[index] == UInt8(ascii: "#"), let hashes = rawLiteral() {
                for _ in 0..<hashes { take(asCode: true) }
                readLiteral(hashes: hashes)
            } else {
                if text[index] == UInt8(ascii: "(") { depth += 1 }
                if text[index] == UInt8(ascii: ")") {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                take(asCode: true)
            }
        }
    }

    private func rawLiteral() -> Int? {
        var end = index
        while end < text.count, text[end] == UInt8(ascii: "#") { end += 1 }
        return end < text.count && text[end] == UInt8(ascii: "\"") ? end - index : nil
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            commentLines.insert(line)
            if starts(Self.blockStart, at: index) {
                depth += 1
                take(asCode: false)
            } else if starts(Self.blockEnd, at: index) {
                depth -= 1
                take(asCode: false)
            }
            if index < text.count { take(asCode: false) }
        } while depth > 0 && index < text.count
    }

    private mutating func readLiteral(hashes: Int) {
        let isLong = starts("\"\"\"".utf8, at: index)
        let marks = String(repeating: "#", count: hashes)
        let end = ((isLong ? "\"\"\"" : "\"") + marks).utf8
        let interpolation = ("\\" + marks + "(").utf8
        for _ in 0..<(isLong ? 3 : 1) { take(asCode: true) }
        while index < text.count {
            if starts(end, at: index) {
                for _ in 0..<end.count { take(asCode: true) }
                return
            }
            if starts(interpolation, at: index) {
                for _ in 0..<(hashes + 2) { take(asCode: false) }
                readCode(untilParenthesis: true)
            } else if hashes == 0, text[index] == UInt8(ascii: "\\"), index + 1 < text.count {
                take(asCode: false)
                take(asCode: false)
            } else if !isLong, text[index] == Self.lineFeed {
                return
            } else {
                take(asCode: false)
            }
        }
    }
}
