extension SyncClient {
    /// Sends what waits and fetches what is new, in one round.
    ///
    /// A second call while one runs joins it. What has arrived when a round is
    /// cut is kept, and the next round goes on from there.
    ///
    /// - Parameters:
    ///   - progress: Called after each page.
    ///   - trace: Called with each request and response.
    /// - Returns: What was moved.
    /// - Throws: ``SyncFailure``; what had arrived is kept.
    public func sync(
        progress: (@Sendable (SyncProgress) -> Void)? = nil,
        trace: (@Sendable (TraceEvent) -> Void)? = nil
    ) async throws(SyncFailure) -> SyncReport {
        try await signedIn().engine.sync(SyncEngine.Listener(progress: progress, trace: trace))
    }

    /// Compares everything held with the server, mends what differs, and syncs.
    ///
    /// Every row is hashed anew, so damage is found that no checkpoint shows.
    /// What is sent and received follows from what differs, not from what is held.
    ///
    /// - Parameter trace: Called with each request and response.
    /// - Returns: What was moved; ``SyncReport/mended`` counts the rows that were wrong.
    /// - Throws: ``SyncFailure``; what had arrived is kept.
    public func repair(
        trace: (@Sendable (TraceEvent) -> Void)? = nil
    ) async throws(SyncFailure) -> SyncReport {
        try await signedIn().engine.sync(
            SyncEngine.Listener(progress: nil, trace: trace), repairs: true)
    }

    /// Stays in sync until the caller stops listening.
    ///
    /// Syncs at once, then whenever the server says that something moved or a
    /// write is stored here, and after a pause when something fails. Ends after
    /// ``LiveEvent/stopped(_:)`` or ``LiveEvent/revoked``.
    ///
    /// - Parameter trace: Called with each request and response.
    /// - Returns: What happens, the newest last.
    public nonisolated func live(
        trace: (@Sendable (TraceEvent) -> Void)? = nil
    ) -> AsyncStream<LiveEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LiveEvent.self, bufferingPolicy: .bufferingNewest(64))
        let task = Task(executorPreference: environment.execution.tasks) {
            do throws(SyncFailure) {
                let session = try await self.signedIn()
                await LiveEngine(session: session, trace: trace) { continuation.yield($0) }.run()
            } catch {
                continuation.yield(.stopped(error))
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
