internal import SyncProtocol
internal import Synchronization

/// A signed-in device as a request sees it.
final class Session: Sendable {
    let device: DeviceNumber
    let id: DeviceID
    let person: PersonNumber
    let expires: Int64
    /// The generation of the cache in which the rights were looked up.
    let generation: UInt64
    /// The open requests of the device.
    let requests: HolderLedger.Count

    init(
        device: DeviceNumber, id: DeviceID, person: PersonNumber, expires: Int64,
        generation: UInt64, requests: HolderLedger.Count
    ) {
        self.device = device
        self.id = id
        self.person = person
        self.expires = expires
        self.generation = generation
        self.requests = requests
    }
}

/// The sessions of devices that are syncing, by the hash of their token.
///
/// Dropped whole when any right ends: then every token is looked up again.
final class SessionCache: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var sessions: [Digest32: Session] = [:]

        mutating func takeAll() -> [Digest32: Session] {
            let all = sessions
            sessions = [:]
            return all
        }
    }

    private let state = Mutex(State())
    private let sessionsMax: Int

    init(sessionsMax: Int) {
        self.sessionsMax = sessionsMax
    }

    /// To be read before a snapshot is opened.
    var generation: UInt64 { state.withLock { $0.generation } }

    func session(_ hash: Digest32) -> Session? {
        state.withLock { $0.sessions[hash] }
    }

    /// Whether no rights have ended since a session's were looked up.
    func isCurrent(_ session: Session) -> Bool { session.generation == generation }

    /// Keeps a session, unless rights ended after its generation was read.
    func add(_ session: Session, hash: Digest32) {
        // What is let go of is returned: that takes its time, and nobody waits for it then.
        _ = state.withLock { state -> [Digest32: Session] in
            guard state.generation == session.generation else { return [:] }
            let dropped = state.sessions.count >= sessionsMax ? state.takeAll() : [:]
            state.sessions[hash] = session
            return dropped
        }
    }

    func endAll() {
        _ = state.withLock { state in
            state.generation += 1
            return state.takeAll()
        }
    }
}
