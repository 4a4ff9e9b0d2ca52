internal import SyncProtocol
internal import Synchronization

/// Counts the wrong codes that each person tries, and locks whoever tries too many.
///
/// Counted by person and not by gateway, for one gateway is everybody's. In memory: a restart
/// forgives a few guesses at codes of which there are 25 thousand million.
final class GuessLedger: Sendable {
    private struct Tries {
        var count: Int
        /// When the first of them was, by a clock that never steps.
        var since: Int64
    }

    private let limits: Limits
    private let tries = Mutex<[Digest32: Tries]>([:])

    init(limits: Limits) {
        self.limits = limits
    }

    /// Counts a try before it is known whether the code is right, so that many at once are as
    /// many as one after the other.
    ///
    /// - Parameters:
    ///   - person: The keyed hash of the person's number.
    ///   - now: Milliseconds of a clock that never steps.
    /// - Returns: Whether the person may try; it is not counted otherwise.
    func enter(_ person: Digest32, now: Int64) -> Bool {
        tries.withLock { tries in
            let begin = now - limits.codeTriesMilliseconds
            if tries.count >= limits.codeTriersMax, tries[person] == nil {
                tries = tries.filter { $0.value.since > begin }
                // Who is remembered is not forgotten to make room for others.
                guard tries.count < limits.codeTriersMax else { return false }
            }
            var mine = tries[person] ?? Tries(count: 0, since: now)
            if mine.since <= begin { mine = Tries(count: 0, since: now) }
            guard mine.count < limits.codeTriesMax else { return false }
            mine.count += 1
            tries[person] = mine
            return true
        }
    }

    /// Takes back a try whose code was right, or that was not looked at.
    func forgive(_ person: Digest32) {
        tries.withLock { tries in
            guard var mine = tries[person] else { return }
            mine.count -= 1
            tries[person] = mine.count > 0 ? mine : nil
        }
    }
}
