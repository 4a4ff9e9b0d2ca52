internal import CSQLite

/// Small files beside the databases, with the same faults and the same crashes.
extension SimulatedDisk {
    /// Why an operation on a file was refused.
    package enum Refusal: Error, Hashable, Sendable {
        /// There is no room.
        case full
        /// The disk failed, or is down.
        case failed
    }

    /// Writes bytes into a file, which is made if there is none.
    package func write(_ bytes: [UInt8], to path: String, at offset: Int) throws(Refusal) {
        let handle = try handle(at: path)
        defer { handle.close() }
        try check(bytes.withUnsafeBytes { handle.write($0, at: offset) })
    }

    /// Makes what was written to a file durable, and its name.
    package func sync(_ path: String) throws(Refusal) {
        let handle = try handle(at: path)
        defer { handle.close() }
        try check(handle.sync())
    }

    /// Replaces a file in one step: a crash leaves the old or the new one.
    package func replaceAtomically(_ path: String, with bytes: [UInt8]) throws(Refusal) {
        let partial = path + ".new"
        remove(partial, isDurable: false)
        try write(bytes, to: partial, at: 0)
        try sync(partial)
        move(partial, to: path)
        // Syncing the folder: the moment after which the new name stays.
        try check(meet(.sync, .database) == nil && !isDown ? SQLITE_OK : DiskCode.sync)
        namesSynced()
    }

    /// Gives a file another name for good, in place of what had it; an absent one passes.
    package func moveFile(_ path: String, to target: String) throws(Refusal) {
        guard file(path) != nil else { return }
        try check(meet(.delete, .database) == nil && !isDown ? SQLITE_OK : DiskCode.delete)
        move(path, to: target)
        try check(meet(.sync, .database) == nil && !isDown ? SQLITE_OK : DiskCode.sync)
        namesSynced()
    }

    /// Removes a file for good; an absent one passes.
    package func removeFile(_ path: String) throws(Refusal) {
        try check(meet(.delete, .database) == nil && !isDown ? SQLITE_OK : DiskCode.delete)
        remove(path, isDurable: true)
    }

    private func handle(at path: String) throws(Refusal) -> DiskHandle {
        guard !isDown else { throw .failed }
        return DiskHandle(
            self, file(path) ?? makeFile(path), path: path, isReadOnly: false,
            removesOnClose: false)
    }

    private func check(_ code: Int32) throws(Refusal) {
        if code == SQLITE_FULL { throw .full }
        if code != SQLITE_OK { throw .failed }
    }
}
