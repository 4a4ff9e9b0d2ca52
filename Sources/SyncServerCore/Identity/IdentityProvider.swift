internal import SyncProtocol

/// The seam to whoever proves who a person is.
///
/// The server makes no connections, so a provider's gateway comes to it: with an assertion that
/// a person whom it has identified confirms the code of a sign-in.
package protocol IdentityProvider: Sendable {
    /// Its name in the audit chain.
    var name: String { get }

    /// What an assertion says, if it is proven, meant for this server, and valid now.
    ///
    /// - Parameters:
    ///   - assertion: The text as it came.
    ///   - now: The server's clock, in milliseconds since 1970.
    /// - Returns: The decision of a person, or why it does not count.
    func decision(
        in assertion: String, now: Int64
    ) -> Result<IdentityDecision, AssertionProblem>
}

/// What a person has decided about a sign-in, as their provider says.
///
/// Of all that a provider can tell only the number is kept, and that as a keyed hash: who the
/// person is by name, birth or address is for the agencies to say.
package struct IdentityDecision: Hashable, Sendable {
    /// The code that the device shows.
    package var userCode: String
    /// The person's national number, well formed.
    package var pid: String
    /// Whether the device may sign in as the person.
    package var isApproved: Bool
    /// A name of the assertion that says nothing of the person, for the audit chain.
    package var reference: String

    /// Creates a decision.
    package init(userCode: String, pid: String, isApproved: Bool, reference: String) {
        self.userCode = userCode
        self.pid = pid
        self.isApproved = isApproved
        self.reference = reference
    }
}

/// Why an assertion does not count.
package enum AssertionProblem: Error, Hashable, Sendable {
    /// It is not one, or nobody who counts has signed it.
    case unproven
    /// It is from another issuer or for another server.
    case misdirected
    /// It is over, not yet valid, or valid for too long.
    case untimely
    /// A claim is missing or malformed.
    case claim(String)
    /// The person was not identified well enough.
    case level
}
