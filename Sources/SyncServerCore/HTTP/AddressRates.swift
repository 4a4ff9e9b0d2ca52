internal import NetworkIO
internal import Synchronization

/// Limits how fast each address may ask, in a memory that does not grow.
///
/// Addresses share a fixed number of buckets, by a hash with a key of the process: two that meet
/// share a limit, and nobody can choose whom to meet. A network of IPv6 counts as one.
final class AddressRates: Sendable {
    private let rate: RequestRate
    private let buckets: Mutex<[Int64]>

    init(_ rate: RequestRate, buckets count: Int) {
        self.rate = rate
        buckets = Mutex([Int64](repeating: 0, count: max(1, count)))
    }

    /// Takes a request of an address.
    ///
    /// - Parameters:
    ///   - address: Whose request it is; nil where addresses say nothing.
    ///   - now: Milliseconds of a clock that never steps.
    /// - Returns: Whether it may be answered.
    func take(_ address: PeerAddress?, now: Int64) -> Bool {
        guard let address else { return true }
        let hash = UInt(bitPattern: address.network.hashValue)
        return buckets.withLock { buckets in
            let index = Int(hash % UInt(buckets.count))
            guard let next = rate.taking(from: buckets[index], now: now) else { return false }
            buckets[index] = next
            return true
        }
    }
}
