internal import SQLiteKit
internal import SyncProtocol

/// Gives the writes that wait their numbers under a new device name.
///
/// Some of them may have been taken under the old one, with an answer that never
/// came. Sent again they would count twice, so the server is asked first. Until
/// it has answered, everything stays as it is: writes are stored under the old
/// name and shown.
struct NameChange {
    let store: CacheStore
    let keeper: CredentialsKeeper
    let service: SignInService
    let device: DeviceID

    /// What is known of the old name.
    private struct Before {
        var device: DeviceID
        var ackedMid: UInt64
        /// The chain links of what waits, by number.
        var chains: [UInt64: UInt64]
    }

    /// Takes the new name.
    ///
    /// - Throws: ``SyncFailure``; everything is as it was then.
    func run() async throws(SyncFailure) {
        let before = try await store.readOnWriter { connection in
            let state = try CacheState.load(connection)
            var chains: [UInt64: UInt64] = [:]
            try connection.run("SELECT mid, chain FROM outbox") {
                chains[UInt64(bitPattern: $0.int64(0))] = UInt64(bitPattern: $0.int64(1))
            }
            return Before(device: state.device, ackedMid: state.ackedMid, chains: chains)
        }
        // Another process can have done it.
        guard before.device != device else { return }
        let taken = before.chains.isEmpty ? [] : try await takenWrites(before)
        let device = device
        let nonce = store.environment.random.next()
        try await store.write { connection in
            var state = try CacheState.load(connection)
            try OutboxTable.renumber(
                for: device, nonce: nonce, leavingOut: taken, &state, connection)
            try state.save(connection)
        }
    }

    /// Asks which of the writes that wait have taken effect.
    ///
    /// Equal links mean equal histories up to there, so the first one that differs
    /// ends the question: from there on a copy of this device went its own way.
    private func takenWrites(_ before: Before) async throws(SyncFailure) -> Set<UInt64> {
        var taken: Set<UInt64> = []
        var known = before.ackedMid
        while true {
            let history = try await history(of: before.device, after: known)
            guard !history.chains.isEmpty else { return taken }
            for (chain, tookEffect) in zip(history.chains, history.tookEffect) {
                guard before.chains[known + 1] == chain else { return taken }
                known += 1
                // What was refused is sent once more, so that the person is told.
                if tookEffect { taken.insert(known) }
            }
            guard known < history.last else { return taken }
        }
    }

    private func history(
        of old: DeviceID, after mid: UInt64
    ) async throws(SyncFailure) -> DeviceHistory {
        for _ in 0..<2 {
            let token = try await keeper.accessToken()
            switch try await service.replace(old, after: mid, token: token) {
            case .history(let history): return history
            case .unauthorised: try await keeper.refresh()
            }
        }
        try await keeper.markExpired()
        throw .signInExpired
    }
}
