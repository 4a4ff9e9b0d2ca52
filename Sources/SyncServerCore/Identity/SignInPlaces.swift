internal import NetworkIO
internal import SyncProtocol
internal import Synchronization

/// Counts the sign-ins of each network that wait, so that no network takes the places of all.
///
/// In memory, because nobody's address belongs into the store: a restart forgives a network what
/// it has begun, while the store goes on counting the places in all.
final class SignInPlaces: Sendable {
    private struct State {
        /// When each sign-in of a network ends, by the hash of its code.
        var networks: [PeerAddress: [Digest32: Int64]] = [:]
        /// Whose place it is.
        var owners: [Digest32: PeerAddress] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits) {
        self.limits = limits
    }

    /// Whether a network may begin one more.
    ///
    /// - Parameters:
    ///   - address: Who asks; nil where addresses say nothing.
    ///   - now: The server's clock, in milliseconds since 1970.
    /// - Returns: Whether there is a place.
    func hasRoom(for address: PeerAddress?, now: Int64) -> Bool {
        guard let site = address?.site else { return true }
        return state.withLock { state in
            guard let mine = state.networks[site], mine.count >= limits.pendingSignInsPerNetworkMax
            else { return true }
            for (hash, expires) in mine where expires <= now { Self.remove(hash, from: &state) }
            return (state.networks[site]?.count ?? 0) < limits.pendingSignInsPerNetworkMax
        }
    }

    /// Counts a sign-in that has begun; only after ``hasRoom(for:now:)``, on the same thread.
    ///
    /// - Parameters:
    ///   - hash: The hash of its device code.
    ///   - address: Who began it; nil is not counted.
    ///   - expires: When it ends by itself, in milliseconds since 1970.
    ///   - now: The server's clock, in milliseconds since 1970.
    func enter(_ hash: Digest32, of address: PeerAddress?, until expires: Int64, now: Int64) {
        guard let site = address?.site else { return }
        state.withLock { state in
            // The store keeps fewer from waiting, so at least half of them are over by now.
            if state.owners.count >= 2 * limits.pendingSignInsMax {
                let over = state.networks.values.flatMap { $0 }.filter { $0.value <= now }
                for (hash, _) in over { Self.remove(hash, from: &state) }
            }
            state.networks[site, default: [:]][hash] = expires
            state.owners[hash] = site
        }
    }

    /// Gives a place back, because the sign-in waits no more; one that is not counted does nothing.
    func leave(_ hash: Digest32) {
        state.withLock { Self.remove(hash, from: &$0) }
    }

    /// How many are remembered.
    var count: Int { state.withLock { $0.owners.count } }

    private static func remove(_ hash: Digest32, from state: inout State) {
        guard let site = state.owners.removeValue(forKey: hash) else { return }
        state.networks[site]?[hash] = nil
        if state.networks[site]?.isEmpty == true { state.networks[site] = nil }
    }
}
