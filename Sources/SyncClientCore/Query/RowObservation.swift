/// The rows of some tables at one moment.
public struct RowSnapshot: Hashable, Sendable {
    /// The rows, in the order of the tables asked for and then of their ids.
    public let rows: [SyncRow]
}

/// Snapshots of some tables: now, and again after each change.
///
/// The consumer sets the pace. Changes that come while it is busy are seen
/// together in the next snapshot; none is queued. Ends when the client closes.
public struct RowObservation: AsyncSequence, Sendable {
    /// The element.
    public typealias Element = RowSnapshot
    /// What it fails with.
    public typealias Failure = SyncFailure

    let client: SyncClient
    let tables: [String]

    /// Starts listening.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, tables: tables)
    }

    /// Gives one snapshot after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let client: SyncClient
        let tables: [String]
        private var signals: AsyncStream<Void>.Iterator?
        private var last: RowSnapshot?

        init(client: SyncClient, tables: [String]) {
            self.client = client
            self.tables = tables
        }

        /// Waits for the next change and reads the rows.
        public mutating func next() async throws(SyncFailure) -> RowSnapshot? {
            try await next(isolation: nil)
        }

        /// Waits for the next change and reads the rows.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(SyncFailure) -> RowSnapshot? {
            if signals == nil {
                // Listening begins before the first look, so nothing is missed between.
                signals = try await client.signedIn().store.hub.changes().makeAsyncIterator()
            } else if await signals?.next(isolation: actor) == nil {
                return nil
            }
            while true {
                var rows: [SyncRow] = []
                for table in tables { rows += try await client.rows(table) }
                let snapshot = RowSnapshot(rows: rows)
                if snapshot != last {
                    last = snapshot
                    return snapshot
                }
                if await signals?.next(isolation: actor) == nil { return nil }
            }
        }
    }
}
