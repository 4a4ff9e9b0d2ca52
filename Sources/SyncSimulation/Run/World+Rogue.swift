internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol

/// Somebody who has a device's token, or none, and does not keep to the protocol.
///
/// The oracle sees what is sent as it sees everything else: whatever the server
/// takes of it or shows to it is judged like any other request.
extension World {
    /// Sends one request that no client of ours would send.
    func misbehave(_ action: Action, as device: Device) {
        guard server.server != nil, let name = oracle.ledgers[device.index]?.device,
            let facts = oracle.truth.devices[name]
        else { return }
        let token = oracle.tokens.filter { $0.value == name }.keys.min()
        var random = SeededRandom(
            seed: plan.seed, stream: "rogue", UInt64(bitPattern: Int64(action.id)))
        let body = oracle.bodies[name] ?? []
        let others = oracle.bodies.keys.sorted().filter { $0 != name }
        let other = others.isEmpty ? name : others[Int(action.argument(1).magnitude) % others.count]
        switch action.argument(0).magnitude % 9 {
        case 0: send(.sync(random.bytes(random.next(in: 0...300)), token), action, 400..<500)
        case 1:
            let cut = body.prefix(random.next(in: 0...max(0, body.count - 1)))
            send(.sync(Array(cut), token), action, nil)
        case 2:
            // What another device has sent, under this one's name.
            guard facts.lastMid > 0, let foreign = oracle.bodies[other] else { return }
            send(.sync(foreign, token), action, nil)
        case 3:
            // A cursor that was made for somebody else.
            let cursors = oracle.views.keys.sorted { $0.lexicographicallyPrecedes($1) }
            guard !cursors.isEmpty else { return }
            var request = SyncRequest()
            request.cursor = random.pick(cursors)
            if action.argument(1) % 3 == 0, !request.cursor.isEmpty {
                let index = random.next(in: 0...(request.cursor.count - 1))
                request.cursor[index] ^= UInt8(1 << random.next(in: 0...7))
            }
            var frame: [UInt8] = []
            BinaryFrames.append(.sync(request), to: &frame)
            send(.sync(frame, token), action, nil)
        case 4:
            let wrong = String((token ?? "").reversed())
            send(.sync(body, action.argument(1) % 2 == 0 ? wrong : nil), action, 401..<402)
        case 5:
            let methods = ["PUT", "DELETE", "GET", "PATCH", "OPTIONS"]
            send(
                Misdeed(
                    method: random.pick(methods), path: "/v1/sync", bearer: token, body: body),
                action, 400..<500)
        case 6:
            let line = #"{"table":"vehicle","id":"rogue","as_of":1,"body":{},"source_version":1}"#
            send(
                Misdeed(path: "/v1/agency/records", bearer: token, body: Array((line + "\n").utf8)),
                action, 401..<404)
        case 7:
            // What is left of a device whose rights have ended.
            let ended = oracle.tokens.keys.sorted().filter { token in
                oracle.tokens[token].flatMap { oracle.truth.devices[$0]?.isRevoked } ?? false
            }
            guard !ended.isEmpty else { return }
            var frame: [UInt8] = []
            BinaryFrames.append(.sync(SyncRequest()), to: &frame)
            send(.sync(frame, random.pick(ended)), action, 401..<402)
        default:
            // One request that two readers would take for two.
            let path = "/v1/sync HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX: "
            send(Misdeed(path: path, bearer: token, body: body), action, 400..<500)
        }
    }

    /// A request that somebody makes up.
    private struct Misdeed {
        var method = "POST"
        var path: String
        var bearer: String?
        var body: [UInt8]

        static func sync(_ body: [UInt8], _ bearer: String?) -> Misdeed {
            Misdeed(path: "/v1/sync", bearer: bearer, body: body)
        }
    }

    private func send(_ misdeed: Misdeed, _ action: Action, _ expected: Range<Int>?) {
        let exchange = Exchange(
            .rogue, ExchangeKey(action: action.id, request: 0), method: misdeed.method,
            path: misdeed.path, bearer: misdeed.bearer,
            contentType: "application/vnd.tangrat.sync", body: misdeed.body
        ) { [self] outcome in
            guard case .response(let response) = outcome else { return }
            // A full disk answers nobody well.
            guard response.status < 500 || response.status == 500 else { return }
            reached("rogue.answered")
            points.count(named: "rogue.\(action.argument(0).magnitude % 9).\(response.status)")
            let isRight = expected?.contains(response.status) ?? (response.status < 500)
            // Too many requests is always a right answer.
            guard isRight || response.status == 429 else {
                return fail(
                    "I15", "\(misdeed.method) of somebody hostile was answered \(response.status)")
            }
        }
        network.begin(exchange, from: rogueEndpoint)
    }
}
