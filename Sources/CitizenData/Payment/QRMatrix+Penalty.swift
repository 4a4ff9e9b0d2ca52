extension QRMatrix {
    /// How hard the code is to scan; the mask with the least is taken.
    var penalty: Int {
        var total = 0
        for index in 0..<size {
            total += Self.linePenalty((0..<size).map { self[index, $0] })
            total += Self.linePenalty((0..<size).map { self[$0, index] })
        }
        return total + blockPenalty + balancePenalty
    }

    /// Runs of five or more, and patterns that look like a finder.
    private static func linePenalty(_ line: [Bool]) -> Int {
        var total = 0
        var start = 0
        for index in 1...line.count where index == line.count || line[index] != line[start] {
            let length = index - start
            if length >= 5 { total += length - 2 }
            start = index
        }
        let finder = [true, false, true, true, true, false, true]
        let light = [false, false, false, false]
        for start in 0...(line.count - 11) {
            let window = line[start..<start + 11]
            if window.elementsEqual(finder + light) || window.elementsEqual(light + finder) {
                total += 40
            }
        }
        return total
    }

    /// Squares of two by two of one colour.
    private var blockPenalty: Int {
        var total = 0
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let color = self[row, column]
                if color == self[row, column + 1], color == self[row + 1, column],
                    color == self[row + 1, column + 1]
                {
                    total += 3
                }
            }
        }
        return total
    }

    /// How far the share of dark modules is from half, in steps of 5 %.
    private var balancePenalty: Int {
        var count = 0
        for row in 0..<size {
            for column in 0..<size where self[row, column] { count += 1 }
        }
        return abs(count * 20 - size * size * 10) / (size * size) * 10
    }
}
