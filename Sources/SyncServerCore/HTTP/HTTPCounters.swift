internal import Synchronization

/// What one loop has counted; read from any thread, written by its loop only.
final class HTTPCounters: Sendable {
    let opened = Atomic<Int>(0)
    let closed = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
    let bytesIn = Atomic<Int>(0)
    let bytesOut = Atomic<Int>(0)
    private let rejected400 = Atomic<Int>(0)
    private let rejected408 = Atomic<Int>(0)
    private let rejected413 = Atomic<Int>(0)
    private let rejected414 = Atomic<Int>(0)
    private let rejected417 = Atomic<Int>(0)
    private let rejected431 = Atomic<Int>(0)
    private let rejected501 = Atomic<Int>(0)
    private let rejected505 = Atomic<Int>(0)
    private let rejectedOther = Atomic<Int>(0)
    /// One for each ``RequestKind``; the lock is its loop's, and that of whoever asks for metrics.
    private let times = Mutex(HTTPCounts.emptyTimes)

    /// Counts an answer that was complete after so many milliseconds.
    func answered(_ kind: RequestKind, after milliseconds: Int64) {
        times.withLock { $0[Int(kind.rawValue)].add(milliseconds) }
    }

    /// Adds without a locked instruction, because only one thread writes.
    @inline(__always)
    static func add(_ amount: Int, to counter: borrowing Atomic<Int>) {
        counter.store(counter.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    func rejected(_ status: Int) {
        switch status {
        case 400: Self.add(1, to: rejected400)
        case 408: Self.add(1, to: rejected408)
        case 413: Self.add(1, to: rejected413)
        case 414: Self.add(1, to: rejected414)
        case 417: Self.add(1, to: rejected417)
        case 431: Self.add(1, to: rejected431)
        case 501: Self.add(1, to: rejected501)
        case 505: Self.add(1, to: rejected505)
        default: Self.add(1, to: rejectedOther)
        }
    }

    func add(to sum: inout HTTPCounts) {
        let opened = opened.load(ordering: .relaxed)
        sum.connectionsServed += opened
        sum.connectionsOpen += opened - closed.load(ordering: .relaxed)
        sum.requests += requests.load(ordering: .relaxed)
        sum.bytesIn += bytesIn.load(ordering: .relaxed)
        sum.bytesOut += bytesOut.load(ordering: .relaxed)
        times.withLock { times in
            for (index, time) in times.enumerated() { sum.times[index].add(time) }
        }
        let statuses = [400, 408, 413, 414, 417, 431, 501, 505, 0]
        let counts = [
            rejected400.load(ordering: .relaxed), rejected408.load(ordering: .relaxed),
            rejected413.load(ordering: .relaxed), rejected414.load(ordering: .relaxed),
            rejected417.load(ordering: .relaxed), rejected431.load(ordering: .relaxed),
            rejected501.load(ordering: .relaxed), rejected505.load(ordering: .relaxed),
            rejectedOther.load(ordering: .relaxed),
        ]
        for (status, count) in zip(statuses, counts) where count > 0 {
            sum.rejections[status, default: 0] += count
        }
    }
}

/// What the HTTP front has done since it started, for metrics.
package struct HTTPCounts: Hashable, Sendable {
    /// Connections that are open now.
    package var connectionsOpen = 0
    /// Connections that were taken by a loop.
    package var connectionsServed = 0
    /// Connections that were refused because of a limit.
    package var connectionsRefused = 0
    /// Requests whose head was complete and sound.
    package var requests = 0
    /// Bytes read from connections.
    package var bytesIn = 0
    /// Bytes written to connections.
    package var bytesOut = 0
    /// Refused messages by status; other statuses are under zero.
    package var rejections: [Int: Int] = [:]
    /// How long answers took, in milliseconds, by ``RequestKind``; live streams are not among them.
    var times = Self.emptyTimes

    static let emptyTimes = RequestKind.allCases.map { _ in Histogram(RequestKind.bounds) }
}
