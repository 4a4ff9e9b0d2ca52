internal import Dispatch
internal import Foundation
internal import FoundationNetworking
internal import Glibc
internal import Synchronization

/// Lets a session rest that spins while it waits.
///
/// `URLSession` on Linux goes on asking whether a connection can be written to after all is
/// sent, which it always can: until an exchange ends that is the first of its connection, or
/// that is longer than the socket's buffer, a whole core does nothing else. On a slow or
/// silent network that is a device's battery.
///
/// Nothing public ends it. But whatever the session does about its sockets it does on one queue,
/// so a block that sleeps there makes fifty rounds a second of some thousand. It is used only
/// where an exchange waits and the process uses half a core, with hardly a byte arriving. A
/// program that is busy with something else then, or with a long request, is taken for one that
/// spins: what it sends or gets, or the end of its exchange, waits for a sleep to end.
final class SessionRest: Sendable {
    /// What is open, and who looks after it.
    private struct State {
        var open = 0
        var watcher: Task<Void, any Error>?
    }

    /// How long the first look takes, and the longest, in milliseconds.
    private static let lookMilliseconds: ClosedRange<Int64> = 40...60_000
    /// The look after a rest is shorter: it is known what to look for.
    private static let nextLookMilliseconds: Int64 = 20
    /// How many times the queue sleeps between two looks.
    private static let sleepsInARow = 50
    /// How long it sleeps, in microseconds: shorter at first and where bytes arrive, since an
    /// answer waits meanwhile.
    private static let sleepMicroseconds: (short: UInt32, long: UInt32) = (4_000, 20_000)
    /// How many of the first sleeps are short.
    private static let shortSleeps = 25
    /// A session that gets so much is at work, in bytes a millisecond.
    private static let bytesAtWork = 1_024

    /// Where the session works; nothing if a later Foundation keeps it elsewhere.
    private let queue: DispatchQueue?
    private let clock: any MonotonicClock
    private let received: @Sendable () -> Int
    private let state = Mutex(State())

    /// Watches over a session.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - clock: Measures how long is slept between looks.
    ///   - received: How many bytes have arrived so far.
    init(
        _ session: URLSession, _ clock: any MonotonicClock,
        received: @escaping @Sendable () -> Int
    ) {
        queue = Self.queue(of: session)
        self.clock = clock
        self.received = received
    }

    /// The queue on which a session looks after its sockets, if it has one by that name.
    static func queue(of session: URLSession) -> DispatchQueue? {
        // WORKAROUND(docs/workarounds.md#16)
        Mirror(reflecting: session).descendant("workQueue") as? DispatchQueue
    }

    /// An exchange begins: the look at the session begins anew, since it may have its first
    /// request on a connection.
    func began() {
        guard let queue else { return }
        state.withLock { state in
            state.open += 1
            state.watcher?.cancel()
            state.watcher = Task { try await self.watch(queue) }
        }
    }

    /// An exchange is over; with the last one the look at the session is.
    func ended() {
        guard queue != nil else { return }
        state.withLock { state in
            state.open -= 1
            guard state.open == 0 else { return }
            state.watcher?.cancel()
            state.watcher = nil
        }
    }

    private func watch(_ queue: DispatchQueue) async throws {
        var milliseconds = Self.lookMilliseconds.lowerBound
        var shortSleeps = Self.shortSleeps
        while true {
            let before = sample()
            try await clock.sleep(milliseconds: milliseconds)
            let after = sample()
            if Self.isSpinning(before, after) {
                try await rest(queue, shortSleeps: shortSleeps)
                shortSleeps = 0
                milliseconds = Self.nextLookMilliseconds
            } else {
                milliseconds = min(milliseconds * 2, Self.lookMilliseconds.upperBound)
            }
        }
    }

    private func rest(_ queue: DispatchQueue, shortSleeps: Int) async throws {
        for number in 0..<Self.sleepsInARow {
            try Task.checkCancellation()
            let before = received()
            await withCheckedContinuation { continuation in
                queue.async { [self] in
                    let isShort = number < shortSleeps || received() != before
                    usleep(
                        isShort ? Self.sleepMicroseconds.short : Self.sleepMicroseconds.long)
                    continuation.resume()
                }
            }
        }
    }

    // MARK: -

    /// What was used and received up to a moment.
    struct Sample {
        var wallNanoseconds: Int64
        var processorNanoseconds: Int64
        var bytes: Int
    }

    private func sample() -> Sample {
        var used = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used)
        let seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec
        let microseconds = used.ru_utime.tv_usec + used.ru_stime.tv_usec
        return Sample(
            wallNanoseconds: Int64(clamping: clock.nanoseconds()),
            processorNanoseconds: Int64(seconds) * 1_000_000_000 + Int64(microseconds) * 1_000,
            bytes: received())
    }

    /// Whether half a core and more was used between two moments, and hardly a byte arrived.
    static func isSpinning(_ before: Sample, _ after: Sample) -> Bool {
        let wall = after.wallNanoseconds - before.wallNanoseconds
        let processor = after.processorNanoseconds - before.processorNanoseconds
        let bytes = Int64(after.bytes - before.bytes)
        return wall > 0 && processor * 2 > wall
            && bytes * 1_000_000 < wall * Int64(bytesAtWork)
    }
}
