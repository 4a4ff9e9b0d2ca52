internal import SQLiteKit
internal import Synchronization

/// The checks and copies of a whole store that are under way.
///
/// Each holds one moment for as long as it takes, and the log grows meanwhile by
/// what is written. So the writer knows of them, and they can be broken off.
final class LongReads: Sendable {
    private let running = Mutex<[ObjectIdentifier: Interruption]>([:])
    private let part: @Sendable () -> Void

    /// Creates the list; `part` is called before each part of each of them.
    init(eachPart part: @escaping @Sendable () -> Void) {
        self.part = part
    }

    /// Whether there are any.
    var areUnderWay: Bool { running.withLock { !$0.isEmpty } }

    /// Breaks all of them off.
    func interrupt() {
        running.withLock { running in
            for interruption in running.values { interruption.interrupt() }
        }
    }

    func began(_ connection: Connection) {
        let interruption = connection.interruption
        running.withLock { $0[ObjectIdentifier(interruption)] = interruption }
    }

    func ended(_ connection: Connection) {
        guard !connection.isClosed else { return }
        let interruption = connection.interruption
        running.withLock { $0[ObjectIdentifier(interruption)] = nil }
    }

    /// Reads from beginning to end.
    func run<Result>(
        on connection: Connection, _ body: (_ isDue: () throws -> Void) throws -> Result
    ) throws -> Result {
        began(connection)
        defer { ended(connection) }
        return try guarding(connection, body)
    }

    /// Reads as a part of something that has begun.
    ///
    /// - Parameters:
    ///   - connection: What reads.
    ///   - body: Reads, and calls its argument before each part.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; `StoreFailure.interrupted` if it was broken off.
    func guarding<Result>(
        _ connection: Connection, _ body: (_ isDue: () throws -> Void) throws -> Result
    ) throws -> Result {
        let interruption = connection.interruption
        do {
            return try body { [part] in
                part()
                if interruption.isSet { throw StoreFailure.interrupted }
            }
        } catch let error as SQLiteError where error.isInterrupted {
            throw StoreFailure.interrupted
        }
    }
}
