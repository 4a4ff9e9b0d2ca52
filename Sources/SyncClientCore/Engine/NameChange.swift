internal import SQLiteKit
internal import SyncProtocol

/// Gives what is kept of a device's writes numbers under a new device name.
///
/// All of them are sent once more, and tell their first names, so that none counts
/// twice. What differs is what the person sees until then: those that were acknowledged
/// are in the mirror, but where the server was restored from a backup and lacks them they
/// wait again. So the server is asked first what it has of the old name, whose rights
/// end with the question. Until it has answered, everything stays as it is: writes are
/// stored under the old name and shown.
struct NameChange {
    let store: CacheStore
    let keeper: CredentialsKeeper
    let service: SignInService
    /// The new name.
    let device: DeviceID

    /// What is known of the old name.
    private struct Before {
        var device: DeviceID
        var ackedMid: UInt64
        /// The chain links of what is kept, by number; the numbers have no gap.
        var chains: [UInt64: UInt64] = [:]
        /// The first of those numbers.
        var first = UInt64.max
    }

    /// Takes the new name.
    ///
    /// - Throws: ``SyncFailure``; everything is as it was then.
    func run() async throws(SyncFailure) {
        let before = try await store.readOnWriter { connection in
            let state = try CacheState.load(connection)
            var before = Before(device: state.device, ackedMid: state.ackedMid)
            try connection.run(
                "SELECT mid, chain FROM acknowledged UNION ALL SELECT mid, chain FROM outbox"
            ) {
                let mid = UInt64(bitPattern: $0.int64(0))
                before.chains[mid] = UInt64(bitPattern: $0.int64(1))
                before.first = min(before.first, mid)
            }
            return before
        }
        // Another process can have done it.
        guard before.device != device else { return }
        let held = before.chains.isEmpty ? 0 : try await held(before)
        let device = device
        let nonce = store.environment.random.next()
        let wall = store.environment.wall.milliseconds()
        try await store.write { connection in
            var state = try CacheState.load(connection)
            // A round of another process may have gone on under the old name.
            try StageTable.clear(&state, connection)
            state.cursor = []
            try OutboxTable.renumber(
                for: device, nonce: nonce, heldUpTo: held, &state,
                now: state.now(wallMilliseconds: wall), connection)
            try state.save(connection)
        }
    }

    /// Asks up to which acknowledged write the server has them all.
    ///
    /// Equal links mean equal histories up to there. So the link of the last
    /// acknowledged write tells of all before it, and only a server that lacks it
    /// is asked from the first write that is kept.
    private func held(_ before: Before) async throws(SyncFailure) -> UInt64 {
        let acked = before.ackedMid
        let start = before.first <= acked ? acked - 1 : acked
        let held = try await compare(before, after: start)
        guard held < acked, before.first <= start else { return held }
        return try await compare(before, after: before.first - 1)
    }

    /// Compares links in order, up to the first that differs: from there on the
    /// server went back, or a copy of this device its own way.
    private func compare(
        _ before: Before, after start: UInt64
    ) async throws(SyncFailure) -> UInt64 {
        var held = start
        while true {
            let history = try await history(of: before.device, after: held)
            for chain in history.chains {
                // What waits is sent, whatever has become of it: the answer is told again.
                guard held < before.ackedMid, before.chains[held + 1] == chain else {
                    return held
                }
                held += 1
            }
            guard !history.chains.isEmpty, held < min(history.last, before.ackedMid) else {
                return held
            }
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
        _ = try? await keeper.markExpired()
        throw .signInExpired
    }
}
