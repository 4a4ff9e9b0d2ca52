import SyncProtocol
import TestSupport
import Testing

@Suite("Hybrid time")
struct HybridTimeTests {
    @Test("is ordered as its text is", arguments: 0..<200 as Range<UInt64>)
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let first = random.time()
        let second = random.chance(oneIn: 5) ? first : random.time()
        let bytesPrecede = first.description.utf8.lexicographicallyPrecedes(second.description.utf8)
        #expect((first < second) == bytesPrecede)
        #expect((first == second) == (first.description == second.description))
        #expect(HybridTime(text: first.description) == first)
    }

    @Test("compares milliseconds, then counter, then device")
    func parts() {
        let times = [
            HybridTime(milliseconds: 0, counter: 0, device: DeviceID(0)),
            HybridTime(milliseconds: 1, counter: 0, device: DeviceID(.max)),
            HybridTime(milliseconds: 1, counter: 1, device: DeviceID(1)),
            HybridTime(milliseconds: 1, counter: 1, device: DeviceID(2)),
            HybridTime(milliseconds: 1, counter: .max, device: DeviceID(0)),
            HybridTime(milliseconds: 2, counter: 0, device: DeviceID(0)),
            HybridTime(milliseconds: (1 << 48) - 1, counter: .max, device: DeviceID(.max)),
        ]
        #expect(times.shuffled().sorted() == times)
        #expect(times[4].counter == .max)
        #expect(times[6].milliseconds == (1 << 48) - 1)
    }

    @Test(
        "has one text form",
        arguments: [
            "", "0000000000010000", "0000000000010000-000000000000000",
            "0000000000010000-00000000000000001", "0000000000010000_0000000000000001",
            "000000000001000A-0000000000000001", "+000000000010000-0000000000000001",
            "0000000000010000-0000000000000001\n", "๐000000000010000-00000000000001",
        ])
    func malformed(text: String) {
        #expect(HybridTime(text: text) == nil)
    }
}

@Suite("The clock of a device")
struct HybridClockTests {
    static let device = DeviceID(7)

    /// Goal: stamps only grow, whatever the wall does.
    ///
    /// Method: jumps of years in both directions, corrections by the server and
    /// times seen from elsewhere, in the order a seed gives.
    @Test("never goes back", arguments: 0..<200 as Range<UInt64>)
    func monotonic(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var clock = HybridClock()
        var last: HybridTime?
        for _ in 0..<50 {
            let wall = random.pick([
                Int64.min, -1, 0, 1, 1_800_000_000_000, 4_300_000_000_000, 1 << 48, .max - 1, .max,
                random.next(in: 1_700_000_000_000...1_900_000_000_000),
            ])
            switch random.next(in: 0...5) {
            case 0: clock.observeServer(milliseconds: 1_750_000_000_000, wallMilliseconds: wall)
            case 1: clock.observe(random.time())
            case 2:
                clock = HybridClock(last: clock.last, offsetMilliseconds: random.next(in: -9...9))
            default: break
            }
            guard clock.last < .max else { return }
            let stamp = clock.stamp(wallMilliseconds: wall, device: Self.device)
            if let last { #expect(last < stamp, "seed \(seed)") }
            #expect(stamp.packed == clock.last)
            last = stamp
        }
    }

    @Test(
        "follows the wall from 1970 to long after 2106",
        arguments: [1, 1_763_000_000_000, 4_294_967_296_000, 4_300_000_000_000, (1 << 48) - 1])
    func years(milliseconds: Int64) {
        var clock = HybridClock()
        let stamp = clock.stamp(wallMilliseconds: milliseconds, device: Self.device)
        #expect(stamp.milliseconds == UInt64(milliseconds))
        #expect(stamp.counter == 0)
    }

    @Test("begins after zero in 1970 and before it", arguments: [0, -1, Int64.min])
    func epoch(milliseconds: Int64) {
        var clock = HybridClock()
        #expect(clock.stamp(wallMilliseconds: milliseconds, device: Self.device).packed == 1)
    }

    @Test("counts within a millisecond, and carries into the next when the counter is full")
    func counter() {
        var clock = HybridClock(last: 5 << 16 | 0xfffe)
        let full = clock.stamp(wallMilliseconds: 5, device: Self.device)
        #expect(full.milliseconds == 5 && full.counter == .max)
        let carried = clock.stamp(wallMilliseconds: 5, device: Self.device)
        #expect(carried.milliseconds == 6 && carried.counter == 0)
        #expect(clock.stamp(wallMilliseconds: 7, device: Self.device).packed == 7 << 16)
    }

    @Test(
        "is corrected by the server's, forward and back", arguments: [-86_400_000, 0, 86_400_000])
    func offset(error: Int64) {
        let server: Int64 = 1_763_000_000_000
        var clock = HybridClock()
        clock.observeServer(milliseconds: server, wallMilliseconds: server + error)
        #expect(clock.offsetMilliseconds == -error)
        let stamp = clock.stamp(wallMilliseconds: server + error + 10, device: Self.device)
        #expect(stamp.milliseconds == UInt64(server + 10))
    }

    @Test("follows what it has seen elsewhere")
    func observed() {
        var clock = HybridClock()
        clock.observe(HybridTime(milliseconds: 900, counter: 3, device: DeviceID(1)))
        let stamp = clock.stamp(wallMilliseconds: 100, device: Self.device)
        #expect(stamp.packed == 900 << 16 | 4)
        clock.observe(HybridTime(milliseconds: 1, device: DeviceID(1)))
        #expect(clock.last == stamp.packed)
    }

    @Test("survives the end of its range")
    func endOfRange() {
        var clock = HybridClock()
        clock.observe(HybridTime(packed: .max, device: DeviceID(1)))
        #expect(clock.stamp(wallMilliseconds: 5, device: Self.device).packed == .max)
    }

    @Test(
        "survives any clock that a server claims",
        arguments: [Int64.min, -1, 0, Int64.max], [Int64.min, -1, 0, Int64.max])
    func hostileServer(server: Int64, wall: Int64) {
        var clock = HybridClock()
        clock.observeServer(milliseconds: server, wallMilliseconds: wall)
        let stamp = clock.stamp(wallMilliseconds: wall, device: Self.device)
        #expect(stamp.packed > 0)
    }
}

@Suite("The time the server stores")
struct AcceptedTimeTests {
    static let server: Int64 = 1_763_000_000_000
    static let device = DeviceID(7)

    private func time(ahead: Int64) -> HybridTime {
        HybridTime(milliseconds: UInt64(Self.server + ahead), counter: 9, device: Self.device)
    }

    @Test("is the device's up to a minute ahead", arguments: [-1_000_000, -1, 0, 59_999, 60_000])
    func kept(ahead: Int64) {
        let given = time(ahead: ahead)
        let stored = HybridClock.accepted(given, serverMilliseconds: Self.server, previous: 0)
        #expect(stored == given)
    }

    @Test("is the server's beyond a minute ahead", arguments: [60_001, 3_600_000, 9_000_000_000])
    func restamped(ahead: Int64) {
        let stored = HybridClock.accepted(
            time(ahead: ahead), serverMilliseconds: Self.server, previous: 0)
        #expect(stored.packed == UInt64(Self.server) << 16)
        #expect(stored.device == Self.device)
    }

    @Test("keeps a device's order", arguments: 0..<200 as Range<UInt64>)
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var previous: UInt64 = 0
        var server = Self.server
        var stamp: UInt64 = 0
        for _ in 0..<30 {
            server += random.next(in: -100_000...100_000)
            stamp += random.next(in: 1...(200_000 << 16))
            let given = HybridTime(
                packed: random.chance(oneIn: 4) ? stamp : UInt64(Self.server) << 16 + stamp,
                device: Self.device)
            let stored = HybridClock.accepted(
                given, serverMilliseconds: server, previous: previous)
            #expect(stored.packed > previous)
            #expect(stored.device == Self.device)
            previous = stored.packed
        }
    }

    @Test(
        "exists at the ends of the range",
        arguments: [Int64.min, -1, 0, Int64.max], [UInt64.max, UInt64.max - 1, 0])
    func ends(server: Int64, previous: UInt64) {
        let stored = HybridClock.accepted(
            HybridTime(packed: .max, device: Self.device), serverMilliseconds: server,
            previous: previous)
        #expect(stored.packed >= previous)
    }
}
