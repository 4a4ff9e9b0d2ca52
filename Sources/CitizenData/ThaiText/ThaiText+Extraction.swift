extension ThaiText {
    /// Returns the text of a damaged document with its sara am put right.
    ///
    /// The text layer of many documents has `ส าหรับ` for `สำหรับ`: the ring
    /// is lost and a space stands in its place. No Thai word begins with sara
    /// aa or sara am, so a consonant, a space and one of these is always such
    /// damage. For text of documents only, never for what a person typed.
    package static func repairExtraction(_ text: String) -> String {
        let input = Array(canonical(text).unicodeScalars)
        var output: [Unicode.Scalar] = []
        var position = 0
        while position < input.count {
            if let gap = gapBeforeSaraAm(in: input, at: position), endsInConsonant(output) {
                output += gap.tones
                output.append("\u{0E33}")
                position = gap.end
            } else {
                output.append(input[position])
                position += 1
            }
        }
        return canonical(string(output))
    }

    private static func gapBeforeSaraAm(
        in input: [Unicode.Scalar], at start: Int
    ) -> (tones: [Unicode.Scalar], end: Int)? {
        var position = start
        while position < input.count, input[position] == " " { position += 1 }
        guard position > start else { return nil }
        let tonesStart = position
        while position < input.count, (0x0E48...0x0E4B).contains(input[position].value) {
            position += 1
        }
        guard position < input.count,
            input[position] == "\u{0E32}" || input[position] == "\u{0E33}"
        else { return nil }
        return (Array(input[tonesStart..<position]), position + 1)
    }

    private static func endsInConsonant(_ output: [Unicode.Scalar]) -> Bool {
        guard let base = output.last(where: { !isMark($0) }) else { return false }
        return isConsonant(base)
    }
}
