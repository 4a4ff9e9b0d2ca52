internal import CrashPoints

/// What the client needs of the world, each piece replaceable in a test.
///
/// Nothing else in this module reads a clock, draws a number, opens a
/// connection or touches a file outside the database.
package struct SyncEnvironment: Sendable {
    /// The time of day, which people and the law use.
    package var wall: any WallClock

    /// The time that only moves forward, for deadlines and pauses.
    package var monotonic: any MonotonicClock

    /// Where ids and jitter come from.
    package var random: any RandomSource

    /// The network.
    package var transport: any Transport

    /// The file system.
    package var files: any FileOperations

    /// Where a test stops the client; nil in the real world.
    package var faults: (any FaultInjector)?

    /// Where the client's work runs, and what its database lies on.
    package var execution = SyncExecution()

    /// Creates an environment.
    package init(
        wall: any WallClock, monotonic: any MonotonicClock, random: any RandomSource,
        transport: any Transport, files: any FileOperations,
        faults: (any FaultInjector)? = nil
    ) {
        self.wall = wall
        self.monotonic = monotonic
        self.random = random
        self.transport = transport
        self.files = files
        self.faults = faults
    }

    /// Passes a point at which a test may stop the client.
    func reach(_ point: FaultPoint) throws(SyncFailure) {
        point.crashPoint.reach()
        guard let faults else { return }
        do {
            try faults.reached(point)
        } catch {
            throw .storageFailed(code: point.rawValue)
        }
    }
}

/// Where the client's work runs, and what its database lies on.
///
/// The real world uses this as it stands. A simulation puts everything on one
/// thread of its own, so that a run can be repeated.
package struct SyncExecution: Sendable {
    /// Runs the client's tasks; the shared pool if nil.
    package var tasks: (any TaskExecutor)?

    /// Runs the work of database connections; a queue for each if nil.
    package var database: (any SerialExecutor)?

    /// Whether work with small files blocks its caller instead of a queue.
    package var blocksInPlace = false

    /// The SQLite file system to use, for simulated disks; nothing for the real one.
    package var vfs: String?

    /// Pages in the log after which the writer checkpoints.
    package var logPagesMax = Limits.logPagesMax

    /// How many reads of the database can run at once.
    package var readerCount = 2

    /// The real world.
    package init() {}

    /// Runs blocking work on a thread that is not of the cooperative pool.
    func offPool<T: Sendable>(
        _ body: @escaping @Sendable () throws(SyncFailure) -> T
    ) async throws(SyncFailure) -> T {
        blocksInPlace ? try body() : try await OffPool.run(body)
    }
}

/// The time of day, which can be wrong and can jump.
package protocol WallClock: Sendable {
    /// Milliseconds since 1970.
    func milliseconds() -> Int64
}

/// The time since some moment, which never goes back.
package protocol MonotonicClock: Sendable {
    /// Nanoseconds since a moment of the clock's own.
    func nanoseconds() -> UInt64

    /// Waits; throws when the task is cancelled.
    func sleep(milliseconds: Int64) async throws
}

/// A source of unpredictable numbers.
package protocol RandomSource: Sendable {
    /// Sixty-four random bits.
    func next() -> UInt64
}

extension RandomSource {
    /// A random UUID (version 4) in lower case.
    package func uuid() -> String {
        let high = next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return UUIDText.make(high: high, low: low)
    }

    /// A number from zero up to a limit, both included.
    package func upTo(_ limit: Int64) -> Int64 {
        guard limit > 0 else { return 0 }
        return Int64(next() % (UInt64(limit) + 1))
    }
}

// WORKAROUND(docs/workarounds.md#12)

/// The text form of a UUID, written by hand because Foundation's takes 3 µs.
enum UUIDText {
    static func make(high: UInt64, low: UInt64) -> String {
        let digits = Array((hex(high) + hex(low)).utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
