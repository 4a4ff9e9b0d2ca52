internal import SyncProtocol

/// Every limit of the server in one place, with its unit and its reason.
///
/// Production uses the values as they stand; tests make them small so that the
/// edges are reached. `docs/limits.md` is the same table for people, and a test
/// compares the two.
package struct Limits: Sendable {
    /// The limits of connections, and in them those of messages.
    package var http = HTTPLimits()

    /// The most requests that one device or agency may have open at once, counted
    /// until their answers are taken.
    package var requestsPerTokenMax = 32

    /// How many requests of one device may come at once after a pause.
    package var requestsBurstMax = 600

    /// How many requests of one device may follow in a minute: 20 a second.
    package var requestsPerMinute = 1_200

    /// How many sign-ins may begin at once from one address.
    package var signInsBurstMax = 30

    /// How many sign-ins from one address may follow in a minute.
    package var signInsPerMinute = 30

    /// How many requests for tokens may come at once from one address.
    package var tokensBurstMax = 600

    /// How many requests for tokens from one address may follow in a minute.
    package var tokensPerMinute = 1_200

    /// The buckets that all addresses share, for each of the two.
    package var addressBuckets = 65_536

    /// The most live streams in all: fewer than connections, so that who comes to
    /// sync still finds room.
    package var watchersMax = 10_000

    /// The most live streams of one device; one more ends the oldest.
    ///
    /// Some for each program on it, and some that the server does not know to be
    /// dead yet.
    package var watchersPerDeviceMax = 16

    /// Descriptors that are never given to connections: files, loops, sockets.
    package var descriptorsReserved = 32

    /// The same for each event loop, which has its own files and its own poll.
    package var descriptorsReservedPerLoop = 8

    /// The most commands of operators at once.
    package var adminConnectionsMax = 16

    /// The largest body of `/v1/sync`: 500 mutations of a few kilobytes.
    package var syncBodyBytesMax = 1_024 * 1_024

    /// The most mutations taken from one request.
    package var mutationsMax = 500

    /// The bytes of rows, read and written, after which no more mutations are taken from
    /// one request: a row is read and written whole, however small an edit of it is.
    package var pushWorkBytesMax = 4 * 1_024 * 1_024

    /// How many of these bytes count as one request more, where they are more than that.
    package var workBytesPerRequest = 128 * 1_024

    /// How many bytes of outcomes count as one request more: they stay for ever, about as much
    /// of them as the entry of the audit chain that a request makes.
    package var keptBytesPerRequest = 256

    /// The most bytes of rows in one page: what a slow reader may hold in memory.
    package var pageBytesMax = 1_024 * 1_024

    /// The fewest bytes of rows a device may ask for, so that it makes progress.
    package var pageBytesMin = 1

    /// The most rows in one page.
    package var pageRowsMax = 10_000

    /// The most ranges claimed in one request for repair.
    package var claimsMax = 4_096

    /// The most rows whose hashes are kept for repairs, 48 bytes each, and the
    /// most in a bucket that can be repaired.
    package var reconcileRowsMax = 1_000_000

    /// The most rows and tombstones in a bucket to which its citizen may add another.
    ///
    /// Agencies' rows count, and are not refused. With a note on each of 10,000 rows there is
    /// room left, and a device still compares and holds all of it.
    package var citizenRowsMax = 20_000

    /// The most tombstones purged in one transaction, while others wait to write.
    package var purgedRowsMax = 20_000

    /// The most buckets that purging looks at in one transaction.
    package var purgedBucketsMax = 1_000

    /// The longest line of an agency's feed: a record and its envelope.
    package var feedLineBytesMax = 160 * 1_024

    /// The largest body of a record, as canonical JSON.
    package var recordBytesMax = 128 * 1_024

    /// The most lines in one batch that goes to the writer.
    package var feedBatchLinesMax = 256

    /// The most bytes in one batch that goes to the writer.
    package var feedBatchBytesMax = 256 * 1_024

    /// The most work that one group commit takes, in jobs.
    package var groupJobsMax = 256

    /// The bytes of rows, read and written for pushes, after which a group takes no more jobs.
    package var groupWorkBytesMax = 16 * 1_024 * 1_024

    /// How many jobs may wait for the writer before the server says it is busy.
    package var writerQueueMax = 4_096

    /// How many jobs may wait for the writer while first syncs, repairs and feeds are
    /// still begun: two groups.
    package var shedLongQueueMax = 512

    /// How long the oldest of them may have waited then, in milliseconds.
    package var shedLongMillisecondsMax: Int64 = 1_000

    /// How long a loop may have been at work since its turn began then, in milliseconds.
    package var shedTurnMillisecondsMax: Int64 = 250

    /// How many jobs may wait for the writer while pages are still sent.
    package var shedPageQueueMax = 2_048

    /// How long the oldest of them may have waited then, in milliseconds.
    package var shedPageMillisecondsMax: Int64 = 4_000

    /// How long a user code lives, in milliseconds (RFC 8628).
    package var deviceCodeMillisecondsMax: Int64 = 600_000

    /// The longest name of a device, in bytes; a longer one is cut.
    package var deviceNameBytesMax = 80

    /// The most devices in a person's list: the newest.
    package var devicesListedMax = 100

    /// How often a device may ask whether it was approved, in seconds.
    package var pollIntervalSeconds: Int64 = 1

    /// How long an identity provider's assertion may be valid, in milliseconds.
    package var assertionMillisecondsMax: Int64 = 120_000

    /// How far the clocks of provider and server may differ, in milliseconds.
    package var assertionSkewMilliseconds: Int64 = 30_000

    /// How many wrong codes a person may try within ``codeTriesMilliseconds``.
    package var codeTriesMax = 10

    /// How long wrong codes count, from the first one on, in milliseconds.
    package var codeTriesMilliseconds: Int64 = 600_000

    /// The most people whose wrong codes are remembered; past it codes of others are not looked at.
    package var codeTriersMax = 10_000

    /// How long an access token lives, in milliseconds.
    package var accessTokenMilliseconds: Int64 = 3_600_000

    /// How long a refresh token lives, in milliseconds: 180 days.
    package var refreshTokenMilliseconds: Int64 = 180 * 86_400_000

    /// How long a refresh token that was used once may be used again, in
    /// milliseconds, because the answer may have been lost.
    package var refreshGraceMilliseconds: Int64 = 60_000

    /// The tokens that one device may have, of all its lines, before it must use each access token
    /// to its end: one line has a day's refresh tokens 40 times over then.
    package var deviceTokensMax = 1_000

    /// How often the head of the audit chain is written down elsewhere, in milliseconds.
    package var auditHeadMilliseconds: Int64 = 300_000

    /// The most entries of the audit chain that are read at one moment.
    package var auditReadMax = 10_000

    /// How often what citizens' own devices read is put into their access logs, in milliseconds.
    package var accessLogMilliseconds: Int64 = 3_600_000

    /// The most entries of the audit chain that are looked at for it in one transaction.
    package var accessEntriesMax = 1_000

    /// The bytes of rows after which an answer of an export of a person ends; more follow.
    package var personExportBytesMax = 1_024 * 1_024

    /// How long the parts of such an export may be asked for, in milliseconds.
    package var personExportMilliseconds: Int64 = 3_600_000

    /// The most people in one answer to an operator who lists them; more follow.
    package var peopleListedMax = 1_000

    /// How often the server looks whether a pass of retention is due, in milliseconds.
    package var retentionLookMilliseconds: Int64 = 3_600_000

    /// How long after a pass of retention the next is due, in milliseconds.
    package var retentionMilliseconds: Int64 = 86_400_000

    /// How long after a pass the server begins the next by itself, in milliseconds: with
    /// a longer gap the clock may be wrong, and an operator has to say that it is not.
    package var retentionGapMillisecondsMax: Int64 = 8 * 86_400_000

    /// How far the clock may be set while a pass of retention runs, in milliseconds: it ends
    /// with more.
    package var retentionLeapMillisecondsMax: Int64 = 600_000

    /// The most rows, devices or entries that retention looks at in one transaction.
    package var retentionRowsMax = 1_000

    /// How long the mark of the store's history may be older than a commit, in milliseconds:
    /// what was committed under one mark is what an older copy can lack untold.
    package var historyMarkMilliseconds: Int64 = 3_600_000

    /// How many people's heads and sessions are kept in memory.
    package var cachedPeopleMax = 200_000

    /// How many watchers a shared bucket wakes at once; the rest follow in turn.
    package var liveSpreadAtOnce = 256

    /// How many sign-ins may wait for approval at once.
    package var pendingSignInsMax = 10_000

    /// How many of them one network may have begun: a fiftieth, so that it takes fifty to
    /// keep everybody out.
    package var pendingSignInsPerNetworkMax = 200

    /// The longest JSON or form body of the small endpoints.
    package var smallBodyBytesMax = 16 * 1_024

    /// Creates the production limits.
    package init() {}

    /// Sets how many requests a second one device may make, with a burst of half a minute.
    package mutating func setDeviceRate(_ perSecond: Int) {
        requestsPerMinute = perSecond * 60
        requestsBurstMax = perSecond * 30
    }
}
