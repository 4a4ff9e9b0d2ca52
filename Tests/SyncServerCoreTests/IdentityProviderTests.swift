import Foundation
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// A gateway of a provider, as a test plays it.
struct TestGateway {
    static let keyBytes = Array("a key of a test, which is long enough".utf8)
    static let audience = "https://sync.example.go.th"
    static let pid = "1999900101791"

    static func provider(
        keys: [[UInt8]] = [keyBytes], levelMin: String = "2.1"
    ) -> AssertionProvider {
        AssertionProvider(
            name: "sandbox", audience: audience, keys: keys,
            levelMin: level(levelMin), limits: Limits())
    }

    private static func level(_ text: String) -> AssuranceLevel {
        guard let level = AssuranceLevel(text) else { preconditionFailure("no level: \(text)") }
        return level
    }

    /// The claims of a decision, with some of them changed or left out.
    static func claims(
        _ code: String, pid: String = pid, at milliseconds: Int64 = noon,
        _ changes: [String: JSONValue?] = [:]
    ) -> JSONValue {
        let now = milliseconds / 1_000
        var claims: [String: JSONValue] = [
            "aud": .string(audience), "decision": "approve", "exp": .integer(now + 60),
            "ial": "2.3", "iat": .integer(now), "iss": "sandbox", "jti": "assertion-1",
            "nonce": .string(code), "pid": .string(pid), "name": "นางสาววรรณา",
        ]
        for (name, value) in changes { claims[name] = value }
        return .object(JSONObject(claims.map { ($0.key, $0.value) }))
    }

    static func sign(_ claims: JSONValue) -> String {
        SignedAssertion.sign(claims, with: HMACKey(keyBytes))
    }
}

@Suite("An identity provider's assertion")
struct AssertionProviderTests {
    private static let code = "BCDF-GHJK"

    private func decide(
        _ changes: [String: JSONValue?], at now: Int64 = noon, levelMin: String = "2.1"
    ) -> Result<IdentityDecision, AssertionProblem> {
        TestGateway.provider(levelMin: levelMin).decision(
            in: TestGateway.sign(TestGateway.claims(Self.code, changes)), now: now)
    }

    private func problem(
        _ changes: [String: JSONValue?], at now: Int64 = noon, levelMin: String = "2.1"
    ) -> AssertionProblem? {
        if case .failure(let problem) = decide(changes, at: now, levelMin: levelMin) {
            return problem
        }
        return nil
    }

    @Test("gives the code, the number, the decision, and a name that says nothing of the person")
    func decision() throws {
        let approved = try decide([:]).get()
        #expect(approved.userCode == Self.code && approved.pid == TestGateway.pid)
        #expect(approved.isApproved)
        #expect(try !decide(["decision": "deny"]).get().isApproved)
        // A gateway that puts the number where it must not be does not bring it into the chain.
        let careless = try decide(["jti": .string(TestGateway.pid)]).get()
        #expect(!careless.reference.contains(TestGateway.pid))
        #expect(careless.reference.utf8.count == 16)
    }

    @Test("is refused for each claim that is missing or malformed")
    func claims() {
        let malformed: [(String, [JSONValue?])] = [
            ("jti", [nil, "short", 12_345_678, .string(String(repeating: "x", count: 129))]),
            ("nonce", [nil, "", "bcdf-ghjk", "BCDFGHJK", "AEIO-UAEI", "BCDF-GHJK ", 1]),
            ("decision", [nil, "", "yes", "Approve", 1]),
            (
                "pid",
                [
                    nil, "", "1999900101792", "1-9999-00101-79-1", "๑๙๙๙๙๐๐๑๐๑๗๙๑", "199990010179",
                    1_999_900_101_791,
                ]
            ),
            ("ial", [nil, "", "high", "0", "4", "2.", "2.10", "02", 2]),
            ("iat", [nil, "1", -1, .integer(.max)]),
            ("exp", [nil, "1", -1, .integer(.max)]),
            ("birthdate", [1, [], "a\nb", .string(String(repeating: "x", count: 513))]),
            ("name", [["th": "x"]]), ("address", [1]),
        ]
        for (name, values) in malformed {
            for value in values {
                #expect(problem([name: value]) == .claim(name), "\(name) \(value as Any)")
            }
        }
        // What is not needed may be left out, or be of a kind that is not known here.
        #expect(problem(["name": nil, "x": 1, "birthdate": "1990"]) == nil)
    }

    @Test("is refused where it is meant for another server or comes from another issuer")
    func direction() {
        for wrong: JSONValue? in [nil, "", "https://other.example", ["x"], 1] {
            #expect(problem(["aud": wrong]) == .misdirected)
            #expect(problem(["iss": wrong]) == .misdirected)
        }
        #expect(problem(["aud": .array([.string(TestGateway.audience)])]) == .misdirected)
    }

    /// Seconds of the assertion against milliseconds of the server.
    @Test("counts between its times, with half a minute for clocks, and for two minutes at most")
    func times() {
        let now = noon / 1_000
        #expect(problem([:], at: noon - 30_000) == nil)
        #expect(problem([:], at: noon - 30_001) == .untimely)
        #expect(problem([:], at: noon + 89_999) == nil)
        #expect(problem([:], at: noon + 90_000) == .untimely)
        #expect(problem(["exp": .integer(now + 120)]) == nil)
        #expect(problem(["exp": .integer(now + 121)]) == .untimely)
        #expect(problem(["exp": .integer(now - 1)]) == .untimely)
        #expect(problem(["iat": .integer(now - 80), "exp": .integer(now - 20)]) == nil)
    }

    @Test(
        "counts at the level that is asked for and above it, and not one step below",
        arguments: [("2.1", "2.1", true), ("2.1", "2", false), ("2.1", "1.9", false)]
            + [("2.1", "3", true), ("2", "2.0", true), ("2.3", "2.2", false), ("3", "2.9", false)])
    func level(asked: String, given: String, isEnough: Bool) {
        let expected: AssertionProblem? = isEnough ? nil : .level
        #expect(problem(["ial": .string(given)], levelMin: asked) == expected)
    }

    @Test("counts with the key before and with the one after, while it is replaced")
    func rotation() throws {
        let next = Array("the key that comes after that of a test".utf8)
        let text = TestGateway.sign(TestGateway.claims(Self.code))
        for (keys, isProven) in [
            ([TestGateway.keyBytes, next], true), ([next, TestGateway.keyBytes], true),
            ([next], false),
        ] {
            let result = TestGateway.provider(keys: keys).decision(in: text, now: noon)
            #expect(((try? result.get()) != nil) == isProven)
        }
    }
}

@Suite("The file of an identity provider")
struct IdentityProviderFileTests {
    private static let key = Base64URL.encode(TestGateway.keyBytes)

    private func read(
        _ text: String, mode: UInt32 = 0o600
    ) throws -> Result<AssertionProvider, IdentityProviderFile.Problem> {
        let directory = try TemporaryDirectory()
        let path = directory.file("provider.json")
        try #require(
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8),
                attributes: [.posixPermissions: NSNumber(value: mode)]))
        do throws(IdentityProviderFile.Problem) {
            return .success(try IdentityProviderFile.read(path, limits: Limits()))
        } catch {
            return .failure(error)
        }
    }

    private static let good =
        #"{"audience":"\#(TestGateway.audience)","issuer":"sandbox","keys":["\#(key)"]}"#

    @Test("makes a provider that believes who has its key")
    func good() throws {
        let provider = try read(Self.good).get()
        #expect(provider.name == "sandbox")
        let text = TestGateway.sign(TestGateway.claims("BCDF-GHJK"))
        #expect(throws: Never.self) { try provider.decision(in: text, now: noon).get() }
    }

    @Test("is refused where others could read it", arguments: [0o640, 0o604, 0o660, 0o644])
    func open(mode: UInt32) throws {
        #expect(throws: IdentityProviderFile.Problem.self) {
            try read(Self.good, mode: mode).get()
        }
    }

    @Test(
        "is refused with what cannot be meant, and the words repeat no key",
        arguments: [
            "", "[]", #"{"issuer":"a","keys":["K"]}"#, #"{"audience":"a","keys":["K"]}"#,
            #"{"audience":"a","issuer":"a"}"#, #"{"audience":"a","issuer":"a","keys":[]}"#,
            #"{"audience":"a","issuer":"a","keys":["c2hvcnQ"]}"#,
            #"{"audience":"a","issuer":"a","keys":["K="]}"#,
            #"{"audience":"a","issuer":"a","keys":["K","K","K","K","K"]}"#,
            #"{"audience":"a","issuer":"a b","keys":["K"]}"#,
            #"{"audience":"a","issuer":"a","keys":["K"],"ial_min":"high"}"#,
            #"{"audience":"a","issuer":"a","keys":["K"],"ial_min":2}"#,
            #"{"audience":"a","issuer":"a","keys":["K"],"key":"K"}"#,
        ])
    func bad(_ text: String) throws {
        do {
            _ = try read(text.replacing("K", with: Self.key)).get()
            Issue.record("\(text) was taken")
        } catch let problem as IdentityProviderFile.Problem {
            #expect(!problem.description.contains(Self.key))
        }
    }
}
