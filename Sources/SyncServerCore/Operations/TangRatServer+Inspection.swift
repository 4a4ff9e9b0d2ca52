internal import NetworkIO
internal import SyncProtocol
internal import Synchronization

/// What reads the whole store: its check and its copy.
///
/// Both take minutes where a store is large. They read beside the writer, on a
/// thread of their own, so that pushes, sign-ins, revocations and pages go on.
extension TangRatServer {
    /// Whether a command reads the whole store.
    static func isInspection(_ command: JSONValue) -> Bool {
        ["backup", "verify"].contains(command["command"]?.text)
    }

    /// Carries out a check or a copy of the store that is served.
    ///
    /// One at a time: each keeps the log from beginning anew, and two copies under
    /// one name would write over each other.
    func runInspection(
        _ command: JSONValue,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        let mayRun = inspects.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard mayRun else {
            return done(
                .failure(
                    AdminCommands.Refusal(
                        code: "admin.busy", message: "a check or a copy is under way already",
                        advice: "Nothing was done; try again when it has ended.")))
        }
        let ended: @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void = {
            [self] result in
            inspects.withLock { $0 = false }
            done(result)
        }
        if command["command"]?.text == "backup" {
            backUp(to: command["file"]?.text ?? "", done: ended)
        } else if configuration.isStepped {
            commits.maintainLater { [store] _ in ended(Self.verified(store.verify)) }
        } else {
            besides(ended) { [store] in Self.verified(store.verify) }
        }
    }

    /// Copies the store: the entry of the audit chain first, then the moment, then the pages.
    private func backUp(
        to path: String,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                try Self.tellOfCopy(context, path)
                return { [self] _ in
                    commits.maintainLater { [self] writer in
                        do {
                            let copy = try writer.beginCopy()
                            let write: @Sendable () -> Result<[JSONValue], AdminCommands.Refusal> =
                                {
                                    defer { copy.close() }
                                    return Self.copied(to: path) { try copy.write(to: path) }
                                }
                            if configuration.isStepped { return done(write()) }
                            besides(done, write)
                        } catch {
                            done(Self.copied(to: path) { throw error })
                        }
                    }
                }
            },
            failed: { _ in done(.failure(Self.storageRefusal)) })
        if let failure = commits.offer(job) { done(.failure(Self.refusal(failure))) }
    }

    /// Does something on a thread of its own.
    private func besides(
        _ done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void,
        _ work: @escaping @Sendable () -> Result<[JSONValue], AdminCommands.Refusal>
    ) {
        do {
            try WorkerThread.start { done(work()) }
        } catch {
            done(
                .failure(
                    AdminCommands.Refusal(
                        code: "admin.busy", message: "no thread can be started: \(error)",
                        advice: "Nothing was done; look at the limits of the process.")))
        }
    }

    /// Carries out a check or a copy of a store that nobody serves.
    static func inspect(
        _ command: JSONValue, _ writer: any StoreWriter, _ store: any ReplicaStore,
        wallClock: WallClock
    ) throws -> Result<[JSONValue], AdminCommands.Refusal> {
        guard command["command"]?.text == "backup" else { return verified(writer.verify) }
        let path = command["file"]?.text ?? ""
        return copied(to: path) {
            try writer.transaction { transaction in
                try tellOfCopy(
                    WriterContext(
                        transaction: transaction, now: wallClock.milliseconds(),
                        lineage: store.lineage), path)
            }
            try writer.backup(to: path)
        }
    }

    /// A copy discloses everything: the chain tells of it before it begins.
    private static func tellOfCopy(_ context: WriterContext, _ path: String) throws {
        try context.audit.append(
            .storeCopied, by: .operator,
            text: path.withoutPersonNumbers.cut(toBytes: AdminCommands.reasonBytesMax))
    }

    private static func copied(
        to path: String, _ copy: () throws -> Void
    ) -> Result<[JSONValue], AdminCommands.Refusal> {
        do {
            try copy()
            return .success([.object(JSONObject([("file", .string(path))]))])
        } catch {
            let failed = AdminCommands.Refusal(
                code: "admin.backup", message: "the backup failed: \(error)",
                advice: "Name a file in a directory that the server can write to.")
            return .failure(refusal(error, orElse: failed))
        }
    }

    private static func verified(
        _ check: () throws -> [String]
    ) -> Result<[JSONValue], AdminCommands.Refusal> {
        do {
            let problems = try check()
            return .success([
                .object(
                    JSONObject([
                        ("problems", .array(problems.map { .string($0) })),
                        ("sound", .integer(problems.isEmpty ? 1 : 0)),
                    ]))
            ])
        } catch {
            let failed = AdminCommands.Refusal(
                code: "admin.verify", message: "the check failed: \(error)",
                advice: "Restore from a backup; keep the file for analysis.")
            return .failure(refusal(error, orElse: failed))
        }
    }
}
