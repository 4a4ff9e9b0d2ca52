internal import SyncProtocol

/// What an operator asks about the audit chain; nothing here writes to the store.
struct AuditCommands {
    let reading: AuditReading
    let lineage: Lineage
    /// Where the server writes heads down.
    let heads: AuditWitnessFile
    let now: Int64

    /// Bytes of entries in one answer, which has about ten for each of them.
    static let exportBytesMax = 1_024 * 1_024

    /// The commands that are answered here.
    static func isOne(_ command: JSONValue) -> Bool {
        ["audit.verify", "audit.head", "audit.export"].contains(command["command"]?.text)
    }

    /// Carries a command out.
    ///
    /// - Returns: The rows of the answer; of an export those after the entry `after`.
    func run(_ command: JSONValue) -> Result<[JSONValue], AdminCommands.Refusal> {
        do {
            switch command["command"]?.text {
            case "audit.verify":
                let named = command["heads"]?.text.map { AuditWitnessFile(path: $0, isNamed: true) }
                return try verify(named ?? heads)
            case "audit.head": return .success([try head().json])
            default:
                return .success(try export(after: command["after"]?.intValue ?? 0))
            }
        } catch {
            return .failure(
                AdminCommands.Refusal(
                    code: "admin.audit", message: "the audit chain cannot be read: \(error)",
                    advice: "Run tangrat-server verify; keep the files for analysis."))
        }
    }

    /// The head as it is now.
    func head() throws -> AuditWitness {
        AuditWitness(
            at: now, lineage: lineage, head: try reading.reader.snapshot { try $0.auditHead() })
    }

    private func verify(
        _ file: AuditWitnessFile
    ) throws -> Result<[JSONValue], AdminCommands.Refusal> {
        let heads: AuditWitnessFile.Content
        do {
            heads = try file.read()
        } catch {
            return .failure(Self.unreadableHeads("\(error)"))
        }
        // A torn line must not keep the others from being compared; without any it is another file.
        if let badLine = heads.badLine, heads.witnesses.isEmpty {
            return .failure(
                AdminCommands.Refusal(
                    code: "admin.audit_heads",
                    message: "line \(badLine) of \(file.path) is no head",
                    advice: "Name a file that serve --audit-heads or audit head has written."))
        }
        let found = try reading.verify(lineage, heads.witnesses, at: now)
        var members: [(String, JSONValue)] = [
            ("confirmed_heads", .integer(Int64(found.confirmed))),
            ("cut_off_heads", .integer(Int64(found.behindCut))),
            ("entries", .integer(found.head.number)),
            ("first_entry", .integer(found.firstEntry)),
            ("heads_file", .integer(heads.isThere ? 1 : 0)),
            ("link", .string(found.head.link.hex)),
            ("set_aside_heads", .integer(Int64(found.setAside))),
            ("sound", .integer(found.problem == nil ? 1 : 0)),
            ("unreadable_heads", .integer(Int64(heads.unreadable))),
        ]
        if let problem = found.problem {
            members.append(("first_bad_entry", .integer(problem.number)))
            members.append(("problem", .string(problem.description)))
        }
        return .success([.object(JSONObject(members))])
    }

    /// Heads that somebody named, and that cannot be compared with.
    static func unreadableHeads(_ why: String) -> AdminCommands.Refusal {
        AdminCommands.Refusal(
            code: "admin.audit_heads", message: "the heads cannot be read: \(why)",
            advice: "The server reads the file, as its own user; a service may have a /tmp of its "
                + "own and see no homes. Name a file that it can read.")
    }

    private func export(after start: Int64) throws -> [JSONValue] {
        var rows: [JSONValue] = []
        try reading.reader.snapshot { snapshot in
            var records: [AuditRecord] = []
            var bytes = 0
            try snapshot.auditRecords(after: start) { record in
                records.append(record)
                bytes += record.entry.count
                return records.count < reading.partMax && bytes < Self.exportBytesMax
            }
            rows = try records.map { record in
                do {
                    return try AuditReading.json(record, in: snapshot)
                } catch is WireError {
                    // Told, and the chain goes on behind it.
                    return .object(
                        JSONObject([
                            ("entry", .integer(record.number)), ("link", .string(record.link.hex)),
                            ("unreadable", .integer(1)),
                        ]))
                }
            }
        }
        return rows
    }
}
