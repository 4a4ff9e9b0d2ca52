internal import SyncProtocol

extension SyncClient {
    /// Everything about the client's state in one value.
    public func status() async throws(SyncFailure) -> ClientStatus {
        let wall = environment.wall.milliseconds()
        guard account != nil else {
            try checkOpen()
            return StatusQuery.signedOut(wallMilliseconds: wall)
        }
        let session = try signedIn()
        let isExpired = try await session.keeper.stored().isExpired
        return try await readLeased { connection, _ in
            try StatusQuery.status(
                account: session.account, isExpired: isExpired, wallMilliseconds: wall, connection)
        }
    }

    /// The rows of a table as a screen shows them, ordered by the bytes of their ids.
    public func rows(_ table: String) async throws(SyncFailure) -> [SyncRow] {
        try await readLeased { connection, now in
            try RowQuery.rows(table, now: now, connection)
        }
    }

    /// One row, or nil if there is none or it may not be read any more.
    public func row(_ table: String, _ id: String) async throws(SyncFailure) -> SyncRow? {
        try await readLeased { connection, now in
            try RowQuery.row(RowKey(table: table, id: id), now: now, connection)
        }
    }

    /// The rows of some tables now, and again after each change.
    ///
    /// Changes that come while the last snapshot is being shown are put
    /// together. Commits of other processes are noticed as well.
    public nonisolated func observe(_ tables: String...) -> RowObservation {
        RowObservation(client: self, tables: tables)
    }

    /// The rows of some tables now, and again after each change.
    public nonisolated func observe(tables: [String]) -> RowObservation {
        RowObservation(client: self, tables: tables)
    }

    /// How a write ended, or nil while it waits.
    public func outcome(of mid: UInt64) async throws(SyncFailure) -> WriteOutcome? {
        try await readLeased { connection, now in
            let closed = try Leases.closed(now: now, connection)
            return try OutcomeTable.outcome(of: mid, connection)?.hiding(closed)
        }
    }

    /// The outcomes known, newest first.
    ///
    /// Where a part may not be read now, they do not tell which of its rows they are about.
    public func outcomes(limit: Int = 200) async throws(SyncFailure) -> [WriteOutcome] {
        try await readLeased { connection, now in
            let closed = try Leases.closed(now: now, connection)
            return try OutcomeTable.newest(limit, connection).map { $0.hiding(closed) }
        }
    }

    /// The mirror as canonical JSON lines, for comparing replicas.
    ///
    /// Confirmed rows come first, sorted by the bytes of table and id; writes
    /// that wait come after them, each as a `pending` line. A body is given as it came; one
    /// that is no JSON as `body_base64`, in the alphabet for addresses, without padding.
    ///
    /// - Parameter line: Called with each line, without a line feed, on a thread
    ///   that may block.
    /// - Throws: ``SyncFailure``.
    public func dumpCanonical(_ line: @Sendable ([UInt8]) -> Void) async throws(SyncFailure) {
        try await readLeased { connection, now in
            try CanonicalDump.write(connection, now: now, line)
        }
    }

    /// Checks the cache: file, rights, counts and sums over all rows, writes, clock.
    ///
    /// Reads every row and write; changes nothing. Where the structure of the file is damaged
    /// though all of it can be read, or a write is not as it was stored, the next opening
    /// makes a new one.
    public func doctor() async throws(SyncFailure) -> DoctorReport {
        let session = try signedIn()
        let wall = environment.wall.milliseconds()
        var checks = try await session.store.read {
            try Doctor.checks(wallMilliseconds: wall, $0)
        }
        let mended = ["cache.integrity", "writes.bytes"]
        if checks.contains(where: { mended.contains($0.code) && !$0.isSound }) {
            try session.store.noteDamage()
        }
        let directory = directory
        let path = session.store.directory
        checks += await environment.execution.permissions(directory, path)
        return DoctorReport(checks: checks)
    }
}

extension SyncExecution {
    /// Looks at each file of an account for rights that others have.
    fileprivate func permissions(
        _ directory: DataDirectory, _ path: String
    ) async -> [DoctorReport.Check] {
        let found = try? await offPool { () throws(SyncFailure) -> [DoctorReport.Check] in
            let names = try directory.files.names(in: path)
            let paths = [directory.path, path] + names.map { path + "/" + $0 }
            var unsafe: [String] = []
            for path in paths {
                do throws(SyncFailure) {
                    try directory.files.checkPrivate(path)
                } catch {
                    unsafe.append(path)
                }
            }
            return [
                DoctorReport.Check(
                    code: "files.permissions", isSound: unsafe.isEmpty,
                    detail: unsafe.first ?? "\(paths.count) files are yours alone")
            ]
        }
        return found ?? []
    }
}
