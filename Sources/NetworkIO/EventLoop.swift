internal import CLinux
internal import Glibc
internal import Synchronization

/// Takes the events of one registered descriptor.
package protocol ReadinessHandler: AnyObject {
    /// The descriptor became ready for something.
    func ready(_ readiness: Readiness)
}

/// Names a timer of one loop.
package struct TimerToken: Hashable, Sendable {
    let number: UInt64
}

/// One thread that waits for descriptors, timers and jobs, and runs them.
///
/// `@unchecked Sendable`: ``execute(_:)``, ``start()``, ``stop()`` and
/// ``join()`` may be called from any thread and touch only what is guarded.
/// Everything else is confined to the loop's own thread, or to the thread that
/// sets the loop up before it starts.
package final class EventLoop: @unchecked Sendable {
    private struct Slot {
        var generation: UInt32 = 1
        var handler: (any ReadinessHandler)?
    }

    private struct Timer {
        let number: UInt64
        var due: Int64
        let interval: Int64?
        let action: () -> Void
    }

    /// Milliseconds of the monotonic clock, read once per turn.
    package private(set) var now: Int64

    /// The monotonic clock read anew, in milliseconds.
    package var clockNow: Int64 { clock.milliseconds() }

    /// Called at the end of each turn, after its events and jobs.
    package var turnEnded: (() -> Void)?

    /// Called about once per tick, for deadlines that are looked at lazily.
    package var ticked: (() -> Void)?

    /// Whether ticks are wanted; without them and timers an idle loop sleeps.
    package var wantsTicks = false

    private let clock: MonotonicClock
    private let tickMilliseconds: Int64
    /// Nothing in a loop that is stepped: its owner says what is ready.
    private let selector: Selector?
    private var wakeDescriptor: OwnedDescriptor?
    private let wakeNumber: Int32
    private let jobs = Mutex<[() -> Void]>([])
    private let wakeIsPending = Atomic<Bool>(false)
    private let stopIsWanted = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)
    private var running: [() -> Void] = []
    private var slots: ContiguousArray<Slot> = []
    private var freeSlots: ContiguousArray<Int> = []
    private var timers: [Timer] = []
    private var lastTimer: UInt64 = 0
    private var nextTick: Int64
    private var thread = pthread_t()

    /// Opens what the loop needs; it does not run yet.
    ///
    /// - Parameters:
    ///   - clock: The clock for timers.
    ///   - tickMilliseconds: How often timers and deadlines are looked at.
    /// - Throws: ``SystemError`` if the process is out of descriptors.
    package init(
        clock: MonotonicClock = .system, tickMilliseconds: Int64 = 1000
    ) throws(SystemError) {
        let selector = try Selector()
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard number >= 0 else { throw SystemError("eventfd") }
        let wake = OwnedDescriptor(owning: number)
        do throws(SystemError) {
            try selector.add(number, number: .max, [.readable, .edgeTriggered])
        } catch {
            wake.close()
            throw error
        }
        self.selector = selector
        self.wakeNumber = number
        self.wakeDescriptor = consume wake
        self.clock = clock
        self.tickMilliseconds = tickMilliseconds
        self.now = clock.milliseconds()
        self.nextTick = now + tickMilliseconds
    }

    /// Makes a loop without a thread, which takes a turn when ``step()`` is called.
    ///
    /// - Parameters:
    ///   - clock: The clock for timers.
    ///   - tickMilliseconds: How often timers and deadlines are looked at.
    package init(steppedBy clock: MonotonicClock, tickMilliseconds: Int64 = 1000) {
        self.selector = nil
        self.wakeNumber = -1
        self.wakeDescriptor = nil
        self.clock = clock
        self.tickMilliseconds = tickMilliseconds
        self.now = clock.milliseconds()
        self.nextTick = now + tickMilliseconds
    }

    deinit {
        wakeDescriptor.take()?.close()
    }

    // MARK: - From any thread

    /// Runs a job on the loop's thread, in order.
    ///
    /// Many jobs cost one wake-up. After the loop has ended they are dropped.
    package func execute(_ job: @escaping @Sendable () -> Void) {
        guard !hasEnded.load(ordering: .acquiring) else { return }
        jobs.withLock { $0.append(job) }
        wake()
    }

    /// Makes the loop take a turn, for instance after a test moved its clock.
    package func wake() {
        guard !wakeIsPending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        guard selector != nil else { return }
        var one: UInt64 = 1
        _ = write(wakeNumber, &one, 8)
    }

    /// Starts the loop's thread.
    package func start() throws(SystemError) {
        let reference = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { pointer in
                // The loop retained itself for its thread, so the pointer is there.
                guard let pointer else { return nil }
                Unmanaged<EventLoop>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, reference.toOpaque())
        guard result == 0 else {
            reference.release()
            throw SystemError("pthread_create", result)
        }
    }

    /// Asks the loop to end after its current turn.
    package func stop() {
        stopIsWanted.store(true, ordering: .releasing)
        wake()
    }

    /// Waits until the loop's thread is gone.
    ///
    /// - Precondition: The loop was started, and is joined once.
    package func join() {
        pthread_join(thread, nil)
    }

    // MARK: - On the loop's thread

    /// Starts watching a descriptor.
    ///
    /// - Returns: The registration number, never used twice.
    package func register(
        _ descriptor: Int32, _ interest: Readiness, _ handler: any ReadinessHandler
    ) throws(SystemError) -> UInt64 {
        let index: Int
        if let free = freeSlots.popLast() {
            index = free
        } else {
            index = slots.count
            slots.append(Slot())
        }
        let number = UInt64(slots[index].generation) << 32 | UInt64(index)
        do throws(SystemError) {
            try selector?.add(descriptor, number: number, interest)
        } catch {
            freeSlots.append(index)
            throw error
        }
        slots[index].handler = handler
        return number
    }

    /// Changes what a registered descriptor is watched for.
    package func change(
        _ descriptor: Int32, number: UInt64, _ interest: Readiness
    ) throws(SystemError) {
        try selector?.change(descriptor, number: number, interest)
    }

    /// Stops watching a descriptor, which must still be open.
    package func deregister(_ descriptor: Int32, number: UInt64) {
        guard handler(number) != nil else { return }
        selector?.remove(descriptor)
        let index = Int(truncatingIfNeeded: number & 0xffff_ffff)
        slots[index].handler = nil
        slots[index].generation &+= 1
        freeSlots.append(index)
    }

    /// The handler of a registration, or `nil` if it is over.
    @inline(__always)
    package func handler(_ number: UInt64) -> (any ReadinessHandler)? {
        let index = Int(truncatingIfNeeded: number & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(number >> 32) else {
            return nil
        }
        return slots[index].handler
    }

    /// Calls a closure for each registered handler.
    package func forEachHandler(_ body: (any ReadinessHandler) -> Void) {
        for index in slots.indices {
            if let handler = slots[index].handler { body(handler) }
        }
    }

    /// Calls a closure after a while, looked at once per tick.
    package func schedule(
        afterMilliseconds delay: Int64, repeating: Bool, _ action: @escaping () -> Void
    ) -> TimerToken {
        lastTimer += 1
        timers.append(
            Timer(
                number: lastTimer, due: now + delay, interval: repeating ? delay : nil,
                action: action))
        return TimerToken(number: lastTimer)
    }

    /// Cancels a timer; nothing happens if it is over already.
    package func cancel(_ timer: TimerToken) {
        timers.removeAll { $0.number == timer.number }
    }

    // MARK: - Turns

    private func run() {
        while !stopIsWanted.load(ordering: .acquiring) {
            turn()
        }
        hasEnded.store(true, ordering: .releasing)
        jobs.withLock { $0.removeAll() }
        timers.removeAll()
        slots.removeAll()
        turnEnded = nil
        ticked = nil
    }

    /// Reads the clock of a loop that is stepped, for what happens between two steps.
    package func readClock() { now = clock.milliseconds() }

    /// Takes one turn without waiting, on the thread of the loop's owner.
    ///
    /// - Parameter ready: Makes the calls of handlers whose descriptors are ready.
    /// - Precondition: The loop was made to be stepped.
    package func step(_ ready: () -> Void = {}) {
        precondition(selector == nil, "a loop with a thread is not stepped")
        now = clock.milliseconds()
        ready()
        finishTurn()
    }

    /// Whether a job or an unsent answer waits for the next turn.
    package var hasWork: Bool { wakeIsPending.load(ordering: .acquiring) }

    /// When the next tick is due, or nil while nobody wants one.
    package var tickIsDueAt: Int64? { wantsTicks || !timers.isEmpty ? nextTick : nil }

    private func turn() {
        var hasWoken = false
        selector?.wait(timeout: timeout()) { number, readiness in
            // The wait may have been long: who connects now has not waited since before it.
            if !hasWoken {
                hasWoken = true
                now = clock.milliseconds()
            }
            if let handler = handler(number) { handler.ready(readiness) }
        }
        now = clock.milliseconds()
        finishTurn()
    }

    private func finishTurn() {
        if wakeIsPending.load(ordering: .acquiring) { runJobs() }
        if now >= nextTick { tick() }
        turnEnded?()
    }

    private func timeout() -> Int32 {
        guard wantsTicks || !timers.isEmpty else { return -1 }
        return Int32(clamping: max(0, min(nextTick - now, 1000)))
    }

    private func runJobs() {
        var count: UInt64 = 0
        if selector != nil { _ = read(wakeNumber, &count, 8) }
        // Cleared before the jobs are taken: a job added later wakes the loop again.
        wakeIsPending.store(false, ordering: .sequentiallyConsistent)
        jobs.withLock { swap(&running, &$0) }
        for job in running { job() }
        running.removeAll(keepingCapacity: true)
    }

    private func tick() {
        nextTick = now + tickMilliseconds
        ticked?()
        let due = timers.filter { $0.due <= now }
        for timer in due {
            // A timer may have been cancelled by the one before it.
            guard let index = timers.firstIndex(where: { $0.number == timer.number }) else {
                continue
            }
            if let interval = timer.interval {
                timers[index].due = now + interval
            } else {
                timers.remove(at: index)
            }
            timer.action()
        }
    }
}
