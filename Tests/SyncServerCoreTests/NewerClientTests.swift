import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: a client that is newer than the server is never stuck: what the server
/// cannot read of a mutation ends in a refusal of that mutation alone.
///
/// Method: batches of three mutations of which the second holds something that
/// no version of this server has, in both forms, over a socket.
@Suite("A newer client's push")
struct NewerClientTests {
    /// A mutation that this server cannot read, and how it ends.
    struct Unreadable: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let detail: String
        /// The fields behind the head of the mutation, or the value of `operations`.
        let bytes: [UInt8]

        init(_ name: String, _ code: String, _ detail: String, _ bytes: [UInt8]) {
            testDescription = name
            self.code = code
            self.detail = detail
            self.bytes = bytes
        }
    }

    private static func field(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendField(6, payload)
        return bytes
    }

    private static let create: [UInt8] = {
        var bytes: [UInt8] = []
        MutationCodec.append(
            RowOperation(RowKey(table: "annotation", id: "b"), .create), to: &bytes)
        return bytes
    }()

    private static func operation(_ number: UInt64, _ more: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendField(1, number)
        bytes.appendField(2, "annotation")
        bytes.appendField(3, "b")
        return bytes + more
    }

    static let binary: [Unreadable] = [
        Unreadable(
            "an operation of a later version", "operation_unknown", "operation 2: number 77",
            field(create) + field(operation(77))),
        Unreadable(
            "an operation without a number", "operation_unknown", "operation 1: number 0",
            field([18, 1, 97, 26, 1, 98])),
        Unreadable(
            "a later kind of field in an operation", "operation_unknown",
            "operation 1: wire.field_kind", field(operation(3, [0x4d, 1, 2, 3, 4]))),
        Unreadable(
            "a later kind of field behind the operations", "operation_unknown",
            "mutation: wire.field_kind", field(create) + [0x4d, 1, 2, 3, 4]),
        Unreadable(
            "a set without its value", "operation_invalid", "operation 1: wire.operation",
            field(operation(3, [34, 1, 97]))),
        Unreadable(
            "a fraction", "operation_invalid", "operation 1: wire.json.fraction",
            field(operation(3, [34, 1, 97, 42, 3, 49, 46, 53]))),
        Unreadable(
            "a cut operation", "operation_invalid", "operation 1: wire.truncated",
            field(Array(create.dropLast()))),
        Unreadable(
            "too many operations", "operations_too_many", "66",
            (0..<66).flatMap { _ in field(create) }),
    ]

    static let lines: [Unreadable] = [
        Unreadable(
            "an operation of a later version", "operation_unknown", "operation 2: merge_all",
            Array(
                #"[{"do":"create","table":"annotation","id":"b"},{"do":"merge_all","x":[1]}]"#
                    .utf8)),
        Unreadable(
            "a word that is no name", "operation_unknown", "operation 1",
            Array(#"[{"do":"ลบ","table":"annotation","id":"b"}]"#.utf8)),
        Unreadable(
            "a set without its value", "operation_invalid", "operation 1: wire.operation",
            Array(#"[{"do":"set","table":"annotation","id":"b","field":"nickname"}]"#.utf8)),
        Unreadable(
            "a bad row", "operation_invalid", "operation 1: wire.identifier",
            Array(#"[{"do":"create","table":"annotation","id":"b c"}]"#.utf8)),
        Unreadable(
            "an operation that is no object", "operation_invalid",
            "operation 1: wire.member_missing", Array("[7]".utf8)),
        Unreadable(
            "no list of operations", "operation_invalid", "operations", Array("{}".utf8)),
        Unreadable(
            "too many operations", "operations_too_many", "66",
            Array(
                ("["
                    + Array(
                        repeating: #"{"do":"create","table":"annotation","id":"b"}"#, count: 66
                    ).joined(separator: ",") + "]").utf8)),
    ]

    /// The middle one of three mutations is not readable.
    private struct Batch {
        let good: [Mutation]
        let head: Mutation
        let chain: UInt64 = 0x1234_5678_9abc_def0

        init(_ device: DeviceID) {
            var writing = WritingDevice(
                DeviceRecord(number: 1, id: device, person: 1, name: "", added: 0))
            func create(_ id: String) -> [RowOperation] {
                [RowOperation(RowKey(table: "annotation", id: id), .create)]
            }
            let first = writing.next(create("a"))
            head = writing.next([])
            writing.chain = chain
            good = [first, writing.next(create("c"))]
        }

        /// The frames of the request, the middle mutation with these fields behind its head.
        func binary(_ rest: [UInt8]) -> [UInt8] {
            var body: [UInt8] = []
            BinaryFrames.append(.sync(SyncRequest()), to: &body)
            BinaryFrames.append(.push(PushHeader(baseChain: 77)), to: &body)
            BinaryFrames.append(.mutation(good[0]), to: &body)
            var payload: [UInt8] = [3]
            MutationCodec.append(
                Mutation(mid: 2, time: head.time, schema: 9, operations: [], chain: chain),
                to: &payload)
            body.appendVarint(UInt64(payload.count + rest.count))
            body += payload + rest
            BinaryFrames.append(.mutation(good[1]), to: &body)
            return body
        }

        func lines(_ operations: [UInt8]) -> [UInt8] {
            var writer = JSONFrameWriter()
            var body: [UInt8] = []
            writer.append(.sync(SyncRequest()), to: &body)
            writer.append(.push(PushHeader(baseChain: 77)), to: &body)
            writer.append(.mutation(good[0]), to: &body)
            body += Array(
                (#"{"frame":"mutation","mid":2,"time":"\#(head.time)","schema":9,"#
                    + #""chain":"\#(FixedHex.text(chain, digits: 16))","operations":"#).utf8)
            body += operations + Array("}\n".utf8)
            writer.append(.mutation(good[1]), to: &body)
            return body
        }
    }

    private func check(_ unreadable: Unreadable, isBinary: Bool) throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        let batch = Batch(phone.device)
        let body = isBinary ? batch.binary(unreadable.bytes) : batch.lines(unreadable.bytes)
        // Twice: the outcome of what could not be read is stored like any other.
        for _ in 0..<2 {
            let answer = try running.request(
                "POST", "/v1/sync",
                [
                    "Authorization": "Bearer \(phone.token)",
                    "Content-Type": isBinary ? SignedIn.binary : "application/json",
                    "Accept": "application/json",
                ], body)
            #expect(answer.status == 200, "\(answer.text)")
            var reader = JSONFrameReader()
            var frames: [Frame] = []
            try answer.body.withUnsafeBytesTyped { (raw) throws(WireError) in
                try reader.push(raw) { (frame) throws(WireError) in frames.append(frame) }
            }
            let outcomes = frames.compactMap { frame in
                if case .outcomes(let range) = frame { range } else { nil }
            }
            #expect(outcomes.map(\.first) == [1, 2, 3])
            #expect(outcomes.map(\.status) == [.accepted, .refused, .accepted])
            #expect(outcomes.map(\.code) == ["", unreadable.code, ""])
            #expect(outcomes.map(\.detail) == ["", unreadable.detail, ""])
            let ids = frames.compactMap { frame in
                if case .row(let row) = frame { row.id } else { nil }
            }
            #expect(ids.sorted() == ["a", "c"], "nothing of the refused mutation is there")
        }
    }

    @Test(
        "in binary goes on behind what the server cannot read", arguments: NewerClientTests.binary)
    func inBinary(unreadable: Unreadable) throws {
        try check(unreadable, isBinary: true)
    }

    @Test("in lines goes on behind what the server cannot read", arguments: NewerClientTests.lines)
    func inLines(unreadable: Unreadable) throws {
        try check(unreadable, isBinary: false)
    }

    @Test("is refused whole where not even its number can be read")
    func withoutNumber() throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        for frame: [UInt8] in [
            [2, 3, 0x4d], [4, 3, 8, 1, 0x0d], [6, 3, 8, 1, 8, 2, 0x4d],
        ] {
            var body: [UInt8] = []
            BinaryFrames.append(.sync(SyncRequest()), to: &body)
            BinaryFrames.append(.push(PushHeader(baseChain: 77)), to: &body)
            let answer = try running.request(
                "POST", "/v1/sync",
                ["Authorization": "Bearer \(phone.token)", "Content-Type": SignedIn.binary],
                body + frame)
            #expect(answer.status == 400)
        }
    }
}
