/// Decides from a seed which faults befall which request.
struct FaultMachine: Sendable {
    /// What befalls one request.
    struct Verdict: Hashable, Sendable {
        /// How the exchange ends, if not as it should.
        var fate: Fault?
        /// What else happens to it.
        var others: [Fault] = []

        /// All of it.
        var faults: [Fault] { others + (fate.map { [$0] } ?? []) }

        /// Whether the bytes of the request are needed after it has passed.
        var needsRequest: Bool { faults.contains(where: \.needsRequest) }

        /// How long pieces wait, in milliseconds.
        var delay: (least: Int64, jitter: Int64) {
            for case .delay(let least, let jitter) in others { return (least, jitter) }
            return (0, 0)
        }

        /// Bytes a second, or nil for all at once.
        var bytesPerSecond: Int? {
            for case .rate(let bytes) in others { return bytes }
            return nil
        }
    }

    private let rules: [FaultRule]
    private var turns: [Int]
    private var random: SeededGenerator

    /// Begins anew.
    init(_ rules: [FaultRule], seed: UInt64) {
        self.rules = rules
        turns = Array(repeating: 0, count: rules.count)
        random = SeededGenerator(seed: seed)
    }

    /// Judges the next request.
    ///
    /// Of several faults that end an exchange, the rule that stands first counts.
    mutating func judge(method: String, path: String) -> Verdict {
        var verdict = Verdict()
        for (index, rule) in rules.enumerated() where rule.matches(method: method, path: path) {
            turns[index] += 1
            guard rule.turns.contains(turns[index]) else { continue }
            // Drawn also for a certain fault: rules do not shift each other's luck.
            let luck = Int.random(in: 1...100, using: &random)
            guard luck <= rule.percent else { continue }
            if !rule.fault.isFate {
                verdict.others.append(rule.fault)
            } else if verdict.fate == nil {
                verdict.fate = rule.fault
            }
        }
        return verdict
    }

    /// How much more than the least a piece waits, in milliseconds.
    mutating func jitter(upTo most: Int64) -> Int64 {
        most > 0 ? Int64.random(in: 0...most, using: &random) : 0
    }
}

/// A generator that repeats itself for one seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
