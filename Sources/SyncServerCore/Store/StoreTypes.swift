package import SyncProtocol

/// The number the store gave a bucket.
package typealias BucketNumber = Int64

/// The number the store gave a person; 0 stands for everyone.
package typealias PersonNumber = Int64

/// The number the store gave a device.
package typealias DeviceNumber = Int64

/// What a bucket holds now.
package struct BucketRecord: Hashable, Sendable {
    /// The store's number.
    package var number: BucketNumber
    /// The name that devices see.
    package var name: String
    /// Whose it is; 0 for everyone's.
    package var person: PersonNumber
    /// Changes whenever history cannot be continued.
    package var epoch: UInt64
    /// The newest revision.
    package var head: UInt64
    /// The highest revision of a tombstone that has been purged.
    package var floor: UInt64
    /// Every tombstone that has been purged was older than this, in milliseconds
    /// since 1970; 0 if none has been.
    package var purgedBefore: Int64
    /// The number of live rows.
    package var count: UInt64
    /// The number of tombstones kept.
    package var tombstones: UInt64
    /// The sum of the hashes of the live rows.
    package var sum: HashSum
    /// Which buckets are sent first; 1 is the first.
    package var priority: UInt64
    /// When the right of the person who asked ends, in milliseconds since 1970; 0 if never.
    ///
    /// Not of the bucket: ``StoreSnapshot/view(of:now:)`` fills it in.
    package var leaseUntil: UInt64 = 0

    /// Creates an empty bucket's record.
    package init(number: BucketNumber, name: String, person: PersonNumber) {
        self.init(
            number: number, name: name, person: person,
            priority: UInt64(TablePolicy.priority(ofBucket: name)))
    }

    /// Creates an empty bucket's record with the priority that was stored.
    init(number: BucketNumber, name: String, person: PersonNumber, priority: UInt64) {
        self.number = number
        self.name = name
        self.person = person
        self.epoch = 1
        self.head = 0
        self.floor = 0
        self.purgedBefore = 0
        self.count = 0
        self.tombstones = 0
        self.sum = .zero
        self.priority = priority
    }
}

/// A device and what the server knows of its writes.
package struct DeviceRecord: Hashable, Sendable {
    /// The store's number.
    package var number: DeviceNumber
    /// The name the device carries.
    package var id: DeviceID
    /// Whose device it is.
    package var person: PersonNumber
    /// What its owner calls it.
    package var name: String
    /// When it signed in, in milliseconds since 1970.
    package var added: Int64
    /// When its rights ended, or 0.
    package var revoked: Int64
    /// The last mutation taken.
    package var lastMid: UInt64
    /// The chain link of that mutation; before the first, the nonce is unknown.
    package var lastChain: UInt64
    /// The packed time stored for that mutation.
    package var lastTime: UInt64
    /// Counts the changes of the person's rights; 0 where they are as usual.
    package var rights: UInt64

    /// Creates a record.
    package init(
        number: DeviceNumber, id: DeviceID, person: PersonNumber, name: String, added: Int64,
        revoked: Int64 = 0, lastMid: UInt64 = 0, lastChain: UInt64 = 0, lastTime: UInt64 = 0,
        rights: UInt64 = 0
    ) {
        self.number = number
        self.id = id
        self.person = person
        self.name = name
        self.added = added
        self.revoked = revoked
        self.lastMid = lastMid
        self.lastChain = lastChain
        self.lastTime = lastTime
        self.rights = rights
    }
}

/// A person's right to a bucket, where it is not as usual.
///
/// As usual is: everything of one's own and of everybody's, without an end.
package struct RightRecord: Hashable, Sendable {
    /// The bucket.
    package var bucket: BucketNumber
    /// When it ends, in milliseconds since 1970; 0 if never, -1 if it is withdrawn.
    package var until: Int64

    /// Creates a record.
    package init(bucket: BucketNumber, until: Int64) {
        self.bucket = bucket
        self.until = until
    }

    /// Whether the bucket may be seen.
    package func isOpen(at now: Int64) -> Bool { until == 0 || until > now }
}

/// Which rows a key is unique among.
package enum RowScope: Hashable, Sendable {
    /// Rows of agencies: one namespace for all.
    case feed
    /// Rows a person writes: one namespace each.
    case person(PersonNumber)
    /// What an agency's row left behind when it moved out of a bucket.
    case movedFrom(BucketNumber)

    /// The bucket of what is kept of an agency's row whose tombstone was purged.
    ///
    /// No device sees it. Owner and version stay, so that an old feed cannot
    /// bring the row back.
    package static let buried: BucketNumber = 0

    /// The number in the store.
    package var number: Int64 {
        switch self {
        case .feed: 0
        case .person(let number): number
        case .movedFrom(let bucket): -bucket
        }
    }
}

/// Where the head of a bucket stood at a time, so that a revision has an age.
package struct HeadMark: Hashable, Sendable {
    /// The time, in milliseconds since 1970.
    package var at: Int64
    /// The head: everything at or below it is older than the time.
    package var head: UInt64

    /// Creates a mark.
    package init(at: Int64, head: UInt64) {
        self.at = at
        self.head = head
    }
}

/// What was purged of a bucket in one step.
package struct PurgedRows: Hashable, Sendable {
    /// The number of tombstones.
    package var count = 0
    /// The highest revision among them.
    package var last: UInt64 = 0
}

/// A row as the store holds it.
package struct RowRecord: Hashable, Sendable {
    /// The store's number; 0 for a row that is not stored yet.
    package var number: Int64
    /// The home bucket.
    package var bucket: BucketNumber
    /// The revision at which it became as it is.
    package var rev: UInt64
    /// The table and id.
    package var key: RowKey
    /// Which rows its key is unique among.
    package var scope: Int64
    /// Who writes it: an agency's code, or `citizen`.
    package var owner: String
    /// When the owner says it was true.
    package var asOf: Int64
    /// The owner's version.
    package var sourceVersion: Int64
    /// The hash of a live row; zero for a tombstone.
    package var hash: HashSum
    /// Whether it exists for a reader.
    package var isAlive: Bool
    /// The body, canonical JSON.
    ///
    /// A tombstone keeps what merging needs, or nothing.
    package var body: [UInt8]

    /// Creates a record.
    package init(
        number: Int64, bucket: BucketNumber, rev: UInt64, key: RowKey, scope: Int64, owner: String,
        asOf: Int64, sourceVersion: Int64, hash: HashSum, isAlive: Bool, body: [UInt8]
    ) {
        self.number = number
        self.bucket = bucket
        self.rev = rev
        self.key = key
        self.scope = scope
        self.owner = owner
        self.asOf = asOf
        self.sourceVersion = sourceVersion
        self.hash = hash
        self.isAlive = isAlive
        self.body = body
    }
}

/// What retention needs to know of a row before it reads its body.
package struct RowAge: Hashable, Sendable {
    /// The store's number of the row.
    package var number: Int64
    /// The table; nil where the store does not know its name, which is damage.
    package var table: String?
    /// When the owner says it was true.
    package var asOf: Int64
    /// Whether it exists for a reader.
    package var isAlive: Bool

    /// Creates an age.
    package init(number: Int64, table: String?, asOf: Int64, isAlive: Bool) {
        self.number = number
        self.table = table
        self.asOf = asOf
        self.isAlive = isAlive
    }
}

/// What a repair needs to know of a row.
package struct RowMark: Hashable, Sendable {
    /// The store's number of the row, the same for all its versions.
    package var number: Int64
    /// Whether it exists for a reader.
    package var isAlive: Bool
    /// The hash of a live row; zero for a tombstone.
    package var hash: HashSum

    /// Creates a mark.
    package init(number: Int64, isAlive: Bool, hash: HashSum) {
        self.number = number
        self.isAlive = isAlive
        self.hash = hash
    }
}

/// A row read in place, valid only inside the closure it is given to.
package struct RowInPlace {
    /// The revision.
    package var rev: UInt64
    /// The store's number of the table's name.
    package var table: Int64
    /// The store's number of the owner's name.
    package var owner: Int64
    /// When the owner says it was true.
    package var asOf: Int64
    /// The owner's version.
    package var sourceVersion: Int64
    /// Whether it exists for a reader.
    package var isAlive: Bool
    /// The id.
    package var id: UnsafeRawBufferPointer
    /// The hash of a live row; zero for a tombstone.
    package var hash: HashSum
    /// The body.
    package var body: UnsafeRawBufferPointer
}

/// The outcome of one mutation as stored for ever.
package struct OutcomeRecord: Hashable, Sendable {
    /// The most outcomes that one answer tells of, for a device that has seen none of many.
    package static let answerMax = 1_000

    /// The outcome a device is told.
    package var outcome: Outcome
    /// The mutation's chain link.
    package var chain: UInt64

    /// Creates a record.
    package init(outcome: Outcome, chain: UInt64) {
        self.outcome = outcome
        self.chain = chain
    }

    /// The bytes that it takes in the store: its link, and a row unless it is like the one before.
    func keptBytes(after earlier: OutcomeRecord?) -> Int {
        if let last = earlier?.outcome, last.status == outcome.status, last.code == outcome.code,
            last.detail == outcome.detail
        {
            return 8
        }
        return 8 + 32 + outcome.code.utf8.count + outcome.detail.utf8.count
    }
}

/// What was done to keep a store's log short.
package struct LogUpkeep: Hashable, Sendable {
    /// The pages in the log before.
    package var pages: Int
    /// Whether all of them are in the database file now.
    package var isWhole: Bool
}
