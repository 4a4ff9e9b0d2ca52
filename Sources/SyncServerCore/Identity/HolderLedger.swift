internal import Synchronization

/// Counts the open requests of each device and agency, and how fast a device's come.
///
/// A request is counted from its head until the client has taken the answer, for
/// so long it costs memory. Connections are not counted: behind a proxy they are
/// the proxy's, and carry one person's request after another's.
///
/// What a request pays is two additions: whoever is known keeps its count at hand,
/// and the ledger is asked only when a session is looked up.
final class HolderLedger: Sendable {
    /// Who makes a request.
    enum Holder: Hashable, Sendable {
        /// A signed-in device.
        case device(DeviceNumber)
        /// An agency, by its code.
        case agency(String)
    }

    /// The open requests of one holder, shared by all of its sessions.
    final class Count: RequestCount {
        private let ledger: HolderLedger
        private let holder: Holder
        private let open = Atomic<Int>(0)
        private let fullAt = Atomic<Int64>(0)

        fileprivate init(_ ledger: HolderLedger, _ holder: Holder) {
            self.ledger = ledger
            self.holder = holder
        }

        deinit { ledger.forget(holder) }

        /// Counts a request.
        ///
        /// - Returns: Whether the holder may have one more; it is not counted otherwise.
        func enter() -> Bool {
            let (before, _) = open.add(1, ordering: .relaxed)
            guard before < ledger.requestsMax else {
                leave()
                return false
            }
            return true
        }

        /// Counts a request against how fast they may come.
        ///
        /// - Parameter now: Milliseconds of a clock that never steps.
        /// - Returns: Whether the holder may have one more; it is not counted otherwise.
        func take(now: Int64) -> Bool {
            guard case .device = holder else { return true }
            var before = fullAt.load(ordering: .relaxed)
            while let next = ledger.rate.taking(from: before, now: now) {
                let (isDone, found) = fullAt.compareExchange(
                    expected: before, desired: next, ordering: .relaxed)
                if isDone { return true }
                before = found
            }
            return false
        }

        /// Counts what a request cost beyond itself, as so many more.
        ///
        /// - Parameters:
        ///   - count: How many requests it is worth.
        ///   - now: Milliseconds of a clock that never steps.
        func charge(_ count: Int, now: Int64) {
            guard count > 0, case .device = holder else { return }
            var before = fullAt.load(ordering: .relaxed)
            while true {
                let (isDone, found) = fullAt.compareExchange(
                    expected: before,
                    desired: ledger.rate.charging(count, to: before, now: now), ordering: .relaxed)
                if isDone { return }
                before = found
            }
        }

        func leave() {
            open.subtract(1, ordering: .relaxed)
        }
    }

    /// Does not keep the count: sessions and open requests do.
    private struct Entry {
        weak var count: Count?
    }

    private let requestsMax: Int
    private let rate: RequestRate
    private let entries = Mutex<[Holder: Entry]>([:])

    /// Creates a ledger in which nobody is.
    ///
    /// - Parameters:
    ///   - requestsMax: The most requests of one holder at once.
    ///   - rate: How fast those of a device may come; an agency feeds as fast as it can.
    init(requestsMax: Int, rate: RequestRate) {
        self.requestsMax = requestsMax
        self.rate = rate
    }

    /// The one count of a holder, made if nobody keeps it.
    func count(of holder: Holder) -> Count {
        entries.withLock { entries in
            if let known = entries[holder]?.count { return known }
            let made = Count(self, holder)
            entries[holder] = Entry(count: made)
            return made
        }
    }

    /// Forgets a count that nobody keeps, unless another has taken its place.
    private func forget(_ holder: Holder) {
        // Given out of the lock: if it is the last one to keep it, its end comes here again.
        _ = entries.withLock { entries in
            let successor = entries[holder]?.count
            if successor == nil { entries[holder] = nil }
            return successor
        }
    }
}
