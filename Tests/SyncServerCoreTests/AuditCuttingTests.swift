import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

private let day: Int64 = 86_400_000

@Suite("Cutting the audit chain")
struct AuditCuttingTests {
    /// A store with sixty old entries of people, of which only one head was written down.
    private struct Scene {
        let fixture: ServerFixture
        let people: [PersonRecord]
        let heads: AuditOldHeads
        let headNumber: Int64 = 45

        init() throws {
            let fixture = try ServerFixture()
            let people = try (0..<6).map { try fixture.addPerson("p\($0)") }
            try fixture.write { context in
                for index in 0..<60 {
                    try context.audit.append(
                        .rowsRead, by: .server, person: people[index / 10].number)
                }
                try context.transaction.set(AccessPublishing.place, [60])
            }
            var witnesses: [AuditWitness] = []
            try fixture.read { snapshot in
                try snapshot.auditRecords(after: 0) { record in
                    guard record.number == 45 else { return true }
                    let head = AuditHead(number: record.number, link: record.link)
                    witnesses.append(
                        AuditWitness(at: noon, lineage: fixture.store.lineage, head: head))
                    return false
                }
            }
            fixture.now = noon + 733 * day
            heads = AuditOldHeads(witnesses, at: fixture.now)
            self.fixture = fixture
            self.people = people
        }

        func step(_ search: AuditCutting.Search?) throws -> AuditCutting.Step {
            try fixture.write { context in
                try AuditCutting(
                    context: context, entriesMax: 10, heads: heads, now: context.now
                ).next(search)
            }
        }
    }

    /// Goal: no commit of others waits until a chain of millions has been read.
    ///
    /// Method: with ten entries a step, the head at 45 is found in the fifth and in none before.
    @Test("looks at so many entries in one transaction, and goes on in the next")
    func parts() throws {
        let scene = try Scene()
        var search: AuditCutting.Search?
        var found: [AuditCutting.Found?] = []
        repeat {
            let step = try scene.step(search)
            found.append(step.found)
            search = step.next
            try #require(found.count < 20)
        } while search != nil
        // The last entry is never cut off, so the sixth step ends the search.
        try #require(found.count == 6)
        #expect(found.map { $0?.cut.head.number } == [nil, nil, nil, nil, 45, nil])
        #expect(found[4]?.entries == 45)
    }

    @Test("begins again where a hold began in what was looked at already")
    func hold() throws {
        let scene = try Scene()
        let first = try scene.step(nil)
        let second = try scene.step(first.next)
        #expect(second.next != nil)
        try scene.fixture.write { context in
            try context.transaction.hold(scene.people[0].number, since: context.now)
        }
        // The first entry is of the person: nothing can go.
        #expect(try scene.step(second.next) == AuditCutting.Step())
        try scene.fixture.write { try $0.transaction.hold(scene.people[0].number, since: 0) }
        #expect(try scene.step(nil) == first)
    }

    @Test("stops at an entry that cannot be read, and says which", arguments: [false, true])
    func damage(hasNoTime: Bool) throws {
        let scene = try Scene()
        if hasNoTime {
            let entry = AuditEntry(.historyBegan, at: .max, by: .server)
            let other = try Connection(
                path: scene.fixture.directory.file("server.sqlite"),
                options: ConnectionOptions(.readWriteCreate))
            defer { other.close() }
            try other.run("UPDATE audit SET entry = ? WHERE no = 13", .blob(entry.bytes))
        } else {
            try scene.fixture.damage("UPDATE audit SET entry = x'ff' WHERE no = 13")
        }
        let first = try scene.step(nil)
        let second = try scene.step(first.next)
        #expect(second == AuditCutting.Step(found: nil, next: nil, damaged: 13))
    }
}
