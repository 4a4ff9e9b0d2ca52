internal import SQLiteKit
internal import SyncProtocol

/// The writer's view inside a transaction on SQLite.
final class SQLiteTransaction: SQLiteMoment, StoreTransaction {
    private struct Name {
        let text: String
        let number: Int64
    }

    /// Names met in this transaction: the few tables and owners that its rows have.
    private var seen: [Name] = []

    /// Names added in this transaction, told to others only once it is durable.
    private var added: [Name] = []

    /// How many sign-ins are stored, if it was counted.
    ///
    /// Asked for by whoever wants to sign in, so it is counted once for each writer.
    private(set) var signIns: Int?

    /// Whether freed pages are overwritten, which the writer ends with the transaction.
    var overwritesRemoved = false

    /// Creates the view.
    ///
    /// - Parameters:
    ///   - connection: The writer's, inside its transaction.
    ///   - names: The names that all connections share.
    ///   - signIns: How many sign-ins are stored, if an earlier transaction counted them.
    init(_ connection: Connection, _ names: NameTable, signIns: Int?) {
        self.signIns = signIns
        super.init(connection, names)
    }

    func committed() {
        for name in added { names.add(name.number, name.text) }
    }

    private func nameNumber(_ text: String) throws -> Int64 {
        if let number = knownNumber(text) { return number }
        try connection.statement("INSERT INTO name(text) VALUES (?1)").run(.text(text))
        let name = Name(text: text, number: connection.lastInsertRowID)
        added.append(name)
        seen.append(name)
        return name.number
    }

    private func knownNumber(_ text: String) -> Int64? {
        if let known = seen.first(where: { $0.text == text }) { return known.number }
        guard let number = names.number(text) else { return nil }
        seen.append(Name(text: text, number: number))
        return number
    }

    override func name(_ number: Int64) throws -> String {
        if let known = seen.first(where: { $0.number == number }) { return known.text }
        let text = try super.name(number)
        seen.append(Name(text: text, number: number))
        return text
    }

    // MARK: - Buckets and rows

    func bucket(named name: String) throws -> BucketRecord? {
        try connection.statement(HotStatements.bucketByName)
            .first(.text(name)) { try Self.bucket($0) }
    }

    func addBucket(named name: String, person: PersonNumber) throws -> BucketRecord {
        let fresh = BucketRecord(number: 0, name: name, person: person)
        try connection.statement(
            """
            INSERT INTO bucket(name, person, epoch, head, floor, count, tombstones, sum, priority)
            VALUES (?1, ?2, 1, 0, 0, 0, 0, ?3, ?4)
            """
        ).run(
            .text(name), .integer(person), .blob(HashSum.zero.bytes),
            .integer(Int64(fresh.priority)))
        return BucketRecord(number: connection.lastInsertRowID, name: name, person: person)
    }

    func save(_ bucket: BucketRecord) throws {
        try connection.statement(HotStatements.saveBucket).use { statement in
            try statement.bind(1, bucket.number)
            try statement.bind(2, Int64(bucket.epoch))
            try statement.bind(3, Int64(bucket.head))
            try statement.bind(4, Int64(bucket.floor))
            try statement.bind(5, Int64(bucket.count))
            try statement.bind(6, Int64(bucket.tombstones))
            try statement.bind(7, bucket.sum.bytes)
            try statement.bind(8, Int64(bucket.priority))
            try statement.bind(9, bucket.purgedBefore)
            _ = try statement.step()
        }
    }

    func row(_ key: RowKey, scope: Int64) throws -> RowRecord? {
        guard let table = knownNumber(key.table) else { return nil }
        return try connection.statement(HotStatements.rowByKey).use { statement in
            try statement.bind(1, key.id)
            try statement.bind(2, table)
            try statement.bind(3, scope)
            guard try statement.step() else { return nil }
            return RowRecord(
                number: statement.int64(0), bucket: statement.int64(1),
                rev: try Self.count(statement, 2, "a revision"), key: key, scope: scope,
                owner: try name(statement.int64(3)), asOf: statement.int64(4),
                sourceVersion: statement.int64(5),
                hash: try Self.sum(statement, 7, "a row's hash"),
                isAlive: statement.int64(6) != 0, body: statement.blob(8))
        }
    }

    func insert(_ row: RowRecord) throws {
        let table = try nameNumber(row.key.table)
        let owner = try nameNumber(row.owner)
        var id = row.key.id
        try connection.statement(HotStatements.insertRow).use { statement in
            try statement.bind(1, row.bucket)
            try statement.bind(2, Int64(row.rev))
            try statement.bind(3, table)
            try statement.bind(4, row.scope)
            try statement.bind(5, owner)
            try statement.bind(6, row.asOf)
            try statement.bind(7, row.sourceVersion)
            try statement.bind(8, row.isAlive ? 1 : 0)
            try id.withUTF8 { id in
                try statement.bind(10, text: UnsafeRawBufferPointer(id))
                try step(statement, hash: (9, row.hash), body: (11, row.body))
            }
        }
    }

    func update(_ row: RowRecord) throws {
        let owner = try nameNumber(row.owner)
        try connection.statement(HotStatements.updateRow).use { statement in
            try statement.bind(1, row.bucket)
            try statement.bind(2, Int64(row.rev))
            try statement.bind(3, owner)
            try statement.bind(4, row.asOf)
            try statement.bind(5, row.sourceVersion)
            try statement.bind(6, row.isAlive ? 1 : 0)
            try statement.bind(9, row.number)
            try step(statement, hash: (7, row.hash), body: (8, row.body))
        }
    }

    /// Runs a statement with a hash and a body bound in place, which last until it ends.
    private func step(
        _ statement: Statement, hash: (Int, HashSum), body: (Int, [UInt8])
    ) throws {
        try hash.1.withBytes { bytes in
            try statement.bindBlob(hash.0, bytes)
            try body.1.withUnsafeBytes { bytes in
                try statement.bindBlob(body.0, bytes)
                _ = try statement.step()
            }
        }
    }

    func remove(row number: Int64) throws {
        try connection.statement("DELETE FROM row WHERE no = ?1").run(.integer(number))
    }

    // MARK: - Devices

    func pusher(_ number: DeviceNumber) throws -> Pusher? {
        try connection.statement(HotStatements.pusher).use { statement in
            try statement.bind(1, number)
            guard try statement.step() else { return nil }
            guard !statement.isNull(10) else {
                throw StoreFailure.inconsistent("device \(number) belongs to nobody")
            }
            return Pusher(
                device: try Self.device(statement, from: 0),
                person: Self.person(statement, from: 10), hasOrigins: statement.int64(15) != 0)
        }
    }

    func save(_ device: DeviceRecord) throws {
        try connection.statement(HotStatements.saveDevice).use { statement in
            try statement.bind(1, device.number)
            try statement.bind(2, device.name)
            try statement.bind(3, device.revoked)
            try statement.bind(4, Int64(device.lastMid))
            try statement.bind(5, Int64(bitPattern: device.lastChain))
            try statement.bind(6, Int64(bitPattern: device.lastTime))
            _ = try statement.step()
        }
    }

    func outcome(of device: DeviceNumber, mid: UInt64) throws -> OutcomeRecord? {
        try OutcomeRuns.find(mid: mid, of: device, in: connection)
    }

    func add(_ outcomes: [OutcomeRecord], of device: DeviceNumber) throws {
        try OutcomeRuns.add(outcomes, of: device, to: connection)
    }

    func addDevice(
        id: DeviceID, person: PersonNumber, name: String, added: Int64
    ) throws -> DeviceRecord {
        try connection.statement(
            """
            INSERT INTO device(id, person, name, added, revoked, last_mid, last_chain, last_time)
            VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0)
            """
        ).run(
            .integer(Int64(bitPattern: id.number)), .integer(person), .text(name), .integer(added))
        let number = connection.lastInsertRowID
        return try device(number)
            ?? DeviceRecord(number: number, id: id, person: person, name: name, added: added)
    }

    func device(id: DeviceID) throws -> DeviceRecord? {
        try connection.statement(
            """
            SELECT no, id, person, name, added, revoked, last_mid, last_chain, last_time,
                (SELECT rights FROM person p WHERE p.no = device.person)
            FROM device WHERE id = ?1
            """
        ).first(.integer(Int64(bitPattern: id.number))) { try Self.device($0, from: 0) }
    }

    func devices(of person: PersonNumber) throws -> [DeviceRecord] {
        var devices: [DeviceRecord] = []
        try connection.statement(
            """
            SELECT no, id, person, name, added, revoked, last_mid, last_chain, last_time,
                (SELECT rights FROM person p WHERE p.no = device.person)
            FROM device WHERE person = ?1 ORDER BY no
            """
        ).run(.integer(person)) { devices.append(try Self.device($0, from: 0)) }
        return devices
    }

    // MARK: - Rights

    func save(_ right: RightRecord, of person: PersonNumber) throws {
        try connection.statement(
            """
            INSERT INTO person_right(person, bucket, until) VALUES (?1, ?2, ?3)
            ON CONFLICT(person, bucket) DO UPDATE SET until = excluded.until
            """
        ).run(.integer(person), .integer(right.bucket), .integer(right.until))
        try countRights(of: person)
    }

    func removeRight(to bucket: BucketNumber, of person: PersonNumber) throws {
        try connection.statement("DELETE FROM person_right WHERE person = ?1 AND bucket = ?2")
            .run(.integer(person), .integer(bucket))
        try countRights(of: person)
    }

    private func countRights(of person: PersonNumber) throws {
        try connection.statement("UPDATE person SET rights = rights + 1 WHERE no = ?1")
            .run(.integer(person))
    }

    // MARK: - People and agencies

    func person(tag: Digest32) throws -> PersonRecord? {
        try connection.statement(HotStatements.personByTag)
            .first(.blob(tag.bytes)) { Self.person($0) }
    }

    func person(subject: String) throws -> PersonRecord? {
        try connection.statement(HotStatements.personBySubject)
            .first(.text(subject)) { Self.person($0) }
    }

    func addPerson(subject: String, tag: Digest32?, added: Int64) throws -> PersonRecord {
        try connection.statement("INSERT INTO person(subject, tag, added) VALUES (?1, ?2, ?3)")
            .run(.text(subject), tag.map { .blob($0.bytes) } ?? .null, .integer(added))
        return PersonRecord(number: connection.lastInsertRowID, subject: subject, added: added)
    }

    func agency(code: String) throws -> AgencyRecord? {
        try connection.statement("SELECT code, tables, revoked FROM agency WHERE code = ?1")
            .first(.text(code)) { Self.agency($0) }
    }

    func agencies() throws -> [AgencyRecord] {
        var agencies: [AgencyRecord] = []
        try connection.statement("SELECT code, tables, revoked FROM agency ORDER BY code")
            .run { agencies.append(Self.agency($0)) }
        return agencies
    }

    func save(_ agency: AgencyRecord, key: Digest32) throws {
        try connection.statement(
            """
            INSERT INTO agency(code, key, tables, revoked) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(code) DO UPDATE
            SET key = excluded.key, tables = excluded.tables, revoked = excluded.revoked
            """
        ).run(
            .text(agency.code), .blob(key.bytes), .text(agency.tables.joined(separator: ",")),
            .integer(agency.revoked))
    }

    // MARK: - Tokens and sign-ins

    func save(_ token: TokenRecord) throws {
        try connection.statement(
            """
            INSERT INTO token(hash, device, kind, expires, used) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(hash) DO UPDATE SET expires = excluded.expires, used = excluded.used
            """
        ).run(
            .blob(token.hash.bytes), .integer(token.device), .integer(token.kind.rawValue),
            .integer(token.expires), .integer(token.used))
    }

    func removeTokens(of device: DeviceNumber) throws {
        try connection.statement("DELETE FROM token WHERE device = ?1").run(.integer(device))
    }

    func removeTokens(expiredBefore milliseconds: Int64) throws {
        try connection.statement("DELETE FROM token WHERE expires < ?1")
            .run(.integer(milliseconds))
    }

    func signIn(device hash: Digest32) throws -> SignInRecord? {
        try connection.statement(
            """
            SELECT hash, user_code, device_name, expires, person, claimed FROM sign_in WHERE hash = ?1
            """
        ).first(.blob(hash.bytes)) { try Self.signIn($0) }
    }

    func signIn(userCode: String) throws -> SignInRecord? {
        try connection.statement(
            """
            SELECT hash, user_code, device_name, expires, person, claimed FROM sign_in
            WHERE user_code = ?1
            """
        ).first(.text(userCode)) { try Self.signIn($0) }
    }

    func pendingSignIns() throws -> Int {
        if let signIns { return signIns }
        // Not kept: the next one is asked for by another writer.
        let count = try connection.prepare("SELECT count(*) FROM sign_in").first { $0.int64(0) }
        let counted = Int(count ?? 0)
        signIns = counted
        return counted
    }

    func save(_ signIn: SignInRecord) throws {
        // Not one statement for both: it would not tell which it was, and they are counted.
        try connection.statement("UPDATE sign_in SET person = ?2 WHERE hash = ?1")
            .run(.blob(signIn.hash.bytes), .integer(signIn.person))
        if connection.changes > 0 { return }
        try connection.statement(
            """
            INSERT INTO sign_in(hash, user_code, device_name, expires, person, claimed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """
        ).run(
            .blob(signIn.hash.bytes), .text(signIn.userCode), .text(signIn.deviceName),
            .integer(signIn.expires), .integer(signIn.person),
            signIn.claimed.map { .integer(Int64(bitPattern: $0.number)) } ?? .null)
        signIns = signIns.map { $0 + 1 }
    }

    func remove(_ signIn: SignInRecord) throws {
        try connection.statement("DELETE FROM sign_in WHERE hash = ?1")
            .run(.blob(signIn.hash.bytes))
        signIns = signIns.map { $0 - connection.changes }
    }

    func removeSignIns(expiredBefore milliseconds: Int64) throws {
        try connection.statement("DELETE FROM sign_in WHERE expires < ?1")
            .run(.integer(milliseconds))
        signIns = signIns.map { $0 - connection.changes }
    }

    static func signIn(_ row: Statement) throws -> SignInRecord {
        guard let hash = Digest32(row.blob(0)) else {
            throw StoreFailure.inconsistent("a sign-in has a hash of a wrong length")
        }
        return SignInRecord(
            hash: hash, userCode: row.text(1), deviceName: row.text(2), expires: row.int64(3),
            person: row.int64(4),
            claimed: row.optionalInt64(5).map { DeviceID(UInt64(bitPattern: $0)) })
    }

    // MARK: - Small values

    func value(_ name: String) throws -> [UInt8]? {
        try connection.statement("SELECT value FROM value WHERE name = ?1")
            .first(.text(name)) { $0.blob(0) }
    }

    func set(_ name: String, _ value: [UInt8]) throws {
        try connection.statement(
            """
            INSERT INTO value(name, value) VALUES (?1, ?2)
            ON CONFLICT(name) DO UPDATE SET value = excluded.value
            """
        ).run(.text(name), .blob(value))
    }
}
