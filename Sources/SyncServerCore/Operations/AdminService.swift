internal import HTTPWire
internal import SyncProtocol

/// Answers the admin socket: one JSON command, one JSON answer.
final class AdminService: RequestHandler {
    /// The longest command, in bytes of JSON.
    static let bodyBytesMax = 64 * 1_024

    private let server: TangRatServer
    private let context: LoopContext

    init(server: TangRatServer, context: LoopContext) {
        self.server = server
        self.context = context
        context.schedule(
            afterMilliseconds: server.configuration.limits.auditHeadMilliseconds, repeating: true
        ) { server.noteAuditHead() }
        context.schedule(
            afterMilliseconds: server.configuration.limits.accessLogMilliseconds, repeating: true
        ) { server.publishAccess() }
        context.schedule(
            afterMilliseconds: server.configuration.limits.retentionLookMilliseconds,
            repeating: true
        ) { server.retainIfDue() }
    }

    func received(_ request: borrowing RequestView, exchange: Exchange) -> BodyPlan {
        guard request.method == .post, request.pathIs("/admin") else {
            exchange.respond(Heads.notFound, body: ErrorBody.notFound.bytes)
            return .answered
        }
        return .collect(max: Self.bodyBytesMax)
    }

    func bodyReceived(
        _ request: borrowing RequestView, body: UnsafeRawBufferPointer, exchange: Exchange
    ) {
        guard let command = try? JSON.parse(body) else {
            return Self.send(
                .failure(
                    AdminCommands.Refusal(
                        code: "admin.json", message: "the command is not JSON", advice: "")),
                exchange)
        }
        let id = exchange.id
        let loop = context.handle
        // Maintenance waits for the writer, so it may not run on this loop.
        server.runAdmin(command) { result in
            loop.continueExchange(id) { Self.send(result, $0) }
        }
    }

    private static func send(
        _ result: Result<[JSONValue], AdminCommands.Refusal>, _ exchange: Exchange
    ) {
        exchange.respond(Heads.json, body: Self.body(result))
    }

    /// The answer to a command; none that says no repeats what could be a person's number.
    static func body(_ result: Result<[JSONValue], AdminCommands.Refusal>) -> [UInt8] {
        let value: JSONValue
        switch result {
        case .success(let rows): value = .object(JSONObject([("rows", .array(rows))]))
        case .failure(let refusal):
            value = .object(
                JSONObject([
                    (
                        "error",
                        .object(
                            JSONObject([
                                ("advice", .string(refusal.advice.withoutPersonNumbers)),
                                ("code", .string(refusal.code)),
                                ("message", .string(refusal.message.withoutPersonNumbers)),
                            ]))
                    )
                ]))
        }
        return JSON.canonical(value)
    }
}
