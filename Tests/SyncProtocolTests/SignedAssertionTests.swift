import SyncProtocol
import Testing

/// What an identity provider says, with proof.
@Suite("A signed assertion")
struct SignedAssertionTests {
    private static let key = HMACKey(Array("0123456789abcdef0123456789abcdef".utf8))
    private static let other = HMACKey(Array("fedcba9876543210fedcba9876543210".utf8))
    private static let claims: JSONValue = ["iss": "sandbox", "pid": "x"]

    private static func signed(_ header: String, _ payload: String) -> String {
        let message =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        return message + "." + Base64URL.encode(key.code(for: Array(message.utf8)).bytes)
    }

    @Test("is that of RFC 7515, appendix A.1")
    func vector() throws {
        let key = try #require(
            Base64URL.decode(
                "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
            ))
        let text =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
            + "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let claims = try #require(SignedAssertion.claims(of: text, keys: [HMACKey(key)]))
        #expect(claims["iss"] == "joe" && claims["exp"] == .integer(1_300_819_380))
    }

    @Test("counts with any key that counts, and with no other")
    func keys() {
        let text = SignedAssertion.sign(Self.claims, with: Self.key)
        #expect(SignedAssertion.claims(of: text, keys: [Self.key]) == Self.claims)
        #expect(SignedAssertion.claims(of: text, keys: [Self.other, Self.key]) == Self.claims)
        #expect(SignedAssertion.claims(of: text, keys: [Self.other]) == nil)
        #expect(SignedAssertion.claims(of: text, keys: []) == nil)
    }

    @Test(
        "is refused with another header, even if that is signed",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"HS384"}"#, #"{"alg":"RS256"}"#, #"{"alg":"hs256"}"#,
            #"{"typ":"JWT"}"#, #"{}"#, #"[]"#, "", #"{"alg":"HS256","alg":"HS256"}"#,
            #"{"alg":"HS256","kid":"1"}"#, #"{"alg":"HS256","crit":["b64"],"b64":0}"#,
            #"{"alg":"HS256","typ":"jwt"}"#, #"{"alg":["HS256"]}"#,
        ])
    func header(_ header: String) {
        let payload = #"{"iss":"sandbox"}"#
        #expect(SignedAssertion.claims(of: Self.signed(header, payload), keys: [Self.key]) == nil)
        let good = Self.signed(#"{"alg":"HS256"}"#, payload)
        #expect(SignedAssertion.claims(of: good, keys: [Self.key]) != nil)
    }

    @Test(
        "is refused with claims that are none, even if they are signed",
        arguments: ["", "[]", "1", #""x""#, #"{"a":1,"a":1}"#, #"{"a":1,}"#, #"{"a":1}x"#])
    func payload(_ payload: String) {
        let text = Self.signed(#"{"alg":"HS256"}"#, payload)
        #expect(SignedAssertion.claims(of: text, keys: [Self.key]) == nil)
    }

    @Test("is refused in any other form than three parts")
    func form() {
        let text = SignedAssertion.sign(Self.claims, with: Self.key)
        let parts = text.split(separator: ".").map(String.init)
        for wrong in [
            "", ".", "..", parts[0], "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).",
            "\(text).", "\(text).\(parts[2])", ".\(text)", "\(text)=", " \(text)", "\(text)\n",
            "\(parts[0])..\(parts[2])", "\(parts[0]).\(parts[1]).\(parts[2].dropLast())",
        ] {
            #expect(SignedAssertion.claims(of: wrong, keys: [Self.key]) == nil, "\(wrong)")
        }
    }

    /// Goal: no byte of an assertion can be changed.
    ///
    /// Method: each byte in turn becomes each of four others.
    @Test("is refused with any byte changed")
    func changed() {
        let text = Array(SignedAssertion.sign(Self.claims, with: Self.key).utf8)
        for place in text.indices {
            for byte in Array("Aa-.".utf8) where byte != text[place] {
                var wrong = text
                wrong[place] = byte
                let altered = String(decoding: wrong, as: UTF8.self)
                #expect(SignedAssertion.claims(of: altered, keys: [Self.key]) == nil)
            }
        }
    }
}
