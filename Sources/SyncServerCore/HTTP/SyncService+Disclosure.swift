internal import HTTPWire
internal import SyncProtocol

/// Answers with rows of people, which leave only once the audit chain tells of them.
extension SyncService {
    /// Why rows are disclosed; the words stand in the chain.
    enum Purpose: String, Sendable {
        /// A device gets what it does not have yet.
        case sync
        /// A device gets what a comparison showed that it lacks.
        case repair
    }

    /// Lets the held answer of an exchange go, at once if it discloses nothing.
    ///
    /// The entry is committed with the writes of others, in one transaction that
    /// also looks at the rights again: a device whose rights ended while its page
    /// was built gets nothing, and one that lost a bucket is answered anew. Where no
    /// entry can be written nothing is disclosed.
    ///
    /// - Parameters:
    ///   - rows: What the answer holds of people's rows.
    ///   - purpose: Why they are disclosed.
    ///   - session: To whom.
    ///   - form: The form of the answer.
    ///   - exchange: Holds the answer.
    ///   - sent: Called once the rows may leave: what is counted as sent is counted there.
    ///   - again: Answers anew.
    func release(
        _ rows: AuditRanges, for purpose: Purpose, to session: Session, _ form: Form,
        _ exchange: Exchange, sent: @escaping @Sendable () -> Void,
        orElse again: @escaping @Sendable (SyncService, Exchange) -> Void
    ) {
        guard !rows.isEmpty else {
            sent()
            return Self.answer(form, exchange)
        }
        let id = exchange.id
        let number = session.device
        let actor = AuditEntry.Actor.device(session.id)
        let metrics = self.metrics
        let job = WriterJob(
            loop: context.handle,
            run: { context in
                guard let view = try context.transaction.view(of: number, now: context.now) else {
                    return { context in
                        metrics.unauthorised()
                        context.exchange(id)?.respond(
                            Heads.unauthorised, body: ErrorBody.unauthorised.bytes)
                    }
                }
                guard
                    rows.ranges.allSatisfy({ range in
                        view.buckets.contains { $0.number == range.bucket }
                    })
                else {
                    return { context in
                        guard let service = context.handler as? SyncService,
                            let exchange = context.exchange(id)
                        else { return }
                        again(service, exchange)
                    }
                }
                let entry = try context.audit.append(
                    .rowsRead, by: actor, ranges: rows, text: purpose.rawValue)
                try AccessLog(context).tell(
                    rows.ranges, readBy: view.device, among: view.buckets, entry: entry)
                return { context in
                    sent()
                    if let exchange = context.exchange(id) { Self.answer(form, exchange) }
                }
            },
            failed: { context in
                context.exchange(id)?.respond(Heads.unavailable, body: ErrorBody.storage.bytes)
            })
        if !commits.submit(job) { refuseBusy(exchange) }
    }

    private static func answer(_ form: Form, _ exchange: Exchange) {
        switch form {
        case .binary: exchange.respondHeld(Heads.frames, long: Heads.wholeLongFrames)
        case .lines: exchange.respondHeld(Heads.frameLines, long: Heads.frameLines)
        }
    }
}
