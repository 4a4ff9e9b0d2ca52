internal import Glibc

/// A clock for deadlines: it never steps and counts from anywhere.
///
/// This file is the only place that reads the system's clocks. Tests hand in a
/// closure that returns what they say.
package struct MonotonicClock: Sendable {
    /// The time now, in milliseconds.
    package let milliseconds: @Sendable () -> Int64

    /// Creates a clock from a closure.
    package init(milliseconds: @escaping @Sendable () -> Int64) {
        self.milliseconds = milliseconds
    }

    /// The system's monotonic clock.
    package static let system = MonotonicClock {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// A clock for people: the date, which can step.
package struct WallClock: Sendable {
    /// The time now, in milliseconds since 1970.
    package let milliseconds: @Sendable () -> Int64

    /// Creates a clock from a closure.
    package init(milliseconds: @escaping @Sendable () -> Int64) {
        self.milliseconds = milliseconds
    }

    /// Creates a clock from a closure that counts in seconds.
    package init(unixSeconds: @escaping @Sendable () -> Int64) {
        self.init(milliseconds: { unixSeconds() * 1000 })
    }

    /// The time now, in seconds since 1970.
    package func unixSeconds() -> Int64 {
        milliseconds() / 1000
    }

    /// The system's real-time clock.
    package static let system = WallClock(milliseconds: {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    })
}
