internal import Glibc
internal import NetworkIO
internal import SyncProtocol

/// Writes what the proxy did, one JSON object a line, and counts it.
///
/// It names the method, the path and sizes; never a header, a query or a body.
final class ProxyLog {
    /// How often each fault befell a request.
    private(set) var counts: [String: Int64] = [:]

    /// How many requests there were.
    private(set) var requests: Int64 = 0

    private let write: ([UInt8]) -> Void
    private let begun: Int64
    private let clock: MonotonicClock

    /// Creates a log.
    init(clock: MonotonicClock, write: @escaping ([UInt8]) -> Void) {
        self.clock = clock
        self.write = write
        begun = clock.milliseconds()
    }

    /// Milliseconds since the proxy began.
    var now: Int64 { clock.milliseconds() - begun }

    /// Writes an event.
    func add(_ event: String, _ members: [(String, JSONValue)]) {
        let head: [(String, JSONValue)] = [("at_ms", .integer(now)), ("event", .string(event))]
        write(JSON.canonical(.object(JSONObject(head + members))) + [10])
    }

    /// Counts a request and what befell it.
    func count(_ verdict: FaultMachine.Verdict) {
        requests += 1
        for fault in verdict.faults { counts[fault.name, default: 0] += 1 }
    }
}
