import TestSupport

/// Writes for the Python client from a seed, one mutation a line.
///
/// Dots are left out: the client finds those that it has seen.
struct PythonWrites {
    private var random: SeededRandom
    /// What was added to each counter.
    private(set) var added: [String: Int] = [:]
    /// The highest number that was raised to.
    private(set) var highest = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// So many mutations; each kind of merging comes in turn.
    mutating func next(_ count: Int) -> [String] {
        (0..<count).map { mutation($0) }
    }

    private mutating func mutation(_ number: Int) -> String {
        let row = random.pick(["x-1", "x-2", "x-3"])
        let word = random.pick(["ก", "ข", "red", "blue"])
        let create = LineDevice.create("annotation", row)
        func on(_ table: String, _ id: String, _ does: String, _ rest: String) -> String {
            #"{"do":"\#(does)","table":"\#(table)","id":"\#(id)",\#(rest)}"#
        }
        switch number % 8 {
        case 0:
            let step = random.next(in: -3...9)
            added[row, default: 0] += step
            return "[\(create),\(LineDevice.increment(row, by: step))]"
        case 1:
            return "[\(create),"
                + on("annotation", row, "add", #""field":"labels","text":"\#(word)""#) + "]"
        case 2:
            return "[\(create),"
                + on("annotation", row, "remove", #""field":"labels","text":"\#(word)""#) + "]"
        case 3:
            return "[\(create),"
                + on("annotation", row, "write", #""field":"note","text":"\#(word)\#(number)""#)
                + "]"
        case 4:
            let level = random.next(in: 0...9_999)
            highest = max(highest, level)
            return "[\(LineDevice.create("inbox", "me")),"
                + on("inbox", "me", "raise", #""field":"seen_up_to","number":\#(level)"#) + "]"
        case 5:
            return "[\(LineDevice.create("notification_state", "n-1")),"
                + on("notification_state", "n-1", "mark", #""field":"read""#) + "]"
        case 6:
            return "[\(LineDevice.create("preference", "me")),"
                + LineDevice.set("preference", "me", "notify.bills", "\"\(word)\"") + "]"
        default:
            return "[\(create),"
                + LineDevice.set("annotation", row, "nickname", "\"\(word)\(number)\"") + "]"
        }
    }
}
