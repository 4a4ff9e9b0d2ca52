import SyncProtocol
import TestSupport
import Testing

@Suite("The fields of a frame")
struct FrameFieldTests {
    static let frames = FrameStreams.oneOfEach()

    /// Fields a frame may lack, by its number.
    static let optional: [UInt64: Set<UInt64>] = [
        1: [1, 6, 7], 3: [6], 4: [3, 4], 18: [8], 23: [4, 5], 25: [6], 31: [1],
    ]

    private func payload(_ frame: Frame) throws -> [UInt8] {
        var found: [UInt8] = []
        _ = try FrameStreams.binary([frame]).withUnsafeBytesTyped { (raw) throws(WireError) in
            try FrameSplitter.split(raw) { (bytes, _) throws(WireError) in found = Array(bytes) }
        }
        return found
    }

    private func decode(_ payload: [UInt8]) -> Frame? {
        try? payload.withUnsafeBytesTyped { (raw) throws(WireError) in
            try BinaryFrames.decode(raw)
        }
    }

    private func type(_ frame: Frame) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendVarint(frame.number)
        return bytes
    }

    private func number(_ field: [UInt8]) -> UInt64 {
        UInt64(field[0] >> 3)
    }

    @Test("are skipped when they are unknown", arguments: 0..<frames.count)
    func unknown(index: Int) throws {
        let frame = Self.frames[index]
        var later = try payload(frame)
        later.appendField(99, 12_345)
        later.appendField(100, "of a later version")
        #expect(decode(later) == frame)
        var earlier = type(frame)
        earlier.appendField(99, [1, 2, 3])
        #expect(decode(earlier + (try payload(frame)).dropFirst(type(frame).count)) == frame)
    }

    @Test("are refused when one stands twice", arguments: 0..<frames.count)
    func duplicate(index: Int) throws {
        let frame = Self.frames[index]
        let whole = try payload(frame)
        for field in try FrameStreams.fields(whole, skippingType: true) {
            if frame.number == 3, number(field) == 6 { continue }
            #expect(decode(whole + field) == nil, "field \(number(field)) of frame \(frame.number)")
        }
    }

    @Test("are refused when one is missing", arguments: 0..<frames.count)
    func missing(index: Int) throws {
        let frame = Self.frames[index]
        let fields = try FrameStreams.fields(try payload(frame), skippingType: true)
        for number in Set(fields.map(number)) {
            let rest = fields.filter { self.number($0) != number }.flatMap(\.self)
            let isOptional = Self.optional[frame.number]?.contains(number) == true
            #expect(
                (decode(type(frame) + rest) != nil) == isOptional,
                "field \(number) of frame \(frame.number)")
        }
    }

    @Test("are refused in the wrong kind", arguments: 0..<frames.count)
    func kind(index: Int) throws {
        let frame = Self.frames[index]
        let fields = try FrameStreams.fields(try payload(frame), skippingType: true)
        for place in fields.indices {
            var changed = fields
            var other: [UInt8] = []
            if fields[place][0] & 7 == 0 {
                other.appendField(number(fields[place]), [1])
            } else {
                other.appendField(number(fields[place]), 1)
            }
            changed[place] = other
            #expect(
                decode(type(frame) + changed.flatMap(\.self)) == nil,
                "field \(number(fields[place])) of frame \(frame.number)")
        }
    }

    @Test("of an operation stand once, except for dots")
    func operations() throws {
        let key = RowKey(table: "t", id: "i")
        let dot = Dot(device: DeviceID(1), mid: 1)
        for operation in [
            .set(field: "f", value: 1), .raise(field: "f", to: 1), .add(field: "f", element: "a"),
            .remove(field: "f", element: "a", dots: [dot]), .create,
        ] as [SyncProtocol.Operation] {
            var bytes: [UInt8] = []
            MutationCodec.append(RowOperation(key, operation), to: &bytes)
            for field in try FrameStreams.fields(bytes, skippingType: false) {
                let decoded = try? (bytes + field).withUnsafeBytesTyped { (raw) throws(WireError) in
                    try MutationCodec.operation(raw, origin: 0)
                }
                #expect((decoded != nil) == (number(field) == 8), "field \(number(field))")
            }
        }
    }

    @Test("of an unknown type are skipped whole", arguments: [7, 15, 32, 127, 128, 1 << 40])
    func unknownType(number: UInt64) {
        var payload: [UInt8] = []
        payload.appendVarint(number)
        payload += [0xff, 0xff, 0xff]
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(payload.count))
        bytes += payload
        let end = Frame.pushed(ackedMid: 1)
        let read = FrameStreams.readBinary([bytes + FrameStreams.binary([end])])
        #expect(read.frames == [.unknown(number), end])
        #expect(read.error == nil)
    }

    @Test("are skipped in lines too")
    func lines() {
        for frame in Self.frames {
            if case .name = frame { continue }
            let context = Self.frames[5...8]
            var bytes = FrameStreams.json(Array(context) + [frame])
            bytes.removeLast(2)
            bytes += Array(#","zz_later":{"a":[1]}}"#.utf8)
            let read = FrameStreams.readJSON([bytes])
            #expect(read.error == nil)
            #expect(read.frames.last == frame)
        }
        let later = #"{"frame":"later","a":1}"# + "\n"
        let read = FrameStreams.readJSON([
            Array(later.utf8) + FrameStreams.json([.restart(reason: "")])
        ])
        #expect(read.frames == [.unknown(0), .restart(reason: "")])
    }

    /// Goal: what a device knows from its cursor is not said again.
    ///
    /// Method: bytes that other implementations write and read too.
    @Test("that a device's cursor shows it to know are left out")
    func leftOut() throws {
        let sum = HashSum([UInt8](0..<16)) ?? .zero
        let bucket = BucketState(
            index: 3, name: "person/s/core", epoch: 2, head: 300, count: 200, sum: sum,
            priority: 1, leaseUntil: 0, ahead: 10)
        let checkpoint = Checkpoint(
            cursor: [9], rows: 1, sum: sum, ackedMid: 0, ackedChain: 0, lineage: [])
        let written = FrameStreams.binary([.bucket(bucket.forHolder), .checkpoint(checkpoint)])
        #expect(
            Hex.encode(written)
                == "1d12080320ac0228c8013210000102030405060708090a0b0c0d0e0f480a"
                + "18190a010910011a10000102030405060708090a0b0c0d0e0f")
        let read = FrameStreams.readBinary([written])
        #expect(read.error == nil)
        #expect(read.frames == [.bucket(bucket.forHolder), .checkpoint(checkpoint)])
    }

    @Test("of outcomes name a run that exists")
    func outcomes() throws {
        for (first, last, isValid) in [(1, 1, true), (1, 2, true), (2, 1, false)]
            as [(UInt64, UInt64, Bool)]
        {
            let frame = Frame.outcomes(OutcomeRange(first: first, last: last, status: .accepted))
            #expect((decode(try payload(frame)) != nil) == isValid)
        }
    }

    @Test("of a mutation end in one outcome even when there are too many")
    func tooMany() throws {
        func mutation(_ count: Int) -> Frame {
            let operation = RowOperation(RowKey(table: "t", id: "i"), .create)
            return .mutation(
                Mutation(
                    mid: 1, time: HybridTime(packed: 1, device: DeviceID(1)), schema: 1,
                    operations: [RowOperation](repeating: operation, count: count), chain: 0))
        }
        let limit = WriteRules.operationsMax
        for (count, isRead) in [(limit, true), (limit + 1, true), (limit + 2, false)] {
            #expect((decode(try payload(mutation(count))) != nil) == isRead)
            let lines = FrameStreams.readJSON([FrameStreams.json([mutation(count)])])
            #expect((lines.error == nil) == isRead)
        }
    }
}
