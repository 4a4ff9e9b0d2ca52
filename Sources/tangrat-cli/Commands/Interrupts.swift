internal import Foundation
internal import Glibc

/// Turns Ctrl-C into an orderly end.
///
/// The signals are blocked before any other thread starts, so all threads
/// inherit the block and one thread of its own waits for them. The first one
/// cancels the work, which closes its files; a second one, or two seconds of
/// silence, ends the process at once. Stored writes are safe either way.
struct Interrupts: Sendable {
    /// How long the work may take to stop, in seconds.
    private static let patienceSeconds: UInt32 = 2

    /// Blocks the signals in this thread and all that it starts.
    init() {
        var set = Self.signals
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Starts to wait for the signals.
    func listen(_ interrupted: @escaping @Sendable () -> Void) {
        let thread = Thread {
            var set = Self.signals
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { return }
            interrupted()
            let code = number == SIGINT ? ExitCode.interrupted.rawValue : 128 + number
            Thread.detachNewThread {
                sleep(Self.patienceSeconds)
                _exit(code)
            }
            _ = sigwait(&set, &number)
            _exit(code)
        }
        thread.start()
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        // A shell that ignores an interrupt for a job in the background means it.
        for number in [SIGINT, SIGTERM] where !isIgnored(number) { sigaddset(&set, number) }
        return set
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
