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

    /// The lines sent for a row under a version.
    func lines(at key: TrueKey, version: Int64) -> [Line] {
        lines[key]?[version] ?? []
    }
}
