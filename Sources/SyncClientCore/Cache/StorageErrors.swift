internal import Dispatch
internal import SQLiteKit
internal import SyncProtocol

/// Turns what the storage says into what the client says, once.
enum StorageErrors {
    static func failure(_ error: any Error, path: String) -> SyncFailure {
        switch error {
        case let failure as SyncFailure: failure
        case let error as SQLiteError: failure(error, path)
        case let fault as DatabaseFault: failure(fault, path)
        case let error as FileError: failure(error)
        case let error as WireError: .answerUnusable(code: error.code)
        case is CancellationError: .cancelled
        default: .storageFailed(code: "unexpected")
        }
    }

    private static func failure(_ error: SQLiteError, _ path: String) -> SyncFailure {
        if error.isClosed { return .closed }
        if error.isFull { return .storageFull }
        if error.isCorrupt { return .cacheDamaged(path: path) }
        if error.isBusy { return .busyElsewhere }
        // The statements and the schema are fixed: where they do not fit, the file has changed.
        if error.isSchemaMismatch || error.isConstraint { return .cacheDamaged(path: path) }
        return .storageFailed(code: error.code)
    }

    private static func failure(_ fault: DatabaseFault, _ path: String) -> SyncFailure {
        switch fault {
        case .schemaTooNew(let found, _): .cacheNewer(path: path, version: Int(clamping: found))
        case .foreignFile: .cacheForeign(path: path)
        // A header that says otherwise: no cache was ever made without its log.
        case .settingRefused("journal_mode", _, _): .cacheDamaged(path: path)
        case .settingRefused, .tooManyReaders: .storageFailed(code: fault.code)
        }
    }

    private static func failure(_ error: FileError) -> SyncFailure {
        switch error.reason {
        case .symbolicLink, .foreignOwner, .openToOthers, .wrongKind:
            .permissionsUnsafe(path: error.path)
        case .system: error.isFull ? .storageFull : .storageFailed(code: error.code)
        }
    }
}

/// Runs blocking work on a thread that is not of the cooperative pool.
enum OffPool {
    private static let queue = DispatchQueue(label: "client.files")

    static func run<T: Sendable>(
        _ body: @escaping @Sendable () throws(SyncFailure) -> T
    ) async throws(SyncFailure) -> T {
        let result: Result<T, SyncFailure> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(SyncFailure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
