import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncServerCore

/// Writes that copies of one device send under names of their own.
@Suite("Writes with another first name")
struct OriginTests {
    static let note = RowKey(table: "annotation", id: "x")

    let fixture: ServerFixture
    let person: PersonRecord
    let first: DeviceRecord
    let second: DeviceRecord

    init() throws {
        fixture = try ServerFixture()
        person = try fixture.addPerson()
        first = try fixture.addDevice(person)
        second = try fixture.addDevice(person)
    }

    /// What waited in both copies: a counter goes up, an element comes.
    static let operations = [
        RowOperation(note, .create), RowOperation(note, .increment(field: "shown", by: 1)),
        RowOperation(note, .add(field: "labels", element: "both")),
    ]
    static let origin = MutationOrigin(device: DeviceID(0xd0), mid: 7, chain: 0xfeed)

    @Test("take effect once, whoever comes first, and are removed under the name both know")
    func once() throws {
        var one = WritingDevice(first)
        var other = WritingDevice(second)
        let taken = try fixture.push(
            [one.next(Self.operations, origin: Self.origin)], from: first)
        #expect(taken.outcomes.map(\.status) == [.accepted])
        let again = other.next(Self.operations, origin: Self.origin)
        let removal = other.next([
            RowOperation(
                Self.note, .remove(field: "labels", element: "both", dots: [Self.origin.dot]))
        ])
        let repeated = try fixture.push([again, removal], from: second)
        #expect(repeated.outcomes.map(\.code) == ["taken_before", ""])
        #expect(repeated.outcomes.map(\.status) == [.merged, .accepted])
        #expect(repeated.ackedMid == 2 && repeated.taken == 2)
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        #expect(row["fields"]?["shown"]?.items?[1].items?.count == 1)
        #expect(row["fields"]?["labels"]?.items?[1].items?.isEmpty == true)
        // And for ever: the outcome is stored as any other.
        #expect(try fixture.push([again], from: second).outcomes == [repeated.outcomes[0]])
    }

    @Test("count for the device that tells the name, where it is stored")
    func kept() throws {
        func bytes(_ isTold: Bool, _ operations: [RowOperation]) throws -> Int {
            let scene = try OriginTests()
            var device = WritingDevice(scene.first)
            let write = device.next(operations, origin: isTold ? Self.origin : nil)
            return try scene.fixture.push([write], from: scene.first).keptBytes
        }
        #expect(try bytes(true, Self.operations) == bytes(false, Self.operations) + 40)
        // What was taken before has its name already.
        let scene = try OriginTests()
        var device = WritingDevice(scene.first)
        let again = [Self.operations, Self.operations].map {
            device.next($0, origin: Self.origin)
        }
        let both = try scene.fixture.push(again, from: scene.first)
        #expect(both.outcomes.map(\.code) == ["", "taken_before"])
        let words = both.outcomes.reduce(0) { $0 + $1.code.utf8.count + $1.detail.utf8.count }
        #expect(both.keptBytes == 40 + 2 * (8 + 32) + words)
        // What is refused has no effect that could come twice, and no name is kept.
        let refused = [Self.operations[1]]
        #expect(try bytes(true, refused) == bytes(false, refused))
    }

    @Test("are known by their first device's own history as well")
    func firstName() throws {
        var one = WritingDevice(first)
        let original = one.next(Self.operations)
        #expect(try fixture.push([original], from: first).taken == 1)
        let origin = MutationOrigin(device: first.id, mid: 1, chain: original.chain)
        var other = WritingDevice(second)
        let repeated = try fixture.push(
            [other.next(Self.operations, origin: origin)], from: second)
        let base = other.chain
        #expect(repeated.outcomes.map(\.code) == ["taken_before"])
        // Another link: the copy wrote something else under that number.
        let own = MutationOrigin(device: first.id, mid: 1, chain: original.chain ^ 1)
        let new = try fixture.push(
            [other.next(Self.operations, origin: own)], base: base, from: second)
        #expect(new.outcomes.map(\.code) == [""])
    }

    /// After a restore a device goes on under its name, and its copy has come under a new one.
    @Test("come under their first name after a later one, and count once all the same")
    func laterNameFirst() throws {
        var original = WritingDevice(first)
        let write = original.next(Self.operations)
        let origin = MutationOrigin(device: first.id, mid: 1, chain: write.chain)
        var copy = WritingDevice(second)
        #expect(
            try fixture.push([copy.next(Self.operations, origin: origin)], from: second)
                .outcomes.map(\.code) == [""])
        let own = original.next([RowOperation(Self.note, .increment(field: "shown", by: 4))])
        let result = try fixture.push([write, own], from: first)
        #expect(result.outcomes.map(\.code) == ["taken_before", ""])
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        let totals = row["fields"]?["shown"]?.items?[1].items ?? []
        #expect(totals.compactMap { $0.items?[1].intValue }.reduce(0, +) == 5)
    }

    /// Goal: what a person took off does not come back, whichever copy's name the
    /// server took the addition under.
    ///
    /// Method: the removal names the addition by the name that the server has not.
    @Test(
        "are taken off under a name other than the one they came under", arguments: [false, true])
    func otherName(copyFirst: Bool) throws {
        var original = WritingDevice(first)
        let write = original.next(Self.operations)
        let origin = MutationOrigin(device: first.id, mid: 1, chain: write.chain)
        var copy = WritingDevice(second)
        let again = copy.next(Self.operations, origin: origin)
        func removal(_ dot: Dot) -> [RowOperation] {
            [RowOperation(Self.note, .remove(field: "labels", element: "both", dots: [dot]))]
        }
        if copyFirst {
            _ = try fixture.push([again], from: second)
            let result = try fixture.push(
                [write, original.next(removal(write.dot))], from: first)
            #expect(result.outcomes.map(\.code) == ["taken_before", ""])
        } else {
            _ = try fixture.push([write], from: first)
            let result = try fixture.push([again, copy.next(removal(again.dot))], from: second)
            #expect(result.outcomes.map(\.code) == ["taken_before", ""])
        }
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        #expect(row["fields"]?["labels"]?.items?[1].items?.isEmpty == true)
    }

    /// A device closed a gap and uses a number once more: others know the older write by it.
    @Test("are not taken off under a number that an older write of their device had")
    func usedAgain() throws {
        var device = WritingDevice(first)
        var other = WritingDevice(second)
        let plain: UInt64 = 0xfeed
        let origin = MutationOrigin(device: DeviceID(plain), mid: 1, chain: plain)
        let older = Dot(device: first.id, mid: 1)
        let added = try fixture.push(
            [device.next(Self.operations, origin: origin)], from: first)
        #expect(added.outcomes.map(\.status) == [.accepted])
        _ = try fixture.push(
            [
                other.next([
                    RowOperation(
                        Self.note, .remove(field: "labels", element: "both", dots: [older]))
                ])
            ], from: second)
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        #expect(row["fields"]?["labels"]?.items?[1].items?.count == 1)
    }

    @Test("keep what another copy added under the same number, which nobody took off")
    func ownAddition() throws {
        var original = WritingDevice(first)
        let write = original.next(Self.operations)
        _ = try fixture.push([write], from: first)
        let own = MutationOrigin(device: first.id, mid: 1, chain: write.chain ^ 1)
        var copy = WritingDevice(second)
        let other = copy.next(Self.operations, origin: own)
        let removal = copy.next([
            RowOperation(Self.note, .remove(field: "labels", element: "both", dots: [other.dot]))
        ])
        _ = try fixture.push([other, removal], from: second)
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        let held = row["fields"]?["labels"]?.items?[1].items ?? []
        #expect(held.compactMap { $0.items?[0].text } == [write.dot.description])
    }

    @Test("are replaced as texts under a name other than the one they came under")
    func otherNameOfText() throws {
        func text(_ text: String, _ dots: [Dot] = []) -> [RowOperation] {
            [
                RowOperation(Self.note, .create),
                RowOperation(Self.note, .write(field: "note", text: text, replacing: dots)),
            ]
        }
        var original = WritingDevice(first)
        let write = original.next(text("old"))
        _ = try fixture.push([write], from: first)
        var copy = WritingDevice(second)
        let again = copy.next(
            text("old"), origin: MutationOrigin(device: first.id, mid: 1, chain: write.chain))
        _ = try fixture.push([again, copy.next(text("new", [again.dot]))], from: second)
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        let versions = row["fields"]?["note"]?.items?[1].items ?? []
        #expect(versions.compactMap { $0.items?[1].text } == ["new"])
    }

    @Test("are removed under a first name of which a server that was put back knows nothing more")
    func firstNameAfterRestore() throws {
        var renamed = WritingDevice(second)
        let nobody = MutationOrigin(device: DeviceID(0xdead), mid: 7, chain: 0xbeef)
        let other = MutationOrigin(device: DeviceID(0xdead), mid: 8, chain: 0xbeed)
        func add(_ element: String, _ origin: MutationOrigin) -> Mutation {
            renamed.next(
                [
                    RowOperation(Self.note, .create),
                    RowOperation(Self.note, .add(field: "labels", element: element)),
                ], origin: origin)
        }
        let made = [add("gone", nobody), add("stays", other)]
        let removals = ["gone", "stays"].map { element in
            renamed.next([
                RowOperation(
                    Self.note,
                    .remove(
                        field: "labels", element: element,
                        dots: [Dot(device: nobody.device, mid: nobody.mid)]))
            ])
        }
        #expect(try fixture.push(made + removals, from: second).taken == 4)
        let row = try JSON.parse(#require(try fixture.row(Self.note, person)).body)
        let labels = row["fields"]?["labels"]?.items?[1].items ?? []
        #expect(labels.compactMap { $0.items?[1].text } == ["stays"])
    }

    @Test("that were refused are decided anew by whoever sends them again")
    func refused() throws {
        var one = WritingDevice(first)
        let absent = [RowOperation(Self.note, .increment(field: "shown", by: 1))]
        let refused = try fixture.push([one.next(absent, origin: Self.origin)], from: first)
        #expect(refused.outcomes.map(\.code) == ["row_absent"])
        var other = WritingDevice(second)
        let made = try fixture.push(
            [
                other.next([RowOperation(Self.note, .create)]),
                other.next(absent, origin: Self.origin),
            ],
            from: second)
        #expect(made.outcomes.map(\.status) == [.accepted, .accepted])
    }

    @Test("of another person are nothing to this one")
    func others() throws {
        var one = WritingDevice(first)
        let original = one.next(Self.operations)
        _ = try fixture.push(
            [original, one.next(Self.operations, origin: Self.origin)], from: first)
        let stranger = try fixture.addPerson("somebody else")
        let device = try fixture.addDevice(stranger)
        var theirs = WritingDevice(device)
        let result = try fixture.push(
            [
                theirs.next(Self.operations, origin: Self.origin),
                theirs.next(
                    Self.operations,
                    origin: MutationOrigin(device: first.id, mid: 1, chain: original.chain)),
            ], from: device)
        #expect(result.outcomes.map(\.code) == ["", ""])
    }

    /// Goal: a device cannot keep the writer busy with dots that it has made up.
    ///
    /// Method: the row holds 300 additions of one element, with origins that nobody has, and
    /// a removal names one dot or 1,000 of that number; statements are counted.
    @Test("are looked up for the person's own devices alone, whatever dots a removal names")
    func madeUpDots() throws {
        var one = WritingDevice(first)
        var pushed = [one.next([RowOperation(Self.note, .create)])]
        for link in 0..<300 as Range<UInt64> {
            pushed.append(
                one.next(
                    [RowOperation(Self.note, .add(field: "labels", element: "both"))],
                    origin: MutationOrigin(device: DeviceID(0xd0), mid: 7, chain: 0x1000 + link)))
        }
        #expect(try fixture.push(pushed, from: first).taken == 301)
        let connection = try #require((fixture.writer as? SQLiteWriter)?.connection)
        func statements(naming count: UInt64) throws -> Int {
            let base = one.chain
            let dots = (0..<count).map { Dot(device: DeviceID(0x9000 + $0), mid: 7) }
            let removal = one.next([
                RowOperation(Self.note, .remove(field: "labels", element: "both", dots: dots))
            ])
            let before = connection.statementsRun
            #expect(try fixture.push([removal], base: base, from: first).taken == 1)
            return connection.statementsRun - before
        }
        let few = try statements(naming: 1)
        #expect(try statements(naming: 1_000) == few)
        #expect(few < 20)
        // Removals in one push: what was asked for one is not asked again for the next.
        func statements(removals: Int, of mid: UInt64) throws -> Int {
            let base = one.chain
            let pushed = (0..<removals).map { number in
                one.next([
                    RowOperation(
                        Self.note,
                        .remove(
                            field: "labels", element: "both",
                            dots: [Dot(device: DeviceID(0x9000 + UInt64(number)), mid: mid)]))
                ])
            }
            let before = connection.statementsRun
            #expect(try fixture.push(pushed, base: base, from: first).taken == removals)
            return connection.statementsRun - before
        }
        // No write has this number: nothing is asked.
        let plain = try statements(removals: 20, of: 8)
        #expect(try statements(removals: 20, of: 7) <= plain + 2)
    }

    @Test("leave with their person")
    func erased() throws {
        var one = WritingDevice(first)
        _ = try fixture.push([one.next(Self.operations, origin: Self.origin)], from: first)
        try fixture.write { context in
            #expect(try context.transaction.hasTaken(Self.origin, of: person.number))
            try context.transaction.forgetOrigins(of: person.number)
            #expect(try !context.transaction.hasTaken(Self.origin, of: person.number))
        }
    }
}
