/// The lines that an agency has ever sent, whatever became of them.
struct FeedPool {
    /// What a line says a row is.
    struct Line: Hashable {
        var subject: String
        var owner: String
        var asOf: Int64
        var body: [UInt8]?
    }

    private var lines: [TrueKey: [Int64: [Line]]] = [:]

    /// Takes a line that is on its way to the server.
    mutating func add(_ line: Line, at key: TrueKey, version: Int64) {
        if lines[key]?[version]?.contains(line) != true {
            lines[key, default: [:]][version, default: []].append(line)
        }
    }

    /// Whether a line was sent that removes a row, under a version after one.
    func removes(_ key: TrueKey, after version: Int64) -> Bool {
        lines[key]?.contains { $0 > version && $1.contains { $0.body == nil } } ?? false
    }

    /// The lines sent for a row under a version.
    func lines(at key: TrueKey, version: Int64) -> [Line] {
        lines[key]?[version] ?? []
    }
}
