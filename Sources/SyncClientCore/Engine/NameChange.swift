internal import SQLiteKit
internal import SyncProtocol

/// Gives what is kept of a device's writes numbers under a new device name.
///
/// Some of those that wait may have been taken under the old name, with an answer
/// that never came: sent again they would count twice. Some of those that were
/// acknowledged may be gone, because the server was restored from a backup: they
/// must be sent again. So the server is asked first what it has of the old name.
/// Until it has answered, everything stays as it is: writes are stored under the
/// old name and shown.
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
        let taken = before.chains.isEmpty ? TakenWrites() : try await takenWrites(before)
        let device = device
        let nonce = store.environment.random.next()
        try await store.write { connection in
            var state = try CacheState.load(connection)
            // A round of another process may have gone on under the old name.
            try StageTable.clear(&state, connection)
            state.cursor = []
            try OutboxTable.renumber(
                for: device, nonce: nonce, leavingOut: taken, &state, connection)
            try state.save(connection)
        }
    }

    /// Asks which of the writes that are kept the server has.
    ///
    /// Equal links mean equal histories up to there. So the link of the last
    /// acknowledged write tells of all before it, and only a server that lacks it
    /// is asked from the first write that is kept.
    private func takenWrites(_ before: Before) async throws(SyncFailure) -> TakenWrites {
        let acked = before.ackedMid
        let start = before.first <= acked ? acked - 1 : acked
        let taken = try await compare(before, after: start)
        guard taken.last < acked, before.first <= start else { return taken }
        return try await compare(before, after: before.first - 1)
    }

    /// Compares links in order, up to the first that differs: from there on the
    /// server went back, or a copy of this device its own way.
    private func compare(
        _ before: Before, after start: UInt64
    ) async throws(SyncFailure) -> TakenWrites {
        var taken = TakenWrites(last: start)
        while true {
            let history = try await history(of: before.device, after: taken.last)
            guard !history.chains.isEmpty else { return taken }
            for (chain, tookEffect) in zip(history.chains, history.tookEffect) {
                guard before.chains[taken.last + 1] == chain else { return taken }
                taken.last += 1
                if !tookEffect, taken.last > before.ackedMid { taken.refused.insert(taken.last) }
            }
            guard taken.last < history.last else { return taken }
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
