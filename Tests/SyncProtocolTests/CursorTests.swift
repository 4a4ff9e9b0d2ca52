import SyncProtocol
import TestSupport
import Testing

@Suite("A cursor")
struct CursorTests {
    static let key = HMACKey(Array("a key for tests".utf8))
    static let device = DeviceID(0x0123_4567_89ab_cdef)
    static let cursor = Cursor(
        lineageTag: 0xdead_beef, grantsRevision: 300,
        entries: [
            Cursor.Entry(bucket: 1, epoch: 1, rev: 127),
            Cursor.Entry(bucket: 2, epoch: 900, rev: 128),
            Cursor.Entry(bucket: 70_000, epoch: 0, rev: .max),
        ])

    @Test("comes back for its device", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bucket: UInt64 = 0
        let entries = (0..<random.next(in: 0...40)).map { _ in
            bucket += random.next(in: 1...200)
            // In half of the cursors one bucket in four has not come whole.
            let isBegun = seed % 2 == 1 && random.next(in: 0...3) == 0
            return Cursor.Entry(
                bucket: bucket, epoch: random.number(), rev: random.number(),
                beganAt: isBegun ? max(1, random.number()) : 0)
        }
        let cursor = Cursor(
            lineageTag: UInt32(truncatingIfNeeded: random.next()), grantsRevision: random.number(),
            entries: entries)
        let sealed = cursor.sealed(for: Self.device, key: Self.key)
        #expect(Cursor(sealed, for: Self.device, key: Self.key) == cursor)
    }

    @Test("is refused for another device and by another key")
    func other() {
        let sealed = Self.cursor.sealed(for: Self.device, key: Self.key)
        #expect(Cursor(sealed, for: Self.device, key: Self.key) == Self.cursor)
        #expect(Cursor(sealed, for: DeviceID(1), key: Self.key) == nil)
        #expect(Cursor(sealed, for: Self.device, key: HMACKey([1])) == nil)
    }

    @Test("is refused with any bit changed, any end cut and anything added")
    func altered() {
        let sealed = Self.cursor.sealed(for: Self.device, key: Self.key)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(Cursor(changed, for: Self.device, key: Self.key) == nil)
            }
            #expect(Cursor(Array(sealed[..<index]), for: Self.device, key: Self.key) == nil)
            #expect(Cursor(Array(sealed[(index + 1)...]), for: Self.device, key: Self.key) == nil)
        }
        #expect(Cursor(sealed + [0], for: Self.device, key: Self.key) == nil)
    }

    @Test("is refused where it is garbage", arguments: 0..<200 as Range<UInt64>)
    func garbage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = random.bytes(random.next(in: 0...200))
        #expect(Cursor(bytes, for: Self.device, key: Self.key) == nil)
    }

    @Test("is opened whole or not at all", arguments: [255, 256, 257, 300])
    func entries(count: Int) {
        let cursor = Cursor(
            lineageTag: 1, grantsRevision: 1,
            entries: (1...count).map { Cursor.Entry(bucket: UInt64($0), epoch: 1, rev: 1) })
        let opened = Cursor(
            cursor.sealed(for: Self.device, key: Self.key), for: Self.device, key: Self.key)
        #expect(opened == (count <= Cursor.entriesMax ? cursor : nil))
    }

    @Test("is refused when it is longer than any server makes")
    func tooLong() {
        let cursor = Cursor(
            lineageTag: 1, grantsRevision: 1,
            entries: (1...250).map {
                Cursor.Entry(bucket: UInt64($0), epoch: .max - UInt64($0), rev: .max)
            })
        let sealed = cursor.sealed(for: Self.device, key: Self.key)
        #expect(sealed.count > Cursor.bytesMax)
        #expect(Cursor(sealed, for: Self.device, key: Self.key) == nil)
    }
}
