internal import CLinux
internal import Glibc

/// What a descriptor is ready for.
package struct Readiness: OptionSet, Hashable, Sendable {
    /// The bits of the kernel.
    package let rawValue: UInt32

    /// Creates a set from the bits of the kernel.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, or to accept.
    package static let readable = Readiness(rawValue: clinux_epollin)

    /// There is room to write.
    package static let writable = Readiness(rawValue: clinux_epollout)

    /// The peer has closed its sending side.
    package static let peerEnded = Readiness(rawValue: clinux_epollrdhup)

    /// Both directions are over, or the connection is broken.
    package static let broken = Readiness(rawValue: clinux_epollhup | clinux_epollerr)

    /// Tell changes only, once each.
    package static let edgeTriggered = Readiness(rawValue: clinux_epollet)

    /// Everything about a connection, changes only.
    package static let connection: Readiness = [
        .readable, .writable, .peerEnded, .edgeTriggered,
    ]
}

/// The kernel's list of descriptors to watch, by registration number.
///
/// Numbers, not descriptors, come back with events: a descriptor that was
/// closed and reused within one turn must not get its predecessor's events.
final class Selector {
    private var descriptor: OwnedDescriptor?
    private let number: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private static let eventsMax = 256

    init() throws(SystemError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemError("epoll_create1") }
        self.number = number
        self.descriptor = OwnedDescriptor(owning: number)
        self.events = .allocate(capacity: Self.eventsMax)
    }

    deinit {
        events.deallocate()
        descriptor.take()?.close()
    }

    func add(_ watched: Int32, number: UInt64, _ interest: Readiness) throws(SystemError) {
        try control(EPOLL_CTL_ADD, watched, number, interest)
    }

    func change(
        _ watched: Int32, number: UInt64, _ interest: Readiness
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, watched, number, interest)
    }

    func remove(_ watched: Int32) {
        _ = epoll_ctl(self.number, EPOLL_CTL_DEL, watched, nil)
    }

    /// Waits for events and hands each to a closure.
    ///
    /// - Parameters:
    ///   - timeout: Milliseconds, or -1 to wait without end.
    ///   - body: Called once per event.
    func wait(timeout: Int32, _ body: (_ number: UInt64, Readiness) -> Void) {
        let count = epoll_wait(self.number, events, Int32(Self.eventsMax), timeout)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            body(events[index].data.u64, Readiness(rawValue: events[index].events))
        }
    }

    private func control(
        _ operation: Int32, _ watched: Int32, _ number: UInt64, _ interest: Readiness
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = number
        guard epoll_ctl(self.number, operation, watched, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }
}
