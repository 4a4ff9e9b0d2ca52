internal import SQLiteKit
internal import SyncProtocol

/// Reads the SQLite store on one thread, with a connection of its own.
final class SQLiteReader: StoreReader {
    /// The connection, open to tests of plans.
    let connection: Connection
    private let names: NameTable
    private let moment: SQLiteMoment
    /// The commits that were published before the open transaction began.
    private var held: UInt64?

    init(_ connection: Connection, _ names: NameTable) {
        self.connection = connection
        self.names = names
        moment = SQLiteMoment(connection, names)
    }

    /// Statements run since opening, for tests of counts.
    var statementsRun: Int { connection.statementsRun }

    func snapshot<Result>(_ body: (any StoreSnapshot) throws -> Result) throws -> Result {
        endSnapshot()
        return try connection.transaction(.deferred) { _ in try body(moment) }
    }

    func snapshot<Result>(
        holding commits: UInt64, _ body: (any StoreSnapshot) throws -> Result
    ) throws -> Result {
        if held != commits {
            endSnapshot()
            try connection.begin(.deferred)
            held = commits
        }
        do {
            return try body(moment)
        } catch {
            endSnapshot()
            throw error
        }
    }

    func endSnapshot() {
        guard held != nil else { return }
        held = nil
        // Nothing was written: undoing it is the ending that cannot fail.
        connection.rollback()
    }

    func name(_ number: Int64) throws -> String { try moment.name(number) }

    func close() {
        held = nil
        connection.close()
    }
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
            while try statement.step() { records.append(try Self.bucket(statement)) }
        }
        return records
    }

    func bucket(_ number: BucketNumber) throws -> BucketRecord? {
        try connection.statement(HotStatements.bucketByNumber).use { statement in
            try statement.bind(1, number)
            return try statement.step() ? try Self.bucket(statement) : nil
        }
    }

    func rows(
        in bucket: BucketNumber, after rev: UInt64, _ body: (RowInPlace) throws -> Bool
    ) throws {
        try connection.statement(HotStatements.rowsAfter).use { statement in
            try statement.bind(1, bucket)
            try statement.bind(2, Int64(clamping: rev))
            while try statement.step() {
                guard try body(try Self.row(statement)) else { return }
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
                let isAlive = statement.int64(1) != 0
                try body(
                    RowMark(
                        number: statement.int64(0), isAlive: isAlive,
                        hash: isAlive ? try Self.sum(statement, 2, "a row's hash") : .zero))
            }
        }
    }

    func row(_ number: Int64, _ body: (RowInPlace) throws -> Void) throws -> Bool {
        try connection.statement(HotStatements.rowByNumber).use { statement in
            try statement.bind(1, number)
            guard try statement.step() else { return false }
            try body(try Self.row(statement))
            return true
        }
    }

    func device(_ number: DeviceNumber) throws -> DeviceRecord? {
        try connection.statement(HotStatements.deviceByNumber).use { statement in
            try statement.bind(1, number)
            return try statement.step() ? try Self.device(statement, from: 0) : nil
        }
    }

    func activeDevices(of person: PersonNumber, max: Int) throws -> [DeviceRecord] {
        var devices: [DeviceRecord] = []
        try connection.statement(HotStatements.activeDevices).use { statement in
            try statement.bind(1, person)
            try statement.bind(2, Int64(max))
            while try statement.step() { devices.append(try Self.device(statement, from: 0)) }
        }
        return devices
    }

    func outcomes(of device: DeviceNumber, after mid: UInt64) throws -> [Outcome] {
        try OutcomeRuns.after(mid, of: device, in: connection)
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
                try Self.device(statement, from: 4)
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

    func rights(of person: PersonNumber) throws -> [RightRecord] {
        var rights: [RightRecord] = []
        try connection.statement(HotStatements.rightsOfPerson).use { statement in
            try statement.bind(1, person)
            while try statement.step() {
                rights.append(
                    RightRecord(bucket: statement.int64(0), until: statement.int64(1)))
            }
        }
        return rights
    }

    // MARK: - Records

    private static func row(_ row: Statement) throws -> RowInPlace {
        let isAlive = row.int64(5) != 0
        return RowInPlace(
            rev: try count(row, 0, "a revision"), table: row.int64(1), owner: row.int64(2),
            asOf: row.int64(3), sourceVersion: row.int64(4), isAlive: isAlive,
            id: row.textInPlace(7), hash: isAlive ? try sum(row, 6, "a row's hash") : .zero,
            body: row.blobInPlace(8))
    }

    static func bucket(_ row: Statement) throws -> BucketRecord {
        var record = BucketRecord(
            number: row.int64(0), name: row.text(1), person: row.int64(2),
            priority: try count(row, 9, "a priority"))
        record.epoch = try count(row, 3, "an epoch")
        record.head = try count(row, 4, "a head")
        record.floor = try count(row, 5, "a floor")
        record.count = try count(row, 6, "a count of rows")
        record.tombstones = try count(row, 7, "a count of tombstones")
        record.sum = try sum(row, 8, "a bucket's sum")
        record.purgedBefore = row.int64(10)
        return record
    }

    /// A number that is never negative in a store that is sound.
    static func count(
        _ row: Statement, _ column: Int, _ what: StaticString
    ) throws -> UInt64 {
        guard let number = UInt64(exactly: row.int64(column)) else {
            throw StoreFailure.inconsistent("\(what) is negative")
        }
        return number
    }

    /// A hash or a sum, whose length is never wrong in a store that is sound.
    static func sum(_ row: Statement, _ column: Int, _ what: StaticString) throws -> HashSum {
        guard let sum = HashSum(bytes: row.blobInPlace(column)) else {
            throw StoreFailure.inconsistent("\(what) has a wrong length")
        }
        return sum
    }

    static func device(_ row: Statement, from column: Int) throws -> DeviceRecord {
        DeviceRecord(
            number: row.int64(column),
            id: DeviceID(UInt64(bitPattern: row.int64(column + 1))),
            person: row.int64(column + 2), name: row.text(column + 3),
            added: row.int64(column + 4), revoked: row.int64(column + 5),
            lastMid: try count(row, column + 6, "a mutation's number"),
            lastChain: UInt64(bitPattern: row.int64(column + 7)),
            lastTime: UInt64(bitPattern: row.int64(column + 8)),
            rights: try count(row, column + 9, "a count of rights"))
    }

    static func agency(_ row: Statement) -> AgencyRecord {
        AgencyRecord(
            code: row.text(0), tables: row.text(1).split(separator: ",").map(String.init),
            revoked: row.int64(2))
    }

    static func person(_ row: Statement, from column: Int = 0) -> PersonRecord {
        PersonRecord(
            number: row.int64(column), subject: row.text(column + 1),
            added: row.int64(column + 2), erased: row.int64(column + 3),
            held: row.int64(column + 4))
    }
}
