internal import NetworkIO
internal import SyncProtocol
internal import Synchronization

/// The access logs of citizens, brought up to date by the server itself.
extension TangRatServer {
    /// Puts what own devices read since into their access logs, in parts.
    ///
    /// Where the chain has not moved nothing is written.
    func publishAccess() {
        do {
            let reader = try store.makeReader()
            defer { reader.close() }
            let head = try reader.snapshot { try $0.auditHead() }
            guard publishedAccess.withLock({ $0 < head.number }) else { return }
        } catch {
            return metrics.log(.warning, "access.not_published", "\(error)")
        }
        let entriesMax = configuration.limits.accessEntriesMax
        let job = WriterJob(
            loop: poker.loops.first,
            run: { context in
                let report = try AccessPublishing(context: context, entriesMax: entriesMax).run()
                return { [self] _ in
                    publishedAccess.withLock { $0 = report.through }
                    if let last = report.damaged.last {
                        metrics.log(
                            .error, "store.damaged",
                            "access logs pass over entries of the audit chain that cannot be"
                                + " read: \(last), the last of \(report.damaged.count)")
                    }
                    // Others write between two parts.
                    if report.hasMore { publishAccess() }
                }
            },
            failed: { [self] _ in
                metrics.log(.warning, "access.not_published", "the storage fails")
            })
        if let failure = commits.offer(job) {
            metrics.log(.warning, "access.not_published", "\(failure)")
        }
    }
}
