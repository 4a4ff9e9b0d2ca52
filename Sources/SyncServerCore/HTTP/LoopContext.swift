package import NetworkIO

/// What belongs to one event loop; used on that loop's thread only.
package final class LoopContext {
    /// Which loop this is, counting from zero.
    package let index: Int

    /// The way back to this loop from other threads.
    package let handle: LoopHandle

    let eventLoop: EventLoop
    let service: LoopService

    init(index: Int, handle: LoopHandle, eventLoop: EventLoop, service: LoopService) {
        self.index = index
        self.handle = handle
        self.eventLoop = eventLoop
        self.service = service
    }

    /// Milliseconds of a clock that never steps, read once per turn of the loop.
    package var now: Int64 { eventLoop.now }

    /// How long the present turn has lasted, in milliseconds; reads the clock.
    var turnMilliseconds: Int64 { eventLoop.clockNow - eventLoop.now }

    /// Finds an exchange by name, or `nil` if it is over.
    package func exchange(_ id: ExchangeID) -> Exchange? {
        guard id.loop == index else { return nil }
        return service.exchange(id)
    }

    /// Whether all connections together hold so much that nothing large should be added.
    var isShortOfMemory: Bool { service.ledger.isShortOfMemory }

    /// What all loops of this server have counted, and the bytes that their buffers hold.
    var front: (counts: HTTPCounts, bufferedBytes: Int) {
        (service.ledger.counts, service.ledger.bufferedBytes)
    }

    /// The handler of this loop, for work that comes back from another thread.
    package var handler: (any RequestHandler)? { service.handler }

    /// Calls a closure on this loop after a while; coarse, about a second.
    ///
    /// - Returns: What cancels it. The timer also ends with the loop.
    @discardableResult
    package func schedule(
        afterMilliseconds delay: Int64, repeating: Bool = false, _ action: @escaping () -> Void
    ) -> TimerToken {
        eventLoop.schedule(afterMilliseconds: delay, repeating: repeating, action)
    }

    /// Cancels a timer; nothing happens if it is over already.
    package func cancel(_ timer: TimerToken) {
        eventLoop.cancel(timer)
    }
}

/// A way to a loop from any thread.
package struct LoopHandle: Sendable {
    /// Which loop this is, counting from zero.
    package let index: Int

    let eventLoop: EventLoop
    let cell: LoopCell

    /// Calls a closure on the loop's thread, in order, as soon as it is free.
    ///
    /// Many calls cost one wake-up. After the loop has stopped, the closure is
    /// dropped without being called.
    package func execute(_ job: @escaping @Sendable (LoopContext) -> Void) {
        let cell = self.cell
        eventLoop.execute {
            if let context = cell.context { job(context) }
        }
    }

    /// Continues an exchange on its loop, if it is still open.
    package func continueExchange(
        _ id: ExchangeID, _ job: @escaping @Sendable (Exchange) -> Void
    ) {
        execute { context in
            if let exchange = context.exchange(id) { job(exchange) }
        }
    }
}

/// Holds a loop's context where only that loop's thread looks.
///
/// `@unchecked Sendable`: the reference travels between threads, but `context`
/// is read and written only in jobs that run on the loop's own thread.
final class LoopCell: @unchecked Sendable {
    var context: LoopContext?
}
