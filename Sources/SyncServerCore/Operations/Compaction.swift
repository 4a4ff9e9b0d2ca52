internal import CrashPoints
internal import SyncProtocol

/// Purges tombstones that are older than any device is expected to be away.
///
/// Rows carry no time of their deletion, which would cost every write. Instead
/// each run notes where the heads stand; a later run purges what stood below a
/// note that is old enough. Run once a day, it purges a tombstone a day late at
/// most.
///
/// A run goes through the buckets in parts, each in a group commit of its own, so
/// that others write between them: see ``CompactionRun``.
struct Compaction {
    let context: WriterContext
    /// How many tombstones and buckets one part takes.
    let limits: Limits

    /// Where a run stands.
    struct Place: Hashable, Sendable {
        /// The clock when the run began, in milliseconds since 1970; nil before its first part.
        var began: Int64?
        /// The last bucket that it is done with.
        var after: BucketNumber = 0
        /// Whether some of the next bucket's tombstones were purged already.
        var isWithin = false
    }

    /// What a part did.
    struct Report: Hashable, Sendable {
        /// Tombstones purged.
        var purged = 0
        /// Buckets whose floor was raised, but for one that the part before began with.
        var buckets = 0
        /// Where the run goes on; nil if it is finished.
        var next: Place?
    }

    /// Purges what is old enough in the next buckets.
    ///
    /// What is old is decided by the clock with which the run began: one that is set
    /// meanwhile changes nothing. What is older than nothing is whatever stands there
    /// when a bucket's turn comes.
    ///
    /// - Parameters:
    ///   - age: How old, in milliseconds.
    ///   - start: Where the run stands.
    /// - Returns: What was done.
    /// - Throws: What the store throws.
    func run(olderThan age: Int64, from start: Place = Place()) throws -> Report {
        var place = start
        let began = start.began ?? context.now
        place.began = began
        let line = age == 0 ? context.now : began - age
        var report = Report()
        let heldPeople = try context.transaction.heldPeople()
        let stored = try context.transaction.buckets(
            after: start.after, max: limits.purgedBucketsMax)
        for record in stored {
            let bucket = context.book.present(record)
            let isCounted = place.isWithin
            place.isWithin = false
            // Where there is no tombstone a note would be of no use to a later one.
            if bucket.tombstones > 0, !heldPeople.contains(bucket.person) {
                let left = limits.purgedRowsMax - report.purged
                let count = try purge(bucket, notedBy: line, max: left)
                report.purged += count
                if count > 0, !isCounted { report.buckets += 1 }
                if count == left {
                    place.isWithin = true
                    report.next = place
                    return report
                }
            }
            place.after = bucket.number
        }
        if stored.count == limits.purgedBucketsMax { report.next = place }
        return report
    }

    /// Notes where a bucket stands, and purges what stood below a note that is old enough.
    private func purge(_ bucket: BucketRecord, notedBy time: Int64, max: Int) throws -> Int {
        let transaction = context.transaction
        let now = context.now
        let last = try transaction.lastMark(of: bucket.number, notAfter: now)
        if bucket.head > last?.head ?? 0 {
            try transaction.add(HeadMark(at: now, head: bucket.head), of: bucket.number)
        }
        guard let line = try transaction.lastMark(of: bucket.number, notAfter: time) else {
            return 0
        }
        let count = try context.book.purge(bucket.number, upTo: line, max: max)
        if count > 0 { CrashPoint.serverCompactPurged.reach() }
        try transaction.removeMarks(of: bucket.number, before: line.at)
        return count
    }
}
