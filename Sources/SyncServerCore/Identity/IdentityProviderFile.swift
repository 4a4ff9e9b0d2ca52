internal import SQLiteKit
internal import SyncProtocol

/// The file in which an operator tells of an identity provider, with its keys.
///
/// ```json
/// {"audience":"https://sync.example.go.th","ial_min":"2.1","issuer":"thaid","keys":["…"]}
/// ```
enum IdentityProviderFile {
    /// Why the file cannot be used; its keys are never a part of the words.
    struct Problem: Error, CustomStringConvertible {
        let description: String
        /// Whether the machine could not read it, and may another time.
        var isTransient = false
    }

    /// The assurance that is asked for where the file names none.
    private static let levelMin = "2.1"

    /// Reads the file, which must be its owner's alone.
    ///
    /// - Throws: ``Problem``.
    static func read(
        _ path: String, limits: Limits
    ) throws(Problem) -> AssertionProvider {
        let bytes: [UInt8]
        do {
            bytes = try Files.readPrivate(path, bytesMax: 16 * 1_024)
        } catch {
            throw Problem(
                description: "\(path) cannot be used: \(error)", isTransient: error.isTransient)
        }
        guard let members = (try? JSON.parse(bytes))?.fields?.members else {
            throw Problem(description: "\(path) must hold a JSON object")
        }
        let value = JSONValue.object(JSONObject(members.map { ($0.0, $0.1) }))
        for (name, _) in members where !["audience", "ial_min", "issuer", "keys"].contains(name) {
            throw Problem(description: "\(path) has a member \(name) that does not exist")
        }
        guard let issuer = value["issuer"]?.text, Identifier.isValid(issuer) else {
            throw Problem(description: "\(path): issuer must have letters, digits and _.:- alone")
        }
        guard let audience = value["audience"]?.text, (1...200).contains(audience.utf8.count) else {
            throw Problem(description: "\(path): audience must name this server")
        }
        guard let level = AssuranceLevel(value["ial_min"]?.text ?? levelMin),
            value["ial_min"].map({ $0.text != nil }) ?? true
        else { throw Problem(description: "\(path): ial_min must be a level such as 2.1") }
        let keys = (value["keys"]?.items ?? []).map { $0.text.flatMap { Base64URL.decode($0) } }
        guard (1...4).contains(keys.count),
            keys.allSatisfy({ $0.map { $0.count >= SignedAssertion.keyBytesMin } ?? false })
        else {
            throw Problem(
                description: "\(path): keys must be one to four of "
                    + "\(SignedAssertion.keyBytesMin) bytes or more, as base64url without padding")
        }
        return AssertionProvider(
            name: issuer, audience: audience, keys: keys.compactMap(\.self), levelMin: level,
            limits: limits)
    }
}
