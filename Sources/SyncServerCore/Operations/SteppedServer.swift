internal import HTTPWire
package import NetworkIO
package import SyncProtocol

/// A server without threads and sockets: its owner hands in bytes and turns.
///
/// All of it is the code of ``TangRatServer``; only who calls it differs. A
/// simulation runs it on virtual time, cuts it off between any two steps and
/// repeats it from a seed.
///
/// Confined to one thread.
package final class SteppedServer {
    /// The counters and the log.
    package var metrics: Metrics { server.metrics }

    private let server: TangRatServer
    private let context: LoopContext

    /// Opens the store and the only loop.
    ///
    /// - Throws: What opening the store throws.
    package init(_ configuration: TangRatServer.Configuration) throws {
        var configuration = configuration
        configuration.isStepped = true
        server = try TangRatServer(configuration)
        do {
            try server.commits.startStepped()
            context = try server.front.startStepped()
        } catch {
            server.commits.close()
            server.store.close()
            throw error
        }
        server.poker.loops = [context.handle]
        server.ready.isSet = true
    }

    /// The store, for those who look on.
    package var store: any ReplicaStore { server.store }

    /// How much a server holds at one moment.
    package struct Holdings: Hashable, Sendable {
        /// Connections that are open.
        package let connections: Int
        /// Live streams.
        package let watchers: Int
        /// Pages of the store's log behind the last commit.
        package let logPages: Int
    }

    /// How much it holds now, for those who look whether all of it has a bound.
    package var holdings: Holdings {
        let held = server.metrics.held
        return Holdings(
            connections: server.front.counts.connectionsOpen, watchers: held.watchers,
            logPages: held.logPages)
    }

    /// Takes over a connection.
    ///
    /// - Returns: Its number, or nil if it was refused.
    package func connect(_ stream: any ByteStream) -> UInt64? {
        // Between two steps: it has not waited since the one before.
        context.eventLoop.readClock()
        return server.front.adopt(stream, .local, on: context)
    }

    /// Takes a turn of the loop.
    ///
    /// - Parameter ready: The connections that have become ready, in order.
    package func turn(_ ready: [(connection: UInt64, Readiness)] = []) {
        context.eventLoop.step {
            for (connection, readiness) in ready {
                context.eventLoop.handler(connection)?.ready(readiness)
            }
        }
    }

    /// Commits one group, if anything waits for the writer.
    ///
    /// - Returns: Whether anything did.
    package func commit() -> Bool { server.commits.step() }

    /// Whether a turn of the loop has something to do.
    package var hasWork: Bool { context.eventLoop.hasWork }

    /// Whether anything waits for the writer.
    package var hasJobs: Bool { server.commits.hasWork }

    /// When deadlines are to be looked at next, by the monotonic clock, if at all.
    package var tickIsDueAt: Int64? { context.eventLoop.tickIsDueAt }

    /// Hands in a command of an operator; `done` is called by a later step.
    ///
    /// - Parameters:
    ///   - command: The command, as on the admin socket.
    ///   - done: Takes the rows of the answer, or the code of the refusal.
    package func admin(
        _ command: JSONValue, done: @escaping @Sendable (Result<[JSONValue], AdminProblem>) -> Void
    ) {
        server.runAdmin(command) { result in
            done(result.mapError { AdminProblem(code: $0.code) })
        }
    }

    /// What is wrong with the audit chain, or nil where it is sound.
    package func auditProblem() -> String? {
        let result = TangRatServer.audit(
            ["command": "audit.verify"], store: server.store,
            heads: server.witnessFile,
            limits: server.configuration.limits,
            now: server.configuration.wallClock.milliseconds())
        switch result {
        case .failure(let refusal): return refusal.message
        case .success(let rows):
            return rows.first?["sound"]?.intValue == 1
                ? nil : rows.first?["problem"]?.text ?? "no answer"
        }
    }

    /// Why a command was not carried out.
    package struct AdminProblem: Error, Hashable, Sendable {
        /// The stable code.
        package let code: String
    }

    /// Closes everything without letting requests finish.
    package func stop() {
        server.front.stopStepped(context)
        server.commits.close()
        server.store.close()
    }
}
