internal import SQLiteKit
internal import SyncProtocol

/// What is given out about a person, and removed.
extension SQLiteTransaction {
    func people(after number: PersonNumber, max: Int) throws -> [PersonRecord] {
        var people: [PersonRecord] = []
        try connection.statement(
            """
            SELECT no, subject, added, erased, held FROM person WHERE no > ?1 ORDER BY no LIMIT ?2
            """
        ).run(.integer(number), .integer(Int64(max))) { people.append(Self.person($0)) }
        return people
    }

    func record(ofRow number: Int64) throws -> RowRecord? {
        try connection.statement(
            """
            SELECT bucket, rev, tab, scope, owner, as_of, source_version, alive, hash, id, body
            FROM row WHERE no = ?1
            """
        ).use { statement in
            try statement.bind(1, number)
            guard try statement.step() else { return nil }
            return RowRecord(
                number: number, bucket: statement.int64(0),
                rev: try Self.count(statement, 1, "a revision"),
                key: RowKey(table: try name(statement.int64(2)), id: statement.text(9)),
                scope: statement.int64(3), owner: try name(statement.int64(4)),
                asOf: statement.int64(5), sourceVersion: statement.int64(6),
                hash: try Self.sum(statement, 8, "a row's hash"),
                isAlive: statement.int64(7) != 0, body: statement.blob(10))
        }
    }

    func tokens(of device: DeviceNumber) throws -> [TokenRecord] {
        var tokens: [TokenRecord] = []
        try connection.statement(
            "SELECT hash, kind, expires, used FROM token WHERE device = ?1 ORDER BY expires, kind"
        ).run(.integer(device)) { row in
            guard let hash = Digest32(row.blob(0)), let kind = TokenKind(rawValue: row.int64(1))
            else { throw StoreFailure.inconsistent("a token of device \(device) is none") }
            tokens.append(
                TokenRecord(
                    hash: hash, device: device, kind: kind, expires: row.int64(2),
                    used: row.int64(3)))
        }
        return tokens
    }

    func tokenCount(of device: DeviceNumber, max: Int) throws -> Int {
        var count = 0
        try connection.statement("SELECT 1 FROM token WHERE device = ?1 LIMIT ?2")
            .run(.integer(device), .integer(Int64(max))) { _ in count += 1 }
        return count
    }

    func signIns(of person: PersonNumber) throws -> [SignInRecord] {
        var signIns: [SignInRecord] = []
        // At most `pendingSignInsMax` of them, and asked for by operators only.
        try connection.statement(
            """
            SELECT hash, user_code, device_name, expires, person, claimed FROM sign_in
            WHERE person = ?1 ORDER BY expires
            """
        ).run(.integer(person)) { signIns.append(try Self.signIn($0)) }
        return signIns
    }

    func forgetDetails(of device: DeviceNumber) throws {
        try connection.statement("UPDATE outcome_run SET detail = '' WHERE device = ?1")
            .run(.integer(device))
    }

    func forgetDetails(of device: DeviceNumber, after: UInt64, through: UInt64) throws {
        try connection.statement(
            """
            UPDATE outcome_run SET detail = ''
            WHERE device = ?1 AND last > ?2 AND last <= ?3 AND detail <> ''
            """
        ).run(
            .integer(device), .integer(Int64(clamping: after)), .integer(Int64(clamping: through)))
    }

    func forgetOrigins(of person: PersonNumber) throws {
        try connection.statement("DELETE FROM origin WHERE person = ?1").run(.integer(person))
    }

    func forgetTag(of person: PersonNumber, at milliseconds: Int64) throws {
        try connection.statement("UPDATE person SET tag = NULL, erased = ?2 WHERE no = ?1")
            .run(.integer(person), .integer(milliseconds))
    }
}
