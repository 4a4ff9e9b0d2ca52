/// The store's writer on the thread that owns it, opened when it is needed.
///
/// `@unchecked Sendable`: handed over once, before the thread starts.
final class WriterBox: @unchecked Sendable {
    /// The open writer, if there is one.
    private(set) var writer: (any StoreWriter)?

    /// Why the last commit failed, until one succeeds.
    var lastFailure = ""

    private let store: any ReplicaStore

    init(_ store: any ReplicaStore) {
        self.store = store
    }

    /// The writer, opened anew if it had to be dropped.
    ///
    /// - Throws: `StoreFailure.storage` if it cannot be opened.
    func open() throws -> any StoreWriter {
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

/// Stands in while the store cannot be opened: every commit fails at once.
final class ClosedWriter: StoreWriter {
    func transaction<Result>(
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        throw StoreFailure.closed
    }
    func maintainLog() throws -> LogUpkeep? { throw StoreFailure.closed }
    func checkpoint() throws { throw StoreFailure.closed }
    func backup(to path: String) throws { throw StoreFailure.closed }
    func verify() throws -> [String] { throw StoreFailure.closed }
    func close() {}
}
