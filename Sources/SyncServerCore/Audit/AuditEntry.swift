package import SyncProtocol

/// One thing that happened to people's data or to rights, as the audit chain keeps it.
///
/// Ids only: no row, no name and no number of a person is ever in an entry.
package struct AuditEntry: Hashable, Sendable {
    /// What happened.
    ///
    /// Raw values are stored for ever.
    package enum Kind: UInt64, CaseIterable, Hashable, Sendable {
        /// A history of the database began; the text is its lineage.
        case historyBegan = 1
        /// Rows of people were sent to a device.
        case rowsRead = 2
        /// A device's mutations were taken.
        case rowsWritten = 3
        /// An agency's lines were taken; the text counts those that name somebody unknown.
        case rowsFed = 4
        /// Tombstones were purged.
        case rowsPurged = 5
        /// Rows whose period was over were removed; the text counts them by table.
        case rowsExpired = 6
        /// The beginning of the chain was cut off; the text is an ``AuditCut``.
        case entriesCut = 7
        /// A sign-in was approved for a person.
        case signInApproved = 10
        /// A device got tokens for the first time.
        case deviceAdded = 11
        /// A device that was here before signed in again under its name.
        case deviceReturned = 12
        /// A device got new tokens for old ones.
        case tokensRenewed = 13
        /// A refresh token was used twice, and the device's rights ended for it.
        case tokenReused = 14
        /// A device's rights ended.
        case deviceRevoked = 15
        /// A person refused a sign-in.
        case signInDenied = 16
        /// An agency may feed; the text names its tables.
        case agencyAdded = 20
        /// An agency's key ended.
        case agencyRevoked = 21
        /// A person became known.
        case personAdded = 22
        /// A person was given a bucket; the text names it, and the end if there is one.
        case bucketGranted = 23
        /// A bucket was taken away from a person; the text names it.
        case bucketWithdrawn = 24
        /// Everything about a person was given out; the text says why.
        case personExported = 30
        /// Everything about a person was removed; the text says why.
        case personErased = 31
        /// Nothing of a person is removed until further notice; the text says why.
        case personHeld = 32
        /// A hold ended; the text says why.
        case personReleased = 33
        /// A copy of the whole store was begun; the text names its file.
        case storeCopied = 34

        /// The word for it in what operators read.
        package var word: String {
            switch self {
            case .historyBegan: "history_began"
            case .rowsRead: "rows_read"
            case .rowsWritten: "rows_written"
            case .rowsFed: "rows_fed"
            case .rowsPurged: "rows_purged"
            case .rowsExpired: "rows_expired"
            case .entriesCut: "entries_cut"
            case .signInApproved: "sign_in_approved"
            case .deviceAdded: "device_added"
            case .deviceReturned: "device_returned"
            case .tokensRenewed: "tokens_renewed"
            case .tokenReused: "token_reused"
            case .deviceRevoked: "device_revoked"
            case .signInDenied: "sign_in_denied"
            case .agencyAdded: "agency_added"
            case .agencyRevoked: "agency_revoked"
            case .personAdded: "person_added"
            case .bucketGranted: "bucket_granted"
            case .bucketWithdrawn: "bucket_withdrawn"
            case .personExported: "person_exported"
            case .personErased: "person_erased"
            case .personHeld: "person_held"
            case .personReleased: "person_released"
            case .storeCopied: "store_copied"
            }
        }
    }

    /// Who did it.
    package enum Actor: Hashable, Sendable {
        /// The server itself.
        case server
        /// An operator, through the admin socket or on the data directory.
        case `operator`
        /// A device of a person.
        case device(DeviceID)
        /// An agency, by its code.
        case agency(String)
        /// An identity provider, by its name.
        case provider(String)
    }

    /// What happened.
    package var kind: Kind
    /// When, in milliseconds since 1970 by the server's clock: one of ``times``.
    package var at: Int64
    /// Who did it.
    package var actor: Actor
    /// Whose data or rights they are, or 0 where the ranges tell, or nobody's.
    package var person: PersonNumber
    /// The device whose rights it is about, where the actor is another.
    package var device: DeviceID?
    /// The mutations it covers.
    package var mutations: MutationRun
    /// The rows it covers.
    package var ranges: [AuditRange]
    /// The purpose of a disclosure, or what the kind says; never anything of a person.
    package var text: String

    /// Mutations of one device that follow each other.
    package struct MutationRun: Hashable, Sendable {
        /// The number of the first, or 0.
        package var first: UInt64
        /// How many there are.
        package var count: UInt64

        /// No mutations.
        package static let none = MutationRun(first: 0, count: 0)

        /// Creates a run.
        package init(first: UInt64, count: UInt64) {
            self.first = first
            self.count = count
        }
    }

    /// When something can have happened: a time beyond the year 9999 is damage.
    static let times: ClosedRange<Int64> = 0...253_402_214_400_000

    /// Creates an entry.
    package init(
        _ kind: Kind, at: Int64, by actor: Actor, person: PersonNumber = 0,
        device: DeviceID? = nil, mutations: MutationRun = .none, ranges: [AuditRange] = [],
        text: String = ""
    ) {
        self.kind = kind
        self.at = at
        self.actor = actor
        self.person = person
        self.device = device
        self.mutations = mutations
        self.ranges = ranges
        self.text = text
    }
}

/// Rows of one bucket between two revisions.
package struct AuditRange: Hashable, Sendable {
    /// The bucket.
    package var bucket: BucketNumber
    /// The lowest revision among the rows.
    package var first: UInt64
    /// The highest.
    package var last: UInt64
    /// How many rows and tombstones there were.
    package var rows: UInt64

    /// Creates a range.
    package init(bucket: BucketNumber, first: UInt64, last: UInt64, rows: UInt64) {
        self.bucket = bucket
        self.first = first
        self.last = last
        self.rows = rows
    }
}

/// The rows that one request read or wrote, by bucket.
///
/// A device touches few buckets and mostly one after the other, so they are
/// searched from the end.
package struct AuditRanges: Hashable, Sendable {
    /// In the order in which they were first touched.
    package private(set) var ranges: [AuditRange] = []

    /// Creates an empty collection.
    package init() {}

    /// Whether nothing was touched.
    package var isEmpty: Bool { ranges.isEmpty }

    /// Adds a row or tombstone.
    package mutating func add(_ rev: UInt64, of bucket: BucketNumber) {
        guard let index = ranges.lastIndex(where: { $0.bucket == bucket }) else {
            ranges.append(AuditRange(bucket: bucket, first: rev, last: rev, rows: 1))
            return
        }
        ranges[index].first = min(ranges[index].first, rev)
        ranges[index].last = max(ranges[index].last, rev)
        ranges[index].rows += 1
    }
}
