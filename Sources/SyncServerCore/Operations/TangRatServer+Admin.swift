package import NetworkIO
package import SyncProtocol

/// What an operator asks of a server, or of a store that nobody serves.
extension TangRatServer {
    /// Carries out a command of an operator; `done` is called on some thread.
    func runAdmin(
        _ command: JSONValue,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        if AuditCommands.isOne(command) { return runAudit(command, done: done) }
        if Self.isRetention(command) { return runRetention(command, done: done) }
        if CompactionRun.isAsked(by: command) { return runCompaction(command, done: done) }
        if Self.isInspection(command) { return runInspection(command, done: done) }
        let configuration = self.configuration
        let personKey = store.personKey
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                let result = try AdminCommands(
                    context: context, secrets: configuration.secrets,
                    limits: configuration.limits, personKey: personKey
                ).run(command)
                return { [self] _ in
                    guard Self.leavesTraces(command), case .success = result else {
                        return done(result)
                    }
                    commits.maintainLater { writer in done(Self.scrubbed(result, writer)) }
                }
            },
            failed: { _ in done(.failure(Self.storageRefusal)) })
        if let failure = commits.offer(job) { done(.failure(Self.refusal(failure))) }
    }

    /// Carries out a command on a store that nobody serves.
    ///
    /// - Returns: The answer, `{"rows":[…]}` or `{"error":{…}}`.
    package static func runAdmin(
        _ command: JSONValue, directory: String, secrets: SecretSource = .system,
        wallClock: WallClock = .system
    ) throws -> [UInt8] {
        // What asks or changes needs something to ask or change: an empty new store is sound,
        // and tells nobody that the directory was misspelt.
        let makes = ["agency.add", "person.add"].contains(command["command"]?.text)
        guard makes || SQLiteStore.exists(in: directory) else {
            return AdminService.body(
                .failure(
                    AdminCommands.Refusal(
                        code: "admin.no_store", message: "there is no store in \(directory)",
                        advice: "Check --data. A new one: tangrat-server serve --data \(directory)"
                    )))
        }
        let store = try SQLiteStore(directory: directory, randomBytes: secrets.bytes)
        defer { store.close() }
        if AuditCommands.isOne(command) {
            return AdminService.body(
                audit(
                    command, store: store,
                    heads: AuditWitnessFile(path: auditHeads(directory)), limits: Limits(),
                    now: wallClock.milliseconds()))
        }
        if isRetention(command) {
            return try retain(command, on: store, directory: directory, wallClock: wallClock)
        }
        if CompactionRun.isAsked(by: command) {
            return try compact(command, on: store, wallClock: wallClock)
        }
        return try runAdmin(command, on: store, secrets: secrets, wallClock: wallClock)
    }

    /// Carries out a command on an open store that nobody serves.
    private static func runAdmin(
        _ command: JSONValue, on store: any ReplicaStore, secrets: SecretSource,
        wallClock: WallClock
    ) throws -> [UInt8] {
        let writer = try store.makeWriter()
        defer { writer.close() }
        if isInspection(command) {
            return AdminService.body(
                try inspect(command, writer, store, wallClock: wallClock))
        }
        let result = try writer.transaction { transaction in
            let context = WriterContext(
                transaction: transaction, now: wallClock.milliseconds(), lineage: store.lineage)
            let result = try AdminCommands(
                context: context, secrets: secrets, limits: Limits(), personKey: store.personKey
            ).run(command)
            try context.book.flush()
            return result
        }
        guard leavesTraces(command), case .success = result else {
            return AdminService.body(result)
        }
        return AdminService.body(scrubbed(result, writer))
    }

    /// Whether a command removes what must not be found in the files afterwards.
    private static func leavesTraces(_ command: JSONValue) -> Bool {
        command["command"]?.text == "person.erase"
    }

    /// The result of such a command, once nothing is left in free pages or in the log.
    private static func scrubbed(
        _ result: Result<[JSONValue], AdminCommands.Refusal>, _ writer: any StoreWriter
    ) -> Result<[JSONValue], AdminCommands.Refusal> {
        var why = "a reader keeps the log"
        do {
            if try writer.scrub() { return result }
        } catch {
            why = "\(error)"
        }
        return .failure(
            AdminCommands.Refusal(
                code: "admin.scrub",
                message: "everything was removed, but traces are still in the files: \(why)",
                advice: "Give the same command again, with the subject."))
    }

    /// Puts a backup in the place of the store of a directory that nobody serves.
    ///
    /// - Parameters:
    ///   - file: The backup, which stays.
    ///   - directory: The data directory.
    ///   - secrets: Gives the name of the new history.
    ///   - wallClock: Names the file that is kept of what was there.
    /// - Returns: The answer, `{"rows":[…]}`.
    /// - Throws: `StoreFailure` if the file is no backup or a server is running;
    ///   everything is as it was then.
    package static func restore(
        _ file: String, directory: String, secrets: SecretSource = .system,
        wallClock: WallClock = .system
    ) throws -> [UInt8] {
        let kept = try StoreRestore.run(file, into: directory, now: wallClock.milliseconds())
        let store = try SQLiteStore(
            directory: directory, randomBytes: secrets.bytes, startsNewHistory: true)
        defer { store.close() }
        return AdminService.body(
            .success([
                .object(
                    JSONObject([
                        ("file", .string(file)), ("kept", kept.map { .string($0) } ?? .null),
                        ("lineage", .string(store.lineage.description)),
                    ]))
            ]))
    }

    static let storageRefusal = AdminCommands.Refusal(
        code: "admin.storage", message: "the store could not be written",
        advice: "Look at the server's log.")

    /// What an operator is told, where the command itself has nothing of its own to say.
    static func refusal(
        _ error: any Error, orElse other: AdminCommands.Refusal = storageRefusal
    ) -> AdminCommands.Refusal {
        switch error as? StoreFailure {
        case .busy:
            AdminCommands.Refusal(
                code: "admin.busy", message: "too much waits for the writer",
                advice: "Nothing was done; try again in a moment.")
        case .closed:
            AdminCommands.Refusal(
                code: "admin.closed", message: "the server is stopping",
                advice: "Nothing was done; try again when it has stopped.")
        case .taken(let path):
            AdminCommands.Refusal(
                code: "admin.backup_exists", message: "there is a file \(path)",
                advice: "Name a new file: a backup never replaces another.")
        case .interrupted:
            AdminCommands.Refusal(
                code: "admin.interrupted",
                message: "it was broken off: the server is stopping, or its storage failed",
                advice: "Nothing was left behind; try again.")
        default: other
        }
    }
}
