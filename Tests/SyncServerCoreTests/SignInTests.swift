import Foundation
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// Whether a file holds these bytes anywhere; a file that is not there does not.
func fileContains(_ path: String, _ text: String) -> Bool {
    FileManager.default.contents(atPath: path)?.range(of: Data(text.utf8)) != nil
}

@Suite("Sign-in")
struct SignInTests {
    private let secrets = seededSecrets(5)

    private func machine<Result>(
        _ fixture: ServerFixture, _ body: (SignInMachine) throws -> Result
    ) throws -> Result {
        try fixture.write { context in
            try body(SignInMachine(context: context, limits: fixture.limits, secrets: secrets))
        }
    }

    private func approve(
        _ fixture: ServerFixture, _ code: String, _ person: Int64
    ) throws {
        try fixture.write { context throws in
            var signIn = try #require(try context.transaction.signIn(userCode: code))
            signIn.person = person
            try context.transaction.save(signIn)
        }
    }

    private func exchange(
        _ fixture: ServerFixture, _ code: String
    ) throws -> Result<SignInMachine.Granted, SignInMachine.Refusal> {
        try machine(fixture) { try $0.exchange(deviceCode: code) }
    }

    private func refusal(
        _ result: Result<SignInMachine.Granted, SignInMachine.Refusal>
    ) -> SignInMachine.Refusal? {
        if case .failure(let refusal) = result { return refusal }
        return nil
    }

    private func signIn(
        _ fixture: ServerFixture, _ person: PersonRecord, as claimed: DeviceID? = nil
    ) throws -> SignInMachine.Granted {
        let started = try #require(
            try machine(fixture) { try $0.start(deviceName: "phone", claimed: claimed) })
        try approve(fixture, started.userCode, person.number)
        return try exchange(fixture, started.deviceCode).get()
    }

    /// How many tokens a device has.
    private func tokens(_ fixture: ServerFixture, of granted: SignInMachine.Granted) throws -> Int {
        try fixture.writer.transaction { transaction in
            let device = try #require(try transaction.device(id: granted.device))
            return try transaction.tokens(of: device.number).count
        }
    }

    private func token(_ fixture: ServerFixture, _ text: String) throws -> TokenRecord? {
        try fixture.read { try $0.token(SHA256.hash(Array(text.utf8)))?.token }
    }

    /// A Thai letter with its vowel and tone is three times three bytes.
    @Test("cuts a device's name between characters", arguments: [80, 81, 89, 90, 91])
    func longName(bytesMax: Int) throws {
        let running = try RunningServer { $0.limits.deviceNameBytesMax = bytesMax }
        let subject = try running.addPerson()
        let name = String(repeating: "ปู่", count: 20)
        let escaped = name.utf8.map { "%" + FixedHex.text(UInt64($0), digits: 2) }.joined()
        let started = try JSON.parse(
            try running.client().post(
                "/v1/oauth/device_authorization", "client_id=test&device_name=\(escaped)"
            ).body)
        let approved = try running.admin([
            "command": "approve", "user_code": started["user_code"] ?? "",
            "person": .string(subject),
        ])
        let kept = try #require(approved["rows"]?.items?.first?["device_name"]?.text)
        #expect(kept == String(repeating: "ปู่", count: bytesMax / 9))
    }

    @Test("tells a device how often it may ask", arguments: [nil, 7])
    func interval(seconds: Int64?) throws {
        let running = try RunningServer {
            if let seconds { $0.limits.pollIntervalSeconds = seconds }
        }
        let started = try JSON.parse(
            try running.client().post("/v1/oauth/device_authorization", "client_id=test").body)
        #expect(started["interval"] == .integer(seconds ?? 1))
    }

    /// Copies of a device do not end each other's sign-in: they would never come to rest.
    @Test("keeps the name of a device that signs in again, and its older tokens")
    func claimed() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let first = try signIn(fixture, person)
        let again = try signIn(fixture, person, as: first.device)
        #expect(again.device == first.device)
        #expect(try token(fixture, first.accessToken) != nil)
        #expect(try token(fixture, again.accessToken) != nil)
    }

    @Test("gives a new name to a device that is not known, not its person's, or revoked")
    func notClaimed() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let other = try fixture.addPerson("other")
        let unknown = try signIn(fixture, person, as: DeviceID(99))
        #expect(unknown.device != DeviceID(99))
        let foreign = try signIn(fixture, other, as: unknown.device)
        #expect(foreign.device != unknown.device)
        #expect(try token(fixture, unknown.accessToken) != nil)
        try machine(fixture) { machine in
            try machine.revoke(
                try #require(try machine.context.transaction.device(id: unknown.device)),
                by: .operator)
        }
        let ended = try signIn(fixture, person, as: unknown.device)
        #expect(ended.device != unknown.device)
    }

    @Test("waits for approval and counts once")
    func flow() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let started = try #require(try machine(fixture) { try $0.start(deviceName: "phone") })
        #expect(started.expiresIn == 600)
        #expect(started.userCode.utf8.count == 9)
        #expect(refusal(try exchange(fixture, started.deviceCode)) == .pending)
        #expect(refusal(try exchange(fixture, started.userCode)) == .invalid)
        try approve(fixture, started.userCode, person.number)
        let granted = try exchange(fixture, started.deviceCode).get()
        #expect(granted.subject == "somebody")
        #expect(granted.accessToken.hasPrefix("tra_") && granted.refreshToken.hasPrefix("trr_"))
        #expect(refusal(try exchange(fixture, started.deviceCode)) == .invalid)
        let device = try #require(
            try fixture.writer.transaction { try $0.devices(of: person.number) }.first)
        #expect(device.id == granted.device && device.name == "phone")
        #expect(try token(fixture, granted.accessToken)?.kind == .access)
        #expect(try token(fixture, granted.refreshToken)?.kind == .refresh)
    }

    @Test("ends when its time is over, or when it is denied")
    func endings() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let first = try #require(try machine(fixture) { try $0.start(deviceName: "") })
        let second = try #require(try machine(fixture) { try $0.start(deviceName: "") })
        try approve(fixture, second.userCode, -1)
        #expect(refusal(try exchange(fixture, second.deviceCode)) == .denied)
        try approve(fixture, first.userCode, person.number)
        fixture.now += 599_999
        #expect(refusal(try exchange(fixture, "x")) == .invalid)
        fixture.now += 1
        #expect(refusal(try exchange(fixture, first.deviceCode)) == .expired)
        #expect(try fixture.writer.transaction { try $0.devices(of: person.number) }.isEmpty)
    }

    @Test("counts to the end of its time", arguments: [-1, 0] as [Int64])
    func lastMoment(more: Int64) throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let started = try #require(try machine(fixture) { try $0.start(deviceName: "") })
        try approve(fixture, started.userCode, person.number)
        fixture.now += fixture.limits.deviceCodeMillisecondsMax + more
        let result = try exchange(fixture, started.deviceCode)
        if more < 0 {
            #expect(try result.get().subject == "somebody")
        } else {
            #expect(refusal(result) == .expired)
        }
    }

    @Test("is not offered to more than may wait, and forgets those whose time is over")
    func pendingLimit() throws {
        let fixture = try ServerFixture { $0.pendingSignInsMax = 3 }
        func start() throws -> Bool { try machine(fixture) { try $0.start(deviceName: "") } != nil }
        #expect(try start() && start() && start())
        #expect(try !start())
        fixture.now += 600_001
        #expect(try start())
    }

    @Test("is renewed with a new pair; the old one gives the same for a minute more")
    func rotation() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let first = try signIn(fixture, person)
        func refresh(_ token: String) throws -> Result<SignInMachine.Granted, SignInMachine.Refusal>
        {
            try machine(fixture) { try $0.refresh(token) }
        }
        func tokens() throws -> Int { try self.tokens(fixture, of: first) }
        #expect(refusal(try refresh(first.accessToken)) == .invalid)
        #expect(refusal(try refresh("trr_x")) == .invalid)
        let second = try refresh(first.refreshToken).get()
        #expect(second.refreshToken != first.refreshToken)
        #expect(second.device == first.device)
        #expect(try tokens() == 4)
        fixture.now += 60_000
        // The answer was lost, and the next ones too: there is one successor, and it stays.
        for _ in 0..<5 {
            let again = try refresh(first.refreshToken).get()
            #expect(again.accessToken == second.accessToken)
            #expect(again.refreshToken == second.refreshToken)
            #expect(again.expiresIn == second.expiresIn - 60)
        }
        #expect(try tokens() == 4)
        // The line goes on from it.
        let third = try refresh(second.refreshToken).get()
        #expect(try token(fixture, third.accessToken) != nil)
        #expect(try tokens() == 6)
        fixture.now += 1
        #expect(refusal(try refresh(first.refreshToken)) == .invalid)
        // Two parties held it: nothing of the device is good any more.
        for granted in [first, second, third] {
            #expect(try token(fixture, granted.accessToken) == nil)
            #expect(refusal(try refresh(granted.refreshToken)) == .invalid)
        }
        let devices = try fixture.writer.transaction { try $0.devices(of: person.number) }
        #expect(devices.map(\.revoked) == [fixture.now])
    }

    /// Goal: two copies of a device that each signed in under its name have a line of tokens
    /// each, and neither ends the other's.
    @Test("leaves the other line of a device alone, also within the minute")
    func twoLines() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let first = try signIn(fixture, person)
        let second = try signIn(fixture, person, as: first.device)
        #expect(second.device == first.device)
        var lines = [first.refreshToken, second.refreshToken]
        for _ in 0..<3 {
            for index in lines.indices {
                let renewed = try machine(fixture) { try $0.refresh(lines[index]) }.get()
                let again = try machine(fixture) { try $0.refresh(lines[index]) }.get()
                #expect(again.refreshToken == renewed.refreshToken)
                #expect(try token(fixture, renewed.accessToken) != nil)
                lines[index] = renewed.refreshToken
            }
            #expect(Set(lines).count == 2)
            fixture.now += 3_600_000
        }
    }

    @Test("gives another pair where the server was restarted within the minute, and still ends")
    func restartWithinGrace() throws {
        let fixture = try ServerFixture()
        let granted = try signIn(fixture, try fixture.addPerson())
        func refresh(_ secrets: SecretSource) throws -> SignInMachine.Granted? {
            try fixture.write { context in
                try? SignInMachine(context: context, limits: fixture.limits, secrets: secrets)
                    .refresh(granted.refreshToken).get()
            }
        }
        let second = try #require(try refresh(secrets))
        let restarted = seededSecrets(6)
        let third = try #require(try refresh(restarted))
        #expect(third.refreshToken != second.refreshToken)
        #expect(try refresh(restarted)?.refreshToken == third.refreshToken)
        #expect(try token(fixture, third.accessToken) != nil)
        fixture.now += fixture.limits.refreshGraceMilliseconds + 1
        #expect(try refresh(restarted) == nil)
        #expect(try token(fixture, third.accessToken) == nil)
    }

    @Test("is renewed once for each access token by a device that has very many")
    func manyTokens() throws {
        let fixture = try ServerFixture { $0.deviceTokensMax = 6 }
        let person = try fixture.addPerson()
        let first = try signIn(fixture, person)
        func refresh(_ token: String) throws -> Result<SignInMachine.Granted, SignInMachine.Refusal>
        {
            try machine(fixture) { try $0.refresh(token) }
        }
        func tokens() throws -> Int { try self.tokens(fixture, of: first) }
        let second = try refresh(first.refreshToken).get()
        let third = try refresh(second.refreshToken).get()
        #expect(try tokens() == 6)
        #expect(refusal(try refresh(third.refreshToken)) == .tooSoon)
        // A lost answer is given again all the same.
        #expect(try refresh(second.refreshToken).get().refreshToken == third.refreshToken)
        fixture.now += fixture.limits.accessTokenMilliseconds - 1
        #expect(refusal(try refresh(third.refreshToken)) == .tooSoon)
        #expect(try tokens() == 6)
        #expect(try token(fixture, third.accessToken) != nil)
        fixture.now += 2
        let fourth = try refresh(third.refreshToken).get()
        #expect(refusal(try refresh(fourth.refreshToken)) == nil, "older access tokens went")
        #expect(try signIn(fixture, person, as: first.device).device == first.device)
    }

    @Test("is answered 429 where it is renewed too soon, and nothing ends")
    func tooSoon() throws {
        let running = try RunningServer { $0.limits.deviceTokensMax = 2 }
        let phone = try running.signIn(try running.addPerson())
        let body = Array("grant_type=refresh_token&refresh_token=\(phone.refresh)".utf8)
        let early = try running.request("POST", "/v1/oauth/token", [:], body)
        #expect(early.status == 429 && early.head.contains("Retry-After: 60\r\n"))
        #expect(try JSON.parse(early.body)["error"]?["code"] == "limit.rate")
        #expect(try phone.sync(running, [Frame.sync(SyncRequest())]).status == 200)
        running.advance(milliseconds: Limits().accessTokenMilliseconds)
        #expect(try running.request("POST", "/v1/oauth/token", [:], body).status == 200)
    }

    @Test("ends when nobody renews it")
    func expiry() throws {
        let fixture = try ServerFixture()
        let granted = try signIn(fixture, try fixture.addPerson())
        fixture.now += fixture.limits.refreshTokenMilliseconds - 1
        let renewed = try machine(fixture) { try $0.refresh(granted.refreshToken) }.get()
        fixture.now += fixture.limits.refreshTokenMilliseconds
        #expect(
            refusal(try machine(fixture) { try $0.refresh(renewed.refreshToken) }) == .invalid)
    }

    @Test("ends no sooner, and later by the step, where the server's clock steps back")
    func clockStepsBack() throws {
        let fixture = try ServerFixture()
        let granted = try signIn(fixture, try fixture.addPerson())
        let end = try token(fixture, granted.accessToken)?.expires
        #expect(end != nil)
        fixture.now -= 3_600_000
        #expect(try token(fixture, granted.accessToken)?.expires == end)
        let renewed = try machine(fixture) { try $0.refresh(granted.refreshToken) }.get()
        #expect(try token(fixture, renewed.accessToken) != nil)
        fixture.now += 3_600_000 + fixture.limits.refreshTokenMilliseconds
        #expect(
            refusal(try machine(fixture) { try $0.refresh(renewed.refreshToken) }) == .invalid)
    }

    @Test("tells the sessions when rights end, and only then")
    func endsSessions() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let granted = try signIn(fixture, person)
        try fixture.write { context throws in
            let machine = SignInMachine(context: context, limits: fixture.limits, secrets: secrets)
            _ = try machine.refresh(granted.refreshToken)
            #expect(context.endedDevices.isEmpty)
            let device = try #require(try context.transaction.device(id: granted.device))
            try machine.revoke(device, by: .operator)
            #expect(context.endedDevices == [device.number])
        }
    }

    @Test("leaves only hashes in the files")
    func onlyHashes() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let started = try #require(try machine(fixture) { try $0.start(deviceName: "phone-name") })
        let granted = try signIn(fixture, person)
        let renewed = try machine(fixture) { try $0.refresh(granted.refreshToken) }.get()
        let key = try fixture.write { context throws in
            try AdminCommands(
                context: context, secrets: secrets, limits: fixture.limits,
                personKey: fixture.store.personKey
            ).run(["command": "agency.add", "code": "dlt", "tables": ["vehicle"]]).get()[0]["key"]?
            .text ?? ""
        }
        #expect(key.hasPrefix("trk_"))
        try fixture.writer.backup(to: fixture.directory.file("backup"))
        let files = ["server.sqlite", "server.sqlite-wal", "backup"].map {
            fixture.directory.file($0)
        }
        #expect(files.contains { fileContains($0, "phone-name") })
        let texts = [
            started.deviceCode, granted.accessToken, granted.refreshToken, renewed.accessToken,
            renewed.refreshToken, key,
        ]
        for text in texts {
            let secret = String(text.hasPrefix("tr") ? text.dropFirst(4) : text[...])
            #expect(secret.utf8.count >= 40)
            for file in files {
                #expect(!fileContains(file, text) && !fileContains(file, secret))
            }
        }
    }

    /// 256 is twelve rounds of the 20 letters and 16 bytes more.
    @Test("draws a byte of the incomplete round again", arguments: 0...255 as ClosedRange<UInt8>)
    func fairLetters(byte: UInt8) {
        let asked = Mutex<[Int]>([])
        let source = SecretSource { count in
            asked.withLock { asked in
                asked.append(count)
                return [UInt8](repeating: asked.count == 1 ? byte : 19, count: count)
            }
        }
        let letter = byte < 240 ? SecretSource.userCodeLetters[Int(byte) % 20] : UInt8(ascii: "Z")
        let half = String(repeating: Character(UnicodeScalar(letter)), count: 4)
        #expect(source.userCode() == "\(half)-\(half)")
        #expect(asked.withLock { $0 } == (byte < 240 ? [8] : [8, 8]))
    }

    @Test("draws only what is missing again")
    func missingLetters() {
        let asked = Mutex<[Int]>([])
        let source = SecretSource { count in
            asked.withLock { asked in
                asked.append(count)
                return [[0, 255, 1, 240, 2, 239, 3, 4], [5, 250], [5]][asked.count - 1]
            }
        }
        #expect(source.userCode() == "BCDZ-FGHH")
        #expect(asked.withLock { $0 } == [8, 2, 1])
    }

    @Test("makes secrets that are long and do not repeat")
    func entropy() {
        let tokens = Set((0..<2_000).map { _ in SecretSource.system.token(prefix: "tra_") })
        #expect(tokens.count == 2_000)
        #expect(tokens.allSatisfy { $0.utf8.count == 47 })
        let codes = Set((0..<2_000).map { _ in SecretSource.system.userCode() })
        #expect(codes.count > 1_990)
        #expect(codes.allSatisfy { $0.utf8.count == 9 && $0.utf8.dropFirst(4).first == 0x2d })
        #expect(Set((0..<100).map { _ in SecretSource.system.subject() }).count == 100)
    }
}

@Suite("Form bodies")
struct FormBodyTests {
    private func form(_ text: String) -> FormBody? {
        Array(text.utf8).withUnsafeBytes { FormBody($0) }
    }

    @Test("are decoded once")
    func good() {
        #expect(form("a=1&b=2")?["b"] == "2")
        #expect(form("a=b%26c%3dd")?["a"] == "b&c=d")
        #expect(form("a=b=c")?["a"] == "b=c")
        #expect(form("a=x+y%20z%2B")?["a"] == "x y z+")
        #expect(form("a%3D=1")?["a="] == "1")
        #expect(form("a=%25%32%35")?["a"] == "%25")
        #expect(form("a")?["a"] == "" && form("a=")?["a"] == "")
        #expect(form("&&a=1&")?["a"] == "1")
        #expect(form("")?["a"] == nil && form("") != nil)
        #expect(form("n=%E0%B8%81%e0%b8%82")?["n"] == "กข")
        #expect(form("a=%00")?["a"] == "\0")
    }

    @Test(
        "that are not well formed are refused",
        arguments: [
            "a=1&a=2", "a=1&%61=2", "a=%", "a=%4", "a=%4&b=1", "a=%zz", "a=%+1", "a=%-1", "a=%ff",
            "%ff=1", "a=%C3", "a=%\u{212A}1",
        ])
    func bad(text: String) {
        #expect(form(text) == nil)
    }
}

extension SignInMachine {
    fileprivate func start(deviceName: String, claimed: DeviceID? = nil) throws -> Started? {
        try start(secrets.deviceCode(), deviceName: deviceName, claimed: claimed)
    }
}
