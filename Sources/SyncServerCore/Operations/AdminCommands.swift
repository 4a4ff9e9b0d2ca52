internal import SyncProtocol

/// What an operator can tell the server, decided inside a group commit.
///
/// A command is a JSON object `{"command":NAME, …}`. The same code runs behind
/// the admin socket of a running server and on a store that nobody serves.
struct AdminCommands {
    let context: WriterContext
    let secrets: SecretSource
    let limits: Limits
    let personKey: HMACKey

    var transaction: any StoreTransaction { context.transaction }

    /// Why a command was not carried out.
    struct Refusal: Error, Hashable {
        let code: String
        let message: String
        let advice: String
    }

    /// Carries a command out.
    ///
    /// - Returns: The rows of the answer.
    func run(_ command: JSONValue) throws -> Result<[JSONValue], Refusal> {
        do {
            switch command["command"]?.text {
            case "agency.add": return .success([try addAgency(command)])
            case "agency.list": return .success(try listAgencies())
            case "agency.revoke": return .success([try revokeAgency(command)])
            case "person.add": return .success([try addPerson(command)])
            case "person.list": return .success(try listPeople(command))
            case "person.export": return .success(try exportPerson(command))
            case "person.erase": return .success([try erasePerson(command)])
            case "person.hold": return .success([try hold(command)])
            case "person.release": return .success([try release(command)])
            case "audit.publish": return .success([try publishAccess()])
            case "approve": return .success([try approve(command)])
            case "device.list": return .success(try listDevices(command))
            case "device.revoke": return .success([try revokeDevice(command)])
            case "grant": return .success([try grant(command)])
            case "revoke": return .success([try withdraw(command)])
            case "grants": return .success(try listRights(command))
            default:
                throw Refusal(
                    code: "admin.command", message: "there is no such command",
                    advice: "See: tangrat-server help")
            }
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }

    // MARK: - Agencies

    private func addAgency(_ command: JSONValue) throws -> JSONValue {
        let code = try text(command, "code")
        let tables = (command["tables"]?.items ?? []).compactMap(\.text)
        // The chain keeps it for as long as it is kept itself.
        guard Identifier.isValid(code), code != "citizen", code.withoutPersonNumbers == code else {
            throw Refusal(
                code: "admin.agency_code", message: "an agency's code has letters, digits and _.:-",
                advice: "Use the code of the catalogue, for instance dlt.")
        }
        guard !tables.isEmpty else {
            throw Refusal(
                code: "admin.tables", message: "the agency may write no table",
                advice: "Name its tables: --tables driving_licence,vehicle")
        }
        for table in tables where TablePolicy.all[table]?.writer != .agency {
            throw Refusal(
                code: "admin.table_unknown", message: "there is no agency table \(table)",
                advice:
                    "Tables: "
                    + TablePolicy.all.values.filter { $0.writer == .agency }.map(\.table).sorted()
                    .joined(separator: ", "))
        }
        let key = secrets.token(prefix: SecretPrefix.agency)
        try transaction.save(
            AgencyRecord(code: code, tables: tables), key: SHA256.hash(Array(key.utf8)))
        try context.audit.append(
            .agencyAdded, by: .operator, text: "\(code): \(tables.joined(separator: ","))")
        return .object(
            JSONObject([
                ("agency", .string(code)), ("key", .string(key)),
                ("tables", .array(tables.map { .string($0) })),
            ]))
    }

    private func listAgencies() throws -> [JSONValue] {
        try transaction.agencies().map { agency in
            .object(
                JSONObject([
                    ("agency", .string(agency.code)), ("revoked_ms", .integer(agency.revoked)),
                    ("tables", .array(agency.tables.map { .string($0) })),
                ]))
        }
    }

    private func revokeAgency(_ command: JSONValue) throws -> JSONValue {
        let code = try text(command, "code")
        guard var agency = try transaction.agency(code: code) else {
            throw Refusal(
                code: "admin.agency_unknown", message: "there is no agency \(code)",
                advice: "See: tangrat-server agency list")
        }
        agency.revoked = context.now
        // The old key's hash is replaced by one that nothing hashes to by chance.
        try transaction.save(agency, key: SHA256.hash(secrets.bytes(32)))
        try context.audit.append(.agencyRevoked, by: .operator, text: code)
        return .object(
            JSONObject([("agency", .string(code)), ("revoked_ms", .integer(context.now))]))
    }

    // MARK: - People

    private func addPerson(_ command: JSONValue) throws -> JSONValue {
        var tag: Digest32?
        if let pid = command["pid"]?.text {
            let hashed = try hash(pid)
            if let known = try transaction.person(tag: hashed) {
                return Self.json(known, isNew: false)
            }
            tag = hashed
        }
        let subject = secrets.subject()
        let person = try transaction.addPerson(subject: subject, tag: tag, added: context.now)
        try context.audit.append(.personAdded, by: .operator, person: person.number)
        return Self.json(person, isNew: true)
    }

    /// Lists the people who came behind the one whose subject is `after`; behind the last
    /// there are none.
    private func listPeople(_ command: JSONValue) throws -> [JSONValue] {
        var last: PersonNumber = 0
        if let subject = command["after"]?.text, !subject.isEmpty {
            guard let person = try transaction.person(subject: subject) else {
                throw Refusal(
                    code: "admin.person_unknown", message: "after is nobody's subject",
                    advice: "Begin the list anew: tangrat-server person list")
            }
            last = person.number
        }
        return try transaction.people(after: last, max: limits.peopleListedMax)
            .map { Self.json($0, isNew: false) }
    }

    private static func json(_ person: PersonRecord, isNew: Bool) -> JSONValue {
        .object(
            JSONObject(
                [
                    ("added_ms", .integer(person.added)), ("new", .integer(isNew ? 1 : 0)),
                    ("subject", .string(person.subject)),
                ] + (person.erased > 0 ? [("erased_ms", .integer(person.erased))] : [])
                    + (person.held > 0 ? [("held_ms", .integer(person.held))] : [])))
    }

    private func hash(_ pid: String) throws -> Digest32 {
        do throws(FeedProblem) {
            return try FeedRecord.tag(pid, personKey)
        } catch {
            throw Refusal(code: "admin.pid", message: error.message, advice: error.advice)
        }
    }

    func findPerson(_ name: String) throws -> PersonRecord {
        if let person = try transaction.person(subject: name) {
            guard person.erased == 0 else {
                throw Refusal(
                    code: "admin.person_erased", message: "everything about this person was erased",
                    advice: "If they come again, add them anew: tangrat-server person add")
            }
            return person
        }
        if let tag = try? hash(name), let person = try transaction.person(tag: tag) {
            return person
        }
        throw Refusal(
            code: "admin.person_unknown", message: "nobody is known under this subject or number",
            advice: "Add the person first: tangrat-server person add")
    }

    // MARK: - Devices

    private func approve(_ command: JSONValue) throws -> JSONValue {
        let code = try text(command, "user_code").uppercased()
        guard var signIn = try transaction.signIn(userCode: code), signIn.expires > context.now,
            signIn.person == 0
        else {
            throw Refusal(
                code: "admin.code_unknown", message: "no sign-in waits under this code",
                advice: "Codes live ten minutes and count once; start again: tangrat login")
        }
        let person = try findPerson(try text(command, "person"))
        signIn.person = person.number
        try transaction.save(signIn)
        try context.audit.append(.signInApproved, by: .operator, person: person.number)
        return .object(
            JSONObject([
                ("device_name", .string(signIn.deviceName)), ("subject", .string(person.subject)),
                ("user_code", .string(code)),
            ]))
    }

    private func listDevices(_ command: JSONValue) throws -> [JSONValue] {
        let person = try findPerson(try text(command, "person"))
        return try transaction.devices(of: person.number).map { device in
            .object(
                JSONObject([
                    ("added_ms", .integer(device.added)),
                    ("device", .string(device.id.description)),
                    ("mutations", .integer(Int64(clamping: device.lastMid))),
                    ("name", .string(device.name)), ("revoked_ms", .integer(device.revoked)),
                ]))
        }
    }

    private func revokeDevice(_ command: JSONValue) throws -> JSONValue {
        guard let id = DeviceID(text: try text(command, "device")),
            let device = try transaction.device(id: id)
        else {
            throw Refusal(
                code: "admin.device_unknown", message: "there is no such device",
                advice: "See: tangrat-server device list --person SUBJECT")
        }
        // Given again: it ended once, and the chain tells of that.
        let isNew = device.revoked == 0
        if isNew {
            try SignInMachine(context: context, limits: limits, secrets: secrets).revoke(
                device, by: .operator)
        }
        return .object(
            JSONObject([
                ("device", .string(id.description)),
                ("revoked_ms", .integer(isNew ? context.now : device.revoked)),
            ]))
    }

    func text(_ command: JSONValue, _ member: String) throws -> String {
        guard let text = command[member]?.text, !text.isEmpty else {
            throw Refusal(
                code: "admin.usage", message: "\(member) is missing",
                advice: "See: tangrat-server help")
        }
        return text
    }
}
