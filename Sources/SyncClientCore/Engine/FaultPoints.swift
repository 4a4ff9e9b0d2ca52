internal import CrashPoints

/// A place where a test can stop the client as a crash would.
///
/// Each point stands between two steps that must not depend on each other. A
/// test that throws here and opens the cache again sees what a killed process
/// would have left.
package enum FaultPoint: String, CaseIterable, Sendable {
    /// A page has arrived and is not kept yet.
    case stageBefore = "client.stage.before"
    /// A page has been kept; nothing else has happened.
    case stageAfter = "client.stage.after"
    /// An answer to a request for repair has arrived and is not kept yet.
    case repairBefore = "client.repair.before"
    /// An answer to a request for repair has been kept.
    case repairAfter = "client.repair.after"
    /// The checkpoint has arrived; nothing has been applied.
    case applyBefore = "client.apply.before"
    /// Everything has been written and the transaction is still open.
    case applyBeforeCommit = "client.apply.beforeCommit"
    /// The round has been applied; the caller has not been told.
    case applyAfter = "client.apply.after"
    /// The request is about to be sent.
    case sendBefore = "client.send.before"
    /// The response is here and has not been looked at.
    case sendAfter = "client.send.after"
    /// A write is stored in a transaction that is still open.
    case writeBeforeCommit = "client.write.beforeCommit"
    /// A write is stored; the caller has not been told.
    case writeAfter = "client.write.after"
    /// New tokens are here and are not stored.
    case refreshBefore = "client.refresh.before"
    /// New tokens are stored and have not been used.
    case refreshAfter = "client.refresh.after"

    /// The point of the same name at which a whole process can be killed.
    var crashPoint: CrashPoint {
        switch self {
        case .stageBefore: .clientStageBefore
        case .stageAfter: .clientStageAfter
        case .repairBefore: .clientRepairBefore
        case .repairAfter: .clientRepairAfter
        case .applyBefore: .clientApplyBefore
        case .applyBeforeCommit: .clientApplyBeforeCommit
        case .applyAfter: .clientApplyAfter
        case .sendBefore: .clientSendBefore
        case .sendAfter: .clientSendAfter
        case .writeBeforeCommit: .clientWriteBeforeCommit
        case .writeAfter: .clientWriteAfter
        case .refreshBefore: .clientRefreshBefore
        case .refreshAfter: .clientRefreshAfter
        }
    }
}

/// Decides whether to stop at a point; the real world never does.
package protocol FaultInjector: Sendable {
    /// Throws to stop.
    func reached(_ point: FaultPoint) throws
}
