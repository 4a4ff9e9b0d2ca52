internal import SyncProtocol

/// The directory of all accounts, each in a directory of its own.
///
/// ```text
/// current                      the subject that is signed in
/// sign-in.lock                 held while somebody signs in or out, or renews tokens
/// accounts/<subject>/          credentials, cache.sqlite, writer.lock, sync.lock
/// ```
struct DataDirectory: Sendable {
    /// The directory.
    let path: String
    /// The file system.
    let files: any FileOperations

    private var currentPath: String { path + "/current" }

    /// Makes the directory where there is none.
    func prepare() throws(SyncFailure) {
        try files.makeDirectory(path)
        try files.makeDirectory(path + "/accounts")
    }

    /// Keeps other programs from changing who is signed in, or with which tokens.
    ///
    /// Who holds the writer's lock may take this one, and not the other way round.
    ///
    /// - Returns: The lock, to be given back.
    /// - Throws: ``SyncFailure/busyElsewhere`` where another program does not end.
    func lockSignIn() throws(SyncFailure) -> any HeldLock {
        try WriterLock.take(path + "/sign-in.lock", files)
    }

    /// The directory of an account, whose name must be an identifier.
    func account(_ subject: String) throws(SyncFailure) -> String {
        // A name from a server never becomes a path outside this directory.
        guard Identifier.isValid(subject), !subject.utf8.allSatisfy({ $0 == UInt8(ascii: ".") })
        else { throw .answerUnusable(code: "account.subject") }
        return path + "/accounts/" + subject
    }

    /// Who is signed in, or nil.
    func current() throws(SyncFailure) -> String? {
        guard let bytes = try files.read(currentPath, bytesMax: 256) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return Identifier.isValid(text) ? text : nil
    }

    /// Makes an account the current one.
    func setCurrent(_ subject: String) throws(SyncFailure) {
        try files.write(Array(subject.utf8), to: currentPath)
    }

    /// Leaves nobody signed in, if it was this account: another program may have changed it.
    func clearCurrent(_ subject: String) throws(SyncFailure) {
        guard try current() == subject else { return }
        try files.remove(currentPath)
    }

    /// The credentials of an account, or nil.
    func credentials(_ subject: String) throws(SyncFailure) -> Credentials? {
        let path = try account(subject) + "/credentials"
        guard let bytes = try files.read(path, bytesMax: Limits.credentialsBytesMax) else {
            return nil
        }
        return Credentials(bytes: bytes)
    }

    /// Stores credentials for good before they are used.
    func save(_ credentials: Credentials) throws(SyncFailure) {
        let directory = try account(credentials.subject)
        try files.makeDirectory(directory)
        try files.write(credentials.bytes, to: directory + "/credentials")
    }

    /// Removes everything of an account: copies and exports, the cache, the sign-in, the locks.
    ///
    /// What is stopped in between can be done again, as long as somebody is signed in. The
    /// caller holds the writer's lock.
    func erase(_ subject: String) throws(SyncFailure) {
        let directory = try account(subject)
        func place(_ name: String) -> Int {
            if name.hasSuffix(".lock") { return 3 }
            if name == "credentials" { return 2 }
            return name.hasPrefix("cache.sqlite") ? 1 : 0
        }
        func remove(_ places: ClosedRange<Int>) throws(SyncFailure) {
            let names = try files.names(in: directory).filter { places.contains(place($0)) }
            for name in names.sorted(by: { (place($0), $0) < (place($1), $1) }) {
                try files.remove(directory + "/" + name)
            }
        }
        try remove(0...1)
        guard try files.names(in: directory).allSatisfy({ place($0) > 1 }) else {
            throw .storageFailed(code: "file.left")
        }
        try remove(2...3)
        // Who waits for a lock may have made it once more.
        try? files.remove(directory)
    }
}
