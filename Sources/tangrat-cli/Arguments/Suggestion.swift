/// Finds the word that was probably meant.
enum Suggestion {
    /// The nearest word, or nil if none is near enough to be a slip.
    ///
    /// A third of the letters may differ; a longer beginning counts as near.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let typed = Array(word.lowercased().unicodeScalars)
        guard !typed.isEmpty else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let letters = Array(candidate.unicodeScalars)
            let isBeginning = typed.count >= 3 && letters.starts(with: typed)
            let distance = isBeginning ? 1 : distance(typed, letters)
            if distance <= max(1, (typed.count + 1) / 3), distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// The number of letters to add, drop, change or swap.
    static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        var older: [Int] = []
        var previous = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    previous[column + 1] + 1, current[column] + 1,
                    previous[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    cost = min(cost, older[column - 1] + 1)
                }
                current.append(cost)
            }
            older = previous
            previous = current
        }
        return previous[second.count]
    }
}
