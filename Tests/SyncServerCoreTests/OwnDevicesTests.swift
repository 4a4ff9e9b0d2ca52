import SyncProtocol
import Testing

@testable import SyncServerCore

/// What a citizen can do about the devices on which they are signed in.
@Suite("A citizen's own devices")
struct OwnDevicesTests {
    private static func fields(_ phone: SignedIn) -> [String: String] {
        [
            "Authorization": "Bearer \(phone.token)",
            "Content-Type": "application/x-www-form-urlencoded",
        ]
    }

    private func list(_ running: RunningServer, _ phone: SignedIn) throws -> [JSONValue] {
        let answer = try running.request("GET", "/v1/devices", Self.fields(phone))
        #expect(answer.status == 200)
        #expect(answer.head.contains("Cache-Control: no-store"))
        return try #require(try JSON.parse(answer.body)["devices"]?.items)
    }

    private func end(
        _ running: RunningServer, _ device: String, as phone: SignedIn
    ) throws -> HTTPTestClient.Answer {
        var answer = try running.request(
            "POST", "/v1/devices/end", Self.fields(phone), Array("device=\(device)".utf8))
        answer.head = answer.head.split(separator: "\r\n").filter { !$0.hasPrefix("Date: ") }
            .joined(separator: "\r\n")
        return answer
    }

    private func audit(_ running: RunningServer) throws -> [JSONValue] {
        let rows = try running.admin(["command": "audit.export", "after": 0])["rows"]?.items ?? []
        return rows.filter { $0["kind"] == "device_revoked" }
    }

    @Test("are listed, the newest first, without those that have ended and those of others")
    func list() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let ended = try running.signIn(subject)
        running.advance(milliseconds: 5_000)
        let tablet = try running.signIn(subject)
        let stranger = try running.signIn(try running.addPerson())
        #expect(try end(running, ended.device.description, as: phone).text == #"{"ended":1}"#)
        var writing = WritingDevice(
            DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
        let mutation = writing.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
        #expect(
            try phone.sync(
                running,
                [.sync(SyncRequest()), .push(PushHeader(baseChain: 77)), .mutation(mutation)]
            ).status == 200)
        let devices = try list(running, phone)
        #expect(
            devices.map { $0["device_id"]?.text } == [
                tablet.device.description, phone.device.description,
            ])
        #expect(devices.map { $0["current"] } == [.integer(0), .integer(1)])
        #expect(devices.map { $0["name"] } == ["p", "p"])
        #expect(devices.map { $0["added_ms"] } == [.integer(noon + 5_000), .integer(noon)])
        #expect(devices[0]["wrote_ms"] == .integer(0))
        #expect(devices[1]["wrote_ms"] == .integer(Int64(mutation.time.milliseconds)))
        #expect(
            try list(running, stranger).map { $0["device_id"]?.text } == [
                stranger.device.description
            ])
    }

    @Test("are listed up to a limit, and past it the oldest are left out")
    func listLimit() throws {
        let running = try RunningServer { $0.limits.devicesListedMax = 2 }
        let subject = try running.addPerson()
        let first = try running.signIn(subject)
        let second = try running.signIn(subject)
        #expect(
            try list(running, first).map { $0["device_id"]?.text } == [
                second.device.description, first.device.description,
            ])
        let third = try running.signIn(subject)
        #expect(
            try list(running, first).map { $0["device_id"]?.text } == [
                third.device.description, second.device.description,
            ])
        // Left out of the list, and ended all the same.
        #expect(try end(running, first.device.description, as: third).text == #"{"ended":1}"#)
    }

    /// Goal: what a lost phone could still do is over with the answer to who ended it.
    ///
    /// Method: the ended device's token and live stream are tried after the answer; order alone
    /// counts, and no time.
    @Test("end at once: tokens, and the live streams of that device alone; the chain tells of it")
    func ends() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let lost = try running.signIn(subject)
        var client = SimulatedClient()
        try lost.pull(running, &client)
        let streams = try (0..<3).map { _ in try lost.watch(running) }
        let own = try phone.watch(running)
        let answer = try end(running, lost.device.description, as: phone)
        #expect(answer.status == 200 && answer.text == #"{"ended":1}"#)
        #expect(try lost.sync(running, [.sync(client.request)]).status == 401)
        for stream in streams {
            #expect(try stream.event() == "event: revoked\ndata: {}\n\n")
            #expect(try stream.event() == nil)
        }
        let refused = try running.request(
            "POST", "/v1/oauth/token", [:],
            Array("grant_type=refresh_token&refresh_token=\(lost.refresh)".utf8))
        #expect(try JSON.parse(refused.body)["error"] == "invalid_grant")
        #expect(try running.request("GET", "/v1/devices", Self.fields(lost)).status == 401)
        let entries = try audit(running)
        #expect(entries.map { $0["actor"]?.text } == ["device:\(phone.device)"])
        #expect(entries.map { $0["device"]?.text } == [lost.device.description])
        // Asked again, because the answer may have been lost: the same, and no second entry.
        #expect(try end(running, lost.device.description, as: phone) == answer)
        #expect(try audit(running).count == 1)
        try phone.pull(running, &client)
        own.close()
    }

    @Test("of somebody else are answered as devices that nobody has, and keep their rights")
    func foreign() throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        let stranger = try running.signIn(try running.addPerson())
        let answer = try end(running, stranger.device.description, as: phone)
        #expect(answer.status == 200 && answer.text == #"{"ended":0}"#)
        #expect(answer == (try end(running, "00000000000000ff", as: phone)))
        #expect(try audit(running).isEmpty)
        var client = SimulatedClient()
        try stranger.pull(running, &client)
    }

    @Test("are ended by nobody whose own rights have ended while the request came")
    func endedAsker() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let (asker, other) = (try fixture.addDevice(person), try fixture.addDevice(person))
        func end() throws -> Bool? {
            try fixture.write { context in
                try SignInMachine(
                    context: context, limits: fixture.limits, secrets: seededSecrets(9)
                ).end(other.id, by: asker.number)
            }
        }
        try fixture.write { context in
            try SignInMachine(
                context: context, limits: fixture.limits, secrets: seededSecrets(9)
            ).revoke(asker, by: .operator)
        }
        #expect(try end() == nil)
        #expect(try fixture.read { try $0.device(other.number)?.revoked } == 0)
    }

    @Test("are not ended by a form that names none", arguments: ["", "device=", "device=1", "x=1"])
    func form(_ body: String) throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        let answer = try running.request(
            "POST", "/v1/devices/end", Self.fields(phone), Array(body.utf8))
        #expect(answer.status == 400)
        #expect(try JSON.parse(answer.body)["error"]?["code"] == "wire.form")
        #expect(try running.request("GET", "/v1/devices/end", Self.fields(phone)).status == 405)
        #expect(try running.request("POST", "/v1/devices", Self.fields(phone), []).status == 405)
    }
}
