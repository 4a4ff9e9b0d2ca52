/// The file system as the client uses it: small files, kept from other users.
///
/// The database has its own way to its file. All calls block and therefore run
/// on a thread of the client's own, never on the pool that runs tasks.
package protocol FileOperations: Sendable {
    /// `$XDG_DATA_HOME/tangrat`, or `~/.local/share/tangrat`.
    func defaultDataDirectory() -> String

    /// Makes a directory with mode 0700 if there is none, with its parents.
    ///
    /// - Throws: ``SyncFailure/permissionsUnsafe(path:)`` where the path is a
    ///   symbolic link, belongs to somebody else or is open to others.
    func makeDirectory(_ path: String) throws(SyncFailure)

    /// Makes an empty file with mode 0600 if there is none, and checks it.
    func makeFile(_ path: String) throws(SyncFailure)

    /// Checks that a file or directory is ours alone; an absent one passes.
    func checkPrivate(_ path: String) throws(SyncFailure)

    /// Reads a whole small file, or nil where there is none.
    func read(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]?

    /// Reads a file that a person has named, whoever owns it, or nil where there is none.
    ///
    /// - Throws: ``SyncFailure/exportUnopened(path:)`` where it is no file, too large, or may
    ///   not be read.
    func readNamed(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]?

    /// Replaces a file at once and for good: temporary file, sync, rename, sync.
    func write(_ bytes: [UInt8], to path: String) throws(SyncFailure)

    /// Removes a file or an empty directory; an absent one passes.
    func remove(_ path: String) throws(SyncFailure)

    /// Gives a file another name for good, in place of what had it; an absent one passes.
    func move(_ path: String, to target: String) throws(SyncFailure)

    /// Whether a file has no bytes, or does not exist.
    func isEmpty(_ path: String) throws(SyncFailure) -> Bool

    /// What tells a file from another of the same name, or nil where there is none.
    func identity(_ path: String) throws(SyncFailure) -> UInt64?

    /// The names in a directory, sorted by their bytes.
    func names(in path: String) throws(SyncFailure) -> [String]

    /// Takes the exclusive lock of a file, or gives nil if somebody holds it.
    func tryLock(_ path: String) throws(SyncFailure) -> (any HeldLock)?

    /// Blocks the calling thread for a moment while it waits for a lock.
    func pause(milliseconds: Int64)
}

/// An exclusive lock that another process, too, respects.
package protocol HeldLock: Sendable {
    /// Gives the lock back.
    func unlock()
}
