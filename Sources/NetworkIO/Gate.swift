internal import CLinux
internal import Glibc

/// Lets one thread wait until others have said so often enough.
package final class Gate: Sendable {
    /// A bare number, because `deinit` cannot consume a member; closed there only.
    private let number: Int32

    /// Creates a closed gate.
    package init() throws(SystemError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
        guard number >= 0 else { throw SystemError("eventfd") }
        self.number = number
    }

    deinit {
        _ = Glibc.close(number)
    }

    /// Lets one wait through.
    package func open() {
        var one: UInt64 = 1
        _ = write(number, &one, 8)
    }

    /// Waits for one ``open()``.
    ///
    /// - Returns: Whether it came within the time.
    package func wait(milliseconds: Int64) -> Bool {
        var watched = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        while poll(&watched, 1, Int32(clamping: milliseconds)) < 0 && errno == EINTR {}
        var count: UInt64 = 0
        return read(number, &count, 8) == 8
    }
}
