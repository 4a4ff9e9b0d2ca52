/// One unit of what client and server say to each other in `/v1/sync` and
/// `/v1/reconcile`.
///
/// A request is a `sync` frame, then, if the device has writes, a `push` frame
/// and its `mutation`s. A response begins with `hello` and ends with exactly one
/// of `unchanged`, `page`, `checkpoint`, `pushed`, `restart` or `error`. A
/// response without an end was cut and is not used. In `/v1/reconcile` a request
/// is a `reconcile` frame with `sums` and `items`; the response ends with
/// `reconciled` or `error`.
package enum Frame: Hashable, Sendable {
    // Requests.
    case sync(SyncRequest)
    case push(PushHeader)
    case mutation(Mutation)
    case reconcile(ReconcileRequest)
    case sums(SumsClaim)
    case items(ItemsClaim)
    // Responses.
    case hello(Hello)
    case unchanged(ackedMid: UInt64)
    case bucket(BucketState)
    case bucketGone(name: String)
    case name(index: UInt64, text: String)
    case row(RowFrame)
    case tombstone(Tombstone)
    case outcomes(OutcomeRange)
    case page(PageEnd)
    case checkpoint(Checkpoint)
    case pushed(ackedMid: UInt64)
    case restart(reason: String)
    case error(ErrorFrame)
    case parts(PartsAnswer)
    case surplus(SurplusRows)
    case reconciled(ReconcileEnd)
    /// A frame of a later version: skipped.
    case unknown(UInt64)

    /// Whether a response ends here.
    package var isTerminal: Bool {
        switch self {
        case .unchanged, .page, .checkpoint, .pushed, .restart, .error, .reconciled: true
        default: false
        }
    }
}

/// What a device asks for.
package struct SyncRequest: Hashable, Sendable {
    /// The cursor of the last page applied, empty for a first sync.
    package var cursor: [UInt8] = []

    /// The most rows wanted; 0 asks for no rows at all: a push alone.
    package var rowsMax: UInt64 = 10_000

    /// About how many bytes of rows are wanted.
    package var bytesMax: UInt64 = 256 * 1_024

    /// The version of the tables the device knows.
    package var schema: UInt64 = TablePolicy.schemaVersion

    /// The highest mutation number whose outcome the device has stored.
    package var outcomesSeen: UInt64 = 0

    /// The lowest priority wanted: 9 is everything.
    package var priorityMax: UInt64 = 9

    /// Whether a checkpoint is wanted even if nothing is new.
    package var wantsCheckpoint = false

    /// Creates a request for everything.
    package init() {}
}

/// What comes before a device's mutations.
package struct PushHeader: Hashable, Sendable {
    /// The chain link before the first mutation: see ``MutationChain``.
    package var baseChain: UInt64

    /// Creates a header.
    package init(baseChain: UInt64) {
        self.baseChain = baseChain
    }
}

/// The first frame of a response.
package struct Hello: Hashable, Sendable {
    /// What every response begins with, so that a proxy's page is never taken for one.
    package static let magic: [UInt8] = Array("TRS1".utf8)

    /// The server's clock, in milliseconds since 1970.
    package var serverMilliseconds: Int64

    /// Creates a hello.
    package init(serverMilliseconds: Int64) {
        self.serverMilliseconds = serverMilliseconds
    }
}

/// What a bucket holds at the moment of the page.
package struct BucketState: Hashable, Sendable {
    /// The server's number for it, the same for as long as the lineage is.
    package var index: UInt64
    /// The name, for instance `person/<subject>/core`.
    ///
    /// Empty for a device whose cursor shows that it holds the bucket: it knows
    /// name, epoch and priority by the number, and all three are left out.
    package var name: String
    /// Changes whenever history cannot be continued.
    package var epoch: UInt64
    /// The newest revision.
    package var head: UInt64
    /// The number of live rows.
    package var count: UInt64
    /// The sum of their hashes.
    package var sum: HashSum
    /// 1 is sent first.
    package var priority: UInt64
    /// When the right to read ends, in milliseconds since 1970; 0 for no end.
    package var leaseUntil: UInt64
    /// Rows and tombstones this device has still to receive, this page included.
    package var ahead: UInt64

    /// Creates a bucket's state.
    package init(
        index: UInt64, name: String, epoch: UInt64, head: UInt64, count: UInt64, sum: HashSum,
        priority: UInt64, leaseUntil: UInt64, ahead: UInt64
    ) {
        self.index = index
        self.name = name
        self.epoch = epoch
        self.head = head
        self.count = count
        self.sum = sum
        self.priority = priority
        self.leaseUntil = leaseUntil
        self.ahead = ahead
    }

    /// The same state for a device that holds the bucket already.
    package var forHolder: BucketState {
        var state = self
        state.name = ""
        state.epoch = 0
        state.priority = 0
        return state
    }
}

/// A row as it is now.
///
/// Tables, buckets and owners are names of this response.
package struct RowFrame: Hashable, Sendable {
    /// The bucket's index.
    package var bucket: UInt64
    /// The table's name index.
    package var table: UInt64
    /// The owner's name index.
    package var owner: UInt64
    /// The row's id.
    package var id: String
    /// The bucket's revision at which the row became as it is.
    package var rev: UInt64
    /// When the owner says it was true, in milliseconds since 1970.
    package var asOf: Int64
    /// The owner's own version number.
    package var sourceVersion: Int64
    /// The body, canonical JSON.
    package var body: [UInt8]

    /// Creates a row.
    package init(
        bucket: UInt64, table: UInt64, owner: UInt64, id: String, rev: UInt64, asOf: Int64,
        sourceVersion: Int64, body: [UInt8]
    ) {
        self.bucket = bucket
        self.table = table
        self.owner = owner
        self.id = id
        self.rev = rev
        self.asOf = asOf
        self.sourceVersion = sourceVersion
        self.body = body
    }
}

/// A row that is gone.
package struct Tombstone: Hashable, Sendable {
    /// The bucket's index.
    package var bucket: UInt64
    /// The table's name index.
    package var table: UInt64
    /// The row's id.
    package var id: String
    /// The bucket's revision at which it went.
    package var rev: UInt64

    /// Creates a tombstone.
    package init(bucket: UInt64, table: UInt64, id: String, rev: UInt64) {
        self.bucket = bucket
        self.table = table
        self.id = id
        self.rev = rev
    }
}

/// The same outcome for one mutation or a run of them.
package struct OutcomeRange: Hashable, Sendable {
    /// The first mutation.
    package var first: UInt64
    /// The last mutation.
    package var last: UInt64
    /// How they ended.
    package var status: Outcome.Status
    /// Why, or empty.
    package var code: String
    /// Where, or empty.
    package var detail: String

    /// Creates a range.
    package init(
        first: UInt64, last: UInt64, status: Outcome.Status, code: String = "", detail: String = ""
    ) {
        self.first = first
        self.last = last
        self.status = status
        self.code = code
        self.detail = detail
    }
}

/// The end of a page with more to come.
package struct PageEnd: Hashable, Sendable {
    /// Where to go on.
    package var cursor: [UInt8]
    /// The number of `row` and `tombstone` frames in this response.
    package var rows: UInt64
    /// The sum of the hashes of the `row` frames in this response.
    package var sum: HashSum

    /// Creates an end.
    package init(cursor: [UInt8], rows: UInt64, sum: HashSum) {
        self.cursor = cursor
        self.rows = rows
        self.sum = sum
    }
}

/// The end of a page that reached every head: the device may apply.
package struct Checkpoint: Hashable, Sendable {
    /// Where the next sync begins.
    package var cursor: [UInt8]
    /// The number of `row` and `tombstone` frames in this response.
    package var rows: UInt64
    /// The sum of the hashes of the `row` frames in this response.
    package var sum: HashSum
    /// The last mutation of this device that the rows contain; 0 for none.
    package var ackedMid: UInt64
    /// The chain link of that mutation; 0 without one.
    package var ackedChain: UInt64
    /// The history this belongs to; empty where it is that of the request's cursor.
    package var lineage: [UInt8]

    /// Creates a checkpoint.
    package init(
        cursor: [UInt8], rows: UInt64, sum: HashSum, ackedMid: UInt64, ackedChain: UInt64,
        lineage: [UInt8]
    ) {
        self.cursor = cursor
        self.rows = rows
        self.sum = sum
        self.ackedMid = ackedMid
        self.ackedChain = ackedChain
        self.lineage = lineage
    }
}

/// A failure of the whole request.
///
/// Mutations before it keep their outcomes.
package struct ErrorFrame: Hashable, Sendable {
    /// A stable name, for instance `push.gap` or `server.busy`.
    package var code: String
    /// What happened, for a developer.
    package var message: String
    /// When to come back, in milliseconds; 0 for no advice.
    package var retryAfterMilliseconds: UInt64
    /// The last mutation of this device that the server holds.
    package var ackedMid: UInt64

    /// Creates an error.
    package init(
        code: String, message: String, retryAfterMilliseconds: UInt64 = 0, ackedMid: UInt64 = 0
    ) {
        self.code = code
        self.message = message
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.ackedMid = ackedMid
    }
}
