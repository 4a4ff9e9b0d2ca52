import SyncProtocol

/// An assertion counts only in its one form, whole, and with the key that signed it.
enum AssertionFuzz {
    private static let key = HMACKey([UInt8](repeating: 7, count: 32))
    private static let other = HMACKey([UInt8](repeating: 8, count: 32))

    /// The input is a text as it might come, or a header and claims; a true signature is added to
    /// both, so that what stands behind the check of the signature is reached too.
    static func check(_ input: [UInt8], _ steering: FuzzTarget.Steering) {
        guard steering.flags & 1 == 1 else {
            let text = String(decoding: input, as: UTF8.self)
            precondition(claims(text) == nil, "a signature was guessed")
            check(text, steering)
            return
        }
        let header = Array(input[..<steering.split])
        let payload = Array(input[steering.split...])
        let isExpected = isKnown(header) && (try? JSON.parse(payload))?.fields != nil
        let message = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        precondition(check(message, steering) == isExpected, "judged otherwise")
    }

    /// - Returns: Whether the message counts once it is signed.
    @discardableResult
    private static func check(_ message: String, _ steering: FuzzTarget.Steering) -> Bool {
        let code = key.code(for: Array(message.utf8)).bytes
        let text = message + "." + Base64URL.encode(code)
        guard let found = claims(text) else { return false }
        let parts = message.split(separator: ".", omittingEmptySubsequences: false)
        precondition(parts.count == 2, "other than three parts")
        for part in parts {
            let bytes = Base64URL.decode(String(part))
            precondition(bytes.map(Base64URL.encode) == String(part), "another spelling")
        }
        precondition(Base64URL.decode(String(parts[0])).map(isKnown) == true, "another header")
        precondition(found.fields != nil, "claims that are none")
        precondition(claims(SignedAssertion.sign(found, with: key)) == found, "written otherwise")

        precondition(SignedAssertion.claims(of: text, keys: [other, key]) == found)
        precondition(SignedAssertion.claims(of: text, keys: [key, other]) == found)
        precondition(SignedAssertion.claims(of: text, keys: [other]) == nil, "another key")
        var altered = Array(text.utf8)
        altered[steering.split % altered.count] ^= 1 << (steering.flags >> 1 & 7)
        precondition(claims(String(decoding: altered, as: UTF8.self)) == nil, "an altered one")
        altered = Array(text.utf8)
        altered.remove(at: steering.split % altered.count)
        precondition(claims(String(decoding: altered, as: UTF8.self)) == nil, "a shorter one")
        return true
    }

    private static func claims(_ text: String) -> JSONValue? {
        SignedAssertion.claims(of: text, keys: [key])
    }

    /// The headers that may stand, told by their canonical form.
    private static func isKnown(_ header: [UInt8]) -> Bool {
        guard let value = try? JSON.parse(header) else { return false }
        let form = String(decoding: JSON.canonical(value), as: UTF8.self)
        return [#"{"alg":"HS256"}"#, #"{"alg":"HS256","typ":"JWT"}"#].contains(form)
    }
}
