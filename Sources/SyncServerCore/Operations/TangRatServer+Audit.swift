internal import NetworkIO
internal import SyncProtocol
internal import Synchronization

/// The audit chain as operators see it, and its head in a second place.
extension TangRatServer {
    /// Where heads are written down if nobody names a place.
    ///
    /// Beside the store it shows a careless hand; a deliberate one is shown by a
    /// file, or the server's log, that the store's owner cannot write.
    static func auditHeads(_ directory: String) -> String { "\(directory)/audit-heads.ndjson" }

    var witnessFile: AuditWitnessFile {
        AuditWitnessFile(
            path: configuration.auditHeads ?? Self.auditHeads(configuration.directory),
            isNamed: configuration.auditHeads != nil)
    }

    /// Answers a command about the chain on a thread of its own: the chain may be long.
    func runAudit(
        _ command: JSONValue,
        done: @escaping @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void
    ) {
        // Heads of years are many megabytes: one comparison at a time holds them in memory.
        let isVerify = command["command"]?.text == "audit.verify"
        let mayRun = verifiesAudit.withLock { isRunning in
            defer { isRunning = isRunning || isVerify }
            return !isRunning || !isVerify
        }
        guard mayRun else {
            return done(
                .failure(
                    AdminCommands.Refusal(
                        code: "admin.busy", message: "the chain is being verified already",
                        advice: "Nothing was done; try again when that has ended.")))
        }
        let ended: @Sendable (Result<[JSONValue], AdminCommands.Refusal>) -> Void = {
            [self] result in
            if isVerify { verifiesAudit.withLock { $0 = false } }
            done(result)
        }
        do {
            try WorkerThread.start { [self] in
                ended(
                    Self.audit(
                        command, store: store, heads: witnessFile,
                        limits: configuration.limits, now: configuration.wallClock.milliseconds()))
            }
        } catch {
            ended(.failure(Self.unreadable(error)))
        }
    }

    /// Answers a command about the chain of a store.
    static func audit(
        _ command: JSONValue, store: any ReplicaStore, heads: AuditWitnessFile, limits: Limits,
        now: Int64
    ) -> Result<[JSONValue], AdminCommands.Refusal> {
        do {
            let reader = try store.makeReader()
            defer { reader.close() }
            return AuditCommands(
                reading: AuditReading(reader: reader, partMax: limits.auditReadMax),
                lineage: store.lineage, heads: heads, now: now
            ).run(command)
        } catch {
            return .failure(unreadable(error))
        }
    }

    private static func unreadable(_ error: any Error) -> AdminCommands.Refusal {
        AdminCommands.Refusal(
            code: "admin.audit", message: "the audit chain cannot be read: \(error)",
            advice: "Run tangrat-server verify; keep the files for analysis.")
    }

    /// Writes the head of the chain down, if it moved since.
    ///
    /// It also goes to the log, which mostly leaves the machine at once.
    func noteAuditHead() {
        do {
            let reader = try store.makeReader()
            defer { reader.close() }
            let head = try reader.snapshot { try $0.auditHead() }
            guard head.number > 0, notedHead.withLock({ $0 != head }) else { return }
            let witness = AuditWitness(
                at: configuration.wallClock.milliseconds(), lineage: store.lineage, head: head)
            metrics.log(.info, "audit.head", "\(head.number) \(head.link.hex)")
            try witnessFile.append(witness)
            notedHead.withLock { $0 = head }
        } catch {
            metrics.log(.error, "audit.head_not_written", "\(error)")
        }
    }
}
