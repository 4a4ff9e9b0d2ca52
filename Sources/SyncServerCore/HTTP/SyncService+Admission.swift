internal import HTTPWire
internal import SyncProtocol

/// Turning away what can wait, before the queue is full for what cannot.
extension SyncService {
    /// Whether some work is to be turned away now; counts it if so.
    func sheds(_ work: Admission.Work) -> Bool {
        var pressure = commits.pressure
        if work == .long { pressure.turnMilliseconds = context.turnMilliseconds }
        guard Admission(limits: limits).sheds(work, under: pressure) else { return false }
        metrics.shed(work)
        return true
    }

    /// Answers that it is to come later.
    func refuseForNow(_ exchange: Exchange) {
        exchange.respond(Heads.comeLater(exchange.id), body: ErrorBody.busy.bytes)
    }

    /// What a push is told whose page would be turned away: its outcomes, and when to come.
    func later(_ pushed: PushResult, _ exchange: Exchange) -> Frame {
        .error(
            ErrorFrame(
                code: ErrorBody.busy.code, message: "the rows are for later",
                retryAfterMilliseconds: UInt64(RetryPause.seconds(for: exchange.id)) * 1_000,
                ackedMid: pushed.ackedMid))
    }
}
