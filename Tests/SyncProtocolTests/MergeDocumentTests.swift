import SyncProtocol
import TestSupport
import Testing

@Suite("The body of a merged row")
struct MergeDocumentTests {
    static let one = "0000000000010000-0000000000000001"
    static let two = "0000000000020000-0000000000000002"

    @Test("comes back as it was, and is canonical", arguments: 0..<250 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let document = random.document(writes: 0...12)
        let body = document.body
        let read = try #require(MergeDocument(bytes: body), "seed \(seed)")
        #expect(read == document)
        #expect(read.body == body)
        #expect(body.withUnsafeBytes { JSON.isCanonical($0) })
    }

    @Test(
        "is refused where it is not one this version wrote",
        arguments: [
            "", "null", "[]", "{}", #"{"fields":{}}"#, #"{"touched":"T1"}"#,
            #"{"fields":[],"touched":"T1"}"#, #"{"fields":{},"touched":"nonsense"}"#,
            #"{"fields":{},"touched":1}"#,
            #"{"deleted":1,"fields":{},"touched":"T1"}"#,
            #"{"deleted":null,"fields":{},"touched":"T1"}"#,
            #"{"deleted":"never","fields":{},"touched":"T1"}"#,
            #"{"extra":1,"fields":{},"touched":"T1"}"#,
            #"{"fields":{"f":"latest"},"touched":"T1"}"#, #"{"fields":{"f":[]},"touched":"T1"}"#,
            #"{"fields":{"f":["later",1]},"touched":"T1"}"#,
            #"{"fields":{"f":["latest",1]},"touched":"T1"}"#,
            #"{"fields":{"f":["latest",1,"T1",2]},"touched":"T1"}"#,
            #"{"fields":{"f":["latest",1,2]},"touched":"T1"}"#,
            #"{"fields":{"f":["maximum","1"]},"touched":"T1"}"#,
            #"{"fields":{"f":["flag",1]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[],["x"]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[["0000000000000001.1"]],[]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[["0000000000000001.01","a"]],[]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[["0000000000000001.1",1]],[]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[["0000000000000001.1","a"],["0000000000000001.1","a"]],[]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[["0000000000000001.1","b"],["0000000000000001.1","a"]],[]]},"touched":"T1"}"#,
            #"{"fields":{"f":["text",[["0000000000000001.1","a"],["0000000000000001.1","b"]],[]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[],["0000000000000001.1"]]},"touched":"T1"}"#,
            #"{"fields":{"f":["set",[["0000000000000001.1","a"]],[["0000000000000001.1","a"]]]},"touched":"T1"}"#,
            #"{"fields":{"f":["text",[["0000000000000001.1","a"]],["0000000000000001.1"]]},"touched":"T1"}"#,
            #"{"fields":{"f":["text",[],["0000000000000001.1","0000000000000001.1"]]},"touched":"T1"}"#,
            #"{"fields":{"f":["counter",[["0000000000000001",1]]]},"touched":"T1"}"#,
            #"{"fields":{"f":["counter",[["0000000000000001",-1,0]]]},"touched":"T1"}"#,
            #"{"fields":{"f":["counter",[["1",1,0]]]},"touched":"T1"}"#,
            #"{"fields":{"f":["counter",[["0000000000000001",1,0],["0000000000000001",2,0]]]},"touched":"T1"}"#,
            "{\"fields\":{\"e\u{301}\":[\"flag\"],\"\u{e9}\":[\"flag\"]},\"touched\":\"T1\"}",
        ])
    func malformed(text: String) {
        let parts = text.split(separator: "T1", omittingEmptySubsequences: false)
        let body = parts.joined(separator: Self.one)
        #expect(MergeDocument(bytes: Array(body.utf8)) == nil, "\(body)")
    }

    @Test(
        "survives damage, and what it accepts it writes back whole",
        arguments: 0..<100 as Range<UInt64>)
    func damage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            var body = random.document(writes: 1...4).body
            body[random.next(in: 0...(body.count - 1))] = random.pick(
                Array("\"[]{},:019af-.T".utf8))
            guard let document = MergeDocument(bytes: body) else { continue }
            #expect(MergeDocument(bytes: document.body) == document)
            #expect(Array(document.body) == (try? JSON.canonicalize(body)), "seed \(seed)")
        }
    }
}

@Suite("A deletion")
struct DeletionTests {
    private func time(_ milliseconds: UInt64, _ device: UInt64 = 1) -> HybridTime {
        HybridTime(milliseconds: milliseconds, device: DeviceID(device))
    }

    private let dot = Dot(device: DeviceID(1), mid: 1)

    private func expect(
        _ isChanged: Bool, _ operation: SyncProtocol.Operation, time: HybridTime, dot: Dot,
        _ row: inout MergeDocument, at place: SourceLocation = #_sourceLocation
    ) {
        let result = row.apply(operation, time: time, dot: dot)
        #expect(result == isChanged, sourceLocation: place)
    }

    @Test(
        "wins over the writes it has seen and loses to newer ones",
        arguments: [(4, false), (6, true)] as [(UInt64, Bool)])
    func order(write: UInt64, isAlive: Bool) {
        for deletesFirst in [true, false] {
            var row = MergeDocument(touched: time(1))
            if deletesFirst { row.apply(.delete, time: time(5), dot: dot) }
            row.apply(.set(field: "f", value: "new"), time: time(write), dot: dot)
            if !deletesFirst { row.apply(.delete, time: time(5), dot: dot) }
            #expect(row.isAlive == isAlive)
        }
    }

    /// Goal: operations of one mutation, which have one time, take effect in their order,
    /// and the bytes do not tell in which order mutations came, or how often.
    ///
    /// Method: every pair of a mutation on the row and a deletion near its time, in both
    /// orders, each applied twice.
    @Test(
        "and a write in one mutation take effect in their order",
        arguments: [
            ([.delete, .create], true), ([.delete, .set(field: "f", value: 2)], true),
            ([.delete, .delete, .mark(field: "g")], true), ([.create, .delete], false),
            ([.delete, .create, .delete], false),
        ] as [([SyncProtocol.Operation], Bool)])
    func oneMutation(operations: [SyncProtocol.Operation], isAlive: Bool) {
        let ours = time(5, 2)
        for other in [nil, time(2), time(4, 3), time(5, 1), time(5, 3), time(6)] {
            func body(_ order: [Bool]) -> [UInt8] {
                var row = MergeDocument(touched: time(1))
                for isOurs in order {
                    if isOurs {
                        for operation in operations {
                            row.apply(operation, time: ours, dot: dot)
                        }
                    } else if let other {
                        row.apply(.delete, time: other, dot: dot)
                    }
                }
                let isHidden = other.map { $0 > ours } ?? false
                #expect(row.isAlive == (isAlive && !isHidden))
                #expect(MergeDocument(bytes: row.body) == row)
                return row.body
            }
            let once = body([true, false])
            #expect(body([false, true]) == once)
            #expect(body([true, true, false, true, false]) == once)
        }
    }

    @Test("is decided by the device where two moments are equal")
    func tie() {
        var row = MergeDocument(touched: time(1))
        row.apply(.delete, time: time(5, 1), dot: dot)
        row.apply(.create, time: time(5, 2), dot: dot)
        #expect(row.isAlive)
        row.apply(.delete, time: time(5, 3), dot: dot)
        #expect(!row.isAlive)
    }

    @Test("keeps the fields, so that a row comes back whole")
    func comesBack() {
        var row = MergeDocument(touched: time(1))
        row.apply(.set(field: "f", value: "kept"), time: time(2), dot: dot)
        expect(true, .delete, time: time(3), dot: dot, &row)
        expect(false, .delete, time: time(2), dot: dot, &row)
        expect(true, .create, time: time(4), dot: dot, &row)
        #expect(row.isAlive)
        #expect(row.shown["f"] == "kept")
    }

    @Test("never moves back")
    func monotonic() {
        var row = MergeDocument(touched: time(1))
        row.apply(.delete, time: time(9), dot: dot)
        row.apply(.delete, time: time(3), dot: dot)
        #expect(row.deleted == time(9))
        row.apply(.create, time: time(5), dot: dot)
        #expect(!row.isAlive)
    }

    @Test("tells whether the state is another than before")
    func changes() {
        var row = MergeDocument(touched: time(1))
        expect(true, .create, time: time(2), dot: dot, &row)
        expect(false, .create, time: time(2), dot: dot, &row)
        expect(true, .set(field: "f", value: 1), time: time(5), dot: dot, &row)
        expect(false, .set(field: "f", value: 2), time: time(4), dot: dot, &row)
        expect(true, .set(field: "h", value: 2), time: time(4), dot: dot, &row)
        expect(true, .mark(field: "g"), time: time(6), dot: dot, &row)
        expect(false, .mark(field: "g"), time: time(6), dot: dot, &row)
        expect(false, .submit([:]), time: time(8), dot: dot, &row)
        #expect(row.touched == time(6))
    }

    @Test("hides a write only where a newer one says something else")
    func hidden() {
        var row = MergeDocument(touched: time(1))
        #expect(!row.hidesWrite(of: 1, to: "f", at: time(2)))
        row.apply(.set(field: "f", value: 1), time: time(5), dot: dot)
        #expect(!row.hidesWrite(of: 1, to: "f", at: time(5)))
        #expect(!row.hidesWrite(of: 1, to: "f", at: time(4)))
        #expect(row.hidesWrite(of: 2, to: "f", at: time(4)))
        row.apply(.mark(field: "g"), time: time(6), dot: dot)
        #expect(row.hidesWrite(of: 2, to: "g", at: time(6)))
    }
}
