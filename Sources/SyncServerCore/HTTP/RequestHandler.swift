package import HTTPWire

/// Answers the requests of one event loop.
///
/// Each loop makes its own handler and calls it on its own thread only, so a
/// handler may own things that are not `Sendable`, such as a database
/// connection for reading. Every call must return soon: while it runs, no
/// other connection of the loop is served.
///
/// Each request must be answered exactly once, now or later. An exchange that
/// is kept for later is kept by its ``Exchange/id``, and found again with
/// ``LoopContext/exchange(_:)``.
package protocol RequestHandler: AnyObject {
    /// A request head is complete; the body, if any, has not been looked at.
    ///
    /// - Parameters:
    ///   - request: The head, valid during the call.
    ///   - exchange: What to answer with.
    /// - Returns: What to do with the body. Without a body, `.collect` calls
    ///   ``bodyReceived(_:body:exchange:)`` at once with no bytes.
    func received(_ request: borrowing RequestView, exchange: Exchange) -> BodyPlan

    /// A body asked for with `.collect` is complete.
    ///
    /// - Parameters:
    ///   - request: The same head again, valid during the call.
    ///   - body: The whole body without its transfer coding, valid during the call.
    ///   - exchange: What to answer with.
    func bodyReceived(
        _ request: borrowing RequestView, body: UnsafeRawBufferPointer, exchange: Exchange)

    /// Everything that was ready has been served and the loop will wait.
    ///
    /// What was kept from one request for the next is given back here.
    func turnEnded()
}

extension RequestHandler {
    package func turnEnded() {}
}

/// What a handler wants done with the body of a request.
package enum BodyPlan {
    /// Deliver the whole body in one call; answer 413 above this many bytes.
    case collect(max: Int)

    /// Deliver the body as it comes.
    case stream(any BodySink)

    /// The request has been answered, or will be, without looking at the body.
    case answered
}

/// Takes a request body piece by piece.
package protocol BodySink: AnyObject {
    /// Some more bytes have come, valid during the call.
    ///
    /// - Returns: Whether to go on. After `.pause` the connection is not read
    ///   until ``Exchange/resumeBody()``, so the client is slowed down.
    func received(_ bytes: UnsafeRawBufferPointer, exchange: Exchange) -> BodyFlow

    /// The body is complete; the request can now be answered.
    func finished(_ exchange: Exchange)

    /// The body will never be complete: nothing of it may take effect.
    func aborted(_ exchange: Exchange)
}

/// Whether a sink can take more.
package enum BodyFlow {
    case more, pause
}
