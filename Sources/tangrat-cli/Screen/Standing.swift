internal import SyncClientCore

/// What the client holds and waits for, as the screens need it.
struct Standing: Hashable, Sendable {
    /// One part of a citizen's data that is granted as one.
    struct Bucket: Hashable, Sendable {
        var name: String
        var rows: Int
        var leaseUntil: Int64?
        var isReadable: Bool
    }

    /// One owner of rows, once for the person's own and once for those of everybody.
    struct Source: Hashable, Sendable {
        var owner: String
        var isPublic = false
        var rows: Int
        var oldestAsOf: Int64
        var newestAsOf: Int64
    }

    /// Who is signed in, or nil.
    var account: Account?
    var isSignInExpired = false
    /// When a sync last completed, by the server's clock, or nil.
    var lastSync: Int64?
    /// What to add to the device's clock to get the server's.
    var serverOffset: Int64 = 0
    /// The time now by the server's clock, as well as the device can tell.
    var now: Int64
    var buckets: [Bucket] = []
    var sources: [Source] = []
    var queuedCount = 0
    var queued: [QueuedWrite] = []
    var refused: [WriteOutcome] = []
    var stagedPages = 0
    /// Why no write is sent, though reading goes on; or nil.
    var heldBack: SyncFailure?
    /// What happened to the data on this device.
    var notices: [CacheNotice] = []
    /// The tables that only a later version of the app knows.
    var unknownTables: [String] = []

    /// The buckets whose right to read has ended.
    var closedBuckets: [Bucket] { buckets.filter { !$0.isReadable } }

    /// The writes that wait for a row.
    func pendingWrites(on row: String) -> [QueuedWrite] {
        queued.filter { $0.rows.contains(row) }
    }
}

extension Standing {
    /// Reads the status of the client.
    init(_ status: ClientStatus) {
        self.init(
            account: status.account, isSignInExpired: status.isSignInExpired,
            lastSync: status.lastSyncMilliseconds, serverOffset: status.serverOffsetMilliseconds,
            now: status.nowMilliseconds,
            buckets: status.buckets.map {
                Bucket(
                    name: $0.name, rows: $0.rows, leaseUntil: $0.leaseUntilMilliseconds,
                    isReadable: $0.isReadable)
            },
            sources: status.sources.map {
                Source(
                    owner: $0.owner, isPublic: $0.isPublic, rows: $0.rows,
                    oldestAsOf: $0.oldestAsOfMilliseconds,
                    newestAsOf: $0.newestAsOfMilliseconds)
            },
            queuedCount: status.queuedCount, queued: status.queued, refused: status.refused,
            stagedPages: status.stagedPages, heldBack: status.heldBack,
            notices: status.notices, unknownTables: status.unknownTables)
    }
}
