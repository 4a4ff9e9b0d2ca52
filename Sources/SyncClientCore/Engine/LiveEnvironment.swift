internal import Foundation

// The only file of this module that reads a clock, sleeps or draws a number.

extension SyncEnvironment {
    /// The real world.
    package static func live() -> SyncEnvironment {
        let clock = LiveMonotonicClock()
        return SyncEnvironment(
            wall: LiveWallClock(), monotonic: clock, random: LiveRandomSource(),
            transport: URLSessionTransport(clock: clock),
            files: LiveFiles())
    }
}

/// The system's time of day.
struct LiveWallClock: WallClock {
    func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// The time since the machine started, counting the time it slept.
struct LiveMonotonicClock: MonotonicClock {
    func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    func sleep(milliseconds: Int64) async throws {
        try await Task.sleep(
            for: .milliseconds(Int(clamping: max(0, milliseconds))), clock: .continuous)
    }
}

/// The kernel's random numbers.
struct LiveRandomSource: RandomSource {
    func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
