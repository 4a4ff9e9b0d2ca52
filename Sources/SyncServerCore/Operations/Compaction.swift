internal import CrashPoints
internal import SyncProtocol

/// Purges tombstones that are older than any device is expected to be away.
///
/// Rows carry no time of their deletion, which would cost every write. Instead
/// each run notes where the heads stand; a later run purges what stood below a
/// note that is old enough. Run once a day, it purges a tombstone a day late at
/// most.
struct Compaction {
    let context: WriterContext

    /// The most tombstones of one transaction, so that writes do not wait long.
    let rowsMax: Int

    /// What a run did.
    struct Report: Hashable, Sendable {
        /// Tombstones purged.
        var purged = 0
        /// Buckets whose floor was raised.
        var buckets = 0
        /// Whether there are more.
        var hasMore = false
    }

    /// Purges what is old enough.
    ///
    /// - Parameter age: How old, in milliseconds.
    /// - Returns: What was done.
    /// - Throws: What the store throws.
    func run(olderThan age: Int64) throws -> Report {
        let transaction = context.transaction
        let now = context.now
        var report = Report()
        let heldPeople = try transaction.heldPeople()
        for bucket in try transaction.allBuckets() where !heldPeople.contains(bucket.person) {
            let head = try context.book.head(of: bucket.number)
            let last = try transaction.lastMark(of: bucket.number, notAfter: now)
            if head > last?.head ?? 0 {
                try transaction.add(HeadMark(at: now, head: head), of: bucket.number)
            }
            guard let line = try transaction.lastMark(of: bucket.number, notAfter: now - age)
            else { continue }
            let left = rowsMax - report.purged
            guard left > 0 else {
                report.hasMore = true
                break
            }
            let count = try context.book.purge(bucket.number, upTo: line, max: left)
            if count > 0 {
                report.buckets += 1
                CrashPoint.serverCompactPurged.reach()
            }
            report.purged += count
            if count == left { report.hasMore = true }
            try transaction.removeMarks(of: bucket.number, before: line.at)
        }
        return report
    }
}
