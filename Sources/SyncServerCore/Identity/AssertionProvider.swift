internal import CitizenData
internal import SyncProtocol

/// A provider whose gateway signs what it says with a key that it shares with the server.
package struct AssertionProvider: IdentityProvider {
    /// Its name, also in the claim `iss`.
    package let name: String

    private let audience: String
    private let keys: [HMACKey]
    private let levelMin: AssuranceLevel
    private let limits: Limits

    /// Creates a provider.
    ///
    /// - Parameters:
    ///   - name: What `iss` must be.
    ///   - audience: What `aud` must be: a name of this server.
    ///   - keys: The keys that count, each of at least ``SignedAssertion/keyBytesMin`` bytes.
    ///   - levelMin: The least assurance of who the person is.
    ///   - limits: How long an assertion may live, and how far clocks may differ.
    init(
        name: String, audience: String, keys: [[UInt8]], levelMin: AssuranceLevel, limits: Limits
    ) {
        precondition(
            !keys.isEmpty && keys.allSatisfy { $0.count >= SignedAssertion.keyBytesMin },
            "a provider without a key of \(SignedAssertion.keyBytesMin) bytes")
        self.name = name
        self.audience = audience
        self.keys = keys.map { HMACKey($0) }
        self.levelMin = levelMin
        self.limits = limits
    }

    package func decision(
        in assertion: String, now: Int64
    ) -> Result<IdentityDecision, AssertionProblem> {
        guard let claims = SignedAssertion.claims(of: assertion, keys: keys) else {
            return .failure(.unproven)
        }
        do throws(AssertionProblem) {
            return .success(try decision(claims, now))
        } catch {
            return .failure(error)
        }
    }

    private func decision(
        _ claims: JSONValue, _ now: Int64
    ) throws(AssertionProblem) -> IdentityDecision {
        guard claims["iss"]?.text == name, claims["aud"]?.text == audience else {
            throw .misdirected
        }
        try checkTimes(claims, now)
        guard let jti = claims["jti"]?.text, (8...128).contains(jti.utf8.count) else {
            throw .claim("jti")
        }
        guard let code = claims["nonce"]?.text, SecretSource.isUserCode(Array(code.utf8)) else {
            throw .claim("nonce")
        }
        guard let decided = claims["decision"]?.text, ["approve", "deny"].contains(decided) else {
            throw .claim("decision")
        }
        guard let pid = claims["pid"]?.text, let number = try? NationalID(pid),
            number.digits.utf8.elementsEqual(pid.utf8)
        else { throw .claim("pid") }
        guard let level = claims["ial"]?.text.flatMap({ AssuranceLevel($0) }) else {
            throw .claim("ial")
        }
        guard level >= levelMin else { throw .level }
        try Self.checkUnused(claims)
        // A gateway may put anything into `jti`; its hash is enough to find the assertion there.
        let reference = SHA256.hash(Array(jti.utf8)).bytes.prefix(8)
        return IdentityDecision(
            userCode: code, pid: pid, isApproved: decided == "approve",
            reference: Hex.encode(Array(reference)))
    }

    /// Seconds since 1970, as JWT has them (RFC 7519), and whole ones.
    private func checkTimes(_ claims: JSONValue, _ now: Int64) throws(AssertionProblem) {
        let seconds: ClosedRange<Int64> = 0...253_402_300_799
        guard let issued = claims["iat"]?.intValue, seconds.contains(issued) else {
            throw .claim("iat")
        }
        guard let expires = claims["exp"]?.intValue, seconds.contains(expires) else {
            throw .claim("exp")
        }
        let skew = limits.assertionSkewMilliseconds
        guard issued * 1_000 <= now + skew, expires * 1_000 + skew > now, issued <= expires,
            (expires - issued) * 1_000 <= limits.assertionMillisecondsMax
        else { throw .untimely }
    }

    /// The rest of ThaID's public claims: not needed, so not used, and still not taken malformed.
    private static let unused = [
        "name", "given_name", "middle_name", "family_name", "title", "name_en", "given_name_en",
        "middle_name_en", "family_name_en", "title_en", "birthdate", "gender", "smartcard_code",
        "date_of_issuance", "date_of_expiry", "sub",
    ]

    private static func checkUnused(_ claims: JSONValue) throws(AssertionProblem) {
        for name in unused {
            guard let value = claims[name] else { continue }
            guard let text = value.text, text.utf8.count <= 512,
                text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .claim(name) }
        }
        if let address = claims["address"] {
            guard address.text != nil || address.fields != nil else { throw .claim("address") }
        }
    }
}

/// How surely it is known who somebody is: a level and a step within, such as 2.3.
struct AssuranceLevel: Hashable, Sendable, Comparable {
    private let level: UInt8
    private let step: UInt8

    /// Reads `2`, which is `2.0`, or `2.3`.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 1 || bytes.count == 3, (0x31...0x33).contains(bytes[0]),
            bytes.count == 1 || (bytes[1] == UInt8(ascii: ".") && (0x30...0x39).contains(bytes[2]))
        else { return nil }
        level = bytes[0]
        step = bytes.count == 3 ? bytes[2] : 0x30
    }

    static func < (first: AssuranceLevel, second: AssuranceLevel) -> Bool {
        (first.level, first.step) < (second.level, second.step)
    }
}
