/// Puts the marks of every stack in order and composes sara am.
///
/// A mark of another script ends a stack and stays where it is: it belongs to
/// its own letter, which may carry it in one piece.
struct CanonicalBuilder {
    private static let saraAa: Unicode.Scalar = "\u{0E32}"
    private static let saraAm: Unicode.Scalar = "\u{0E33}"
    private static let nikhahit: Unicode.Scalar = "\u{0E4D}"

    private let input: [Unicode.Scalar]
    private var position = 0

    init(input: [Unicode.Scalar]) {
        self.input = input
    }

    mutating func build() -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(input.count)
        while position < input.count {
            var marks = takeMarks()
            var saraAmCount = 0
            // A mark typed after sara am belongs to the stack before it.
            while takeSaraAm(after: marks) {
                saraAmCount += 1
                marks.removeAll { $0 == Self.nikhahit }
                marks += takeMarks()
            }
            if saraAmCount > 0 { marks.removeAll { $0 == Self.nikhahit } }
            output += Self.ordered(marks)
            output += Array(repeating: Self.saraAm, count: saraAmCount)
            if saraAmCount == 0, position < input.count {
                output.append(input[position])
                position += 1
            }
        }
        return output
    }

    private mutating func takeMarks() -> [Unicode.Scalar] {
        let start = position
        while position < input.count, ThaiText.isMark(input[position]) { position += 1 }
        return Array(input[start..<position])
    }

    /// Takes sara am, or sara aa when a nikhahit stands among the marks.
    private mutating func takeSaraAm(after marks: [Unicode.Scalar]) -> Bool {
        guard position < input.count else { return false }
        let isSplit = input[position] == Self.saraAa && marks.contains(Self.nikhahit)
        guard input[position] == Self.saraAm || isSplit else { return false }
        position += 1
        return true
    }

    private static func ordered(_ marks: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard marks.count > 1 else { return marks }
        // The offset keeps the sort stable: two marks of one class stay in
        // the order in which they were typed.
        let sorted = marks.enumerated().sorted {
            (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
        }
        var output: [Unicode.Scalar] = []
        for (_, mark) in sorted where output.last != mark { output.append(mark) }
        return output
    }

    private static func rank(_ mark: Unicode.Scalar) -> Int {
        switch mark.value {
        case 0x0E3A: 0  // phinthu, first by its combining class
        case 0x0E38, 0x0E39: 1  // lower vowels
        case 0x0E31, 0x0E34...0x0E37, 0x0E47: 2  // upper vowels
        case 0x0E4D: 3  // nikhahit
        case 0x0E48...0x0E4B: 4  // tones
        case 0x0E4C: 5  // thanthakhat
        default: 6  // yamakkan
        }
    }
}
