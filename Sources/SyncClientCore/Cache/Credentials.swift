internal import SyncProtocol

/// What proves who this device is, kept in a file of mode 0600.
struct Credentials: Hashable, Sendable {
    /// The server, as text that ``ServerAddress`` accepts.
    var server: String
    /// The person.
    var subject: String
    /// The device.
    var device: DeviceID
    /// Goes with each request.
    var accessToken: String
    /// Buys the next access token.
    var refreshToken: String
    /// Whether the server has refused the refresh token.
    var isExpired = false

    /// The account these belong to.
    var account: Account {
        Account(subject: subject, device: device.description, server: server)
    }

    /// The file's bytes.
    var bytes: [UInt8] {
        JSON.canonical(
            .object(
                JSONObject([
                    ("access_token", .string(accessToken)),
                    ("device", .string(device.description)), ("expired", .bool(isExpired)),
                    ("refresh_token", .string(refreshToken)), ("server", .string(server)),
                    ("subject", .string(subject)),
                ])))
    }

    /// Reads the file's bytes.
    init?(bytes: [UInt8]) {
        guard let value = try? JSON.parse(bytes), let server = value["server"]?.text,
            let subject = value["subject"]?.text,
            let device = value["device"]?.text.flatMap({ DeviceID(text: $0) }),
            let access = value["access_token"]?.text, let refresh = value["refresh_token"]?.text
        else { return nil }
        self.init(
            server: server, subject: subject, device: device, accessToken: access,
            refreshToken: refresh, isExpired: value["expired"]?.boolValue ?? false)
    }

    init(
        server: String, subject: String, device: DeviceID, accessToken: String,
        refreshToken: String, isExpired: Bool = false
    ) {
        self.server = server
        self.subject = subject
        self.device = device
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.isExpired = isExpired
    }
}
