internal import Glibc

/// Waiting for SIGTERM or SIGINT on a thread instead of in a signal handler.
package enum TerminationSignals {
    /// Keeps both signals for ``wait()``.
    ///
    /// Call it first thing in `main`: threads inherit the mask.
    package static func block() {
        var signals = set
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for one of them.
    ///
    /// - Returns: The signal's number.
    package static func wait() -> Int32 {
        var signals = set
        var signal: Int32 = 0
        while sigwait(&signals, &signal) != 0 {}
        return signal
    }

    private static var set: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }
}
