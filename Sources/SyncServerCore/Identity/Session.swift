internal import SyncProtocol
internal import Synchronization

/// A signed-in device as a request sees it.
final class Session: Sendable {
    let device: DeviceNumber
    let id: DeviceID
    let person: PersonNumber
    let expires: Int64

    init(device: DeviceNumber, id: DeviceID, person: PersonNumber, expires: Int64) {
        self.device = device
        self.id = id
        self.person = person
        self.expires = expires
    }
}

/// The sessions of devices that are syncing, by the hash of their token.
///
/// Dropped whole when any right ends: then every token is looked up again.
final class SessionCache: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var sessions: [Digest32: Session] = [:]
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

    /// Keeps a session, unless rights ended after `generation` was read.
    func add(_ session: Session, hash: Digest32, generation: UInt64) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.sessions.count >= sessionsMax { state.sessions.removeAll() }
            state.sessions[hash] = session
        }
    }

    func endAll() {
        state.withLock { state in
            state.generation += 1
            state.sessions.removeAll()
        }
    }
}
