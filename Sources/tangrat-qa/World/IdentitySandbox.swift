internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// A stand-in for ThaID: it identifies synthetic people, and nobody else.
///
/// It has the public claim set of the real one, and no way to reach it.
struct IdentitySandbox: Sendable {
    /// What stands in `iss`; no real provider has this name.
    static let issuer = "sandbox"

    private let audience: String
    private let key: HMACKey

    /// Reads the file that `identity new` made.
    ///
    /// - Throws: `Trouble` if it is another file, or open to others.
    init(_ path: String, _ files: any FileOperations) throws(Trouble) {
        let value: JSONValue?
        do throws(SyncFailure) {
            try files.checkPrivate(path)
            let bytes = try files.read(path, bytesMax: 16 * 1_024)
            value = bytes.flatMap { try? JSON.parse($0) }
        } catch {
            throw Trouble("identity.file", "\(path): \(error.messageEnglish)")
        }
        guard let value, let audience = value["audience"]?.text,
            let text = value["keys"]?.items?.first?.text, let key = Base64URL.decode(text)
        else {
            throw Trouble(
                "identity.file", "\(path) holds no key of a provider",
                advice: "Make one: tangrat-qa identity new --file FILE")
        }
        // A key of a real provider is not for trying things out.
        guard value["issuer"]?.text == Self.issuer else {
            throw Trouble(
                "identity.issuer", "\(path) is not of the sandbox",
                advice: "Make one: tangrat-qa identity new --file FILE")
        }
        self.audience = audience
        self.key = HMACKey(key)
    }

    /// What the person decides, signed.
    ///
    /// - Parameters:
    ///   - decision: `approve` or `deny`.
    ///   - code: The code that the device shows.
    ///   - person: Who decides.
    ///   - level: The assurance with which they are identified.
    ///   - seconds: Now, in seconds since 1970.
    ///   - nonce: A name for the assertion.
    /// - Returns: A compact JWS.
    /// - Throws: `Trouble` where the number could be that of somebody real.
    func assertion(
        _ decision: String, of code: String, by person: Persona, level: String, at seconds: Int64,
        named nonce: String
    ) throws(Trouble) -> String {
        guard let number = try? NationalID(person.pid), number.isSynthetic else {
            throw Trouble(
                "identity.real", "\(person.slug) has a number that could be somebody's",
                advice: "The sandbox identifies people with office code 9999 alone.")
        }
        let claims =
            person.claims + [
                ("aud", .string(audience)), ("decision", .string(decision)),
                ("exp", .integer(seconds + 60)), ("ial", .string(level)),
                ("iat", .integer(seconds)), ("iss", .string(Self.issuer)), ("jti", .string(nonce)),
                ("nonce", .string(code)),
            ]
        return SignedAssertion.sign(.object(JSONObject(claims)), with: key)
    }
}

extension Persona {
    /// What ThaID tells of somebody, as far as it is known of this one.
    fileprivate var claims: [(String, JSONValue)] {
        [
            ("name", .string(nameThai)), ("name_en", .string(nameEnglish)), ("pid", .string(pid)),
        ]
    }
}
