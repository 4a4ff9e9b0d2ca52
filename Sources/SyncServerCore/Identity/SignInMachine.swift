internal import SyncProtocol

/// OAuth 2.0 device authorisation (RFC 8628), decided inside a group commit.
struct SignInMachine {
    let context: WriterContext
    let limits: Limits
    let secrets: SecretSource

    private var transaction: any StoreTransaction { context.transaction }

    /// What a device gets when it asks to sign in.
    struct Started: Sendable {
        let deviceCode: String
        let userCode: String
        let expiresIn: Int64
    }

    /// Starts a sign-in.
    ///
    /// - Parameters:
    ///   - deviceCode: The code to give the device: one of ``SecretSource/deviceCode()``.
    ///   - deviceName: What the device calls itself.
    ///   - claimed: The device that it says it has been.
    /// - Returns: The codes; nil if too many wait already.
    /// - Throws: What the store throws.
    func start(
        _ deviceCode: String, deviceName: String, claimed: DeviceID? = nil
    ) throws -> Started? {
        try transaction.removeSignIns(expiredBefore: context.now)
        guard try transaction.pendingSignIns() < limits.pendingSignInsMax else { return nil }
        var userCode = secrets.userCode()
        while try transaction.signIn(userCode: userCode) != nil { userCode = secrets.userCode() }
        try transaction.save(
            SignInRecord(
                hash: SHA256.hash(Array(deviceCode.utf8)), userCode: userCode,
                deviceName: deviceName,
                expires: context.now + limits.deviceCodeMillisecondsMax, claimed: claimed))
        return Started(
            deviceCode: deviceCode, userCode: userCode,
            expiresIn: limits.deviceCodeMillisecondsMax / 1_000)
    }

    /// The tokens of a signed-in device.
    struct Granted: Sendable {
        let accessToken: String
        let refreshToken: String
        let expiresIn: Int64
        let device: DeviceID
        let subject: String
    }

    /// The answers to a request for tokens; raw values are RFC 6749 and 8628 names.
    enum Refusal: String, Error, Sendable {
        case pending = "authorization_pending"
        case denied = "access_denied"
        case expired = "expired_token"
        case invalid = "invalid_grant"
        /// Answered 429: nothing ended.
        case tooSoon = "slow_down"
    }

    /// Exchanges a device code for tokens.
    func exchange(deviceCode: String) throws -> Result<Granted, Refusal> {
        guard let signIn = try transaction.signIn(device: SHA256.hash(Array(deviceCode.utf8)))
        else { return .failure(.invalid) }
        guard signIn.expires > context.now else {
            try transaction.remove(signIn)
            return .failure(.expired)
        }
        guard signIn.person != 0 else { return .failure(.pending) }
        try transaction.remove(signIn)
        guard signIn.person > 0 else { return .failure(.denied) }
        guard let person = try transaction.person(signIn.person) else {
            return .failure(.invalid)
        }
        if let claimed = signIn.claimed, let known = try transaction.device(id: claimed),
            known.person == person.number, known.revoked == 0
        {
            // Older tokens stay: two copies that ended each other's would do so for ever.
            let granted = try grant(known, person: person)
            try context.audit.append(.deviceReturned, by: .device(known.id), person: person.number)
            return .success(granted)
        }
        let device = try transaction.addDevice(
            id: try freshDeviceID(), person: person.number, name: signIn.deviceName,
            added: context.now)
        let granted = try grant(device, person: person)
        try context.audit.append(.deviceAdded, by: .device(device.id), person: person.number)
        return .success(granted)
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// A token used before is answered with the same pair for a minute, because the
    /// answer may have been lost, and perhaps more than once; after that its use ends
    /// the device's rights, because then two parties hold it. So each token has one
    /// successor, however often it comes, and no line of tokens branches. A server that
    /// was restarted within the minute does not know the successor, and makes another.
    func refresh(_ token: String) throws -> Result<Granted, Refusal> {
        guard let (found, device) = try transaction.token(SHA256.hash(Array(token.utf8))),
            found.kind == .refresh, device.revoked == 0
        else { return .failure(.invalid) }
        guard found.expires > context.now else { return .failure(.invalid) }
        guard let person = try transaction.person(device.person) else {
            return .failure(.invalid)
        }
        if found.used != 0, context.now - found.used > limits.refreshGraceMilliseconds {
            try context.audit.append(
                .tokenReused, by: .device(device.id), person: person.number)
            try revoke(device, by: .server)
            return .failure(.invalid)
        }
        if try mustWait(found) { return .failure(.tooSoon) }
        let access = secrets.token(prefix: SecretPrefix.access, following: token)
        let refresh = secrets.token(prefix: SecretPrefix.refresh, following: token)
        if found.used == 0 {
            var used = found
            used.used = context.now
            try transaction.save(used)
        } else if let (known, _) = try transaction.token(SHA256.hash(Array(access.utf8))) {
            return .success(
                Granted(
                    accessToken: access, refreshToken: refresh,
                    expiresIn: (known.expires - context.now) / 1_000, device: device.id,
                    subject: person.subject))
        }
        try context.audit.append(.tokensRenewed, by: .device(device.id), person: person.number)
        return .success(try grant(device, person: person, access: access, refresh: refresh))
    }

    /// Whether a device has more tokens than any needs, and an access token that is still good.
    ///
    /// A used refresh token is kept until it is over, so that its reuse is noticed: who renews all
    /// the time would leave a row each time, for 180 days.
    private func mustWait(_ found: TokenRecord) throws -> Bool {
        let issued = found.expires - limits.refreshTokenMilliseconds
        guard found.used == 0,
            (issued..<issued + limits.accessTokenMilliseconds).contains(context.now)
        else { return false }
        return try transaction.tokenCount(of: found.device, max: limits.deviceTokensMax)
            >= limits.deviceTokensMax
    }

    /// Ends the rights of a device, for another one of the same person.
    ///
    /// - Parameters:
    ///   - named: The device.
    ///   - asker: The device that asks.
    /// - Returns: Whether the device is one of the person's, and has no rights now; a device
    ///   of somebody else is like none. Nil where the asker has no rights itself.
    /// - Throws: What the store throws.
    func end(_ named: DeviceID, by asker: DeviceNumber) throws -> Bool? {
        guard let asker = try transaction.device(asker), asker.revoked == 0 else { return nil }
        guard let device = try transaction.device(id: named), device.person == asker.person else {
            return false
        }
        // Asked again because the answer was lost: it ended once.
        if device.revoked == 0 { try revoke(device, by: .device(asker.id)) }
        return true
    }

    /// Ends a device's rights.
    func revoke(_ device: DeviceRecord, by actor: AuditEntry.Actor) throws {
        var device = device
        try context.audit.append(
            .deviceRevoked, by: actor, person: device.person, device: device.id)
        device.revoked = context.now
        try transaction.save(device)
        try transaction.removeTokens(of: device.number)
        context.endedDevices.insert(device.number)
    }

    /// Begins a line of tokens.
    private func grant(_ device: DeviceRecord, person: PersonRecord) throws -> Granted {
        try grant(
            device, person: person, access: secrets.token(prefix: SecretPrefix.access),
            refresh: secrets.token(prefix: SecretPrefix.refresh))
    }

    private func grant(
        _ device: DeviceRecord, person: PersonRecord, access: String, refresh: String
    ) throws -> Granted {
        try transaction.removeTokens(expiredBefore: context.now)
        try transaction.save(
            TokenRecord(
                hash: SHA256.hash(Array(access.utf8)), device: device.number, kind: .access,
                expires: context.now + limits.accessTokenMilliseconds))
        try transaction.save(
            TokenRecord(
                hash: SHA256.hash(Array(refresh.utf8)), device: device.number, kind: .refresh,
                expires: context.now + limits.refreshTokenMilliseconds))
        return Granted(
            accessToken: access, refreshToken: refresh,
            expiresIn: limits.accessTokenMilliseconds / 1_000, device: device.id,
            subject: person.subject)
    }

    private func freshDeviceID() throws -> DeviceID {
        while true {
            let number = secrets.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let id = DeviceID(number)
            if number != 0, try transaction.device(id: id) == nil { return id }
        }
    }
}
