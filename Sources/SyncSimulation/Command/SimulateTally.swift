internal import SyncProtocol

/// What all runs of one command came to.
struct SimulateTally {
    /// A seed that failed.
    struct Failure {
        var seed: UInt64
        var violation: Violation
    }

    var failures: [Failure] = []
    var runs = 0
    var histories = 0
    var replays = 0
    var syncs = 0
    var requests = 0
    var virtualMilliseconds: Int64 = 0
    var milliseconds: Int64 = 0
    var points = Points()

    mutating func add(_ result: RunResult) {
        runs += 1
        syncs += result.syncs
        requests += result.requests
        virtualMilliseconds += result.milliseconds
        points.add(result.points)
    }

    private var syncsPerSecond: Int64 { Int64(syncs) * 1_000 / max(1, milliseconds) }

    func progress(_ seed: UInt64) -> String {
        "seed \(seed): \(runs) worlds, \(syncs) syncs, \(syncsPerSecond)/s, "
            + "\(failures.count) failures"
    }

    private var faults: [(String, Int)] {
        points.counts.filter { $0.key.utf8.starts(with: "fault.".utf8) }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    func lines(showsPoints: Bool) -> [String] {
        var lines = [
            "\(runs) worlds, \(replays) of them twice; \(syncs) syncs and \(requests) requests in "
                + "\(milliseconds / 1_000) s: \(syncsPerSecond) syncs/s",
            "\(virtualMilliseconds / 3_600_000) hours of virtual time, "
                + "\(faults.reduce(0) { $0 + $1.1 }) faults, \(failures.count) failures",
        ]
        guard showsPoints else { return lines }
        lines.append("reached:")
        for (name, count) in points.counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            lines.append("  \(count) \(name)")
        }
        lines.append("never reached: \(points.never.joined(separator: " "))")
        return lines
    }

    var json: String {
        let failures = failures.map { failure -> JSONValue in
            [
                "seed": .string(String(failure.seed)),
                "invariant": .string(failure.violation.invariant),
                "what": .string(failure.violation.what), "site": .string(failure.violation.site),
                "at_ms": .integer(failure.violation.at),
            ]
        }
        let reached = points.counts.filter { $0.value > 0 }
            .map { ($0.key, JSONValue.integer(Int64($0.value))) }
        let value: JSONValue = [
            "worlds": .integer(Int64(runs)), "histories": .integer(Int64(histories)),
            "replayed": .integer(Int64(replays)),
            "syncs": .integer(Int64(syncs)), "requests": .integer(Int64(requests)),
            "milliseconds": .integer(milliseconds), "virtual_ms": .integer(virtualMilliseconds),
            "syncs_per_second": .integer(syncsPerSecond), "failures": .array(failures),
            "reached": .object(JSONObject(reached)),
            "never": .array(points.never.map { .string($0) }),
        ]
        return String(decoding: JSON.canonical(value), as: UTF8.self)
    }
}
