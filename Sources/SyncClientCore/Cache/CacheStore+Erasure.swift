internal import SQLiteKit

extension CacheStore {
    /// Removes what a withdrawal has left outside of the tables, if anything is left.
    ///
    /// The tables tell of it from the commit of the withdrawal on, so a program that is killed
    /// before the end of it, or meets a failing disk, leaves it to the next one.
    ///
    /// - Parameter waiting: How long to wait for readers of the log, in milliseconds; as for any
    ///   lock if nil.
    /// - Throws: ``SyncFailure`` where something cannot be removed; it is tried again.
    func finishErasure(waitingMilliseconds waiting: Int32? = nil) async throws(SyncFailure) {
        let directory = directory
        let files = environment.files
        try await withWriter { connection in
            let left = try CacheState.load(connection).erasure
            guard left != .none else { return }
            // Older copies hold rows that may not be here any more.
            if left == .copies { try CacheSalvage.eraseCopies(in: directory, files) }
            // A reader keeps the log for a while, so the next round empties it.
            let checkpoint = try connection.checkpoint(
                .truncate, waitingMilliseconds: waiting)
            let rest: PendingErasure = checkpoint.wasBusy ? .log : .none
            guard rest != left else { return }
            try connection.transaction(.immediate) { connection in
                var state = try CacheState.load(connection)
                state.erasure = rest
                try state.save(connection)
            }
        }
    }
}
