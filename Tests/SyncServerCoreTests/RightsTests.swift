import HTTPWire
import SyncProtocol
import Testing

@testable import SyncServerCore

/// Goal: a device is shown what its person has a right to in the moment of each
/// page, and nothing else, whenever rights are given or end.
@Suite("Rights to buckets")
struct RightsTests {
    private let fixture: ServerFixture
    private let owner: PersonRecord
    private let helper: PersonRecord
    private let bucket = "person/owner/transport"

    init() throws {
        fixture = try ServerFixture()
        owner = try fixture.addPerson("owner")
        helper = try fixture.addPerson("helper")
        for number in 1...4 { try fixture.put("vehicle", "v\(number)", owner) }
        try fixture.put("profile", "p", owner)
        try fixture.put("vehicle", "mine", helper)
    }

    @discardableResult
    private func admin(_ members: (String, JSONValue)...) throws -> [JSONValue] {
        let result = try fixture.write { context in
            try AdminCommands(
                context: context, secrets: seededSecrets(9), limits: fixture.limits,
                personKey: fixture.store.personKey
            ).run(.object(JSONObject(members)))
        }
        return try result.get()
    }

    private func grant(_ name: String? = nil, to subject: String, until: Int64? = nil) throws {
        var members: [(String, JSONValue)] = [
            ("command", "grant"), ("bucket", .string(name ?? bucket)),
            ("person", .string(subject)),
        ]
        if let until { members.append(("until_ms", .integer(until))) }
        _ = try fixture.write { context in
            try AdminCommands(
                context: context, secrets: seededSecrets(9), limits: fixture.limits,
                personKey: fixture.store.personKey
            ).run(.object(JSONObject(members)))
        }.get()
    }

    private func revoke(_ name: String? = nil, of subject: String) throws {
        try admin(
            ("command", "revoke"), ("bucket", .string(name ?? bucket)),
            ("person", .string(subject)))
    }

    private func pull(_ client: inout SimulatedClient, _ device: DeviceRecord) throws -> [Frame] {
        var all: [Frame] = []
        while true {
            let frames = try fixture.page(client.request, for: device).frames
            all += frames
            if try client.take(frames) { return all }
        }
    }

    private func names(_ client: SimulatedClient) -> Set<String> { Set(client.view.keys) }

    @Test("that are given bring the bucket, and that end take it away")
    func granted() throws {
        let device = try fixture.addDevice(helper)
        var client = SimulatedClient()
        _ = try pull(&client, device)
        #expect(names(client) == ["person/helper/transport"])
        try grant(to: "helper")
        _ = try pull(&client, device)
        #expect(names(client) == ["person/helper/transport", bucket])
        #expect(client.view[bucket]?.count == 4)
        try fixture.put("vehicle", "v5", owner)
        _ = try pull(&client, device)
        #expect(client.view[bucket]?.count == 5)
        try revoke(of: "helper")
        let frames = try pull(&client, device)
        #expect(frames.contains(.bucketGone(name: bucket)))
        #expect(names(client) == ["person/helper/transport"])
        #expect(client.restarts.isEmpty)
    }

    @Test("that end between two pages show no row of the second")
    func betweenPages() throws {
        try grant(to: "helper")
        let device = try fixture.addDevice(helper)
        for rows in 1...4 as ClosedRange<UInt64> {
            try grant(to: "helper")
            var client = SimulatedClient()
            client.request.rowsMax = rows
            #expect(try !client.take(try fixture.page(client.request, for: device).frames))
            try revoke(of: "helper")
            let frames = try pull(&client, device)
            let shown = frames.compactMap { frame -> String? in
                if case .row(let row) = frame { row.id } else { nil }
            }
            #expect(shown.allSatisfy { $0 == "mine" }, "\(shown)")
            #expect(names(client) == ["person/helper/transport"])
        }
    }

    @Test("with an end are told with it, also when nothing moved")
    func leases() throws {
        let device = try fixture.addDevice(owner)
        var client = SimulatedClient()
        _ = try pull(&client, device)
        func lease(_ frames: [Frame]) -> [UInt64] {
            frames.compactMap { frame in
                if case .bucket(let state) = frame, state.leaseUntil > 0 {
                    state.leaseUntil
                } else {
                    nil
                }
            }
        }
        try grant(to: "owner", until: noon + 1_000)
        #expect(lease(try pull(&client, device)) == [UInt64(noon + 1_000)])
        try grant(to: "owner", until: noon + 9_000)
        #expect(lease(try pull(&client, device)) == [UInt64(noon + 9_000)])
        // Told once: the cursor knows.
        #expect(lease(try pull(&client, device)).isEmpty)
        fixture.now = noon + 9_000
        #expect(try pull(&client, device).contains(.bucketGone(name: bucket)))
        #expect(names(client) == ["person/owner/core"])
        try grant(to: "owner")
        _ = try pull(&client, device)
        #expect(names(client) == ["person/owner/core", bucket])
    }

    @Test("are asked by repairs as well")
    func repairs() throws {
        let device = try fixture.addDevice(helper)
        try grant(to: "helper", until: noon + 1_000)
        let asker = PageBuilder.Asker(
            device: device.number, id: device.id, person: device.person, now: noon)
        func answer(_ asker: PageBuilder.Asker) throws -> [Frame] {
            let machine = ReconcileMachine(
                pages: fixture.pages, indexes: fixture.indexes, limits: fixture.limits)
            let body = BodyWriter()
            var sink = BinaryFrameSink(body)
            let claim = ItemsClaim(bucket: bucket, range: .whole, hashes: [])
            _ = try fixture.read { snapshot in
                try machine.answer(
                    ReconcileRequest(), [.items(claim)], for: asker, in: snapshot,
                    names: { try fixture.reader.name($0) }, into: &sink)
            }
            return try decodeFrames([UInt8](body.buffer.readable))
        }
        let rows = try answer(asker).count { if case .row = $0 { true } else { false } }
        #expect(rows == 4)
        var later = asker
        later.now = noon + 1_000
        let frames = try answer(later)
        #expect(frames.contains(.bucketGone(name: bucket)))
        #expect(!frames.contains { if case .row = $0 { true } else { false } })
    }

    @Test("that have ended refuse writes, and only those")
    func writes() throws {
        let core = "person/owner/core"
        try revoke(core, of: "owner")
        var device = WritingDevice(try fixture.addDevice(owner))
        let key = RowKey(table: "pinned", id: "me")
        let first = device.next([RowOperation(key, .create)])
        let result = try fixture.push([first], from: device.record)
        #expect(result.failure == nil)
        #expect(result.outcomes.map(\.code) == ["right_ended"])
        #expect(try fixture.row(key, owner) == nil)
        try grant(core, to: "owner")
        let second = device.next([RowOperation(key, .create)])
        #expect(
            try fixture.push([second], base: first.chain, from: device.record)
                .outcomes.map(\.status) == [.accepted])
    }

    /// What took effect is not told as refused: its copy would be kept aside for ever.
    @Test("that have ended do not deny a write that was taken before under another name")
    func takenBefore() throws {
        let core = "person/owner/core"
        var device = WritingDevice(try fixture.addDevice(owner))
        let made = [RowOperation(RowKey(table: "pinned", id: "me"), .create)]
        let write = device.next(made)
        #expect(
            try fixture.push([write], from: device.record).outcomes.map(\.status) == [.accepted])
        try revoke(core, of: "owner")
        var copy = WritingDevice(try fixture.addDevice(owner))
        let origin = MutationOrigin(device: device.record.id, mid: 1, chain: write.chain)
        let again = [copy.next(made, origin: origin), copy.next(made)]
        #expect(
            try fixture.push(again, from: copy.record).outcomes.map(\.code)
                == ["taken_before", "right_ended"])
    }

    @Test("to what another person writes cannot be given, and unknown buckets are refused")
    func refused() throws {
        for name in ["person/owner/core", "person/nobody/transport", "person/owner/x", "public/a"] {
            #expect(throws: AdminCommands.Refusal.self) { try grant(name, to: "helper") }
        }
        #expect(throws: AdminCommands.Refusal.self) { try grant(to: "helper", until: noon) }
        try grant(to: "helper", until: noon + 5)
        let listed = try admin(("command", "grants"), ("person", "helper"))
        #expect(listed.map { $0["until_ms"]?.intValue } == [noon + 5])
    }

    @Test("that are as usual cost no statement more")
    func counts() throws {
        let device = try fixture.addDevice(owner)
        #expect(device.rights == 0)
        try grant(to: "owner")
        #expect(try fixture.read { try $0.device(device.number)?.rights } == 1)
        let added = try fixture.addDevice(owner)
        #expect(added.rights == 1)
    }
}
