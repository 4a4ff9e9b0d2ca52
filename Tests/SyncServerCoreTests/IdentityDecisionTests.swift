import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// What a person decides at their identity provider, up to the tokens of the device.
@Suite("A decision at an identity provider")
struct IdentityDecisionTests {
    private static let other = "3999900102921"

    /// A server with a provider, and a monotonic clock that can be turned.
    private final class World {
        let running: RunningServer
        private let time = TurnedClock()

        init(_ change: @escaping (inout TangRatServer.Configuration) -> Void = { _ in }) throws {
            let clock = time.clock
            running = try RunningServer {
                $0.identity = TestGateway.provider()
                $0.clock = clock
                change(&$0)
            }
        }

        func turn(milliseconds: Int64) { time.advance(milliseconds: milliseconds) }

        /// Begins a sign-in; gives the two codes.
        func start() throws -> (user: String, device: String) {
            let body = try JSON.parse(
                try running.client().post(
                    "/v1/oauth/device_authorization", "client_id=t&device_name=My+phone"
                ).body)
            return (
                try #require(body["user_code"]?.text), try #require(body["device_code"]?.text)
            )
        }

        func send(_ assertion: String) throws -> HTTPTestClient.Answer {
            try running.client().post("/v1/oauth/decision", "assertion=\(assertion)")
        }

        func decide(
            _ code: String, pid: String = TestGateway.pid, _ changes: [String: JSONValue?] = [:]
        ) throws -> HTTPTestClient.Answer {
            try send(TestGateway.sign(TestGateway.claims(code, pid: pid, changes)))
        }

        func tokens(_ deviceCode: String) throws -> JSONValue {
            let grant = "urn:ietf:params:oauth:grant-type:device_code"
            return try JSON.parse(
                try running.client().post(
                    "/v1/oauth/token", "grant_type=\(grant)&device_code=\(deviceCode)"
                ).body)
        }

        func audit() throws -> [JSONValue] {
            try running.admin(["command": "audit.export", "after": 0])["rows"]?.items ?? []
        }
    }

    private func code(_ answer: HTTPTestClient.Answer) throws -> String? {
        try JSON.parse(answer.body)["error"]?["code"]?.text
    }

    @Test("signs in a person who was never here, and the same person again")
    func approves() throws {
        let world = try World()
        let first = try world.start()
        #expect(try world.tokens(first.device)["error"] == "authorization_pending")
        let answer = try world.decide(first.user)
        #expect(answer.status == 200 && answer.text == #"{"device_name":"My phone"}"#)
        let granted = try world.tokens(first.device)
        let subject = try #require(granted["subject"]?.text)
        // The number leads to the person that agencies feed and operators name.
        let known = try world.running.admin([
            "command": "person.add", "pid": .string(TestGateway.pid),
        ])
        #expect(known["rows"]?.items?.first?["subject"]?.text == subject)
        #expect(known["rows"]?.items?.first?["new"] == .integer(0))
        let second = try world.start()
        #expect(try world.decide(second.user).status == 200)
        #expect(try world.tokens(second.device)["subject"]?.text == subject)
        let entries = try world.audit()
        #expect(
            entries.map { $0["kind"]?.text ?? "" } == [
                "history_began", "person_added", "sign_in_approved", "device_added",
                "sign_in_approved", "device_added",
            ])
        #expect(entries[1...2].allSatisfy { $0["actor"] == "provider:sandbox" })
        #expect(entries.allSatisfy { !"\($0)".contains(TestGateway.pid) })
    }

    @Test("refuses a sign-in, and makes nobody known")
    func denies() throws {
        let world = try World()
        let started = try world.start()
        #expect(try world.decide(started.user, ["decision": "deny"]).status == 200)
        #expect(try world.tokens(started.device)["error"] == "access_denied")
        #expect(
            try world.audit().map { $0["kind"]?.text ?? "" } == ["history_began", "sign_in_denied"])
        #expect(try world.running.admin(["command": "person.list"])["rows"]?.items?.isEmpty == true)
    }

    @Test("stays beside the operator, and leaves one sign-in to one of them")
    func operatorToo() throws {
        let world = try World()
        let started = try world.start()
        let subject = try world.running.addPerson()
        let approved = try world.running.admin([
            "command": "approve", "user_code": .string(started.user), "person": .string(subject),
        ])
        #expect(approved["error"] == nil)
        #expect(try code(try world.decide(started.user)) == "identity.code")
        #expect(try world.tokens(started.device)["subject"]?.text == subject)
    }

    /// Goal: an assertion that was seen on its way is of no use to anybody.
    ///
    /// Method: sent again before the device has its tokens, after, and after a restart.
    @Test("counts once, also after a restart")
    func replay() throws {
        let world = try World()
        let started = try world.start()
        let assertion = TestGateway.sign(TestGateway.claims(started.user))
        #expect(try world.send(assertion).status == 200)
        #expect(try code(try world.send(assertion)) == "identity.code")
        world.running.stop()
        let directory = world.running.directory.path
        let again = try World { $0.directory = directory }
        #expect(try code(try again.send(assertion)) == "identity.code")
        #expect(try again.tokens(started.device)["access_token"] != nil)
        #expect(try code(try again.send(assertion)) == "identity.code")
        #expect(try again.tokens(started.device)["error"] == "invalid_grant")
    }

    @Test("ends with the code's time")
    func late() throws {
        let world = try World()
        let started = try world.start()
        world.running.advance(milliseconds: 600_000)
        let late = TestGateway.claims(started.user, at: noon + 600_000)
        #expect(try code(try world.send(TestGateway.sign(late))) == "identity.code")
    }

    /// Goal: nobody finds another's code by trying.
    ///
    /// Method: wrong codes up to the limit and one past it, with the right one among the rest;
    /// the clock that never steps is turned, and the date is not.
    @Test("locks a person out after ten wrong codes, for ten minutes, and nobody else")
    func lockout() throws {
        let world = try World()
        let started = try world.start()
        // A right one counts for nothing.
        #expect(try world.decide(try world.start().user).status == 200)
        for _ in 0..<10 {
            #expect(try code(try world.decide("BBBB-BBBB")) == "identity.code")
        }
        let locked = try world.decide("BBBB-BBBB")
        #expect(locked.status == 429 && locked.head.contains("Retry-After: 600"))
        #expect(try code(locked) == "limit.codes")
        #expect(try code(try world.decide(started.user)) == "limit.codes")
        let metrics = try world.running.request("GET", "/metrics").text
        #expect(metrics.contains("codes_locked_total 2\n"))
        let another = try world.start()
        #expect(try world.decide(another.user, pid: Self.other).status == 200)
        world.turn(milliseconds: 599_999)
        #expect(try code(try world.decide(started.user)) == "limit.codes")
        world.turn(milliseconds: 1)
        #expect(try world.decide(started.user).status == 200)
    }

    @Test("is answered with what is wrong, and the unproven with that alone")
    func refusals() throws {
        let world = try World()
        let started = try world.start()
        for (changes, expected) in [
            (["aud": "x"], "identity.direction"), (["exp": 1], "identity.time"),
            (["pid": "1"], "identity.claim"), (["ial": "1.1"], "identity.level"),
        ] as [([String: JSONValue?], String)] {
            let answer = try world.decide(started.user, changes)
            #expect(answer.status == 400)
            #expect(try code(answer) == expected)
        }
        let forged = SignedAssertion.sign(
            TestGateway.claims(started.user, ["aud": "x"]), with: HMACKey(Array("guess".utf8)))
        #expect(try code(try world.send(forged)) == "identity.assertion")
        #expect(try code(try world.send("x")) == "identity.assertion")
        #expect(try code(try world.running.client().post("/v1/oauth/decision", "")) == "wire.form")
        #expect(try world.running.request("GET", "/v1/oauth/decision").status == 405)
        #expect(
            try world.running.request("GET", "/metrics").text.contains(
                "assertions_refused_total 6\n"))
        // Nothing of it counted as a try, or took effect.
        #expect(try world.tokens(started.device)["error"] == "authorization_pending")
        #expect(try world.decide(started.user).status == 200)
    }

    @Test("has no address where no provider is configured, and the page says who confirms")
    func off() throws {
        let world = try World { $0.identity = nil }
        let started = try world.start()
        #expect(try world.decide(started.user).status == 404)
        let page = try world.running.request("GET", "/device/\(started.user)").text
        #expect(page.contains("tangrat-server approve \(started.user)"))
        let provided = try World().running.request("GET", "/device/\(started.user)").text
        #expect(provided.contains("identity provider") && !provided.contains("tangrat-server"))
        #expect(provided.contains(started.user))
    }
}

@Suite("The ledger of wrong codes")
struct GuessLedgerTests {
    private func person(_ number: Int) -> Digest32 { SHA256.hash(Array("\(number)".utf8)) }

    private func ledger(_ triersMax: Int = 10_000) -> GuessLedger {
        var limits = Limits()
        limits.codeTriesMax = 3
        limits.codeTriesMilliseconds = 100
        limits.codeTriersMax = triersMax
        return GuessLedger(limits: limits)
    }

    @Test("counts those that are on their way, and takes back those that were right")
    func atOnce() {
        let ledger = ledger()
        let entered = (0..<5).map { _ in ledger.enter(person(1), now: 0) }
        #expect(entered == [true, true, true, false, false])
        ledger.forgive(person(1))
        #expect(ledger.enter(person(1), now: 0))
        #expect(!ledger.enter(person(1), now: 99))
        #expect(ledger.enter(person(2), now: 99))
        // A window begins with its first try.
        #expect(ledger.enter(person(1), now: 100))
        ledger.forgive(person(9))
    }

    @Test("remembers so many people, forgets none of them for another, and lets the late ones go")
    func bounded() {
        let ledger = ledger(2)
        for _ in 0..<3 { #expect(ledger.enter(person(1), now: 0)) }
        #expect(ledger.enter(person(2), now: 50))
        #expect(!ledger.enter(person(3), now: 99))
        #expect(!ledger.enter(person(1), now: 99))
        #expect(ledger.enter(person(2), now: 99))
        #expect(ledger.enter(person(3), now: 100))
    }
}
