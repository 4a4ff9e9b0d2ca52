internal import SyncProtocol

/// Speaks OAuth 2.0 device authorisation (RFC 8628) with the server.
struct SignInService: Sendable {
    /// The server.
    let server: ServerAddress
    /// The world.
    let environment: SyncEnvironment

    private static let client = "tangrat"
    private static let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

    /// What the token endpoint gave.
    struct Tokens: Hashable, Sendable {
        var access: String
        var refresh: String
        var device: DeviceID
        var subject: String
    }

    /// What one question to the token endpoint came to.
    enum Answer: Hashable, Sendable {
        case tokens(Tokens)
        /// Ask again later; with a longer pause where `slower`.
        case pending(slower: Bool)
        /// It will never work.
        case refused(SyncFailure)
        /// Nothing is known: try again.
        case failed(SyncFailure)
    }

    /// Asks for a code.
    ///
    /// - Parameters:
    ///   - deviceName: What the person calls this device.
    ///   - claimed: The device that this one has been.
    /// - Returns: What to show.
    /// - Throws: ``SyncFailure``.
    func begin(
        deviceName: String, claimed: DeviceID? = nil
    ) async throws(SyncFailure) -> SignInPrompt {
        let outcome = await environment.transport.send(
            request(
                "/v1/oauth/device_authorization",
                [("client_id", Self.client), ("device_name", deviceName)]
                    + (claimed.map { [("device_id", $0.description)] } ?? [])))
        let response = try Self.response(outcome)
        guard response.status == 200, let body = Self.json(response),
            let deviceCode = body["device_code"]?.text, let userCode = body["user_code"]?.text,
            let url = body["verification_uri"]?.text, let expires = body["expires_in"]?.intValue,
            (1...86_400).contains(expires)
        else { throw Self.failure(of: response) }
        let lifetime = UInt64(expires) * 1_000_000_000
        return SignInPrompt(
            server: server.description, userCode: userCode, verificationURL: url,
            verificationURLComplete: body["verification_uri_complete"]?.text ?? url,
            expiresInSeconds: expires, deviceCode: deviceCode,
            intervalSeconds: min(max(body["interval"]?.intValue ?? 5, 1), 60),
            deadlineNanoseconds: environment.monotonic.nanoseconds() + lifetime,
            claimed: claimed)
    }

    /// Asks until the person has decided or the code has ended.
    func complete(_ prompt: SignInPrompt) async throws(SyncFailure) -> Tokens {
        var interval = prompt.intervalSeconds
        var failures = 0
        while environment.monotonic.nanoseconds() < prompt.deadlineNanoseconds {
            do {
                try await environment.monotonic.sleep(milliseconds: interval * 1_000)
            } catch {
                throw .cancelled
            }
            let answer = await ask([
                ("grant_type", Self.deviceGrant), ("device_code", prompt.deviceCode),
                ("client_id", Self.client),
            ])
            switch answer {
            case .tokens(let tokens): return tokens
            case .pending(let slower):
                failures = 0
                if slower { interval += 5 }
            case .refused(let failure): throw failure
            case .failed(let failure):
                // A reply can be lost while the person still types; the code stands.
                failures += 1
                guard failures < 10, failure.isTransient else { throw failure }
            }
        }
        throw .signInTimedOut
    }

    /// Buys a new access token.
    func refresh(_ token: String) async -> Answer {
        await ask([
            ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", Self.client),
        ])
    }

    /// Tells the server that the device is signed out; nobody waits for success.
    func revoke(_ token: String) async {
        _ = await environment.transport.send(request("/v1/oauth/revoke", [("token", token)]))
    }

    private func ask(_ form: [(String, String)]) async -> Answer {
        let outcome = await environment.transport.send(request("/v1/oauth/token", form))
        let response: Response
        do throws(SyncFailure) {
            response = try Self.response(outcome)
        } catch {
            return .failed(error)
        }
        if response.status == 200, let body = Self.json(response),
            let access = body["access_token"]?.text, let refresh = body["refresh_token"]?.text,
            Self.isToken(access), Self.isToken(refresh),
            let device = body["device_id"]?.text.flatMap({ DeviceID(text: $0) }),
            let subject = body["subject"]?.text, Identifier.isValid(subject)
        {
            return .tokens(
                Tokens(access: access, refresh: refresh, device: device, subject: subject))
        }
        guard response.status == 400, let code = Self.json(response)?["error"]?.text else {
            return .failed(Self.failure(of: response))
        }
        return switch code {
        case "authorization_pending": .pending(slower: false)
        case "slow_down": .pending(slower: true)
        case "expired_token": .refused(.signInTimedOut)
        case "access_denied": .refused(.signInDenied)
        case "invalid_grant": .refused(.signInExpired)
        default: .refused(.answerUnusable(code: "oauth"))
        }
    }

    /// Whether text can stand in a header: visible ASCII and not too long.
    private static func isToken(_ text: String) -> Bool {
        (1...1_024).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    private func request(_ path: String, _ form: [(String, String)]) -> Request {
        Request(
            .post, server, path, contentType: "application/x-www-form-urlencoded",
            body: FormEncoding.encode(form), responseBytesMax: Limits.signInBytesMax,
            deadlineMilliseconds: 30_000)
    }

    static func json(_ response: Response) -> JSONValue? {
        guard response.contentType == "application/json" else { return nil }
        return try? JSON.parse(response.body)
    }

    static func response(_ outcome: TransportOutcome) throws(SyncFailure) -> Response {
        switch outcome {
        case .response(let response): return response
        case .notSent(let reason): throw .notSent(reason)
        case .unknown(let reason), .cut(let reason): throw .noAnswer(reason: reason)
        }
    }

    static func failure(of response: Response) -> SyncFailure {
        switch response.status {
        case 429, 503:
            .serverBusy(retryAfterMilliseconds: response.retryAfterMilliseconds ?? 5_000)
        case 500...599: .noAnswer(reason: "http.\(response.status)")
        default: .answerUnusable(code: "http.\(response.status)")
        }
    }
}

/// The form of `application/x-www-form-urlencoded`.
enum FormEncoding {
    static func encode(_ pairs: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in pairs {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            append(name, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            append(value, to: &bytes)
        }
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
    }
}
