internal import NetworkIO
internal import Synchronization

/// Counts open connections, in total and by address, and the memory they hold.
///
/// A network of IPv6 counts as one address: whoever has it has all of them.
final class ConnectionLedger: Sendable {
    private let limits: HTTPLimits
    private let open = Atomic<Int>(0)
    private let byAddress = Mutex<[PeerAddress: Int]>([:])
    let refused = Atomic<Int>(0)
    private let buffered = Atomic<Int>(0)
    private let counters = Mutex<[HTTPCounters]>([])

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Books a connection, or refuses it.
    func admit(_ peer: PeerAddress) -> Bool {
        guard open.add(1, ordering: .relaxed).newValue <= limits.connectionsMax else {
            open.subtract(1, ordering: .relaxed)
            refused.add(1, ordering: .relaxed)
            return false
        }
        guard counts(peer) else { return true }
        let admitted = byAddress.withLock { counts in
            let count = counts[peer.network, default: 0]
            guard count < limits.connectionsPerAddressMax else { return false }
            counts[peer.network] = count + 1
            return true
        }
        if !admitted {
            open.subtract(1, ordering: .relaxed)
            refused.add(1, ordering: .relaxed)
        }
        return admitted
    }

    /// Gives back what ``admit(_:)`` booked.
    func left(_ peer: PeerAddress) {
        open.subtract(1, ordering: .relaxed)
        guard counts(peer) else { return }
        byAddress.withLock { counts in
            let count = counts[peer.network, default: 1]
            counts[peer.network] = count > 1 ? count - 1 : nil
        }
    }

    /// The bytes of all buffers that connections hold.
    var bufferedBytes: Int { buffered.load(ordering: .relaxed) }

    /// Whether connections hold so much that nothing large should be added.
    var isShortOfMemory: Bool { bufferedBytes > limits.bufferedBytesMax }

    /// Books what a connection holds more, or less.
    func book(bufferedBytes change: Int) {
        buffered.add(change, ordering: .relaxed)
    }

    /// Takes the counters of a loop that shares this ledger.
    func add(_ loop: HTTPCounters) {
        counters.withLock { $0.append(loop) }
    }

    /// What all loops have counted so far.
    var counts: HTTPCounts {
        var sum = HTTPCounts()
        for loop in counters.withLock({ $0 }) { loop.add(to: &sum) }
        sum.connectionsRefused = refused.load(ordering: .relaxed)
        return sum
    }

    private func counts(_ peer: PeerAddress) -> Bool {
        limits.countsLocalAddresses || !peer.isLocal
    }
}
