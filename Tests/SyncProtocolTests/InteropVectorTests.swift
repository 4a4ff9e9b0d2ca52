import SyncProtocol
import TestSupport
import Testing

/// Goal: what the client in Tests/Interop reckons by the document is what the
/// product reckons.
///
/// Method: the vectors that `make_vectors.py` makes, one file a test.
@Suite("The vectors of a client in another language")
struct InteropVectorTests {
    private func number(_ vector: JSONValue, _ name: String) throws -> UInt64 {
        let text = try #require(vector[name]?.text)
        return try #require(FixedHex.parse(Array(text.utf8), digits: 16))
    }

    // MARK: - Times

    @Test("order and stamp times alike", arguments: try Vector.all("hybrid"))
    func times(vector: Vector) throws {
        let (input, expected) = (vector.input, vector.expected)
        switch try #require(input["op"]?.text) {
        case "time": try time(try #require(input["text"]?.text), expected)
        case "dot": try dot(try #require(input["text"]?.text), expected)
        case "order":
            let times = try #require(input["times"]?.items).compactMap {
                $0.text.flatMap(HybridTime.init(text:))
            }
            let sorted = times.sorted().map { JSONValue.string($0.description) }
            #expect(JSONValue.array(sorted) == expected["times"])
        case "stamp":
            let device = DeviceID(1)
            let offset = try #require(input["offset"]?.intValue)
            var clock = HybridClock(
                last: try number(input, "last"), offsetMilliseconds: offset)
            clock.observe(HybridTime(packed: try number(input, "seen"), device: device))
            let stamp = clock.stamp(
                wallMilliseconds: try #require(input["clock"]?.intValue), device: device,
                random: UInt16(try #require(input["random"]?.intValue)))
            #expect(stamp.packed == (try number(expected, "packed")))
        default:
            let sent = try number(input, "sent")
            let stored = HybridClock.accepted(
                HybridTime(packed: sent, device: DeviceID(1)),
                serverMilliseconds: try #require(input["server"]?.intValue),
                previous: try number(input, "previous"))
            #expect(stored.packed == (try number(expected, "packed")))
            #expect((stored.packed != sent) == (expected["restamped"]?.intValue == 1))
        }
    }

    private func time(_ text: String, _ expected: JSONValue) throws {
        guard let time = HybridTime(text: text) else {
            #expect(expected["refused"] == 1)
            return
        }
        #expect(time.milliseconds == UInt64(try #require(expected["milliseconds"]?.intValue)))
        #expect(time.counter == UInt16(try #require(expected["counter"]?.intValue)))
        #expect(time.device.description == expected["device"]?.text)
        #expect(time.description == text)
    }

    private func dot(_ text: String, _ expected: JSONValue) throws {
        guard let dot = Dot(text: text) else {
            #expect(expected["refused"] == 1)
            return
        }
        #expect(dot.device.description == expected["device"]?.text)
        #expect(String(dot.mid) == expected["mid"]?.text)
    }

    // MARK: - Bytes

    @Test("read and write JSON alike", arguments: try Vector.all("json"))
    func json(vector: Vector) throws {
        let bytes = try #require(vector.input["hex"]?.text.flatMap { Hex.decode($0) })
        do throws(JSONError) {
            let value = try JSON.parse(bytes, limits: .record)
            let canonical = String(decoding: JSON.canonical(value), as: UTF8.self)
            #expect(canonical == vector.expected["canonical"]?.text)
        } catch {
            #expect(error.code == vector.expected["code"]?.text)
        }
    }

    @Test("read and write numbers, letters and frames alike", arguments: try Vector.all("wire"))
    func wire(vector: Vector) throws {
        let (input, expected) = (vector.input, vector.expected)
        if input["op"]?.text == "base64" {
            let text = try #require(input["text"]?.text)
            let bytes = Base64URL.decode(text)
            #expect(bytes.map { Hex.encode($0) } == expected["hex"]?.text)
            #expect((bytes == nil) == (expected["refused"] == 1))
            if let bytes { #expect(Base64URL.encode(bytes) == text) }
            return
        }
        let bytes = try #require(input["hex"]?.text.flatMap { Hex.decode($0) })
        if input["op"]?.text == "varint" {
            varint(bytes, expected)
            return
        }
        let read = FrameStreams.readBinary([bytes])
        // A stream that ends within a frame is refused by its owner.
        let unfinished = read.isBetweenFrames ? nil : "wire.truncated"
        #expect((read.error?.code ?? unfinished) == expected["code"]?.text)
        if let lines = expected["lines"]?.items?.compactMap(\.text) {
            let text = String(decoding: FrameStreams.json(read.frames), as: UTF8.self)
            #expect(text == lines.map { $0 + "\n" }.joined())
        }
    }

    private func varint(_ bytes: [UInt8], _ expected: JSONValue) {
        bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            do throws(WireError) {
                let number = try reader.varint()
                #expect(reader.isAtEnd)
                #expect(String(number) == expected["number"]?.text)
                #expect(String(ZigZag.decode(number)) == expected["zigzag"]?.text)
                var written: [UInt8] = []
                written.appendVarint(number)
                #expect(written == bytes)
            } catch {
                #expect(error.code == expected["code"]?.text)
            }
        }
    }

    @Test("add and subtract hashes alike", arguments: try Vector.all("sums"))
    func sums(vector: Vector) throws {
        let hashes = try #require(vector.input["hashes"]?.items).compactMap { item in
            item.text.flatMap { Hex.decode($0) }.flatMap { HashSum($0) }
        }
        var total = HashSum.zero
        for hash in hashes { total += hash }
        #expect(total.description == vector.expected["sum"]?.text)
        if let first = hashes.first { total -= first }
        #expect(total.description == vector.expected["without_first"]?.text)
    }

    // MARK: - Pushes

    @Test("number, link and frame writes alike", arguments: try Vector.all("push"))
    func pushes(vector: Vector) throws {
        let nonce = try number(vector.input, "nonce")
        var request = SyncRequest()
        request.cursor = try #require(
            vector.input["cursor"]?.text.flatMap { Base64URL.decode($0) })
        request.rowsMax = 100
        request.outcomesSeen = UInt64(try #require(vector.input["outcomes_seen"]?.intValue))
        var frames: [Frame] = [.sync(request), .push(PushHeader(baseChain: nonce))]
        var link = nonce
        var chains: [String] = []
        for item in try #require(vector.input["mutations"]?.items) {
            var object = try #require(item.fields)
            object["frame"] = "mutation"
            object["schema"] = 1
            object["chain"] = "0000000000000000"
            let line = JSON.canonical(.object(object)) + [0x0a]
            let frame = FrameStreams.readJSON([line]).frames.first
            guard case .mutation(let read)? = frame else {
                Issue.record("\(vector.id) holds what is no mutation")
                return
            }
            link = MutationChain.link(
                after: link, mid: read.mid, time: read.time, operations: read.operations,
                origin: read.origin)
            chains.append(FixedHex.text(link, digits: 16))
            frames.append(
                .mutation(
                    Mutation(
                        mid: read.mid, time: read.time, schema: read.schema,
                        operations: read.operations, chain: link, origin: read.origin)))
        }
        #expect(chains == vector.expected["chains"]?.items?.compactMap(\.text))
        let body = FrameStreams.binary(frames)
        #expect(Hex.encode(body) == vector.expected["body"]?.text)
        #expect(FrameStreams.readBinary([body]).frames == frames)
    }
}
