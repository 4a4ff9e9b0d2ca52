/// A named place where a build for testing can be made to kill itself.
///
/// Each stands between two steps that must not depend on each other: whatever
/// a process leaves there, the next one must go on from. The names are for
/// testers: `TANGRAT_CRASH_AT=server.commit.after:3` kills the process with
/// SIGKILL when it passes the point for the third time.
///
/// Only debug builds, and builds with `-DCRASH_POINTS`, look for it. In a
/// release build ``reach()`` is nothing at all.
package enum CrashPoint: String, CaseIterable, Sendable {
    // MARK: - Both sides

    /// A step of a migration is done and its transaction is still open.
    case migrationBeforeCommit = "store.migration.beforeCommit"
    /// A step of a migration is stored; the next has not begun.
    case migrationAfter = "store.migration.after"

    // MARK: - Client

    /// A write is stored in a transaction that is still open.
    case clientWriteBeforeCommit = "client.write.beforeCommit"
    /// A write is stored; the caller has not been told.
    case clientWriteAfter = "client.write.after"
    /// A request is about to be sent.
    case clientSendBefore = "client.send.before"
    /// The response is here and has not been looked at.
    case clientSendAfter = "client.send.after"
    /// A page has arrived and is not kept yet.
    case clientStageBefore = "client.stage.before"
    /// A page has been kept; the next has not been asked for.
    case clientStageAfter = "client.stage.after"
    /// The checkpoint has arrived; nothing has been applied.
    case clientApplyBefore = "client.apply.before"
    /// The rows of a round are in; cursor and outbox are as before.
    case clientApplyRows = "client.apply.rows"
    /// Writes have been copied to those kept, and are still in the outbox.
    case clientApplyAcknowledged = "client.apply.acknowledged"
    /// Writes have left the outbox; the cursor is as before.
    case clientApplyDeleted = "client.apply.deleted"
    /// Everything of a round is written and the transaction is still open.
    case clientApplyBeforeCommit = "client.apply.beforeCommit"
    /// The round has been applied; the caller has not been told.
    case clientApplyAfter = "client.apply.after"
    /// An answer to a request for repair has arrived and is not kept yet.
    case clientRepairBefore = "client.repair.before"
    /// An answer to a request for repair has been kept.
    case clientRepairAfter = "client.repair.after"
    /// Writes that the server lost wait again, in a transaction that is still open.
    case clientOfferedAgain = "client.offer.beforeCommit"
    /// New tokens are here and are not stored.
    case clientRefreshBefore = "client.refresh.before"
    /// New tokens are stored and have not been used.
    case clientRefreshAfter = "client.refresh.after"
    /// The credentials of a new sign-in are stored; nobody is signed in by them.
    case clientSignInSaved = "client.signIn.saved"
    /// Somebody is signed in; their cache has not been opened.
    case clientSignInCurrent = "client.signIn.current"
    /// The data are overwritten; the files are still there.
    case clientSignOutErased = "client.signOut.erased"
    /// The files are gone; the server does not know.
    case clientSignOutRemoved = "client.signOut.removed"

    // MARK: - Server

    /// The schema is there; the store has not been made known.
    case serverOpened = "server.open.after"
    /// The small file names the old mark and the new one, the store the old one.
    case serverHistoryNamed = "server.history.named"
    /// The store has the new mark; the small file names both.
    case serverHistoryMarked = "server.history.marked"
    /// A mutation has been written, and its outcome has not.
    case serverPushWritten = "server.push.written"
    /// A request and its receipt are written.
    case serverSubmissionWritten = "server.submission.written"
    /// A row of a feed is written.
    case serverFeedWritten = "server.feed.written"
    /// The work of a group is written and the transaction is still open.
    case serverCommitBefore = "server.commit.before"
    /// A group is durable; nobody in this process knows it.
    case serverCommitAfter = "server.commit.after"
    /// Everybody in this process knows of a group; no answer has left.
    case serverReplyBefore = "server.reply.before"
    /// The log is about to be folded into the file.
    case serverCheckpointBefore = "server.checkpoint.before"
    /// The log has been folded into the file.
    case serverCheckpointAfter = "server.checkpoint.after"
    /// Tombstones of a bucket are purged in a transaction that is still open.
    case serverCompactPurged = "server.compact.purged"
    /// A backup is asked for and nothing has been copied.
    case serverBackupBefore = "server.backup.before"
    /// The backup has its name; the store's mark was drawn anew before the first page.
    case serverBackupCopied = "server.backup.copied"
    /// The backup is copied into the directory and has not been looked at.
    case serverRestoreCopied = "server.restore.copied"
    /// The copy is sound; the store in use is untouched.
    case serverRestoreChecked = "server.restore.checked"
    /// The store in use has a second name.
    case serverRestoreKept = "server.restore.kept"
    /// The log of the store in use is gone.
    case serverRestoreCleared = "server.restore.cleared"
    /// The copy has the store's name; its history is still the old one.
    case serverRestoreMoved = "server.restore.moved"
    /// All answers have left; the store is still open.
    case serverStopDrained = "server.stop.drained"

    /// Passes the point, or ends the process here if that was asked for.
    @inline(__always)
    package func reach() {
        #if DEBUG || CRASH_POINTS
            CrashPlan.wanted?.passed(self)
        #endif
    }

    /// Whether this build looks for `TANGRAT_CRASH_AT`.
    package static var isBuiltIn: Bool {
        #if DEBUG || CRASH_POINTS
            true
        #else
            false
        #endif
    }
}
