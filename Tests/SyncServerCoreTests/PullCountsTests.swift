import HTTPWire
import SyncProtocol
import Testing

@testable import SyncServerCore

/// Counts that must not grow unseen.
///
/// Goal: what a pull costs follows from what changed, not from what is stored.
@Suite("What a pull costs in counts")
struct PullCountsTests {
    /// A page of a moment that may be the one of the page before.
    private func page(
        _ fixture: ServerFixture, _ request: SyncRequest, for device: DeviceRecord, commits: UInt64
    ) throws -> (frames: [Frame], statements: Int) {
        let reader = try #require(fixture.reader as? SQLiteReader)
        let before = reader.statementsRun
        let body = BodyWriter()
        var sink = BinaryFrameSink(body)
        let cursor = try fixture.pages.open(request.cursor, for: device.id).get()
        let asker = PageBuilder.Asker(
            device: device.number, id: device.id, person: device.person, now: 0)
        _ = try reader.snapshot(holding: commits) { snapshot in
            try fixture.pages.build(
                request, cursor, for: asker, in: snapshot, names: { try reader.name($0) },
                into: &sink)
        }
        let statements = reader.statementsRun - before
        return (try decodeFrames([UInt8](body.buffer.readable)), statements)
    }

    /// Statements: one that begins the moment, the buckets, the device, and one for each
    /// bucket that moved, however many rows it has and the store holds.
    @Test("a page takes three statements and one for each bucket that moved", arguments: [1, 500])
    func statements(rows: Int) throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        let stranger = try fixture.addPerson("stranger")
        for index in 0..<rows {
            try fixture.put("vehicle", "v\(index)", person)
            try fixture.put("vehicle", "s\(index)", stranger)
        }
        try fixture.put("bill", "b", person)
        var client = SimulatedClient()
        let first = try page(fixture, client.request, for: device, commits: 1)
        #expect(first.statements == 3 + 2)
        #expect(try client.take(first.frames))
        try fixture.put("bill", "b", person, version: 2)
        let second = try page(fixture, client.request, for: device, commits: 2)
        // The end of the moment that was kept, and four as above.
        #expect(second.statements == 1 + 3 + 1)
        #expect(try client.take(second.frames))
        fixture.reader.endSnapshot()
    }

    @Test("a second page of the same turn begins no moment, but one after a commit does")
    func moments() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "v", person)
        func ids(_ frames: [Frame]) -> [String] {
            frames.compactMap { if case .row(let row) = $0 { row.id } else { nil } }
        }
        _ = try page(fixture, SyncRequest(), for: device, commits: 7)
        try fixture.put("vehicle", "w", person)
        // Not published yet: the moment before may still be read.
        let same = try page(fixture, SyncRequest(), for: device, commits: 7)
        #expect(same.statements == 2 + 1)
        #expect(ids(same.frames) == ["v"])
        let later = try page(fixture, SyncRequest(), for: device, commits: 8)
        #expect(ids(later.frames) == ["v", "w"])
        fixture.reader.endSnapshot()
        #expect(ids(try fixture.page(SyncRequest(), for: device).frames) == ["v", "w"])
    }

    /// Method: the real service over a real store on one loop, whose reader is asked.
    @Test("a pull that finds nothing new takes no statement")
    func unchanged() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "v", person)
        let server = try PullServer(fixture, device)
        defer { server.stop() }
        var client = SimulatedClient()
        #expect(try client.take(try server.pull(client.request)))
        for turn in 0..<3 {
            let before = server.statementsRun()
            #expect(try server.pull(client.request).last == .unchanged(ackedMid: 0))
            // The first one brings the person's heads into memory.
            if turn > 0 { #expect(server.statementsRun() == before) }
        }
    }

    @Test("a row brings at most 45 bytes besides its id and its body")
    func bytes() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        for index in 0..<100 { try fixture.put("vehicle", "v\(index)", person) }
        let body = BodyWriter()
        var sink = BinaryFrameSink(body)
        let asker = PageBuilder.Asker(
            device: device.number, id: device.id, person: person.number, now: 0)
        let summary = try fixture.reader.snapshot { snapshot in
            try fixture.pages.build(
                SyncRequest(), try fixture.pages.open([], for: device.id).get(), for: asker,
                in: snapshot, names: { try fixture.reader.name($0) }, into: &sink)
        }
        var inside = 0
        for case .row(let row) in try decodeFrames([UInt8](body.buffer.readable)) {
            inside += row.id.utf8.count + row.body.count
        }
        #expect(summary.rows == 100)
        // A bucket, two names and a checkpoint are sent once.
        #expect(body.buffer.count - inside <= 100 * 45 + 250)
    }
}
