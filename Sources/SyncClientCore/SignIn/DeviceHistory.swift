internal import SyncProtocol

/// What the server took of a device whose place this one takes.
struct DeviceHistory: Hashable, Sendable {
    /// The last mutation of the device; zero where the server knows none.
    var last: UInt64 = 0
    /// The chain links of the mutations after the one asked for; not always all.
    var chains: [UInt64] = []
    /// For each of them, whether it took effect.
    var tookEffect: [Bool] = []

    /// Reads the server's answer, or gives nil where it is none.
    init?(_ body: JSONValue) {
        guard let last = body["last"]?.intValue, last >= 0,
            let bytes = body["chains"]?.text.flatMap({ Hex.decode($0) }), bytes.count % 8 == 0,
            let flags = body["took_effect"]?.text, flags.utf8.count * 8 == bytes.count
        else { return nil }
        self.last = UInt64(last)
        chains = stride(from: 0, to: bytes.count, by: 8).map { start in
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        tookEffect = flags.utf8.map { $0 == UInt8(ascii: "1") }
    }

    /// The history of a device that nothing is known of.
    init() {}
}

extension SignInService {
    /// What the question after a device's history came to.
    enum HistoryAnswer: Hashable, Sendable {
        case history(DeviceHistory)
        /// The access token is refused.
        case unauthorised
    }

    /// Takes the place of a device, which can do nothing any more then.
    ///
    /// - Parameters:
    ///   - device: The device.
    ///   - mid: The last of its mutations whose end is known here.
    ///   - token: The access token of the new device.
    /// - Returns: What the device did after that mutation.
    /// - Throws: ``SyncFailure`` where nothing is known.
    func replace(
        _ device: DeviceID, after mid: UInt64, token: String
    ) async throws(SyncFailure) -> HistoryAnswer {
        let form = [("device", device.description), ("after", String(mid))]
        let outcome = await environment.transport.send(
            Request(
                .post, server, "/v1/devices/replace", bearer: token,
                contentType: "application/x-www-form-urlencoded",
                body: FormEncoding.encode(form), responseBytesMax: Limits.signInBytesMax,
                deadlineMilliseconds: 30_000))
        let response = try Self.response(outcome)
        switch response.status {
        case 200:
            guard let history = Self.json(response).flatMap({ DeviceHistory($0) }) else {
                throw .answerUnusable(code: "replace.body")
            }
            return .history(history)
        case 401: return .unauthorised
        default: throw Self.failure(of: response)
        }
    }
}
