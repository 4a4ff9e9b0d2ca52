/// Decides when the log is folded into the database file.
///
/// Only the writer checkpoints, between transactions and behind the answers, so
/// that nobody waits for it. There are two ways:
///
/// - *Passive*: copies what no reader needs and waits for nobody. A reader that
///   stays on an old moment keeps the log from beginning anew, and it grows.
/// - *Restart*: waits for those readers, a bounded time, so that the next
///   transaction begins the log anew. New readers are not kept waiting.
///
/// The first comes each time the log has grown by ``Policy/passivePages``; the
/// second in its place from ``Policy/restartPages`` on. A log that cannot begin
/// anew costs no more work a page than one that can.
///
/// A file that grows costs a commit of the file system's journal with every sync,
/// which waits for what others write too. So a log that is used in earnest is laid
/// out once, at the length it has between two checkpoints: from then on commits
/// write over what is there.
struct CheckpointMachine: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        case nothing
        case passive
        case restart
        case layOut
    }

    /// The bounds of the log.
    struct Policy: Equatable, Sendable {
        /// How much the log grows between two checkpoints: 16 MiB, in pages of 4 KiB.
        var passivePages = 4_000

        /// From where on readers are waited for: 64 MiB, what the file may keep.
        var restartPages = 16_000

        /// From where on the log is laid out: 1 MiB, which a small store seldom reaches.
        var layOutPages = 256

        /// How long readers are waited for: a page is read in far less.
        var readersMillisecondsMax: Int32 = 500
    }

    let policy: Policy
    private var dueAt: Int
    private var lastPages = 0
    private var isLaidOut = false

    init(_ policy: Policy = Policy()) {
        self.policy = policy
        dueAt = policy.passivePages
    }

    /// A transaction was committed and the log has so many pages now.
    mutating func committed(logPages: Int) -> Action {
        // Fewer than before: the log has begun anew.
        if logPages < lastPages { dueAt = policy.passivePages }
        lastPages = logPages
        if logPages >= policy.layOutPages, !isLaidOut {
            isLaidOut = true
            return .layOut
        }
        guard logPages >= dueAt else { return .nothing }
        dueAt = logPages + policy.passivePages
        return logPages >= policy.restartPages ? .restart : .passive
    }
}
