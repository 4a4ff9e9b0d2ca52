internal import Foundation

/// Figures of one kind, one a round.
struct Samples {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    var median: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    var smallest: Double { values.min() ?? .nan }
    var largest: Double { values.max() ?? .nan }
}

/// Two figures taken side by side in each round, and what one is of the other.
struct Comparison {
    private(set) var ours = Samples()
    private(set) var peer = Samples()
    private(set) var ratio = Samples()

    mutating func add(ours: Double, peer: Double) {
        self.ours.add(ours)
        self.peer.add(peer)
        ratio.add(ours / peer)
    }
}

/// Prints one line for each figure.
struct FigureReport {
    let isJSON: Bool

    /// A figure by itself.
    func figure(_ name: String, _ samples: Samples, unit: String) {
        if isJSON {
            line([
                ("measure", quoted(name)), ("value", number(samples.median)),
                ("min", number(samples.smallest)), ("max", number(samples.largest)),
                ("unit", quoted(unit)), ("rounds", "\(samples.values.count)"),
            ])
        } else {
            print("\(name): \(spread(samples)) \(unit)")
        }
    }

    /// A figure against its peer; `goal` is its number in the list of goals.
    func comparison(
        _ name: String, _ found: Comparison, unit: String, against peer: String, goal: Int? = nil
    ) {
        if isJSON {
            line(
                (goal.map { [("goal", "\($0)")] } ?? []) + [
                    ("measure", quoted(name)), ("ours", number(found.ours.median)),
                    ("peer", number(found.peer.median)), ("peer_name", quoted(peer)),
                    ("ratio", number(found.ratio.median)),
                    ("ratio_min", number(found.ratio.smallest)),
                    ("ratio_max", number(found.ratio.largest)), ("unit", quoted(unit)),
                    ("rounds", "\(found.ratio.values.count)"),
                ])
        } else {
            let number = goal.map { "goal \($0), " } ?? ""
            print(
                "\(number)\(name): \(spread(found.ours)) \(unit); \(peer): \(spread(found.peer)); "
                    + "ratio \(spread(found.ratio))")
        }
    }

    private func spread(_ samples: Samples) -> String {
        "\(number(samples.median)) (\(number(samples.smallest))–\(number(samples.largest)))"
    }

    private func line(_ members: [(String, String)]) {
        print("{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
    }

    private func quoted(_ text: String) -> String { "\"\(text)\"" }

    /// Three digits that count, or all of a large number's.
    private func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        return value.magnitude >= 100
            ? String(format: "%.0f", value) : String(format: "%.3g", value)
    }
}

/// Time as the machine counts it.
enum Stopwatch {
    /// Seconds of a clock that never goes back.
    static func now() -> Double { seconds(CLOCK_MONOTONIC) }

    /// Seconds of processor time of this process.
    static func processor() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Runs a body again and again for a while; gives runs a second.
    static func rate(seconds: Double = 0.3, _ body: () throws -> Void) rethrows -> Double {
        var runs = 0
        let start = now()
        while true {
            for _ in 0..<64 { try body() }
            runs += 64
            let passed = now() - start
            if passed >= seconds { return Double(runs) / passed }
        }
    }
}
