/// Virtual time: events in order, none of which waits.
///
/// Two events of one moment run in the order in which they were planned.
final class Timeline {
    private struct Event {
        let time: Int64
        let number: UInt64
        let action: () -> Void

        func isBefore(_ other: Event) -> Bool {
            time != other.time ? time < other.time : number < other.number
        }
    }

    /// Milliseconds since the world began.
    private(set) var now: Int64 = 0

    private var heap: [Event] = []
    private var lastNumber: UInt64 = 0

    /// Whether nothing is planned.
    var isEmpty: Bool { heap.isEmpty }

    /// Plans an event; a negative delay means now.
    func schedule(after milliseconds: Int64, _ action: @escaping () -> Void) {
        schedule(at: now + max(0, milliseconds), action)
    }

    /// Plans an event for a moment; one that is past means now.
    func schedule(at time: Int64, _ action: @escaping () -> Void) {
        lastNumber += 1
        heap.append(Event(time: max(time, now), number: lastNumber, action: action))
        rise(heap.count - 1)
    }

    /// Runs the next event, if it is due by then.
    ///
    /// - Returns: Whether there was one.
    func runNext(until end: Int64) -> Bool {
        guard let first = heap.first, first.time <= end else { return false }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        now = first.time
        first.action()
        return true
    }

    /// Forgets what is planned, and whatever it would be done to.
    func clear() { heap = [] }

    /// Lets time pass to a moment at which nothing is planned before it.
    func advance(to time: Int64) {
        now = max(now, time)
    }

    private func rise(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
