internal import SyncProtocol
internal import Synchronization

/// A signed-in device as a request sees it.
final class Session: Sendable {
    let device: DeviceNumber
    let id: DeviceID
    let person: PersonNumber
    let expires: Int64
    /// The hash of the token.
    let hash: Digest32
    /// The generation of the cache in which the rights were looked up.
    let generation: UInt64
    /// The open requests of the device.
    let requests: HolderLedger.Count

    init(
        device: DeviceNumber, id: DeviceID, person: PersonNumber, expires: Int64,
        hash: Digest32, generation: UInt64, requests: HolderLedger.Count
    ) {
        self.device = device
        self.id = id
        self.person = person
        self.expires = expires
        self.hash = hash
        self.generation = generation
        self.requests = requests
    }
}

/// The sessions of devices that are syncing, by the hash of their token.
///
/// Those of a device are dropped when its rights end; any other keeps its own.
final class SessionCache: Sendable {
    private struct State {
        /// Grows whenever rights end: what was looked up before may not be so any more.
        var generation: UInt64 = 0
        var sessions: [Digest32: Session] = [:]
        /// The hashes of each device's sessions.
        var byDevice: [DeviceNumber: Set<Digest32>] = [:]

        mutating func takeAll() -> [Session] {
            let all = Array(sessions.values)
            sessions = [:]
            byDevice = [:]
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

    /// Whether a session's rights are known not to have ended.
    func isCurrent(_ session: Session) -> Bool {
        state.withLock { state in
            session.generation == state.generation || state.sessions[session.hash] === session
        }
    }

    /// Keeps a session, unless rights ended after its generation was read.
    func add(_ session: Session) {
        // What is let go of is returned: that takes its time, and nobody waits for it then.
        _ = state.withLock { state -> [Session] in
            guard state.generation == session.generation else { return [] }
            let dropped = state.sessions.count >= sessionsMax ? state.takeAll() : []
            state.sessions[session.hash] = session
            state.byDevice[session.device, default: []].insert(session.hash)
            return dropped
        }
    }

    /// Drops the sessions of devices whose rights have ended.
    func end(_ devices: Set<DeviceNumber>) {
        guard !devices.isEmpty else { return }
        _ = state.withLock { state -> [Session] in
            state.generation += 1
            return devices.flatMap { device in
                (state.byDevice.removeValue(forKey: device) ?? []).compactMap {
                    state.sessions.removeValue(forKey: $0)
                }
            }
        }
    }
}
