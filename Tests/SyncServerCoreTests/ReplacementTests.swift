import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// What a device is told whose place another one takes.
@Suite("A device that takes another one's place")
struct ReplacementTests {
    private let fixture: ServerFixture
    private let person: PersonRecord
    private let old: DeviceRecord
    private let new: DeviceRecord

    init() throws {
        fixture = try ServerFixture()
        person = try fixture.addPerson()
        old = try fixture.addDevice(person)
        new = try fixture.addDevice(person)
    }

    private func replace(
        _ id: DeviceID, by number: DeviceNumber, after mid: UInt64 = 0
    ) throws -> ReplacementMachine.History? {
        try fixture.write { context in
            let signIns = SignInMachine(
                context: context, limits: fixture.limits, secrets: seededSecrets(5))
            return try ReplacementMachine(context: context, signIns: signIns)
                .replace(id, by: number, after: mid)
        }
    }

    /// Stores so many mutations of the old device; the second is refused.
    private func store(_ count: UInt64) throws {
        try fixture.write { context in
            var device = old
            device.lastMid = count
            device.lastChain = count * 10
            try context.transaction.save(device)
            try context.transaction.add(
                (1...count).map { mid in
                    OutcomeRecord(
                        outcome: Outcome(mid: mid, status: mid == 2 ? .refused : .accepted),
                        chain: mid * 10)
                }, of: old.number)
        }
    }

    @Test("is told what that one did, and whether it took effect")
    func history() throws {
        try store(3)
        let all = try #require(try replace(old.id, by: new.number))
        #expect(all.last == 3)
        #expect(all.chains == [10, 20, 30])
        #expect(all.tookEffect == [true, false, true])
        #expect(try replace(old.id, by: new.number, after: 2)?.chains == [30])
        #expect(try replace(old.id, by: new.number, after: 3)?.chains == [])
        #expect(try replace(old.id, by: new.number, after: 9)?.chains == [])
    }

    @Test("is told the same when it asks again, in parts where there is much")
    func parts() throws {
        try store(1_500)
        let first = try #require(try replace(old.id, by: new.number))
        #expect(first.chains.count == 1_000 && first.last == 1_500)
        let rest = try #require(try replace(old.id, by: new.number, after: 1_000))
        #expect(rest.chains.count == 500)
        #expect(try replace(old.id, by: new.number) == first)
    }

    @Test("ends that one's rights, so that nothing can come after the answer")
    func sealed() throws {
        _ = try replace(old.id, by: new.number)
        #expect(try fixture.read { try $0.device(old.number)?.revoked } == fixture.now)
        #expect(try fixture.read { try $0.device(new.number)?.revoked } == 0)
    }

    @Test("learns nothing of other people's devices, and ends no rights of theirs")
    func foreign() throws {
        let stranger = try fixture.addDevice(try fixture.addPerson("somebody-else"))
        #expect(try replace(stranger.id, by: new.number) == ReplacementMachine.History())
        #expect(try replace(DeviceID(77), by: new.number) == ReplacementMachine.History())
        #expect(try fixture.read { try $0.device(stranger.number)?.revoked } == 0)
        #expect(try replace(new.id, by: new.number) == ReplacementMachine.History())
        #expect(try fixture.read { try $0.device(new.number)?.revoked } == 0)
    }

    @Test("must have rights itself")
    func revoked() throws {
        _ = try replace(new.id, by: old.number)
        #expect(try replace(old.id, by: new.number) == nil)
        #expect(try fixture.read { try $0.device(old.number)?.revoked } == 0)
    }
}
