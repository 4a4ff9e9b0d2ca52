package import HTTPWire
internal import NetworkIO

/// Names an exchange from any thread, also after it is over.
package struct ExchangeID: Hashable, Sendable {
    /// The loop that owns the connection.
    package let loop: Int
    /// The connection's registration number, never used twice in a loop.
    let connection: UInt64
    /// Which request of the connection it is.
    let serial: UInt32
}

/// One request and its answer.
///
/// A small value that can be copied freely on its loop. Once the answer is
/// complete or the connection is gone, every call on it does nothing.
package struct Exchange {
    let connection: HTTPConnection
    let serial: UInt32

    /// The name to keep when the answer comes later or from another thread.
    package var id: ExchangeID {
        ExchangeID(
            loop: connection.context.index, connection: connection.number, serial: serial)
    }

    /// Whether the answer can still be given or continued.
    package var isOpen: Bool { connection.isCurrent(serial) }

    /// The loop that serves this exchange.
    package var context: LoopContext { connection.context }

    /// The other end of the connection.
    var peer: PeerAddress { connection.peer }

    /// Whether the request came over a UNIX socket or from a loopback address.
    package var peerIsLocal: Bool { connection.peer.isLocal }

    /// Anything the handler wants to find again in a later call.
    ///
    /// It is dropped when the exchange is over.
    package var attachment: AnyObject? {
        get { isOpen ? connection.attachment : nil }
        nonmutating set { if isOpen { connection.attachment = newValue } }
    }

    /// What the request is counted against; it is taken off by the connection.
    ///
    /// Unlike the attachment it is kept until the client has taken the answer,
    /// because until then the answer costs memory.
    var count: (any RequestCount)? {
        get { isOpen ? connection.count : nil }
        nonmutating set { if isOpen { connection.count = newValue } }
    }

    /// Lets what works for the request count it as well, also after the client has gone.
    ///
    /// - Returns: What to leave when the work is done; nil if nothing counts the request.
    func shareCount() -> (any RequestCount)? { isOpen ? connection.shareCount() : nil }

    /// What the request is, for metrics; ``RequestKind/other`` unless it is said.
    var kind: RequestKind {
        get { connection.kind }
        nonmutating set { if isOpen { connection.kind = newValue } }
    }

    /// Asks to be told if the connection ends before the answer is complete.
    ///
    /// The closure is called at most once, on the loop, and not at all once
    /// the answer is complete. This is where watchers are deregistered.
    package func onClose(_ closed: @escaping (Exchange) -> Void) {
        if isOpen { connection.closed = closed }
    }

    // MARK: - A whole answer

    /// Answers with a body of given bytes.
    ///
    /// - Parameters:
    ///   - head: The status and fixed fields.
    ///   - fields: Fields made from data.
    ///   - body: The bytes, copied during the call. Nothing for 204 and 304.
    package func respond(
        _ head: StaticHead, fields: HeaderFields = .none, body: UnsafeRawBufferPointer
    ) {
        guard isOpen else { return }
        connection.respond(head, fields: fields, body: body)
    }

    /// Answers with the bytes of an array.
    package func respond(_ head: StaticHead, fields: HeaderFields = .none, body: [UInt8] = []) {
        body.withUnsafeBytes { respond(head, fields: fields, body: $0) }
    }

    /// Answers with a literal.
    package func respond(_ head: StaticHead, fields: HeaderFields = .none, body: StaticString) {
        respond(
            head, fields: fields,
            body: UnsafeRawBufferPointer(start: body.utf8Start, count: body.utf8CodeUnitCount))
    }

    /// Answers with a body that is built in place, in the connection's output.
    ///
    /// A long body is sent in slices while it is built: see ``BodyWriter``.
    ///
    /// - Parameters:
    ///   - head: The status and fixed fields.
    ///   - fields: Fields made from data.
    ///   - sliceFields: Whole lines that the head has besides if the body is long.
    ///   - build: Appends the body. It must not touch what is there already.
    /// - Throws: What `build` throws. Then nothing has been sent and another
    ///   answer can be given, or the connection is broken off and another
    ///   answer does nothing.
    package func respond(
        _ head: StaticHead, fields: HeaderFields = .none, sliceFields: StaticString = "",
        building build: (BodyWriter) throws -> Void
    ) throws {
        guard isOpen else { return }
        try connection.respond(head, fields: fields, sliceFields: sliceFields, building: build)
    }

    // MARK: - An answer that waits

    /// Builds a body that may not leave yet, in the connection's keeping.
    ///
    /// - Parameter build: Appends the body.
    /// - Returns: What `build` returns.
    /// - Throws: What `build` throws; nothing is kept then.
    func hold<Result>(building build: (BodyWriter) throws -> Result) rethrows -> Result {
        try connection.hold(building: build)
    }

    /// Answers with the body that was held; does nothing if there is none.
    ///
    /// - Parameters:
    ///   - head: The status and fixed fields.
    ///   - long: The head for a body that is longer than a slice.
    func respondHeld(_ head: StaticHead, long: StaticHead) {
        guard isOpen else { return }
        connection.respondHeld(head, long: long)
    }

    // MARK: - An answer in pieces

    /// Answers 505 and closes the connection, for an answer that could only come in pieces.
    func rejectOldVersion() {
        if isOpen { connection.rejectOldVersion() }
    }

    /// Starts an answer whose length is not known, sent in chunks.
    ///
    /// A client of HTTP/1.0 cannot read chunks; it is answered 505, and the
    /// writer that is returned is closed.
    ///
    /// - Parameters:
    ///   - head: The status and fixed fields.
    ///   - fields: Fields made from data.
    ///   - isLive: Whether the stream has no end of its own, like SSE. A live
    ///     stream ends when the client closes its side, and when draining.
    /// - Returns: What the pieces are written with.
    package func beginStream(
        _ head: StaticHead, fields: HeaderFields = .none, isLive: Bool = false
    ) -> StreamWriter {
        if isOpen { connection.beginStream(head, fields: fields, isLive: isLive) }
        return StreamWriter(connection: connection, serial: serial)
    }

    /// The writer of the stream begun earlier.
    package var stream: StreamWriter { StreamWriter(connection: connection, serial: serial) }

    /// Reads on after a ``BodySink`` paused.
    package func resumeBody() {
        if isOpen { connection.resumeBody() }
    }

    /// Breaks the connection off, so that the client sees a cut answer.
    ///
    /// For an answer that turns out wrong halfway: a stream that ends without
    /// its last chunk is never mistaken for a complete one.
    package func abort() {
        if isOpen { connection.abort() }
    }
}
