package import SyncProtocol

/// An agency that may feed rows.
package struct AgencyRecord: Hashable, Sendable {
    /// Its code in the catalogue, which is the owner of its rows.
    package var code: String
    /// The tables it may write.
    package var tables: [String]
    /// When its key ended, or 0.
    package var revoked: Int64

    /// Creates a record.
    package init(code: String, tables: [String], revoked: Int64 = 0) {
        self.code = code
        self.tables = tables
        self.revoked = revoked
    }
}

/// What a token is for.
package enum TokenKind: Int64, Hashable, Sendable {
    case access = 1
    case refresh = 2
}

/// A token, known by its hash alone.
package struct TokenRecord: Hashable, Sendable {
    /// SHA-256 of the token.
    package var hash: Digest32
    /// Whose it is.
    package var device: DeviceNumber
    /// What it is for.
    package var kind: TokenKind
    /// When it ends, in milliseconds since 1970.
    package var expires: Int64
    /// When a refresh token was first used, or 0.
    package var used: Int64

    /// Creates a record.
    package init(
        hash: Digest32, device: DeviceNumber, kind: TokenKind, expires: Int64, used: Int64 = 0
    ) {
        self.hash = hash
        self.device = device
        self.kind = kind
        self.expires = expires
        self.used = used
    }
}

/// A sign-in that waits for approval (RFC 8628).
package struct SignInRecord: Hashable, Sendable {
    /// SHA-256 of the device code.
    package var hash: Digest32
    /// What the person types or shows.
    package var userCode: String
    /// What the device calls itself.
    package var deviceName: String
    /// When it ends, in milliseconds since 1970.
    package var expires: Int64
    /// Who approved it; 0 while nobody has, -1 if denied.
    package var person: PersonNumber
    /// The device that it says it has been; nil if it does not.
    package var claimed: DeviceID?

    /// Creates a record.
    package init(
        hash: Digest32, userCode: String, deviceName: String, expires: Int64,
        person: PersonNumber = 0, claimed: DeviceID? = nil
    ) {
        self.claimed = claimed
        self.hash = hash
        self.userCode = userCode
        self.deviceName = deviceName
        self.expires = expires
        self.person = person
    }
}

/// A person as the server knows one: an opaque subject, no name, no number.
package struct PersonRecord: Hashable, Sendable {
    /// The store's number.
    package var number: PersonNumber
    /// The opaque id that buckets carry.
    package var subject: String
    /// When it was added, in milliseconds since 1970.
    package var added: Int64
    /// When everything about them was removed, in milliseconds since 1970, or 0.
    package var erased: Int64
    /// Since when nothing about them may be removed, in milliseconds since 1970, or 0.
    package var held: Int64

    /// Creates a record.
    package init(
        number: PersonNumber, subject: String, added: Int64, erased: Int64 = 0, held: Int64 = 0
    ) {
        self.number = number
        self.subject = subject
        self.added = added
        self.erased = erased
        self.held = held
    }
}

/// A device that pushes, as one statement finds it.
package struct Pusher: Hashable, Sendable {
    /// The device.
    package var device: DeviceRecord
    /// Whose it is.
    package var person: PersonRecord
    /// Whether any write of the person took effect under a later name than its first one.
    package var hasOrigins: Bool
}
