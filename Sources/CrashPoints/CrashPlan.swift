#if DEBUG || CRASH_POINTS
    internal import Glibc
    internal import Synchronization

    /// At which point this process is to kill itself, as its environment says.
    final class CrashPlan: Sendable {
        /// What was asked for; nil in a process that is to live.
        static let wanted: CrashPlan? = {
            guard let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty
            else { return nil }
            guard let plan = CrashPlan(text) else {
                // A misspelt point that is never reached would pass for a proof.
                let line = "\(variable): \(text) is no point; see: tangrat-qa points\n"
                _ = Array(line.utf8).withUnsafeBytes {
                    write(STDERR_FILENO, $0.baseAddress, $0.count)
                }
                exit(2)
            }
            return plan
        }()

        static let variable = "TANGRAT_CRASH_AT"

        private let point: CrashPoint
        /// How often the point may still be passed; at zero the process ends.
        private let left: Atomic<Int>

        /// Reads `NAME` or `NAME:COUNT`.
        init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let count = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
            guard let name = parts.first, let point = CrashPoint(rawValue: String(name)),
                parts.count <= 2, count > 0
            else { return nil }
            self.point = point
            left = Atomic(count)
        }

        /// Ends the process as a power cut would, if its time has come.
        func passed(_ passed: CrashPoint) {
            guard passed == point,
                left.subtract(1, ordering: .relaxed).newValue == 0
            else { return }
            kill(getpid(), SIGKILL)
            // The signal is on its way; nothing more may be done by this thread.
            while true { pause() }
        }
    }
#endif
