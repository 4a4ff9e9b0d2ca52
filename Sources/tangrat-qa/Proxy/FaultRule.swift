/// When a fault befalls a request.
///
/// Typed as a fault and a condition: `swallow@3 POST /v1/sync` is the third such
/// request, `reset@4+` every one from the fourth, `drop@2..5` four of them,
/// `delay=20~30%40` two in five of all.
struct FaultRule: Hashable, Sendable {
    /// What happens.
    let fault: Fault

    /// The requests that count, from one; of those that match.
    var turns: ClosedRange<Int> = 1...Int.max

    /// How many in a hundred of them it befalls.
    var percent = 100

    /// The method, or nil for any.
    var method: String?

    /// The beginning of the path, or nil for any.
    var path: String?

    /// Reads rules from one text.
    ///
    /// - Parameter text: Rules with commas or line ends between them; what follows a `#` to
    ///   the end of its line is a remark.
    /// - Returns: The rules, in their order.
    /// - Throws: `Trouble` with exit code 2.
    static func read(_ text: String) throws(Trouble) -> [FaultRule] {
        var rules: [FaultRule] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let said = line.prefix { $0 != "#" }
            for part in said.split(separator: ",") {
                let words = part.split(whereSeparator: \.isWhitespace)
                if !words.isEmpty { rules.append(try FaultRule(words)) }
            }
        }
        return rules
    }

    /// Reads `FAULT[@TURNS][%PERCENT] [METHOD] [PATH]`.
    private init(_ words: [Substring]) throws(Trouble) {
        var head = words[0]
        func wrong(_ what: String) -> Trouble {
            .usage(
                "fault", "\(words.joined(separator: " ")): \(what)",
                advice: "See: tangrat-qa help proxy")
        }
        if let sign = head.lastIndex(of: "%") {
            guard let percent = Int(head[head.index(after: sign)...]),
                (1...100).contains(percent)
            else { throw wrong("after % stands a number from 1 to 100") }
            self.percent = percent
            head = head[..<sign]
        }
        if let sign = head.lastIndex(of: "@") {
            guard let turns = Self.turns(head[head.index(after: sign)...]) else {
                throw wrong("after @ stands a turn: 3, 3+ or 3..5")
            }
            self.turns = turns
            head = head[..<sign]
        }
        guard let fault = Fault.read(head) else { throw wrong("there is no fault \(head)") }
        self.fault = fault
        var rest = words.dropFirst()
        if let word = rest.first, word.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) {
            method = String(word)
            rest = rest.dropFirst()
        }
        if let word = rest.first, word.hasPrefix("/") {
            path = String(word)
            rest = rest.dropFirst()
        }
        if let word = rest.first {
            throw wrong("\(word) is no method in capitals and no path")
        }
    }

    private static func turns(_ text: Substring) -> ClosedRange<Int>? {
        if text.hasSuffix("+") {
            guard let first = Int(text.dropLast()), first > 0 else { return nil }
            return first...Int.max
        }
        if let dots = text.firstRange(of: "..") {
            guard let first = Int(text[..<dots.lowerBound]),
                let last = Int(text[dots.upperBound...]), first > 0, last >= first
            else { return nil }
            return first...last
        }
        guard let turn = Int(text), turn > 0 else { return nil }
        return turn...turn
    }

    /// Whether a request is one of those that the rule counts.
    func matches(method: String, path: String) -> Bool {
        (self.method ?? method) == method && (self.path.map { path.hasPrefix($0) } ?? true)
    }
}
