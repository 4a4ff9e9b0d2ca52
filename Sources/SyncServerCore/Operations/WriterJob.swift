internal import SyncProtocol

/// What a job may use while it runs inside the group's transaction.
package final class WriterContext {
    /// The transaction.
    package let transaction: any StoreTransaction

    /// The buckets of the group.
    let book: BucketBook

    /// The audit chain.
    let audit: AuditTrail

    /// The server's clock when the group began, in milliseconds since 1970.
    package let now: Int64

    /// Devices whose last mutation moved, with that mutation.
    var movedDevices: [DeviceNumber: UInt64] = [:]

    /// The devices whose rights ended, so that their sessions and streams do too.
    var endedDevices: Set<DeviceNumber> = []

    /// The people whose rights to buckets changed.
    var rightsChanged: [PersonNumber] = []

    /// The bytes of rows that were read and written for pushes.
    var workBytes = 0

    /// Creates a context.
    ///
    /// - Parameters:
    ///   - transaction: The group's.
    ///   - now: The server's clock, in milliseconds since 1970.
    ///   - lineage: The history, if the audit chain may not tell of it yet.
    init(transaction: any StoreTransaction, now: Int64, lineage: Lineage? = nil) {
        self.transaction = transaction
        self.book = BucketBook(transaction)
        self.audit = AuditTrail(transaction, now: now, beginning: lineage)
        self.now = now
    }
}

/// A piece of work for the writer.
package struct WriterJob: Sendable {
    /// What happens after the commit, on the loop that asked.
    package typealias Completion = @Sendable (LoopContext) -> Void

    /// The loop that asked.
    let loop: LoopHandle?

    /// Runs inside the transaction and gives what to do once it is durable.
    let run: @Sendable (WriterContext) throws -> Completion

    /// What to do if nothing was committed.
    let failed: Completion

    /// Creates a job.
    package init(
        loop: LoopHandle?, run: @escaping @Sendable (WriterContext) throws -> Completion,
        failed: @escaping Completion
    ) {
        self.loop = loop
        self.run = run
        self.failed = failed
    }
}
