/// Decides how long to wait after a failure.
///
/// Full jitter: any pause between nothing and a limit that doubles is equally
/// likely, so that a million devices that lost one server do not come back at
/// one moment. A server that names a time is obeyed and a little jitter added.
package struct BackoffMachine: Hashable, Sendable {
    /// The limit after the first failure, in milliseconds.
    package static let first: Int64 = 1_000

    /// The limit that is never passed, in milliseconds.
    package static let limitMax: Int64 = 300_000

    /// The longest pause a server can ask for, in milliseconds.
    package static let retryAfterMax: Int64 = 3_600_000

    /// Failures since the last success.
    package private(set) var failuresInARow = 0

    /// Creates a machine that has seen no failure.
    package init() {}

    /// Something worked: the next failure starts from the beginning.
    package mutating func succeeded() {
        failuresInARow = 0
    }

    /// Something failed.
    ///
    /// - Parameters:
    ///   - retryAfterMilliseconds: The pause the server asked for, if it did.
    ///   - random: Sixty-four random bits.
    /// - Returns: The pause, in milliseconds.
    package mutating func failed(retryAfterMilliseconds: Int64?, random: UInt64) -> Int64 {
        let limit = min(Self.first << Int64(min(failuresInARow, 20)), Self.limitMax)
        failuresInARow += 1
        let jitter = Int64(random % UInt64(limit + 1))
        guard let asked = retryAfterMilliseconds else { return jitter }
        return min(max(asked, 0), Self.retryAfterMax) + jitter / 4
    }
}
