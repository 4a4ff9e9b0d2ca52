import SyncProtocol
import TestSupport
import Testing

@Suite("A stream of frames")
struct FrameStreamTests {
    private func stream(_ seed: UInt64) -> [Frame] {
        var random = SeededRandom(seed: seed)
        return seed % 2 == 0
            ? random.response() : seed % 3 == 0 ? random.repair() : random.request()
    }

    @Test("comes back from bytes and from lines", arguments: 0..<250 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        let frames = stream(seed)
        let expected = StreamResult(frames: frames, isBetweenFrames: true, error: nil)
        #expect(FrameStreams.readBinary([FrameStreams.binary(frames)]) == expected)
        #expect(FrameStreams.readJSON([FrameStreams.json(frames)]) == expected)
    }

    @Test("is the same wherever it is split", arguments: 0..<10 as Range<UInt64>)
    func splits(seed: UInt64) {
        let frames = stream(seed)
        let expected = StreamResult(frames: frames, isBetweenFrames: true, error: nil)
        let bytes = FrameStreams.binary(frames)
        for cut in 0...bytes.count {
            let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
            #expect(FrameStreams.readBinary(pieces) == expected, "seed \(seed), byte \(cut)")
        }
        let lines = FrameStreams.json(frames)
        for cut in 0...lines.count {
            let pieces = [Array(lines[..<cut]), Array(lines[cut...])]
            #expect(FrameStreams.readJSON(pieces) == expected, "seed \(seed), byte \(cut)")
        }
    }

    @Test("can arrive one byte at a time", arguments: 0..<40 as Range<UInt64>)
    func bytewise(seed: UInt64) {
        let frames = stream(seed)
        let expected = StreamResult(frames: frames, isBetweenFrames: true, error: nil)
        #expect(FrameStreams.readBinary(FrameStreams.binary(frames).map { [$0] }) == expected)
        #expect(FrameStreams.readJSON(FrameStreams.json(frames).map { [$0] }) == expected)
    }

    /// Goal: a response that was cut is never taken for a whole one.
    @Test("has no end when it is cut at any byte", arguments: 0..<20 as Range<UInt64>)
    func truncation(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let frames = random.response()
        let bytes = FrameStreams.binary(frames)
        for cut in 0..<bytes.count {
            let result = FrameStreams.readBinary([Array(bytes[..<cut])])
            #expect(!result.hasTerminal, "seed \(seed), byte \(cut)")
        }
        // A last line without its line feed is whole, so the last cut is before its brace.
        let lines = FrameStreams.json(frames)
        for cut in 0..<(lines.count - 1) {
            let result = FrameStreams.readJSON([Array(lines[..<cut])])
            #expect(!result.hasTerminal, "seed \(seed), byte \(cut)")
        }
        #expect(!FrameStreams.readJSON([lines.dropLast()], finishes: false).hasTerminal)
    }

    /// Goal: no bytes crash the readers, and what is read can be written.
    ///
    /// Method: 20 seeds of 1,000 streams, half of them noise, half of them real
    /// with a few bytes changed, cut, repeated or added.
    @Test("survives garbage", arguments: 0..<20 as Range<UInt64>)
    func garbage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let all = FrameStreams.oneOfEach()
        for round in 0..<1_000 {
            let isJSON = round % 2 == 0
            let frame = random.pick(all)
            var bytes = isJSON ? FrameStreams.json([frame]) : FrameStreams.binary([frame])
            if random.chance(oneIn: 8) { bytes = random.bytes(random.next(in: 0...60)) }
            for _ in 0..<random.next(in: 1...4) where !bytes.isEmpty {
                let place = random.next(in: 0...(bytes.count - 1))
                switch random.next(in: 0...4) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[place] ^= 1 << UInt8(random.next(in: 0...7))
                case 2: bytes.removeSubrange(place...)
                case 3: bytes.insert(contentsOf: random.bytes(2), at: place)
                default: bytes.append(contentsOf: bytes[place...])
                }
            }
            if isJSON {
                _ = FrameStreams.readJSON([bytes])
            } else {
                let read = FrameStreams.readBinary([bytes]).frames.filter { $0.number < 29 }
                guard !read.contains(where: \.isUnknown) else { continue }
                let again = FrameStreams.readBinary([FrameStreams.binary(read)])
                #expect(again.frames == read, "seed \(seed), round \(round)")
            }
        }
    }
}

extension Frame {
    fileprivate var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}

@Suite("The length of a frame")
struct FrameSplitterTests {
    @Test(
        "is refused wherever it is split, with the same code",
        arguments: [
            ([0], "wire.frame_empty"), ([0x80, 0], "wire.number_padded"),
            ([0x81, 0], "wire.number_padded"), ([0x80, 0x80, 0], "wire.number_padded"),
            ([0x80, 0x80, 0x80, 0], "wire.number_padded"),
            ([0x81, 0x80, 0x40], "wire.frame_too_large"),
            ([0xff, 0xff, 0x7f], "wire.frame_too_large"),
            ([0xff, 0xff, 0xff, 0], "wire.frame_too_large"),
            ([0x80, 0x80, 0x80, 1], "wire.frame_too_large"),
            ([0x80, 0x80, 0x80, 0x80, 0], "wire.frame_too_large"),
            ([UInt8](repeating: 0xff, count: 10), "wire.frame_too_large"),
            ([UInt8](repeating: 0x80, count: 30), "wire.frame_too_large"),
        ] as [([UInt8], String)])
    func lengths(bytes: [UInt8], code: String) {
        let valid = FrameStreams.binary([.pushed(ackedMid: 1)])
        for prefix in [[], valid] {
            let whole = FrameStreams.readBinary([prefix + bytes])
            #expect(whole.error?.code == code)
            #expect(whole.error?.position == prefix.count)
            let single = FrameStreams.readBinary((prefix + bytes).map { [$0] })
            #expect(single.error == whole.error)
            #expect(single.frames == whole.frames)
        }
    }

    @Test("is at most one mebibyte")
    func largest() {
        var header: [UInt8] = []
        header.appendVarint(UInt64(BinaryFrames.frameBytesMax))
        let payload = [90] + [UInt8](repeating: 0, count: BinaryFrames.frameBytesMax - 1)
        let whole = FrameStreams.readBinary([header + payload])
        #expect(whole.frames == [.unknown(90)] && whole.error == nil && whole.isBetweenFrames)
        let halves = [header + payload[..<500_000], Array(payload[500_000...])]
        #expect(FrameStreams.readBinary(halves) == whole)
        var larger: [UInt8] = []
        larger.appendVarint(UInt64(BinaryFrames.frameBytesMax + 1))
        #expect(FrameStreams.readBinary([larger]).error?.code == "wire.frame_too_large")
    }

    @Test("waits for the rest", arguments: [[], [0x85], [5], [5, 90], [5, 90, 0, 0, 0]])
    func unfinished(bytes: [UInt8]) {
        let result = FrameStreams.readBinary([bytes])
        #expect(result.frames.isEmpty && result.error == nil)
        #expect(result.isBetweenFrames == bytes.isEmpty)
    }
}

@Suite("Lines of frames")
struct JSONLineTests {
    private func read(_ text: String) -> StreamResult {
        FrameStreams.readJSON([Array(text.utf8)])
    }

    @Test("may end in a carriage return, stand apart and lack the last line feed")
    func endings() {
        let line = #"{"frame":"pushed","acked_mid":1}"#
        let expected = [Frame.pushed(ackedMid: 1), .pushed(ackedMid: 1)]
        for text in ["\(line)\n\(line)", "\(line)\r\n\r\n\n\(line)\r\n", "\n\(line) \n \(line)\n"] {
            #expect(read(text).frames == expected)
            #expect(FrameStreams.readJSON(Array(text.utf8).map { [$0] }).frames == expected)
        }
    }

    @Test(
        "are refused with a code",
        arguments: [
            ("[]", "wire.member_missing"), ("1", "wire.member_missing"),
            ("{}", "wire.member_missing"),
            (#"{"frame":1}"#, "wire.member_kind"), (#"{"frame":"pushed"}"#, "wire.member_missing"),
            (#"{"frame":"pushed","acked_mid":-1}"#, "wire.member_kind"),
            (#"{"frame":"pushed","acked_mid":"1"}"#, "wire.member_kind"),
            (#"{"frame":"pushed","acked_mid":1,"acked_mid":1}"#, "wire.json.duplicate_key"),
            (#"{"frame":"pushed","acked_mid":1.0}"#, "wire.json.fraction"),
            (#"{"frame":"pushed","acked_mid":1},"#, "wire.json.trailing"),
            (#"{"frame":"hello","magic":"HTTP","server_ms":1}"#, "wire.magic"),
            (#"{"frame":"push","base_chain":"FEDCBA9876543210"}"#, "wire.hex"),
            (#"{"frame":"sync","cursor":"A=="}"#, "wire.base64"),
            (#"{"frame":"page","cursor":"","rows":1,"sum":"00"}"#, "wire.sum"),
            (
                #"{"frame":"outcomes","first":1,"last":1,"status":"lost","code":"","detail":""}"#,
                "wire.outcome"
            ),
            (
                #"{"frame":"outcomes","first":2,"last":1,"status":"accepted","code":"","detail":""}"#,
                "wire.outcome"
            ),
            (
                #"{"frame":"row","bucket":"nowhere","table":"t","owner":"o","id":"i","rev":1,"as_of":1,"source_version":1,"body":{}}"#,
                "wire.bucket"
            ),
        ])
    func refusals(text: String, code: String) {
        #expect(read(text).error?.code == code)
        #expect(read(text + "\n").error?.code == code)
        #expect(read(text + "\n").error?.position == 1)
    }

    @Test(
        "refuse an operation that is not whole",
        arguments: [
            (#"{"do":"vanish","table":"t","id":"i"}"#, "wire.operation"),
            (#"{"do":"set","table":"t","id":"i","field":"f"}"#, "wire.operation"),
            (#"{"do":"set","table":"t","id":"i","value":1}"#, "wire.operation"),
            (#"{"do":"add","table":"t","id":"i","field":"f","text":1}"#, "wire.operation"),
            (#"{"do":"create","table":"t","id":"i/j"}"#, "wire.identifier"),
            (#"{"do":"create","table":"t"}"#, "wire.member_missing"),
            (
                #"{"do":"remove","table":"t","id":"i","field":"f","text":"x","dots":"all"}"#,
                "wire.dot"
            ),
            (
                #"{"do":"remove","table":"t","id":"i","field":"f","text":"x","dots":[1]}"#,
                "wire.dot"
            ),
            (
                #"{"do":"remove","table":"t","id":"i","field":"f","text":"x","dots":["1.1"]}"#,
                "wire.dot"
            ),
            ("1", "wire.member_missing"),
        ])
    func operations(operation: String, code: String) {
        let text =
            #"{"frame":"mutation","mid":1,"time":"0000000000000001-0000000000000001","#
            + #""schema":1,"chain":"0000000000000000","operations":["# + operation + "]}"
        #expect(read(text).error?.code == code)
    }

    /// Two owners that Swift calls equal are two owners to everyone else.
    @Test("keep names apart by their bytes")
    func names() {
        func row(_ owner: String) -> String {
            #"{"frame":"row","bucket":"b","table":"t","owner":"\#(owner)","id":"i","rev":1,"#
                + #""as_of":1,"source_version":1,"body":{}}"# + "\n"
        }
        let bucket =
            #"{"frame":"bucket","bucket":"b","epoch":1,"head":1,"count":1,"sum":"\#(HashSum.zero)","#
            + #""priority":1,"lease_until":0,"ahead":1}"# + "\n"
        let result = read(bucket + row("caf\u{e9}") + row("cafe\u{301}") + row("caf\u{e9}"))
        #expect(result.error == nil)
        let owners = result.frames.compactMap { frame -> UInt64? in
            if case .row(let row) = frame { row.owner } else { nil }
        }
        #expect(owners == [1, 2, 1])
        let names = result.frames.compactMap { frame -> [UInt8]? in
            if case .name(_, let text) = frame { Array(text.utf8) } else { nil }
        }
        #expect(names == ["t", "caf\u{e9}", "cafe\u{301}"].map { Array($0.utf8) })
    }

    @Test("are at most so long")
    func longest() {
        let blank = [UInt8](repeating: 0x20, count: JSONFrameReader.lineBytesMax + 1)
        #expect(FrameStreams.readJSON([blank], finishes: false).error?.code == "wire.line_too_long")
        // Also when its end comes with it, so that the answer does not depend on the split.
        let ended = blank + [UInt8(ascii: "\n")]
        #expect(FrameStreams.readJSON([ended], finishes: false).error?.code == "wire.line_too_long")
    }
}
