/// Every bound of the client, with its unit and its reason.
package enum Limits {
    /// The most mutations in one push.
    ///
    /// A server takes 500. Fewer, because a push whose answer is lost is sent
    /// again, and because outcomes of the first arrive while the next are sent.
    package static let pushMutationsMax = 200

    /// The most bytes of mutations in one push; a single larger one goes alone.
    ///
    /// A server takes a body of 1 MiB. Half, for the same reason: on a slow
    /// mobile network it is some seconds that may have to be repeated.
    package static let pushBytesMax = 512 * 1_024

    /// The most writes that may wait: months of use offline.
    package static let outboxMax = 100_000

    /// The priority up to which a first sync is applied before the rest is asked for.
    ///
    /// The person's own data: the catalogue, which comes after, is most of the bytes.
    package static let firstPriority: UInt64 = 4

    /// Where the numbers of writes begin that the server has to number.
    ///
    /// No device makes so many writes, and a number of JSON holds it.
    package static let temporaryMid: UInt64 = 1 << 40

    /// The largest cache that is salvaged, in bytes: it is read into memory once.
    package static let salvageBytesMax = 1 << 30

    /// The largest file of exported writes that is read, in bytes.
    package static let exportBytesMax = 256 << 20

    /// The most acknowledged writes kept to offer again to a restored server.
    package static let acknowledgedMax = 10_000

    /// How long an acknowledged write is kept, in milliseconds: 14 days.
    package static let acknowledgedMilliseconds: Int64 = 14 * 86_400_000

    /// The most outcomes kept; refused ones are never dropped to make room.
    package static let outcomesMax = 20_000

    /// The rows asked for in one page.
    package static let pageRowsMax: UInt64 = 10_000

    /// The bytes of rows asked for in one page.
    ///
    /// A cut connection loses at most one page, so a page is a second or two on
    /// a slow mobile network and not more.
    package static let pageBytesMax: UInt64 = 1_024 * 1_024

    /// The largest response believed, in decoded bytes.
    package static let responseBytesMax = 16 * 1_024 * 1_024

    /// The largest answer of the sign-in service, in bytes.
    package static let signInBytesMax = 64 * 1_024

    /// The largest list of a person's devices, in bytes.
    package static let deviceListBytesMax = 64 * 1_024

    /// The longest line of the live channel, in bytes.
    package static let liveLineBytesMax = 4_096

    /// How long one request may take in all, in milliseconds.
    package static let requestMilliseconds: Int64 = 60_000

    /// How long the live channel may be silent: two missed keep-alives.
    package static let liveSilenceSeconds: Double = 60

    /// How often a round that fails is tried again before it is given up.
    package static let attemptsMax = 3

    /// The most requests in one round; a server that never ends is not obeyed.
    package static let requestsMax = 10_000

    /// The longest pause a single round waits out by itself, in milliseconds.
    package static let roundPauseMillisecondsMax: Int64 = 5_000

    /// How long a write waits for another process's write, in milliseconds.
    package static let writerWaitMilliseconds: Int64 = 10_000

    /// How long a round waits for another process's round, in milliseconds.
    package static let roundWaitMilliseconds: Int64 = 30_000

    /// How often commits of other processes are looked for, in milliseconds.
    package static let observeMilliseconds: Int64 = 500

    /// The most rows one read returns; a screen asks for less.
    package static let rowsMax = 200_000

    /// The largest credentials file, in bytes.
    package static let credentialsBytesMax = 16 * 1_024

    /// Log pages after which a commit checkpoints: 16 MiB.
    ///
    /// A first sync of ten thousand rows stays below, so that the person sees
    /// their data before the log is moved into the file. Closing moves it.
    package static let logPagesMax = 4_000

    /// Memory for pages, in KiB, for each connection: a large round fits.
    package static let cacheKiB = 16 * 1_024
}
