internal import Synchronization

/// Counts the open requests of each device and agency.
///
/// A request is counted from its head until the client has taken the answer, for
/// so long it costs memory. Connections are not counted: behind a proxy they are
/// the proxy's, and carry one person's request after another's.
final class HolderLedger: Sendable {
    /// Who makes a request.
    enum Holder: Hashable, Sendable {
        /// A signed-in device.
        case device(DeviceNumber)
        /// An agency, by its code.
        case agency(String)
    }

    /// One counted request; letting go of it gives its place back.
    private final class Hold {
        private let ledger: HolderLedger
        private let holder: Holder

        init(_ ledger: HolderLedger, _ holder: Holder) {
            self.ledger = ledger
            self.holder = holder
        }

        deinit { ledger.release(holder) }
    }

    private let holdsMax: Int
    private let counts = Mutex<[Holder: Int]>([:])

    init(holdsMax: Int) {
        self.holdsMax = holdsMax
    }

    /// Counts a request, or refuses it.
    ///
    /// - Returns: What keeps the place; nil if the holder has no more.
    func admit(_ holder: Holder) -> AnyObject? {
        let isAdmitted = counts.withLock { counts in
            let count = counts[holder, default: 0]
            guard count < holdsMax else { return false }
            counts[holder] = count + 1
            return true
        }
        return isAdmitted ? Hold(self, holder) : nil
    }

    /// The open requests of all.
    var total: Int { counts.withLock { $0.values.reduce(0, +) } }

    private func release(_ holder: Holder) {
        counts.withLock { counts in
            let count = counts[holder, default: 1]
            counts[holder] = count > 1 ? count - 1 : nil
        }
    }
}
