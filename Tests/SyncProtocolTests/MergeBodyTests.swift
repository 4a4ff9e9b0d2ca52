import TestSupport
import Testing

@testable import SyncProtocol

@Suite("A body of plain fields")
struct PlainBodyTests {
    private static func plain(_ random: inout SeededRandom) -> MergeDocument {
        var row = MergeDocument(touched: random.time())
        for index in 0..<random.next(in: 0...4) {
            row.apply(
                .set(field: "f\(index)", value: random.jsonValue(depth: 1)), time: random.time(),
                dot: random.dot())
        }
        return row
    }

    /// Goal: the quick way of reading bodies never says anything else than the general one.
    ///
    /// Method: whole, damaged and shuffled bodies of both kinds of rows are read both ways.
    @Test("is read the same in both ways", arguments: 0..<100 as Range<UInt64>)
    func bothWays(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            let isPlain = random.next(in: 0...3) > 0
            let row = isPlain ? Self.plain(&random) : random.document(writes: 1...4)
            var body = row.body
            if row.deleted == nil && isPlain { #expect(MergeBodyReader.read(body) == row) }
            for _ in 0..<10 {
                if let quick = MergeBodyReader.read(body) {
                    let general = (try? JSON.parse(body)).flatMap { MergeDocument(body: $0) }
                    let text = String(decoding: body, as: UTF8.self)
                    #expect(general == quick, "seed \(seed): \(text)")
                }
                guard !body.isEmpty else { break }
                let index = random.next(in: 0...(body.count - 1))
                switch random.next(in: 0...2) {
                case 0: body[index] = random.pick(Array("\"[]{},:019af-.T ".utf8))
                case 1: body.remove(at: index)
                default: body.insert(body[random.next(in: 0...(body.count - 1))], at: index)
                }
            }
        }
    }

    @Test(
        "of another form is left to the general way",
        arguments: [
            #"{"fields":{},"touched":"T"} "#, #"{"fields": {},"touched":"T"}"#,
            #"{"fields":{"b":["latest",1,"T"],"a":["latest",1,"T"]},"touched":"T"}"#,
            #"{"fields":{"a":["latest",1,"T"],"a":["latest",1,"T"]},"touched":"T"}"#,
            #"{"fields":{"a":["flag"]},"touched":"T"}"#,
            #"{"fields":{"a":["latest",1,"T",1]},"touched":"T"}"#,
            #"{"deleted":"T","fields":{},"touched":"T"}"#,
            #"{"fields":{"é":["latest",1,"T"]},"touched":"T"}"#,
            #"{"fields":{},"touched":"000000000001000G-0000000000000001"}"#,
            #"{"fields":{},"touched":"T""#, "", "{",
        ])
    func other(form: String) {
        let text = form.split(separator: #""T""#, omittingEmptySubsequences: false)
            .joined(separator: #""0000000000010000-0000000000000001""#)
        #expect(MergeBodyReader.read(Array(text.utf8)) == nil)
    }
}

@Suite("An operation on a row")
struct OperationChangeTests {
    @Test(
        "says that it changed the state if and only if it did",
        arguments: 0..<200 as Range<UInt64>)
    func changes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var row = random.document(writes: 0...6)
        for _ in 0..<40 {
            let before = row
            let operation = random.documentOperation()
            let isChanged = row.apply(operation, time: random.time(), dot: random.dot())
            #expect(isChanged == (row != before), "seed \(seed): \(operation)")
        }
    }
}
