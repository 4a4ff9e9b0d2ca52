internal import CSQLite
internal import Synchronization

/// Ends what one connection is doing, from any thread and for good.
///
/// For work of minutes that somebody may have to wait for: a statement ends with
/// an error at once, and a copy ends behind its next pages. Work that has just
/// begun may be missed, so whoever insists asks again.
package final class Interruption: Sendable {
    private struct State {
        var isSet = false
        /// The address of the connection's handle, while it is open.
        var handle = 0
    }

    private let state = Mutex(State())

    /// Whether the work is to end.
    package var isSet: Bool { state.withLock { $0.isSet } }

    /// Ends the work.
    package func interrupt() {
        state.withLock { state in
            state.isSet = true
            // Not closed meanwhile: closing forgets it under the same lock first.
            if let handle = OpaquePointer(bitPattern: state.handle) { sqlite3_interrupt(handle) }
        }
    }

    /// Watches a connection that is open.
    init(_ handle: OpaquePointer) {
        state.withLock { $0.handle = Int(bitPattern: handle) }
    }

    func forget() {
        state.withLock { $0.handle = 0 }
    }
}
