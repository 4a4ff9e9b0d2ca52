internal import SQLiteKit
internal import SyncProtocol

/// The one row of the `state` table.
///
/// - Invariant: `ackedMid <= answeredMid < nextMid` while the server keeps its
///   history and the device its name. A server restored from a backup moves the first two
///   back. After a change of name `answeredMid` is behind until the server has been
///   told again what the mirror has.
struct CacheState: Hashable, Sendable {
    /// The name the server gave to this device.
    var device: DeviceID
    /// Link 0 of the chain: drawn at random for each device name.
    var nonce: UInt64
    /// Where the mirror stands; empty before the first checkpoint.
    var cursor: [UInt8]
    /// The server's history that the mirror belongs to.
    var lineage: [UInt8]
    /// The number of the next write.
    var nextMid: UInt64
    /// The chain link of the write before it.
    var lastChain: UInt64
    /// The last write that the mirror contains.
    var ackedMid: UInt64
    /// The last write whose outcome is stored.
    var answeredMid: UInt64
    /// The last write that the server has, where it misses later ones for good.
    ///
    /// They are not kept here any more. Nil otherwise; while set, no write is sent.
    var missingAfter: UInt64?
    /// The clock as it stamped last.
    var clock: HybridClock
    /// The latest time a server told, in milliseconds.
    var serverLast: Int64
    /// When a sync last completed, by the server's clock.
    var syncedAt: Int64?
    /// Where an unfinished round stands, or nil.
    var stagedCursor: [UInt8]?
    /// Whether the unfinished round replaces the whole mirror.
    var stagedIsWhole: Bool
    /// How far a repair of the mirror has come.
    var repair: RepairState
    /// Whether another installation is known to use this device's name.
    var isCopied: Bool
    /// Whose cache it is; empty in one of an earlier version, until it is opened.
    var subject: String
    /// Whether the numbers of writes are taken over from the server's next checkpoint.
    ///
    /// After a salvage nobody here knows which writes the server has. Until it
    /// says so nothing is sent, and new writes have numbers from
    /// ``Limits/temporaryMid`` on, which are never sent. Where a gap is to be closed
    /// nothing is sent either.
    var isAdopting: Bool
    /// The latest time at which a lease was looked at, by the server's clock.
    var timeSeen: Int64
    /// What a withdrawal has yet to remove outside of the tables.
    var erasure: PendingErasure
    /// Buckets of people that are not held any more, where the server may come to have them again.
    ///
    /// What is kept of the person's writes on them stays until that is known.
    var undecided: Set<String>
    /// The last number that a write of this name has had, where later ones get it again.
    ///
    /// Up to it a new write tells an origin of no device, which is its identity: what others
    /// wrote can name the older one by its number.
    var usedMid: UInt64

    /// Reads the row.
    static func load(_ connection: Connection) throws -> CacheState {
        var state: CacheState?
        try connection.run(
            """
            SELECT device, nonce, cursor, lineage, next_mid, last_chain, acked_mid, answered_mid,
                clock_last, clock_offset, server_last, synced_at, staged_cursor, staged_is_whole,
                missing_after, repair, is_copied, subject, is_adopting, time_seen, erasure,
                undecided, used_mid
            FROM state WHERE id = 1
            """
        ) { row in
            state = CacheState(
                device: DeviceID(UInt64(bitPattern: row.int64(0))),
                nonce: UInt64(bitPattern: row.int64(1)), cursor: row.blob(2), lineage: row.blob(3),
                nextMid: UInt64(bitPattern: row.int64(4)),
                lastChain: UInt64(bitPattern: row.int64(5)),
                ackedMid: UInt64(bitPattern: row.int64(6)),
                answeredMid: UInt64(bitPattern: row.int64(7)),
                missingAfter: row.optionalInt64(14).map { UInt64(bitPattern: $0) },
                clock: HybridClock(
                    last: UInt64(bitPattern: row.int64(8)), offsetMilliseconds: row.int64(9)),
                serverLast: row.int64(10), syncedAt: row.optionalInt64(11),
                stagedCursor: row.optionalBlob(12), stagedIsWhole: row.int64(13) != 0,
                repair: RepairState(rawValue: row.int64(15)) ?? .none,
                isCopied: row.int64(16) != 0, subject: row.text(17),
                isAdopting: row.int64(18) != 0, timeSeen: row.int64(19),
                erasure: PendingErasure(rawValue: row.int64(20)) ?? .none,
                undecided: Set(row.text(21).split(separator: "\n").map(String.init)),
                usedMid: UInt64(bitPattern: row.int64(22)))
        }
        guard let state else { throw SyncFailure.cacheDamaged(path: connection.path) }
        return state
    }

    /// Reads the row for what was asked for under a name of the device.
    ///
    /// - Throws: ``SyncFailure/busyElsewhere`` where another process has signed in since,
    ///   so that the answer is about a name that the cache has no more.
    static func load(_ connection: Connection, as device: DeviceID) throws -> CacheState {
        let state = try load(connection)
        guard state.device == device else { throw SyncFailure.busyElsewhere }
        return state
    }

    /// Writes the row.
    func save(_ connection: Connection) throws {
        try connection.run(
            """
            UPDATE state SET device = ?, nonce = ?, cursor = ?, lineage = ?, next_mid = ?,
                last_chain = ?, acked_mid = ?, answered_mid = ?, clock_last = ?, clock_offset = ?,
                server_last = ?, synced_at = ?, staged_cursor = ?, staged_is_whole = ?,
                missing_after = ?, repair = ?, is_copied = ?, subject = ?, is_adopting = ?,
                time_seen = ?, erasure = ?, undecided = ?, used_mid = ?
            WHERE id = 1
            """,
            .integer(Int64(bitPattern: device.number)), .integer(Int64(bitPattern: nonce)),
            .blob(cursor), .blob(lineage), .integer(Int64(bitPattern: nextMid)),
            .integer(Int64(bitPattern: lastChain)), .integer(Int64(bitPattern: ackedMid)),
            .integer(Int64(bitPattern: answeredMid)), .integer(Int64(bitPattern: clock.last)),
            .integer(clock.offsetMilliseconds), .integer(serverLast),
            syncedAt.map { .integer($0) } ?? .null, stagedCursor.map { .blob($0) } ?? .null,
            .integer(stagedIsWhole ? 1 : 0),
            missingAfter.map { .integer(Int64(bitPattern: $0)) } ?? .null,
            .integer(repair.rawValue), .integer(isCopied ? 1 : 0), .text(subject),
            .integer(isAdopting ? 1 : 0), .integer(timeSeen), .integer(erasure.rawValue),
            .text(undecided.isEmpty ? "" : undecided.sorted().joined(separator: "\n")),
            .integer(Int64(bitPattern: usedMid)))
    }

    /// The time now by the server's clock, never before a time it has told.
    func now(wallMilliseconds: Int64) -> Int64 {
        let (sum, overflow) = wallMilliseconds.addingReportingOverflow(clock.offsetMilliseconds)
        return max(overflow ? 0 : sum, serverLast)
    }

    /// The time at which leases are judged, which setting the clock back does not bring back.
    func leaseTime(wallMilliseconds: Int64) -> Int64 {
        max(now(wallMilliseconds: wallMilliseconds), timeSeen)
    }

    /// Takes note of the server's clock in a response.
    mutating func observe(_ hello: Hello, wallMilliseconds: Int64) {
        clock.observeServer(
            milliseconds: hello.serverMilliseconds, wallMilliseconds: wallMilliseconds)
        serverLast = max(serverLast, hello.serverMilliseconds)
        // A clock that was ahead for a while is put right by the server alone.
        timeSeen = min(timeSeen, hello.serverMilliseconds)
    }

    /// Where the next request goes on from.
    var requestCursor: [UInt8] { stagedCursor ?? cursor }
}

/// How far a repair of the mirror has come.
enum RepairState: Int64, Hashable, Sendable {
    /// Nothing is being repaired.
    case none = 0
    /// Ranges are being compared; what has arrived is kept with the pages.
    case running = 1
    /// Everything that was missing has arrived; the next checkpoint applies it.
    case mended = 2
    /// The server cannot repair; the next checkpoint replaces the mirror.
    case refused = 3
}

/// What is still to be removed after a part of the data was taken away.
enum PendingErasure: Int64, Comparable, Hashable, Sendable {
    /// Nothing.
    case none = 0
    /// The log, which holds what the tables do not hold any more.
    case log = 1
    /// Damaged caches and exported writes that were kept, and the log.
    case copies = 2

    static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }
}
