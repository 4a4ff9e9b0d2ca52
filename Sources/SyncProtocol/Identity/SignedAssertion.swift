/// A compact JWS (RFC 7515) with HMAC-SHA-256: what an identity provider says, with proof.
///
/// One form alone is taken, so that there is nothing to choose for whoever made it: the
/// algorithm is not read from the message, it is looked at whether it is this one.
package enum SignedAssertion {
    /// The header that is written.
    private static let header = #"{"alg":"HS256","typ":"JWT"}"#

    /// The fewest bytes of a key: as many as the code has (RFC 7518, section 3.2).
    package static let keyBytesMin = 32

    /// Signs claims.
    package static func sign(_ claims: JSONValue, with key: HMACKey) -> String {
        let message =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(JSON.canonical(claims))
        let code = key.code(for: Array(message.utf8))
        return message + "." + Base64URL.encode(code.bytes)
    }

    /// The claims of an assertion that one of the keys has signed.
    ///
    /// Nothing is read from the claims before the signature is known to be right, and how long
    /// that takes tells nothing about keys or codes.
    ///
    /// - Parameters:
    ///   - text: The assertion.
    ///   - keys: Those that count; more than one while a key is being replaced.
    /// - Returns: The claims, an object; nil if the form or the signature is wrong.
    package static func claims(of text: String, keys: [HMACKey]) -> JSONValue? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = Base64URL.decode(String(decoding: parts[0], as: UTF8.self)),
            isKnown(header),
            let claims = Base64URL.decode(String(decoding: parts[1], as: UTF8.self)),
            let code = Base64URL.decode(String(decoding: parts[2], as: UTF8.self)),
            let digest = Digest32(code)
        else { return nil }
        let message = Array(text.utf8.prefix(parts[0].count + 1 + parts[1].count))
        var isSigned = false
        // No key is left out once one has matched.
        for key in keys where message.withUnsafeBytes({ key.isValid(digest, for: $0) }) {
            isSigned = true
        }
        guard isSigned, let value = try? JSON.parse(claims), value.fields != nil else { return nil }
        return value
    }

    /// Whether a header says what is done here, and no more: a member that is not known might
    /// ask for something (`crit`, `b64`, `jku`).
    private static func isKnown(_ header: [UInt8]) -> Bool {
        guard let members = (try? JSON.parse(header))?.fields?.members else { return false }
        return members.contains { $0.0 == "alg" }
            && members.allSatisfy { name, value in
                switch name {
                case "alg": value == "HS256"
                case "typ": value == "JWT"
                default: false
                }
            }
    }
}
