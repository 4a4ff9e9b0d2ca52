internal import FaultVFS
internal import SQLiteKit
internal import SyncProtocol

/// Looks at a device's cache beside the client, and disturbs nothing.
///
/// It reads the file by its documented tables and uses none of the client.
final class DeviceEye {
    /// What the device's one row of state says.
    struct State {
        var device: DeviceID
        var cursor: [UInt8]
        var nextMid: UInt64
        var lastChain: UInt64
        var ackedMid: UInt64
        var answeredMid: UInt64
        var clockLast: UInt64
    }

    /// A row of the confirmed mirror.
    struct MirrorRow {
        var table: String
        var id: String
        var owner: String
        var asOf: Int64
        var sourceVersion: Int64
        var body: [UInt8]
    }

    private let connection: Connection

    init(disk: SimulatedDisk, path: String) throws {
        var options = ConnectionOptions(.readOnly)
        options.vfs = disk.name
        connection = try Connection(path: path, options: options)
    }

    deinit {
        connection.close()
    }

    /// Reads several things at one moment.
    func look<T>(_ body: (DeviceEye) throws -> T) throws -> T {
        try connection.transaction(.deferred) { _ in try body(self) }
    }

    func state() throws -> State {
        var found: State?
        try connection.run(
            """
            SELECT device, cursor, next_mid, last_chain, acked_mid, answered_mid, clock_last
            FROM state
            """
        ) { row in
            found = State(
                device: DeviceID(UInt64(bitPattern: row.int64(0))), cursor: row.blob(1),
                nextMid: UInt64(row.int64(2)), lastChain: UInt64(bitPattern: row.int64(3)),
                ackedMid: UInt64(row.int64(4)), answeredMid: UInt64(row.int64(5)),
                clockLast: UInt64(bitPattern: row.int64(6)))
        }
        guard let found else { throw SQLiteError.closed }
        return found
    }

    /// The writes that wait, above a number.
    func outbox(after mid: UInt64) throws -> [Mutation] {
        var found: [Mutation] = []
        try connection.run(
            "SELECT mutation FROM outbox WHERE mid > ? ORDER BY mid", .integer(Int64(mid))
        ) { row in
            found.append(try row.withBlob(0) { try MutationCodec.decode($0) })
        }
        return found
    }

    /// The writes that are kept for a server that is put back, and those that wait.
    func kept() throws -> [Mutation] {
        var found: [Mutation] = []
        try connection.run(
            """
            SELECT mid, mutation FROM acknowledged UNION ALL SELECT mid, mutation FROM outbox
            ORDER BY mid
            """
        ) { row in
            found.append(try row.withBlob(1) { try MutationCodec.decode($0) })
        }
        return found
    }

    /// The numbers of all writes that wait.
    func outboxNumbers() throws -> [UInt64] {
        var found: [UInt64] = []
        try connection.run("SELECT mid FROM outbox ORDER BY mid") {
            found.append(UInt64($0.int64(0)))
        }
        return found
    }

    /// The chain links of all writes that wait.
    func chains() throws -> [UInt64: UInt64] {
        var found: [UInt64: UInt64] = [:]
        try connection.run("SELECT mid, chain FROM outbox") {
            found[UInt64($0.int64(0))] = UInt64(bitPattern: $0.int64(1))
        }
        return found
    }

    /// The chain link of a write that is kept, or nil.
    func chain(of mid: UInt64) throws -> UInt64? {
        var found: UInt64?
        try connection.run(
            """
            SELECT chain FROM outbox WHERE mid = ?1
            UNION ALL SELECT chain FROM acknowledged WHERE mid = ?1
            """, .integer(Int64(mid))
        ) { found = UInt64(bitPattern: $0.int64(0)) }
        return found
    }

    /// How each write after one ended, as far as the device knows.
    func outcomes(after mid: UInt64) throws -> [UInt64: UInt64] {
        var found: [UInt64: UInt64] = [:]
        try connection.run("SELECT mid, status FROM outcome WHERE mid > ?", .integer(Int64(mid))) {
            found[UInt64($0.int64(0))] = UInt64($0.int64(1))
        }
        return found
    }

    /// A number that stands for the whole confirmed mirror, and its rows' number.
    func mirror() throws -> (digest: UInt64, count: Int) {
        var digest: UInt64 = 0
        var count = 0
        try forEachRow { row in
            digest &+= row.digest
            count += 1
        }
        return (digest, count)
    }

    /// Reads every row of the confirmed mirror.
    func forEachRow(_ body: (TrueRow) -> Void) throws {
        try connection.run(
            """
            SELECT name.text, row.id, owner.text, row.as_of, row.source_version, row.body
            FROM row JOIN name ON name.id = row.table_id
                JOIN name AS owner ON owner.id = row.owner_id
            """
        ) { row in
            body(
                TrueRow(
                    table: row.text(0), id: row.text(1), owner: row.text(2), asOf: row.int64(3),
                    sourceVersion: row.int64(4), body: row.blob(5), isAlive: true, subject: ""))
        }
    }

    /// The confirmed body of a row, or nil where there is none.
    func body(of key: RowKey) throws -> [UInt8]? {
        var found: [UInt8]?
        try connection.run(
            """
            SELECT row.body FROM row JOIN name ON name.id = row.table_id
            WHERE name.text = ? AND row.id = ?
            """, .text(key.table), .text(key.id)
        ) { found = $0.blob(0) }
        return found
    }

    /// The chain links of the writes that wait for a decision.
    func aside() throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        try connection.run("SELECT chain FROM aside") {
            found.insert(UInt64(bitPattern: $0.int64(0)))
        }
        return found
    }

    /// When the right to a bucket ends; 0 for no end, or no bucket.
    func leaseUntil(_ bucket: String) throws -> Int64 {
        var found: Int64 = 0
        try connection.run("SELECT lease_until FROM bucket WHERE name = ?", .text(bucket)) {
            found = $0.int64(0)
        }
        return found
    }

    /// The buckets that the device has no more, and of which it keeps what was written there.
    func undecided() throws -> Set<String> {
        var isKnown = false
        try connection.run(
            "SELECT 1 FROM pragma_table_info('state') WHERE name = 'undecided'"
        ) { _ in isKnown = true }
        // A file of an earlier version has no place for it.
        guard isKnown else { return [] }
        var found = ""
        try connection.run("SELECT undecided FROM state") { found = $0.text(0) }
        return Set(found.split(separator: "\n").map(String.init))
    }

    /// How much the tables hold that grow with use.
    struct Holdings {
        /// Writes that wait.
        var waiting = 0
        /// Writes that are kept for a server that is put back.
        var acknowledged = 0
        /// How writes ended that were not refused.
        var outcomes = 0
        /// Entries of the index of what waits, about writes that wait no more.
        var strayEntries = 0
        /// Pages that were kept for a round, and no round goes on with.
        var strayPages = 0
    }

    /// Counts what the tables hold.
    func holdings() throws -> Holdings {
        var found = Holdings()
        try connection.run(
            """
            SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM acknowledged),
                (SELECT count(*) FROM outcome WHERE status <> 3),
                (SELECT count(*) FROM outbox_row WHERE mid NOT IN (SELECT mid FROM outbox)),
                (SELECT count(*) FROM staged_page, state WHERE state.staged_cursor IS NULL)
            """
        ) { row in
            found.waiting = Int(row.int64(0))
            found.acknowledged = Int(row.int64(1))
            found.outcomes = Int(row.int64(2))
            found.strayEntries = Int(row.int64(3))
            found.strayPages = Int(row.int64(4))
        }
        return found
    }

    /// The newest revision held of each bucket.
    func heads() throws -> [String: (epoch: UInt64, head: UInt64)] {
        var found: [String: (epoch: UInt64, head: UInt64)] = [:]
        try connection.run("SELECT name, epoch, head FROM bucket") {
            found[$0.text(0)] = (UInt64($0.int64(1)), UInt64($0.int64(2)))
        }
        return found
    }
}
