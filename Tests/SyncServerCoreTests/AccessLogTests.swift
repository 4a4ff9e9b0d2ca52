import NetworkIO
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: a citizen is told of each read of their rows, by others at once and by
/// their own devices once a day and device; reading the log adds nothing to it.
@Suite("The access log of a citizen")
struct AccessLogTests {
    private static func vehicle(_ id: String, _ subject: String, version: Int = 1) -> String {
        #"{"table":"vehicle","id":"\#(id)","subject":"\#(subject)","as_of":1,"#
            + #""source_version":\#(version),"body":{"n":\#(version)}}"#
    }

    /// An owner with two vehicles and a phone, and a helper with a tablet.
    private struct World {
        let running: RunningServer
        let owner: String
        let helper: String
        let phone: SignedIn
        let tablet: SignedIn
        let key: String
        var own = SimulatedClient()
        var other = SimulatedClient()

        init(_ change: (inout TangRatServer.Configuration) -> Void = { _ in }) throws {
            running = try RunningServer(change)
            owner = try running.addPerson()
            helper = try running.addPerson()
            phone = try running.signIn(owner)
            tablet = try running.signIn(helper)
            key = try running.addAgency("dlt", ["vehicle"])
            try running.feed(
                key, [AccessLogTests.vehicle("v1", owner), AccessLogTests.vehicle("v2", owner)])
        }

        func grant(_ domain: String) throws {
            let answer = try running.admin([
                "command": "grant", "bucket": .string("person/\(owner)/\(domain)"),
                "person": .string(helper),
            ])
            #expect(answer["error"] == nil)
        }

        mutating func readOwn() throws { try phone.pull(running, &own) }
        mutating func readOther() throws { try tablet.pull(running, &other) }

        /// The events as the owner's phone holds them after a pull, by id.
        mutating func log() throws -> [String: JSONValue] {
            try readOwn()
            var events: [String: JSONValue] = [:]
            for (key, body) in own.view["person/\(owner)/access"] ?? [:] {
                #expect(key.table == "access_event")
                events[key.id] = try JSON.parse(body)
            }
            return events
        }

        /// Publishes as the program does, until nothing is left.
        @discardableResult
        func publish() throws -> Int64 {
            var rows: Int64 = 0
            while true {
                let answer = try running.admin(["command": "audit.publish"])
                let report = try #require(answer["rows"]?.items?.first)
                rows += report["rows"]?.intValue ?? 0
                if report["more"] != .integer(1) { return rows }
            }
        }

        func commits() -> UInt64 { running.server.metrics.commits.commits }
    }

    @Test("tells of a read by another person's device at once, in the commit of the entry")
    func others() throws {
        var world = try World()
        try world.grant("transport")
        let before = world.commits()
        try world.readOther()
        #expect(world.commits() == before + 1)
        #expect(world.other.view["person/\(world.owner)/transport"]?.count == 2)
        let events = try world.log()
        #expect(events.count == 1)
        let event = try #require(events.values.first)
        #expect(event["actor"]?.text == world.helper && event["actor_kind"] == "person")
        #expect(event["target_table"] == "transport" && event["rows"] == .integer(2))
        #expect(event["outcome"] == "shown")
        #expect(event["log_time"]?.text?.hasSuffix("+07:00") == true)
        // The number leads to the entry.
        let audit = try world.running.admin(["command": "audit.export", "after": .integer(0)])
        let entry = try #require(
            audit["rows"]?.items?.first { $0["actor"]?.text == "device:\(world.tablet.device)" })
        let named = try #require(
            audit["rows"]?.items?.first {
                event["query_id"]?.text == $0["entry"]?.intValue.map { "\($0)" }
            })
        #expect(named["kind"] == "rows_read" && entry["actor"] == named["actor"])
        // The helper's own rows are no business of the owner, and reading nothing is no read.
        try world.readOther()
        #expect(try world.log().count == 1)
        #expect(try world.running.admin(["command": "verify"])["rows"]?.items?[0]["sound"] == 1)
    }

    /// A person's device, and the bucket in which their vehicle is.
    private static func deviceWithVehicle() throws -> (ServerFixture, DeviceRecord, BucketRecord) {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put("vehicle", "v1", person)
        let bucket = try #require(
            try fixture.read { try $0.buckets(of: person.number) }.first {
                $0.name.hasSuffix("/transport")
            })
        return (fixture, try fixture.addDevice(person), bucket)
    }

    /// Method: the second of three reads of a device is damaged in the file.
    @Test("passes over an entry that cannot be read, tells it, and does not come back to it")
    func damagedEntry() throws {
        let (fixture, device, bucket) = try Self.deviceWithVehicle()
        var numbers: [Int64] = []
        for _ in 0..<3 {
            try fixture.write { context in
                var ranges = AuditRanges()
                ranges.add(1, of: bucket.number)
                numbers.append(
                    try context.audit.append(
                        .rowsRead, by: .device(device.id), ranges: ranges, text: "sync"))
            }
        }
        try fixture.damage(
            "UPDATE audit SET entry = x'ff' WHERE no = (SELECT max(no) - 1 FROM audit)")
        func publish() throws -> AccessPublishing.Report {
            try fixture.write { try AccessPublishing(context: $0, entriesMax: 1_000).run() }
        }
        let first = try publish()
        #expect(first.damaged == [numbers[1]] && first.through == numbers[2] && first.rows == 1)
        let second = try publish()
        #expect(second.damaged.isEmpty && second.entries == 0)
    }

    /// Numbers that can only come from damage: they end no pass, and not the server.
    @Test("adds up the largest numbers, and passes over a time beyond the calendar")
    func largestEntry() throws {
        let (fixture, device, bucket) = try Self.deviceWithVehicle()
        func entry(at: Int64) -> [UInt8] {
            AuditEntry(
                .rowsRead, at: at, by: .device(device.id),
                ranges: [AuditRange(bucket: bucket.number, first: 1, last: 1, rows: .max)]
            ).bytes
        }
        for _ in 0..<3 {
            try fixture.write { context in
                _ = try context.audit.append(.rowsRead, by: .device(device.id), text: "sync")
            }
        }
        func put(_ bytes: [UInt8], _ back: Int) throws {
            let store = try Connection(
                path: fixture.directory.file("server.sqlite"),
                options: ConnectionOptions(.readWriteCreate))
            defer { store.close() }
            try store.run(
                "UPDATE audit SET entry = ? WHERE no = (SELECT max(no) - ? FROM audit)",
                .blob(bytes), .integer(Int64(back)))
        }
        try put(entry(at: noon), 2)
        try put(entry(at: noon), 1)
        try put(entry(at: .max), 0)
        let report = try fixture.write {
            try AccessPublishing(context: $0, entriesMax: 1_000).run()
        }
        #expect(report.damaged.count == 1 && report.rows == 1)
    }

    @Test("goes on where a feed put the largest numbers into its rows, before it was refused that")
    func largestNumbers() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        let look = OwnLook(
            day: "2026-11-21", entry: 7, first: noon, last: noon, reads: 2, rows: 3,
            domains: ["core"])
        let ids = ["tangrat-own-\(device.id)-2026-11-21", "tangrat-7-0"]
        for round in 0..<2 {
            try fixture.write { context in
                if round == 0 {
                    for id in ids {
                        let policy = try #require(TablePolicy.all["access_event"])
                        try context.book.put(
                            RowRecord(
                                number: 0,
                                bucket: try context.book.home(of: policy, person: person),
                                rev: 0, key: RowKey(table: "access_event", id: id),
                                scope: RowScope.feed.number, owner: "dga", asOf: 1,
                                sourceVersion: .max, hash: .zero, isAlive: true,
                                body: Array(
                                    #"{"reads":9223372036854775807,"rows":9223372036854775806}"#
                                        .utf8)),
                            replacing: nil)
                    }
                }
                let log = AccessLog(context)
                try log.add(look, of: device, person)
                try log.tellOfExport(of: person, rows: 4, reason: "asked", entry: 7)
            }
            for id in ids {
                let row = try #require(
                    try fixture.feedRow(RowKey(table: "access_event", id: id)))
                #expect(row.sourceVersion == .max && row.owner == "dga")
            }
            let own = try #require(
                try fixture.feedRow(RowKey(table: "access_event", id: ids[0])))
            let body = try JSON.parse(own.body)
            #expect(body["reads"] == .integer(.max) && body["rows"] == .integer(.max))
        }
        #expect(try fixture.writer.verify().isEmpty)
    }

    @Test("adds nothing for reading the access log itself, whoever reads it")
    func noLoop() throws {
        var world = try World()
        try world.grant("transport")
        try world.grant("access")
        try world.readOther()
        let first = try world.log()
        #expect(first.count == 1)
        for _ in 0..<3 {
            try world.readOther()
            try world.readOwn()
            try world.publish()
        }
        let settled = try world.log()
        // The one more is what the phone itself read: its vehicles.
        #expect(settled.count == 2)
        for _ in 0..<3 {
            try world.readOther()
            #expect(try world.publish() == 0)
            #expect(try world.log() == settled)
        }
    }

    @Test("tells of own devices once a day and device, however often it is published")
    func own() throws {
        var world = try World { $0.limits.accessEntriesMax = 2 }
        try world.readOwn()
        try world.running.feed(world.key, [Self.vehicle("v3", world.owner)])
        try world.readOwn()
        #expect(try world.log().isEmpty)
        try world.publish()
        var events = try world.log()
        #expect(events.count == 1)
        var event = try #require(events.values.first)
        #expect(event["actor_kind"] == "own_device")
        #expect(event["actor"]?.text == "device:\(world.phone.device)")
        #expect(event["reads"] == .integer(2) && event["rows"] == .integer(3))
        // Again, nothing is counted twice.
        #expect(try world.publish() == 0)
        world.running.advance(milliseconds: 60_000)
        try world.running.feed(world.key, [Self.vehicle("v4", world.owner)])
        try world.readOwn()
        try world.publish()
        events = try world.log()
        event = try #require(events.values.first)
        #expect(events.count == 1 && event["reads"] == .integer(3))
        #expect(event["last_ms"] == .integer(noon + 60_000) && event["first_ms"] == .integer(noon))
        // Another device, and another day, have rows of their own.
        let laptop = try world.running.signIn(world.owner)
        var client = SimulatedClient()
        try laptop.pull(world.running, &client)
        world.running.advance(milliseconds: 86_400_000)
        let late = try world.running.signIn(world.owner)
        client = SimulatedClient()
        try late.pull(world.running, &client)
        try world.publish()
        // The phone's tokens have ended meanwhile.
        let view = try reading(world.running, as: late)
        #expect(view.count == 3)
        #expect(Set(view.compactMap { $0["actor"]?.text }).count == 3)
    }

    private func reading(_ running: RunningServer, as device: SignedIn) throws -> [JSONValue] {
        var client = SimulatedClient()
        try device.pull(running, &client)
        let access = try #require(client.view.first { $0.key.hasSuffix("/access") })
        return try access.value.values.map { try JSON.parse($0) }
    }

    @Test("is published by the server itself, and a server where nothing was read writes nothing")
    func hourly() throws {
        var world = try World {
            $0.limits.accessLogMilliseconds = 20
            // It is asked until the timer has come.
            $0.limits.setDeviceRate(1_000_000)
        }
        try world.readOwn()
        let deadline = 1_000
        for _ in 0..<deadline where try world.log().isEmpty { pause() }
        #expect(try world.log().values.first?["actor_kind"] == "own_device")
        // With everything told, the timer goes on and no commit comes.
        let server = world.running.server
        for _ in 0..<deadline where !isTold(server) { pause() }
        let settled = world.commits()
        for _ in 0..<20 { server.publishAccess() }
        #expect(world.commits() == settled)
        #expect(Limits().accessLogMilliseconds == 3_600_000)
    }

    private func isTold(_ server: TangRatServer) -> Bool {
        guard let reader = try? server.store.makeReader() else { return false }
        defer { reader.close() }
        let head = try? reader.snapshot { try $0.auditHead().number }
        return server.publishedAccess.withLock { $0 } == head
    }

    /// Lets other threads go on; nothing is decided by how long.
    private func pause() { _ = try? Gate().wait(milliseconds: 5) }
}
