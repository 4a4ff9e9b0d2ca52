internal import Synchronization

/// What an open request is counted against.
protocol RequestCount: AnyObject, Sendable {
    /// Takes one request off; called once for each that was counted.
    func leave()
}

/// What the requests of one connection are counted against, until their answers are taken.
struct RequestCounts {
    /// That of the request whose head came last.
    private(set) var present: (any RequestCount)?
    /// Those of earlier requests, whose answers the client has not taken either.
    private var earlier: [any RequestCount] = []

    /// How many earlier requests count.
    var waiting: Int { earlier.count }

    /// Takes the present request off, and counts another one in its place.
    mutating func replacePresent(with count: (any RequestCount)?) {
        present?.leave()
        present = count
    }

    /// Lets another one hold the present request as well; it is taken off when both have left.
    mutating func sharePresent() -> (any RequestCount)? {
        guard let count = present else { return nil }
        let shared = SharedCount(count)
        present = shared
        return shared
    }

    /// Makes the present request an earlier one.
    mutating func keepPresent() {
        guard let count = present else { return }
        present = nil
        earlier.append(count)
    }

    /// Takes the earlier requests off: their answers were taken, or nobody will.
    mutating func leaveWaiting() {
        for count in earlier { count.leave() }
        earlier.removeAll(keepingCapacity: true)
    }
}

/// A request that counts until two have left it: its connection, and what works for it.
private final class SharedCount: RequestCount {
    private let count: any RequestCount
    private let holders = Atomic<Int>(2)

    init(_ count: any RequestCount) { self.count = count }

    func leave() {
        if holders.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { count.leave() }
    }
}
