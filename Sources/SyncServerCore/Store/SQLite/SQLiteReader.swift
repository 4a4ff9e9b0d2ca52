internal import SQLiteKit
internal import SyncProtocol

/// Reads the SQLite store on one thread, with a connection of its own.
final class SQLiteReader: StoreReader {
    private let connection: Connection
    private let names: NameTable
    private let moment: SQLiteMoment

    init(_ connection: Connection, _ names: NameTable) {
        self.connection = connection
        self.names = names
        moment = SQLiteMoment(connection, names)
    }

    func snapshot<Result>(_ body: (any StoreSnapshot) throws -> Result) throws -> Result {
        try connection.transaction(.deferred) { _ in try body(moment) }
    }

    func name(_ number: Int64) throws -> String { try moment.name(number) }

    func close() { connection.close() }
}

/// What reader and writer read alike.
class SQLiteMoment: StoreSnapshot {
    let connection: Connection
    let names: NameTable

    init(_ connection: Connection, _ names: NameTable) {
        self.connection = connection
        self.names = names
    }

    func name(_ number: Int64) throws -> String {
        if let text = names.text(number) { return text }
        let found = try connection.statement("SELECT text FROM name WHERE no = ?1")
            .first(.integer(number)) { $0.text(0) }
        guard let found else { throw StoreFailure.inconsistent("name \(number) is missing") }
        names.add(number, found)
        return found
    }

    func buckets(of person: PersonNumber) throws -> [BucketRecord] {
        var records: [BucketRecord] = []
        try connection.statement(HotStatements.bucketsOfPerson).use { statement in
            try statement.bind(1, person)
            while try statement.step() { records.append(Self.bucket(statement)) }
        }
        return records
    }

    func bucket(_ number: BucketNumber) throws -> BucketRecord? {
        try connection.statement(HotStatements.bucketByNumber).use { statement in
            try statement.bind(1, number)
            return try statement.step() ? Self.bucket(statement) : nil
        }
    }

    func rows(
        in bucket: BucketNumber, after rev: UInt64, _ body: (RowInPlace) throws -> Bool
    ) throws {
        try connection.statement(HotStatements.rowsAfter).use { statement in
            try statement.bind(1, bucket)
            try statement.bind(2, Int64(clamping: rev))
            while try statement.step() {
                guard try Self.withRow(statement, body) else { return }
            }
        }
    }

    private static func withRow<Result>(
        _ statement: Statement, _ body: (RowInPlace) throws -> Result
    ) throws -> Result {
        try statement.withBlob(6) { hash in
            try statement.withText(7) { id in
                try statement.withBlob(8) { bytes in
                    try body(
                        RowInPlace(
                            rev: UInt64(statement.int64(0)), table: statement.int64(1),
                            owner: statement.int64(2), asOf: statement.int64(3),
                            sourceVersion: statement.int64(4),
                            isAlive: statement.int64(5) != 0, id: id, hash: hash, body: bytes))
                }
            }
        }
    }

    func marks(
        in bucket: BucketNumber, after rev: UInt64, _ body: (RowMark) throws -> Void
    ) throws {
        try connection.statement(HotStatements.marksAfter).use { statement in
            try statement.bind(1, bucket)
            try statement.bind(2, Int64(clamping: rev))
            while try statement.step() {
                try body(
                    RowMark(
                        number: statement.int64(0), isAlive: statement.int64(1) != 0,
                        hash: statement.withBlob(2) { HashSum(bytes: $0) }))
            }
        }
    }

    func row(_ number: Int64, _ body: (RowInPlace) throws -> Void) throws -> Bool {
        try connection.statement(HotStatements.rowByNumber).use { statement in
            try statement.bind(1, number)
            guard try statement.step() else { return false }
            try Self.withRow(statement, body)
            return true
        }
    }

    func device(_ number: DeviceNumber) throws -> DeviceRecord? {
        try connection.statement(HotStatements.deviceByNumber).use { statement in
            try statement.bind(1, number)
            return try statement.step() ? Self.device(statement, from: 0) : nil
        }
    }

    func outcomes(of device: DeviceNumber, after mid: UInt64) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        try connection.statement(HotStatements.outcomesAfter).use { statement in
            try statement.bind(1, device)
            try statement.bind(2, Int64(clamping: mid))
            while try statement.step() { outcomes.append(try Self.outcome(statement)) }
        }
        return outcomes
    }

    func token(_ hash: Digest32) throws -> (token: TokenRecord, device: DeviceRecord)? {
        try connection.statement(HotStatements.tokenByHash).use { statement in
            try statement.bind(1, hash.bytes)
            guard try statement.step(), let kind = TokenKind(rawValue: statement.int64(1)) else {
                return nil
            }
            return (
                TokenRecord(
                    hash: hash, device: statement.int64(0), kind: kind,
                    expires: statement.int64(2), used: statement.int64(3)),
                Self.device(statement, from: 4)
            )
        }
    }

    func agency(key hash: Digest32) throws -> AgencyRecord? {
        try connection.statement("SELECT code, tables, revoked FROM agency WHERE key = ?1")
            .first(.blob(hash.bytes)) { Self.agency($0) }
    }

    func person(_ number: PersonNumber) throws -> PersonRecord? {
        try connection.statement(HotStatements.personByNumber).use { statement in
            try statement.bind(1, number)
            return try statement.step() ? Self.person(statement) : nil
        }
    }

    // MARK: - Records

    static func bucket(_ row: Statement) -> BucketRecord {
        var record = BucketRecord(
            number: row.int64(0), name: row.text(1), person: row.int64(2))
        record.epoch = UInt64(row.int64(3))
        record.head = UInt64(row.int64(4))
        record.floor = UInt64(row.int64(5))
        record.count = UInt64(row.int64(6))
        record.tombstones = UInt64(row.int64(7))
        record.sum = row.withBlob(8) { HashSum(bytes: $0) }
        record.priority = UInt64(row.int64(9))
        return record
    }

    static func device(_ row: Statement, from column: Int) -> DeviceRecord {
        DeviceRecord(
            number: row.int64(column),
            id: DeviceID(UInt64(bitPattern: row.int64(column + 1))),
            person: row.int64(column + 2), name: row.text(column + 3),
            added: row.int64(column + 4), revoked: row.int64(column + 5),
            lastMid: UInt64(row.int64(column + 6)),
            lastChain: UInt64(bitPattern: row.int64(column + 7)),
            lastTime: UInt64(bitPattern: row.int64(column + 8)))
    }

    static func outcome(_ row: Statement) throws -> Outcome {
        guard let status = Outcome.Status(rawValue: UInt64(row.int64(1))) else {
            throw StoreFailure.inconsistent("an outcome has the status \(row.int64(1))")
        }
        return Outcome(
            mid: UInt64(row.int64(0)), status: status, code: row.text(2), detail: row.text(3))
    }

    static func agency(_ row: Statement) -> AgencyRecord {
        AgencyRecord(
            code: row.text(0), tables: row.text(1).split(separator: ",").map(String.init),
            revoked: row.int64(2))
    }

    static func person(_ row: Statement) -> PersonRecord {
        PersonRecord(number: row.int64(0), subject: row.text(1), added: row.int64(2))
    }
}
