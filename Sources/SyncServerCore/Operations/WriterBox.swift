/// The store's writer on the thread that owns it, opened when it is needed.
///
/// `@unchecked Sendable`: handed over once, before the thread starts.
final class WriterBox: @unchecked Sendable {
    /// The open writer, if there is one.
    private(set) var writer: (any StoreWriter)?

    /// Whether the audit chain tells of the present history.
    var hasNotedHistory = false

    /// When the store's history was marked last, or that was tried, by the clock that never
    /// steps.
    var markedAt: Int64

    /// Why the last commit failed, until one succeeds.
    var lastFailure = ""

    private let store: any ReplicaStore

    /// Creates a box without a writer.
    ///
    /// - Parameters:
    ///   - store: Gives the writer. Opening it has marked its history.
    ///   - now: The clock that never steps, in milliseconds.
    init(_ store: any ReplicaStore, at now: Int64) {
        self.store = store
        markedAt = now
    }

    /// The writer, opened anew if it had to be dropped.
    ///
    /// - Throws: What the store says, or `StoreFailure.storage`, if it cannot be opened.
    func open() throws(StoreFailure) -> any StoreWriter {
        if let writer { return writer }
        do {
            let opened = try store.makeWriter()
            writer = opened
            return opened
        } catch let failure as StoreFailure {
            throw failure
        } catch {
            throw StoreFailure.storage("\(error)")
        }
    }

    /// Closes the writer without another word to the store.
    func drop() {
        writer?.close()
        writer = nil
    }

    /// Folds the log into the file, so that the next start has nothing to read, and closes.
    func finish(_ failed: (any Error) -> Void) {
        do {
            try writer?.checkpoint()
        } catch {
            failed(error)
        }
        drop()
    }
}

/// Stands in for a writer that is not there: whatever it is asked, it throws why.
final class RefusingWriter: StoreWriter {
    private let reason: StoreFailure

    init(_ reason: StoreFailure) {
        self.reason = reason
    }

    func transaction<Result>(
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        throw reason
    }
    var hasFailed: Bool { false }
    func maintainLog() throws -> LogUpkeep? { throw reason }
    func checkpoint() throws -> Bool { throw reason }
    func markHistory() throws { throw reason }
    func beginCopy() throws -> any StoreCopy { throw reason }
    func verify() throws -> [String] { throw reason }
    func scrub() throws -> Bool { throw reason }
    func close() {}
}
