/// How many requests may come at once, and how fast more may follow.
///
/// A token bucket whose state is one number, the moment at which the bucket is full again, so
/// that a bucket costs eight bytes and no timer. Times are of a clock that never steps.
struct RequestRate: Sendable {
    /// How long one request takes to be forgotten, in microseconds.
    private let interval: Int64
    /// How much may be remembered at once, in microseconds.
    private let depth: Int64

    /// Creates a rate.
    ///
    /// - Parameters:
    ///   - burst: How many may come at once after a pause.
    ///   - perMinute: How many may follow in a minute; at most 60 million.
    init(burst: Int, perMinute: Int) {
        interval = max(1, 60_000_000 / Int64(max(1, perMinute)))
        depth = interval * Int64(max(1, burst))
    }

    /// Takes one request.
    ///
    /// - Parameters:
    ///   - fullAt: The bucket, in microseconds; 0 is a full one.
    ///   - now: The time, in milliseconds.
    /// - Returns: The bucket after the request, or nil if there is none left.
    func taking(from fullAt: Int64, now: Int64) -> Int64? {
        let now = now * 1_000
        let next = max(fullAt, now) + interval
        return next - now <= depth ? next : nil
    }

    /// Takes so many requests that were made already, also where they are not left.
    ///
    /// - Returns: The bucket after them; the next request waits for what was too much.
    func charging(_ count: Int, to fullAt: Int64, now: Int64) -> Int64 {
        max(fullAt, now * 1_000) + interval * Int64(count)
    }
}
