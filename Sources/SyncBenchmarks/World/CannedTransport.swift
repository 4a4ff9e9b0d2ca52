internal import Synchronization
internal import SyncClientCore
internal import SyncProtocol

/// A server that signs everyone in and answers with bytes that lie ready.
final class CannedTransport: Transport {
    /// Makes the answer to a request; called before the clock starts.
    typealias Answer = @Sendable (Request) -> [UInt8]

    private let answer: Answer
    private let answered = Mutex((wall: 0.0, processor: 0.0))

    init(_ answer: @escaping Answer) {
        self.answer = answer
    }

    /// When the last answer was handed over: by the clock and in processor time.
    var answeredAt: (wall: Double, processor: Double) { answered.withLock { $0 } }

    func listen(_ request: Request) -> AsyncStream<LiveSignal> {
        AsyncStream { $0.finish() }
    }

    func send(_ request: Request) async -> TransportOutcome {
        switch request.path {
        case "/v1/oauth/device_authorization":
            return Self.json(
                #"{"device_code":"secret","expires_in":600,"interval":1,"user_code":"ABCD-EFGH","#
                    + #""verification_uri":"https://example.test/device"}"#)
        case "/v1/oauth/token":
            return Self.json(
                #"{"access_token":"access","device_id":"0123456789abcdef","expires_in":3600,"#
                    + #""refresh_token":"refresh","subject":"bench","token_type":"Bearer"}"#)
        default:
            let body = answer(request)
            answered.withLock { $0 = (Stopwatch.now(), Stopwatch.processor()) }
            return .response(
                Response(status: 200, contentType: BinaryFrames.mediaType, body: body))
        }
    }

    private static func json(_ text: String) -> TransportOutcome {
        .response(
            Response(status: 200, contentType: "application/json", body: Array(text.utf8)))
    }
}

/// The machine's clock, on which a sign-in does not wait between its questions.
struct HurriedClock: MonotonicClock {
    func nanoseconds() -> UInt64 { UInt64(Stopwatch.now() * 1e9) }

    func sleep(milliseconds: Int64) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds >= 60_000 ? milliseconds : 1))
    }
}

/// Clients in directories of their own.
struct ClientMaker {
    let scratch: Scratch
    let transport: any Transport
    /// Told when a client passes its steps, or nil.
    var steps: StepTimes?

    /// Where clients are, apart from the network.
    private var environment: SyncEnvironment {
        var environment = SyncEnvironment.live()
        environment.transport = transport
        environment.monotonic = HurriedClock()
        environment.faults = steps
        return environment
    }

    func open(_ directory: String) async throws -> SyncClient {
        try await SyncClient.open(
            SyncConfiguration(dataDirectory: directory, environment: environment))
    }

    /// Signs in and gives the directory, from which copies can be opened.
    func signedIn(
        server: String = "https://example.test", approve: (String) throws -> Void = { _ in }
    ) async throws -> String {
        let directory = scratch.fresh("client")
        let client = try await open(directory)
        let prompt = try await client.beginSignIn(server: server, deviceName: "bench")
        try approve(prompt.userCode)
        _ = try await client.completeSignIn(prompt)
        await client.close()
        return directory
    }

    /// Opens a copy of a directory, runs a body on it and removes it.
    func withCopy<T>(
        of directory: String, _ body: (SyncClient) async throws -> T
    ) async throws -> T {
        let copy = try scratch.copy(directory, "copy")
        defer { scratch.drop(copy) }
        let client = try await open(copy)
        let result = try await body(client)
        await client.close()
        return result
    }
}

/// Writes down when a client passed each of its steps.
final class StepTimes: FaultInjector {
    private let times = Mutex<[FaultPoint: Double]>([:])

    func reached(_ point: FaultPoint) {
        times.withLock { $0[point] = Stopwatch.now() }
    }

    /// Seconds from one step to the other, as they were passed last.
    func seconds(from start: FaultPoint, to end: FaultPoint) -> Double {
        times.withLock { ($0[end] ?? .nan) - ($0[start] ?? .nan) }
    }
}
