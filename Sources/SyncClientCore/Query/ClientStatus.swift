/// Who is signed in, and where.
public struct Account: Hashable, Sendable {
    /// The server's opaque name for the person; never a national id.
    public let subject: String

    /// The server's name for this device: sixteen hexadecimal digits.
    public let device: String

    /// The server's address.
    public let server: String

    /// Creates an account.
    package init(subject: String, device: String, server: String) {
        self.subject = subject
        self.device = device
        self.server = server
    }
}

/// What the client holds and what it waits for; needs no network.
public struct ClientStatus: Hashable, Sendable {
    /// One bucket of the mirror: the unit of rights.
    public struct Bucket: Hashable, Sendable {
        /// The name, for instance `person/<subject>/core`.
        public let name: String
        /// The number of rows held.
        public let rows: Int
        /// When the right to read ends, in milliseconds since 1970, or nil.
        public let leaseUntilMilliseconds: Int64?
        /// Whether its rows may be read now.
        public let isReadable: Bool
    }

    /// One owner of rows, once for the person's own rows and once for those of everybody.
    public struct Source: Hashable, Sendable {
        /// The agency.
        public let owner: String
        /// Whether everybody has these rows, as the catalogue of services.
        public let isPublic: Bool
        /// The number of its rows.
        public let rows: Int
        /// The oldest moment for which one of its rows was true.
        public let oldestAsOfMilliseconds: Int64
        /// The newest moment for which one of its rows was true.
        public let newestAsOfMilliseconds: Int64
    }

    /// Who is signed in, or nil.
    public let account: Account?

    /// Whether the server has ended the sign-in.
    public let isSignInExpired: Bool

    /// When a sync last completed, in milliseconds by the server's clock, or nil.
    public let lastSyncMilliseconds: Int64?

    /// What to add to this device's clock to get the server's.
    public let serverOffsetMilliseconds: Int64

    /// The time now by the server's clock, as well as this device can tell.
    public let nowMilliseconds: Int64

    /// The buckets by name.
    public let buckets: [Bucket]

    /// The owners by name, those of the person's own rows first.
    public let sources: [Source]

    /// The number of writes that wait to be sent or confirmed.
    public let queuedCount: Int

    /// The first of them, in order.
    public let queued: [QueuedWrite]

    /// The writes that the server refused, newest first.
    public let refused: [WriteOutcome]

    /// The pages of an unfinished sync that are kept to go on from.
    public let stagedPages: Int

    /// Why no write is sent, though reading goes on; nil where all is well.
    ///
    /// Stays until the person signs in again, or the server has its lost writes
    /// back. What waits is kept.
    public let heldBack: SyncFailure?

    /// What happened to the data on this device, until the person puts it away.
    public let notices: [CacheNotice]

    /// The tables held that only a later version of this app knows, by name.
    public let unknownTables: [String]
}

/// What a sync moved.
public struct SyncReport: Hashable, Sendable {
    /// Writes sent.
    public internal(set) var pushed = 0
    /// Rows received.
    public internal(set) var rows = 0
    /// Rows removed.
    public internal(set) var deletes = 0
    /// Bytes sent, bodies only.
    public internal(set) var bytesUp = 0
    /// Bytes received, bodies only.
    public internal(set) var bytesDown = 0
    /// Responses that carried rows.
    public internal(set) var pages = 0
    /// Requests sent.
    public internal(set) var requests = 0
    /// The time it took.
    public internal(set) var milliseconds: Int64 = 0
    /// Repairs: times that the mirror was compared with the server and mended.
    public internal(set) var repairs = 0
    /// Rows that repairs brought or removed.
    public internal(set) var mended = 0
    /// The outcomes that arrived.
    public internal(set) var outcomes: [WriteOutcome] = []
    /// Why writes that wait were not sent, though the rest was done; or nil.
    public internal(set) var heldBack: SyncFailure?
    /// The number of the next write when it ended: lower ones were seen by it.
    var nextMid: UInt64 = 0

    /// Creates a report of nothing.
    package init() {}
}

/// How far a sync has come.
public struct SyncProgress: Hashable, Sendable {
    /// Rows received so far in this round.
    public let rowsReceived: Int

    /// Rows that this round will bring, as the server last said.
    public let rowsExpected: Int

    /// Between 0 and 1, and never going back within a round.
    public let fraction: Double
}

/// What a live connection tells.
public enum LiveEvent: Hashable, Sendable {
    /// The channel is open: changes arrive by themselves.
    case connected
    /// A sync completed.
    case synced(SyncReport)
    /// Something failed; it is tried again after the pause.
    case waiting(milliseconds: Int64, SyncFailure)
    /// The server ended the sign-in of this device.
    case revoked
    /// It will not be tried again.
    case stopped(SyncFailure)
}

/// One message between client and server, for a developer to read.
public struct TraceEvent: Hashable, Sendable {
    /// The direction.
    public enum Direction: String, Hashable, Sendable {
        /// From this device.
        case sent
        /// To this device.
        case received
    }

    /// The direction.
    public let direction: Direction

    /// The request this belongs to, from one in each round.
    public let request: Int

    /// Bytes of the body.
    public let bytes: Int

    /// Milliseconds since the round began.
    public let milliseconds: Int64

    /// One line for each frame, without personal data.
    ///
    /// Runs of rows are put together.
    public let frames: [String]
}

/// What a check of the cache found.
public struct DoctorReport: Hashable, Sendable {
    /// One thing that was looked at.
    public struct Check: Hashable, Sendable {
        /// A stable name, such as `cache.integrity`.
        public let code: String
        /// Whether it is as it should be.
        public let isSound: Bool
        /// What was found.
        public let detail: String
    }

    /// Everything looked at, in order.
    public let checks: [Check]

    /// Whether everything is as it should be.
    public var isSound: Bool { checks.allSatisfy(\.isSound) }
}
