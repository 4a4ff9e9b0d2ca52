internal import SyncProtocol

/// Compares what a server answers to a feed with the lines that were sent.
///
/// Each line must be answered exactly once and in order, and the count at the
/// end must be the sum of what was said before.
struct FeedLedger: Hashable, Sendable {
    /// A line that was not taken.
    struct Refusal: Hashable, Sendable {
        /// The number of the line in the agency's feed, from 1.
        let line: Int

        /// The row, as `table/id`.
        let row: String
        let code: String

        /// The member that is wrong, or empty.
        let member: String
        let message: String
        let advice: String
    }

    /// The rows that were sent, as `table/id`, in order.
    let rows: [String]

    /// How many lines fared how: `applied`, `unchanged`, `stale`, `refused`.
    private(set) var counts: [String: Int] = [:]

    /// The lines that were not taken.
    private(set) var refusals: [Refusal] = []

    /// Whether the server has said that it is done.
    private(set) var isDone = false

    /// How many lines have been answered.
    private(set) var answered = 0

    /// The ways in which a line can fare.
    static let words = ["applied", "unchanged", "stale", "refused"]

    init(rows: [String]) {
        self.rows = rows
    }

    /// Takes a line of the answer.
    ///
    /// - Throws: `Trouble` if it does not fit what was sent.
    mutating func take(_ line: [UInt8]) throws(Trouble) {
        guard let answer = try? JSON.parse(line), let status = answer["status"]?.text else {
            throw Self.odd("a line is not JSON with a status")
        }
        switch status {
        case "done": try close(answer)
        case "stopped":
            throw Trouble(
                answer["code"]?.text ?? "feed.stopped",
                "the server stopped after line \(answered): \(answer["message"]?.text ?? "")",
                advice: answer["advice"]?.text ?? "")
        case "refused":
            let number = try next(answer["line"], answer["line"])
            refusals.append(
                Refusal(
                    line: number, row: rows[number - 1], code: answer["code"]?.text ?? "",
                    member: answer["member"]?.text ?? "",
                    message: answer["message"]?.text ?? "", advice: answer["advice"]?.text ?? ""))
            counts[status, default: 0] += 1
        default:
            guard Self.words.contains(status) else { throw Self.odd("the status \(status) is new") }
            let before = answered
            counts[status, default: 0] += try next(answer["from"], answer["to"]) - before
        }
    }

    /// Says whether the feed was answered to its end.
    func check() throws(Trouble) {
        guard isDone else {
            throw Trouble(
                "feed.cut", "the answer ended after line \(answered) of \(rows.count)",
                advice: "Load again: lines taken before are not taken twice.")
        }
    }

    /// Moves on by a run of lines; gives its last one.
    private mutating func next(_ from: JSONValue?, _ to: JSONValue?) throws(Trouble) -> Int {
        guard !isDone, let from = from?.intValue, let to = to?.intValue, from == answered + 1,
            from <= to, to <= rows.count
        else { throw Self.odd("it does not go on with line \(answered + 1)") }
        answered = Int(to)
        return answered
    }

    private mutating func close(_ answer: JSONValue) throws(Trouble) {
        guard !isDone, answered == rows.count, answer["lines"]?.intValue == Int64(rows.count),
            Self.words.allSatisfy({ answer[$0]?.intValue == Int64(counts[$0] ?? 0) })
        else { throw Self.odd("its count at the end differs from its lines") }
        isDone = true
    }

    private static func odd(_ why: String) -> Trouble {
        Trouble("feed.answer", "the server's answer to the feed does not fit: \(why)")
    }
}
