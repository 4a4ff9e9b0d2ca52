internal import SQLiteKit
internal import Synchronization

/// The checks and copies of a whole store that are under way.
///
/// Each holds one moment for as long as it takes, and the log grows meanwhile by
/// what is written. So the writer knows of them, and they can be broken off.
final class LongReads: Sendable {
    private struct State {
        var running: [ObjectIdentifier: Interruption] = [:]
        /// Whether none may begin any more.
        var isStopping = false
    }

    private let state = Mutex(State())
    private let part: @Sendable () -> Void

    /// Creates the list; `part` is called before each part of each of them.
    init(eachPart part: @escaping @Sendable () -> Void) {
        self.part = part
    }

    /// Whether there are any.
    var areUnderWay: Bool { state.withLock { !$0.running.isEmpty } }

    /// Breaks all of them off; others may begin.
    func interrupt() {
        state.withLock { state in
            for interruption in state.running.values { interruption.interrupt() }
        }
    }

    /// Breaks all of them off, and each that begins from now on.
    func stop() {
        state.withLock { $0.isStopping = true }
        interrupt()
    }

    func began(_ connection: Connection) {
        let interruption = connection.interruption
        let isStopping = state.withLock { state in
            state.running[ObjectIdentifier(interruption)] = interruption
            return state.isStopping
        }
        if isStopping { interruption.interrupt() }
    }

    func ended(_ connection: Connection) {
        guard !connection.isClosed else { return }
        let interruption = connection.interruption
        state.withLock { $0.running[ObjectIdentifier(interruption)] = nil }
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
