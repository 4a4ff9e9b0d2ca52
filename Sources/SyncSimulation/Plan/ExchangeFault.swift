/// What goes wrong with one request and its answer.
package struct ExchangeFault: Hashable, Sendable {
    /// The ways.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// No connection can be made; nothing is sent.
        case refused
        /// The request disappears, and the client waits until its deadline.
        case lost
        /// The connection breaks after some bytes of the request.
        case cutRequest
        /// The request arrives; the connection breaks before the answer does.
        case lostReply
        /// The answer disappears, and the client waits until its deadline.
        case silentReply
        /// Some of the answer arrives and is passed on as if it were whole.
        case cutReply
        /// The request arrives a second time, later, on another connection.
        case duplicated
        /// The headers are sent again without a body, as curl does.
        case ghost
        /// The request arrives long after it was sent.
        case late
        /// A proxy answers in the server's place; the request never arrives.
        case proxyInstead
        /// A proxy answers in the server's place, after the request took effect.
        case proxyAfter
    }

    /// What happens.
    package var kind: Kind
    /// How much of it: bytes, milliseconds, or which answer.
    package var amount: Int64

    /// Creates a fault.
    package init(_ kind: Kind, _ amount: Int64 = 0) {
        self.kind = kind
        self.amount = amount
    }
}

/// Which request a fault is about: stable when other actions go from a plan.
package struct ExchangeKey: Hashable, Sendable, Comparable {
    /// The action that led to it.
    package var action: Int
    /// Which request of that action, from zero.
    package var request: Int

    /// Creates a key.
    package init(action: Int, request: Int) {
        self.action = action
        self.request = request
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.action, left.request) < (right.action, right.request)
    }
}
