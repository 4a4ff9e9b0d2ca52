internal import SyncProtocol

/// What a push costs while it waits for the writer, whether its client waits or has gone.
///
/// A client can end its connection as soon as its body has arrived. What was decoded is still
/// there, so the request counts against its device until the writer is done with it, and its
/// memory is booked with that of the connections.
struct WaitingPush: Sendable {
    private let count: (any RequestCount)?
    private let bytes: Int

    /// Books a push; ``end(_:)`` is to be called once, on the same loop.
    ///
    /// - Parameters:
    ///   - mutations: What was decoded.
    ///   - bodyBytes: What it was decoded from.
    ///   - exchange: The request.
    ///   - context: Its loop.
    init(
        _ mutations: [Mutation], bodyBytes: Int, of exchange: Exchange, on context: LoopContext
    ) {
        let values = mutations.reduce(0) { $0 + Self.valueCount(of: $1) }
        // Texts are copied once; a value has an allocation of its own.
        bytes = 2 * bodyBytes + values * 96
        count = exchange.shareCount()
        context.service.ledger.book(bufferedBytes: bytes)
    }

    /// How many JSON values a mutation holds.
    private static func valueCount(of mutation: Mutation) -> Int {
        mutation.operations.reduce(0) { $0 + $1.operation.valueCount }
    }

    /// Gives back what was booked.
    func end(_ context: LoopContext) {
        context.service.ledger.book(bufferedBytes: -bytes)
        count?.leave()
    }
}

extension Operation {
    /// How many JSON values it holds.
    fileprivate var valueCount: Int {
        switch self {
        case .set(_, let value), .submit(let value): value.count
        default: 0
        }
    }
}

extension JSONValue {
    /// How many values it consists of, itself among them.
    fileprivate var count: Int {
        switch self {
        case .array(let items): items.reduce(1) { $0 + $1.count }
        case .object(let object): object.members.reduce(1) { $0 + $1.value.count }
        default: 1
        }
    }
}
