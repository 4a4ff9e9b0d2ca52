import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncServerCore

/// Goal: whoever holds a token that is not good learns nothing of why.
///
/// Method: the same request with each of them; the bytes are compared, and the statements are
/// counted, because a time would be luck.
@Suite("A token that is not good")
struct TokenPathTests {
    /// Tokens, each of another device of one person.
    private struct Tokens {
        let fixture: ServerFixture
        let devices: [DeviceRecord]
        static let names = ["unknown", "expired", "revoked", "refresh"]

        init() throws {
            let fixture = try ServerFixture()
            let person = try fixture.addPerson()
            let devices = try Self.names.map { _ in try fixture.addDevice(person) }
            for (name, device) in zip(Self.names, devices) where name != "unknown" {
                try fixture.write { context in
                    try context.transaction.save(
                        TokenRecord(
                            hash: SHA256.hash(Array("tra_\(name)".utf8)), device: device.number,
                            kind: name == "refresh" ? .refresh : .access,
                            expires: name == "expired" ? noon : noon + 1_000))
                }
            }
            self.fixture = fixture
            self.devices = devices
            try fixture.write { context in
                try SignInMachine(
                    context: context, limits: fixture.limits, secrets: seededSecrets(9)
                ).revoke(devices[2], by: .operator)
            }
        }
    }

    @Test("is answered with the same bytes and after the same statements, whatever is wrong")
    func access() throws {
        let tokens = try Tokens()
        let server = try PullServer(tokens.fixture, tokens.devices[0])
        defer { server.stop() }
        var answers: [HTTPTestClient.Answer] = []
        var statements: [Int] = []
        // The first of all prepares, which is counted by nobody but takes its time.
        for name in ["never"] + Tokens.names + Tokens.names {
            let before = server.statementsRun()
            var answer = try server.answer(SyncRequest(), token: "tra_\(name)")
            statements.append(server.statementsRun() - before)
            answer.head = answer.head.split(separator: "\r\n").filter { !$0.hasPrefix("Date: ") }
                .joined(separator: "\r\n")
            answers.append(answer)
        }
        #expect(answers[0].status == 401)
        #expect(answers.allSatisfy { $0 == answers[0] })
        // The moment's beginning, the token, and its end.
        #expect(Set(statements) == [3])
    }

    @Test("is looked for again once it is over, though it was known in memory")
    func expiredInMemory() throws {
        let running = try RunningServer()
        let phone = try running.signIn(try running.addPerson())
        let request = [Frame.sync(SyncRequest())]
        #expect(try phone.sync(running, request).status == 200)
        running.advance(milliseconds: Limits().accessTokenMilliseconds)
        #expect(try phone.sync(running, request).status == 401)
    }

    @Test("is refused in the same way where it was to be renewed")
    func refresh() throws {
        let tokens = try Tokens()
        let connection = try #require((tokens.fixture.writer as? SQLiteWriter)?.connection)
        for name in ["expired", "revoked"] {
            try tokens.fixture.write { context in
                guard name == "expired" else { return }
                try context.transaction.save(
                    TokenRecord(
                        hash: SHA256.hash(Array("trr_\(name)".utf8)),
                        device: tokens.devices[1].number, kind: .refresh, expires: noon))
            }
        }
        var statements: [Int] = []
        for name in ["never", "unknown", "expired", "revoked", "unknown", "expired", "revoked"] {
            let before = connection.statementsRun
            let result = try tokens.fixture.write { context in
                try SignInMachine(
                    context: context, limits: tokens.fixture.limits, secrets: seededSecrets(9)
                ).refresh("trr_\(name)")
            }
            statements.append(connection.statementsRun - before)
            guard case .failure(.invalid) = result else {
                Issue.record("\(name) was renewed")
                continue
            }
        }
        #expect(Set(statements).count == 1, "\(statements)")
    }
}
