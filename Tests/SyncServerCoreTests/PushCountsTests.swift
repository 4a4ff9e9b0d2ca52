import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// What a push costs, in counts: times belong to the benchmarks.
@Suite("A push of ten edits")
struct PushCountsTests {
    private let fixture: ServerFixture
    private let person: PersonRecord

    init() throws {
        fixture = try ServerFixture()
        person = try fixture.addPerson()
    }

    private func edits(
        _ count: Int, _ device: inout WritingDevice, of prefix: String
    ) -> [Mutation] {
        (0..<count).map { index in
            let key = RowKey(table: "request_draft", id: "\(prefix)-\(index)")
            return device.next([
                RowOperation(key, .create),
                RowOperation(key, .set(field: "form.text", value: .string("text \(device.mid)"))),
            ])
        }
    }

    private func statements(_ body: () throws -> Void) throws -> Int {
        let connection = try #require((fixture.writer as? SQLiteWriter)?.connection)
        let before = connection.statementsRun
        try body()
        return connection.statementsRun - before
    }

    /// Begin, device with person and first names, ten times (find, update), bucket by name,
    /// whether there are outcomes, outcomes, device, bucket, commit.
    @Test("runs fewer than three statements an edit, and one commit")
    func statementsOfTen() throws {
        var device = WritingDevice(try fixture.addDevice(person))
        let first = try fixture.push(edits(10, &device, of: "a"), from: device.record)
        #expect(first.taken == 10)
        let chain = device.chain
        let again = edits(10, &device, of: "a")
        let connection = try #require((fixture.writer as? SQLiteWriter)?.connection)
        let commits = connection.commits
        let count = try statements {
            let result = try fixture.push(again, base: chain, from: device.record)
            #expect(result.taken == 10)
        }
        #expect(count == 28)
        #expect(connection.commits == commits + 1)
    }

    @Test("costs the same, whatever else the person and others have", arguments: [0, 100, 1_000])
    func statementsBesideRows(rows: Int) throws {
        var other = WritingDevice(try fixture.addDevice(person))
        for part in 0..<(rows / 100) {
            let base = other.chain
            let more = edits(100, &other, of: "other-\(part)")
            let result = try fixture.push(more, base: base, from: other.record)
            #expect(result.taken == 100)
        }
        var device = WritingDevice(try fixture.addDevice(person))
        _ = try fixture.push(edits(10, &device, of: "a"), from: device.record)
        let chain = device.chain
        let again = edits(10, &device, of: "a")
        let count = try statements {
            let result = try fixture.push(again, base: chain, from: device.record)
            #expect(result.taken == 10)
        }
        #expect(count == 28)
    }

    @Test("shares bucket and commit with the other pushes of its group")
    func group() throws {
        var devices = try (0..<4).map { _ in WritingDevice(try fixture.addDevice(person)) }
        for index in devices.indices {
            let more = edits(10, &devices[index], of: "d\(index)")
            _ = try fixture.push(more, from: devices[index].record)
        }
        let pushes = devices.indices.map { index in
            (base: devices[index].chain, edits: edits(10, &devices[index], of: "d\(index)"))
        }
        let count = try statements {
            try fixture.write { context in
                for (push, device) in zip(pushes, devices) {
                    let result = try PushMachine(
                        transaction: context.transaction, book: context.book,
                        serverMilliseconds: context.now, rowsMax: Limits().citizenRowsMax
                    ).push(push.edits, baseChain: push.base, from: device.record.number)
                    #expect(result.taken == 10)
                }
            }
        }
        // Begin, commit, the bucket twice; device with person and first names, outcomes twice,
        // device for each.
        #expect(count == 4 + 4 * 24)
    }

    @Test("leaves one row of outcomes, and each edit its own outcome")
    func outcomes() throws {
        var device = WritingDevice(try fixture.addDevice(person))
        let pushed = edits(10, &device, of: "a")
        _ = try fixture.push(pushed, from: device.record)
        let connection = try #require((fixture.writer as? SQLiteWriter)?.connection)
        var rows: Int64 = 0
        try connection.run("SELECT count(*) FROM outcome_run") { rows = $0.int64(0) }
        #expect(rows == 1)
        let repeated = try fixture.push(pushed, from: device.record)
        #expect(repeated.taken == 0)
        #expect(repeated.outcomes.map(\.mid) == Array(1...10))
    }
}
