/// The limits of the storage layer.
enum Limits {
    /// How long a connection waits for another's lock, in milliseconds.
    static let busyTimeoutMilliseconds: Int32 = 5_000

    /// Pages in the log after which the writer checkpoints: 4 MiB of 4 KiB pages.
    static let walAutocheckpointPages = 1_000

    /// Memory for pages, for each connection, in KiB.
    static let cacheKiB = 8_192

    /// What a checkpointed log may keep on disk for reuse, in bytes.
    static let walKeptBytes = 64 << 20

    /// Readers for each database; every one owns a thread while it runs.
    static let readersMax = 16

    /// Reads that may wait for a reader before more are refused.
    static let readersWaitingMax = 1_024

    /// Pages copied by one step of a backup.
    static let backupStepPages: Int32 = 256

    /// Retries where SQLite does not wait by itself, ten milliseconds apart.
    static let busyRetriesMax = 500

    /// Bytes of a lock file that are read to learn its holder.
    static let lockTextBytesMax = 64
}
