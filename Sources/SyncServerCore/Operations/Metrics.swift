internal import SyncProtocol
internal import Synchronization

/// Counts for `/metrics`, and the log.
///
/// Nothing that names a person goes in: no body, no token, no national number.
package final class Metrics: Sendable {
    /// How grave a line of the log is.
    package enum Level: String, Sendable {
        case info
        case warning
        case error
    }

    private struct Counts {
        var syncUnchanged: UInt64 = 0
        var syncPages: UInt64 = 0
        var syncCheckpoints: UInt64 = 0
        var syncRestarts: UInt64 = 0
        var repairs: UInt64 = 0
        var repairRequests: UInt64 = 0
        var repairRows: UInt64 = 0
        var repairRowsRead: UInt64 = 0
        var divergenceReported: UInt64 = 0
        var divergenceBuckets: UInt64 = 0
        var divergenceRanges: UInt64 = 0
        var divergenceBooks: UInt64 = 0
        var rowsSent: UInt64 = 0
        var tombstonesSent: UInt64 = 0
        var mutationsTaken: UInt64 = 0
        var mutationsRefused: UInt64 = 0
        var mutationsRepeated: UInt64 = 0
        var pushesForked: UInt64 = 0
        var feedApplied: UInt64 = 0
        var feedUnchanged: UInt64 = 0
        var feedStale: UInt64 = 0
        var feedRefused: UInt64 = 0
        var commits: UInt64 = 0
        var commitJobs: UInt64 = 0
        var commitsFailed: UInt64 = 0
        var readsFailed: UInt64 = 0
        /// When each kind of failed read was told last, in milliseconds since 1970.
        var toldAt: [String: Int64] = [:]
        var damaged: UInt64 = 0
        /// The same of a copy of a device.
        var forkToldAt: Int64?
        var auditEntries: UInt64 = 0
        var expired: UInt64 = 0
        var checkpoints: UInt64 = 0
        var checkpointsPartial: UInt64 = 0
        var refusedBusy: UInt64 = 0
        var shedLong: UInt64 = 0
        var shedPages: UInt64 = 0
        var unauthorised: UInt64 = 0
        var assertionsRefused: UInt64 = 0
        var codesLocked: UInt64 = 0
        var requestsLimited: UInt64 = 0
        var addressesLimited: UInt64 = 0
        var watchers: Int64 = 0
        var pokes: UInt64 = 0
        var logPages: Int64 = 0
        var groups = Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256])
    }

    private let counts = Mutex(Counts())
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> Int64

    /// Creates counters at zero.
    ///
    /// - Parameters:
    ///   - now: The wall clock, in milliseconds since 1970, for the log.
    ///   - write: Takes one line of the log, a JSON object without its line end.
    package init(now: @escaping @Sendable () -> Int64, write: @escaping @Sendable (String) -> Void)
    {
        self.now = now
        self.write = write
    }

    /// Writes one line of the log.
    package func log(_ level: Level, _ code: String, _ detail: String = "") {
        let line = JSONObject([
            ("at_ms", .integer(now())), ("code", .string(code)),
            ("detail", .string(String(detail.prefix(1_000)))), ("level", .string(level.rawValue)),
        ])
        write(String(decoding: JSON.canonical(.object(line)), as: UTF8.self))
    }

    func unchanged() { counts.withLock { $0.syncUnchanged += 1 } }

    func page(_ summary: PageBuilder.Summary) {
        counts.withLock {
            if summary.isRestart {
                $0.syncRestarts += 1
            } else if summary.isCheckpoint {
                $0.syncCheckpoints += 1
            } else {
                $0.syncPages += 1
            }
            $0.rowsSent += UInt64(summary.rows)
            $0.tombstonesSent += UInt64(summary.tombstones)
        }
    }

    /// Counts an answer to a request for repair.
    func reconciled(_ summary: ReconcileMachine.Summary, _ request: ReconcileRequest) {
        counts.withLock {
            if !request.goesOn {
                $0.repairs += 1
                if request.isMismatch { $0.divergenceReported += 1 }
            }
            $0.divergenceBuckets += UInt64(summary.buckets)
            $0.divergenceRanges += UInt64(summary.ranges)
            $0.divergenceBooks += UInt64(summary.inconsistent.count)
            $0.repairRequests += 1
            $0.repairRows += UInt64(summary.rows + summary.surplus)
            $0.repairRowsRead += UInt64(summary.rowsRead)
        }
    }

    func restarted() { counts.withLock { $0.syncRestarts += 1 } }

    func pushed(_ result: PushResult, of total: Int) {
        let refused = result.outcomes.count { $0.status == .refused }
        counts.withLock {
            $0.mutationsTaken += UInt64(result.taken)
            $0.mutationsRefused += UInt64(min(refused, result.taken))
            $0.mutationsRepeated += UInt64(max(0, result.outcomes.count - result.taken))
            if result.failure == .forked { $0.pushesForked += 1 }
        }
    }

    func fed(_ tally: FeedTally) {
        counts.withLock {
            $0.feedApplied += UInt64(tally.applied)
            $0.feedUnchanged += UInt64(tally.unchanged)
            $0.feedStale += UInt64(tally.stale)
            $0.feedRefused += UInt64(tally.refused)
        }
    }

    func committed(jobs: Int, auditEntries: Int) {
        counts.withLock {
            $0.auditEntries += UInt64(auditEntries)
            $0.commits += 1
            $0.commitJobs += UInt64(jobs)
            $0.groups.add(Int64(jobs))
        }
    }

    func folded(_ upkeep: LogUpkeep) {
        counts.withLock {
            $0.checkpoints += 1
            if !upkeep.isWhole { $0.checkpointsPartial += 1 }
        }
    }

    func logHolds(pages: Int) { counts.withLock { $0.logPages = Int64(pages) } }
    func expired(_ rows: Int) { counts.withLock { $0.expired += UInt64(rows) } }

    /// Counts a read of the store that failed, and tells each kind at most once in a minute.
    ///
    /// The first says why; a disk that goes on failing would otherwise fill the log as
    /// well, and each line keeps a loop until it is written.
    ///
    /// - Parameters:
    ///   - error: What failed.
    ///   - isDamage: Whether what is stored contradicts itself, and the disk is not at fault.
    func readFailed(_ error: Any, isDamage: Bool = false) {
        let at = now()
        let code = isDamage ? "store.damaged" : "store.read_failed"
        let isTold = counts.withLock { counts in
            if isDamage { counts.damaged += 1 } else { counts.readsFailed += 1 }
            if let last = counts.toldAt[code], abs(at - last) < 60_000 { return false }
            counts.toldAt[code] = at
            return true
        }
        if isTold { log(.error, code, "\(error)") }
    }

    /// Tells of a push from a copy of a device, or beside one, at most once in a minute.
    ///
    /// A copy goes on asking. The server only refuses its writes: who ends it needs its name.
    func forked(_ device: DeviceID) {
        let at = now()
        let isTold = counts.withLock { counts in
            if let last = counts.forkToldAt, abs(at - last) < 60_000 { return false }
            counts.forkToldAt = at
            return true
        }
        if isTold { log(.warning, "push.forked", "writes of device \(device) are refused") }
    }

    func commitFailed() { counts.withLock { $0.commitsFailed += 1 } }
    func shed(_ work: Admission.Work) {
        counts.withLock {
            switch work {
            case .long: $0.shedLong += 1
            case .page: $0.shedPages += 1
            }
        }
    }
    func busy() { counts.withLock { $0.refusedBusy += 1 } }
    func unauthorised() { counts.withLock { $0.unauthorised += 1 } }
    func assertionRefused() { counts.withLock { $0.assertionsRefused += 1 } }
    func requestLimited() { counts.withLock { $0.requestsLimited += 1 } }
    func addressLimited() { counts.withLock { $0.addressesLimited += 1 } }
    func codesLocked() { counts.withLock { $0.codesLocked += 1 } }
    func watchers(_ change: Int64) { counts.withLock { $0.watchers += change } }
    func poked(_ count: Int) { counts.withLock { $0.pokes += UInt64(count) } }

    /// The live streams that are open, and the pages of the log behind the last commit.
    var held: (watchers: Int, logPages: Int) {
        counts.withLock { (Int($0.watchers), Int($0.logPages)) }
    }

    /// The commits so far and the jobs they held, for tests of group commit.
    package var commits: (commits: UInt64, jobs: UInt64) {
        counts.withLock { ($0.commits, $0.commitJobs) }
    }

    /// Writes the counters in the text format of Prometheus.
    ///
    /// - Parameters:
    ///   - extra: What others count; a name that ends in `_total` is a counter's.
    ///   - times: How long answers took, in milliseconds, by ``RequestKind``.
    /// - Returns: Whole lines.
    func text(extra: [(name: String, value: Int64)], times: [Histogram] = []) -> String {
        let now = counts.withLock { $0 }
        let lines: [(String, Int64)] =
            [
                ("tangrat_sync_unchanged_total", Int64(now.syncUnchanged)),
                ("tangrat_sync_pages_total", Int64(now.syncPages)),
                ("tangrat_sync_checkpoints_total", Int64(now.syncCheckpoints)),
                ("tangrat_sync_restarts_total", Int64(now.syncRestarts)),
                ("tangrat_repairs_total", Int64(now.repairs)),
                ("tangrat_repair_requests_total", Int64(now.repairRequests)),
                ("tangrat_repair_rows_total", Int64(now.repairRows)),
                ("tangrat_repair_rows_read_total", Int64(now.repairRowsRead)),
                ("tangrat_divergence_reported_total", Int64(now.divergenceReported)),
                ("tangrat_divergence_buckets_total", Int64(now.divergenceBuckets)),
                ("tangrat_divergence_ranges_total", Int64(now.divergenceRanges)),
                ("tangrat_divergence_books_total", Int64(now.divergenceBooks)),
                ("tangrat_rows_sent_total", Int64(now.rowsSent)),
                ("tangrat_tombstones_sent_total", Int64(now.tombstonesSent)),
                ("tangrat_mutations_taken_total", Int64(now.mutationsTaken)),
                ("tangrat_mutations_refused_total", Int64(now.mutationsRefused)),
                ("tangrat_mutations_repeated_total", Int64(now.mutationsRepeated)),
                ("tangrat_pushes_forked_total", Int64(now.pushesForked)),
                ("tangrat_feed_applied_total", Int64(now.feedApplied)),
                ("tangrat_feed_unchanged_total", Int64(now.feedUnchanged)),
                ("tangrat_feed_stale_total", Int64(now.feedStale)),
                ("tangrat_feed_refused_total", Int64(now.feedRefused)),
                ("tangrat_commits_total", Int64(now.commits)),
                ("tangrat_commit_jobs_total", Int64(now.commitJobs)),
                ("tangrat_commits_failed_total", Int64(now.commitsFailed)),
                ("tangrat_reads_failed_total", Int64(now.readsFailed)),
                ("tangrat_reads_damaged_total", Int64(now.damaged)),
                ("tangrat_audit_entries_total", Int64(now.auditEntries)),
                ("tangrat_retention_rows_total", Int64(now.expired)),
                ("tangrat_checkpoints_total", Int64(now.checkpoints)),
                ("tangrat_checkpoints_partial_total", Int64(now.checkpointsPartial)),
                ("tangrat_busy_total", Int64(now.refusedBusy)),
                ("tangrat_shed_long_total", Int64(now.shedLong)),
                ("tangrat_shed_pages_total", Int64(now.shedPages)),
                ("tangrat_unauthorised_total", Int64(now.unauthorised)),
                ("tangrat_assertions_refused_total", Int64(now.assertionsRefused)),
                ("tangrat_codes_locked_total", Int64(now.codesLocked)),
                ("tangrat_requests_limited_total", Int64(now.requestsLimited)),
                ("tangrat_addresses_limited_total", Int64(now.addressesLimited)),
                ("tangrat_pokes_total", Int64(now.pokes)),
                ("tangrat_watchers", now.watchers), ("tangrat_log_pages", now.logPages),
            ] + extra.map { ($0.name, $0.value) }
        return lines.map { name, value in
            let kind = name.utf8.suffix(6).elementsEqual("_total".utf8) ? "counter" : "gauge"
            return "# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }.joined()
            + Self.text("tangrat_commit_group_jobs") {
                now.groups.text($0) { "\($0)" }
            }
            + Self.text("tangrat_request_seconds") { name in
                zip(RequestKind.allCases, times).map { kind, time in
                    time.text(name, label: "kind=\"\(kind.label)\"", unit: Histogram.seconds)
                }.joined()
            }
    }

    /// A histogram with its type; nothing if it has no lines.
    private static func text(_ name: String, _ lines: (String) -> String) -> String {
        let lines = lines(name)
        return lines.isEmpty ? "" : "# TYPE \(name) histogram\n\(lines)"
    }
}
