internal import SyncProtocol

/// A device on which the person is signed in, as the server knows it.
public struct SignedInDevice: Hashable, Sendable {
    /// The name that stands in writes: 16 hexadecimal digits.
    public let id: String

    /// What the person called it when it signed in.
    public let name: String

    /// When it signed in, in milliseconds since 1970.
    public let addedMilliseconds: Int64

    /// When it last changed something, in milliseconds since 1970; nil if it never did.
    public let wroteMilliseconds: Int64?

    /// Whether it is the one that asks.
    public let isThisOne: Bool

    /// Creates a device.
    package init(
        id: String, name: String, addedMilliseconds: Int64, wroteMilliseconds: Int64?,
        isThisOne: Bool
    ) {
        self.id = id
        self.name = name
        self.addedMilliseconds = addedMilliseconds
        self.wroteMilliseconds = wroteMilliseconds
        self.isThisOne = isThisOne
    }
}

extension SyncClient {
    /// The devices on which the person is signed in, the newest first.
    ///
    /// Asked of the server each time: a list that is kept would show a lost device as gone, or a
    /// stranger's as not there.
    ///
    /// - Returns: At most as many as the server tells, this one among them or older than they.
    /// - Throws: ``SyncFailure``.
    public func devices() async throws(SyncFailure) -> [SignedInDevice] {
        let response = try await askOfDevices { server, token in
            Request(
                .get, server, "/v1/devices", bearer: token,
                responseBytesMax: Limits.deviceListBytesMax, deadlineMilliseconds: 30_000)
        }
        guard let items = SignInService.json(response)?["devices"]?.items else {
            throw .answerUnusable(code: "devices.body")
        }
        var devices: [SignedInDevice] = []
        for item in items {
            guard let id = item["device_id"]?.text.flatMap({ DeviceID(text: $0) }),
                let name = item["name"]?.text, let added = item["added_ms"]?.intValue
            else { throw .answerUnusable(code: "devices.body") }
            let wrote = item["wrote_ms"]?.intValue ?? 0
            devices.append(
                SignedInDevice(
                    id: id.description, name: name, addedMilliseconds: added,
                    wroteMilliseconds: wrote > 0 ? wrote : nil,
                    isThisOne: item["current"]?.intValue == 1))
        }
        return devices
    }

    /// Ends the sign-in of another device of the person: its tokens, and its live channels.
    ///
    /// Asking twice is as good as once, so it can be asked again after a lost answer. What the
    /// device holds stays on it, and it can send and receive nothing any more.
    ///
    /// - Parameter id: Its ``SignedInDevice/id``.
    /// - Returns: Whether it is one of the person's, and has ended.
    /// - Throws: ``SyncFailure``; after ``SyncFailure/noAnswer(reason:)`` it may have ended.
    public func endDevice(_ id: String) async throws(SyncFailure) -> Bool {
        let response = try await askOfDevices { server, token in
            Request(
                .post, server, "/v1/devices/end", bearer: token,
                contentType: "application/x-www-form-urlencoded",
                body: FormEncoding.encode([("device", id)]),
                responseBytesMax: Limits.signInBytesMax, deadlineMilliseconds: 30_000)
        }
        guard let ended = SignInService.json(response)?["ended"]?.intValue else {
            throw .answerUnusable(code: "devices.body")
        }
        return ended == 1
    }

    /// Asks with the token in use, and once more after it was renewed.
    private func askOfDevices(
        _ request: (ServerAddress, String) -> Request
    ) async throws(SyncFailure) -> Response {
        let session = try signedIn()
        for isLast in [false, true] {
            let token = try await session.keeper.accessToken()
            let response = try SignInService.response(
                await environment.transport.send(request(session.server, token)))
            switch response.status {
            case 200: return response
            case 401 where !isLast:
                // Renewing is a round's work, which one process at a time can do.
                _ = try await session.engine.sync(SyncEngine.Listener(progress: nil, trace: nil))
            case 401: throw .signInExpired
            default: throw SignInService.failure(of: response)
            }
        }
        throw .signInExpired
    }
}
