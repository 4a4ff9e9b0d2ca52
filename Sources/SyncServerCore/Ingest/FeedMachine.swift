internal import CitizenData
internal import CrashPoints
internal import SyncProtocol

/// What became of the lines of a feed.
package struct FeedTally: Hashable, Sendable {
    /// Rows that are new or have changed.
    package var applied = 0
    /// Rows the store already had, word for word.
    package var unchanged = 0
    /// Rows older than what the store has.
    package var stale = 0
    /// Lines not taken, with the reason.
    package var refused = 0

    /// All lines.
    package var lines: Int { applied + unchanged + stale + refused }

    static func += (left: inout FeedTally, right: FeedTally) {
        left.applied += right.applied
        left.unchanged += right.unchanged
        left.stale += right.stale
        left.refused += right.refused
    }
}

extension FeedTally {
    /// Counts what became of lines.
    init(_ outcomes: some Sequence<FeedOutcome>) {
        self.init()
        for outcome in outcomes {
            switch outcome {
            case .applied: applied += 1
            case .unchanged: unchanged += 1
            case .stale: stale += 1
            case .refused: refused += 1
            }
        }
    }
}

/// What became of one line.
package enum FeedOutcome: Hashable, Sendable {
    case applied
    case unchanged
    case stale
    case refused(FeedProblem)

    /// The code of the refusal, or nil.
    var refusal: String? {
        guard case .refused(let problem) = self else { return nil }
        return problem.code
    }

    /// The word for it in an answer.
    package var word: String {
        switch self {
        case .applied: "applied"
        case .unchanged: "unchanged"
        case .stale: "stale"
        case .refused: "refused"
        }
    }
}

/// Folds an agency's records into the store inside a group commit.
///
/// The agency's own version decides, so that a feed may be repeated, cut off
/// and sent in any order: a row never moves back, and the same version with
/// other content is refused rather than believed.
struct FeedMachine {
    let context: WriterContext
    let agency: AgencyRecord

    private var transaction: any StoreTransaction { context.transaction }

    /// Folds one record in.
    func apply(_ record: FeedRecord) throws -> FeedOutcome {
        // What is refused for the row alone asks for nobody: such lines would tell, without an
        // entry in the audit chain, who is known.
        let stored = try transaction.row(record.key, scope: RowScope.feed.number)
        if let stored {
            guard stored.owner == agency.code else {
                return .refused(
                    FeedProblem(
                        "feed.owner_foreign", member: "id",
                        "another agency owns the row with this id",
                        advice: "Use ids that begin with your agency's code."))
            }
            // Whoever answers for the system owns them, and yet has no hand in them.
            if Submission.isReceipt(stored) {
                return .refused(FeedRecord.reserved("receipts of requests handed in here"))
            }
            if record.sourceVersion < stored.sourceVersion { return .stale }
            if let outcome = Self.afterWithdrawal(record, stored) { return outcome }
            if record.sourceVersion == stored.sourceVersion {
                if Self.isExpired(record, stored, at: context.now) { return .stale }
                let isBuried = stored.bucket == RowScope.buried
                if isBuried, Self.isSame(record, stored) { return .unchanged }
            }
        }
        let person: PersonRecord?
        switch record.subject {
        case .everyone: person = nil
        case .subject(let subject):
            person = try transaction.person(subject: subject)
            if person?.erased != 0 { return .refused(Self.unknownSubject("subject")) }
        case .tag(let tag):
            person = try transaction.person(tag: tag)
            if person == nil { return .refused(Self.unknownSubject("pid")) }
        }
        guard let policy = TablePolicy.all[record.key.table] else {
            throw StoreFailure.inconsistent("table \(record.key.table) has no policy")
        }
        let bucket = try context.book.home(of: policy, person: person)
        if let stored, record.sourceVersion == stored.sourceVersion {
            if stored.bucket == bucket, Self.isSame(record, stored) { return .unchanged }
            return .refused(
                FeedProblem(
                    Self.versionReused, member: "source_version",
                    "version \(record.sourceVersion) was sent before with other content",
                    advice: "Give each change of a row a higher source_version."))
        }
        try context.book.put(
            RowRecord(
                number: 0, bucket: bucket, rev: 0, key: record.key, scope: RowScope.feed.number,
                owner: agency.code, asOf: record.asOf, sourceVersion: record.sourceVersion,
                hash: .zero, isAlive: record.body != nil, body: record.body ?? []),
            replacing: stored)
        CrashPoint.serverFeedWritten.reach()
        return .applied
    }

    /// What lines asked without changing anything: who of those they name is known.
    static func asked(_ outcomes: some Sequence<FeedOutcome>) -> String {
        [("subjects_unknown", subjectUnknown), ("versions_reused", versionReused)]
            .compactMap { word, code in
                let count = outcomes.count { $0.refusal == code }
                return count > 0 ? "\(word) \(count)" : nil
            }
            .joined(separator: ", ")
    }

    /// A request that was taken back stays so until its agency says that it knows.
    ///
    /// The server wrote the row last, under the agency's own version: a line with
    /// that version is a replay of what stood before.
    private static func afterWithdrawal(
        _ record: FeedRecord, _ stored: RowRecord
    ) -> FeedOutcome? {
        guard Withdrawal.stands(in: stored) else { return nil }
        guard record.sourceVersion > stored.sourceVersion else { return .stale }
        guard let body = record.body,
            (try? JSON.parse(body))?["state"]?.text != RequestState.withdrawn.rawValue
        else { return nil }
        return .refused(
            FeedProblem(
                "feed.request_withdrawn", member: "body",
                "the citizen withdrew this request after your version \(stored.sourceVersion)",
                advice: "Send it once with the state \"withdrawn\"; then go on as you decide."))
    }

    /// Whether a line says of a row what is stored, whosever it is.
    private static func isSame(_ record: FeedRecord, _ stored: RowRecord) -> Bool {
        stored.isAlive == (record.body != nil) && stored.body == record.body ?? []
            && stored.asOf == record.asOf
    }

    /// Whether a line brings again what retention has removed.
    private static func isExpired(
        _ record: FeedRecord, _ stored: RowRecord, at now: Int64
    ) -> Bool {
        guard !stored.isAlive, stored.body.isEmpty, stored.asOf == record.asOf,
            let body = record.body, let period = RetentionPeriod.byTable[record.key.table]
        else { return false }
        return period.isOver(body: body, asOf: record.asOf, at: now)
    }

    /// The code of a line that names somebody who is not known.
    static let subjectUnknown = "feed.subject_unknown"
    static let versionReused = "feed.version_reused"

    private static func unknownSubject(_ member: String) -> FeedProblem {
        FeedProblem(
            subjectUnknown, member: member, "nobody is known under this \(member)",
            advice: "The person must be added first: tangrat-server person add")
    }
}
