internal import Foundation
internal import FoundationNetworking
internal import Synchronization

// The only file of this module that knows URLSession.

/// The network through one `URLSession` for the life of the process.
///
/// The session on Linux does not keep its own promises about time, size and
/// redirects, so this type keeps them: a deadline of its own, a cap on decoded
/// bytes, no redirect followed, and every failure after the first byte may have
/// left counted as an unknown outcome.
final class URLSessionTransport: Transport {
    /// What the server reads about the program; kept small, it goes with each request.
    static let userAgent = "tangrat/1"

    private let session: URLSession
    private let delegate: ExchangeDelegate
    private let clock: any MonotonicClock
    private let rest: SessionRest

    init(clock: any MonotonicClock) {
        // Every configuration, also this one, begins with the shared cookies and the shared
        // cache: each makes an empty folder of its own. docs/cli.md names them. Nothing short
        // of replacing what the whole process shares would prevent it.
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.httpMaximumConnectionsPerHost = 4
        self.clock = clock
        delegate = ExchangeDelegate()
        session = URLSession(
            configuration: configuration, delegate: delegate, delegateQueue: nil)
        rest = SessionRest(session, clock) { [delegate] in delegate.bytesReceived }
    }

    deinit {
        session.invalidateAndCancel()
    }

    func send(_ request: Request) async -> TransportOutcome {
        guard let made = Self.make(request) else {
            return .notSent(reason: "address")
        }
        if Task.isCancelled { return .notSent(reason: "cancelled") }
        let task = session.dataTask(with: made)
        let clock = clock
        // WORKAROUND(docs/workarounds.md#2): the session has no deadline that it keeps.
        let deadline = Task {
            try await clock.sleep(milliseconds: request.deadlineMilliseconds)
            task.cancel()
        }
        rest.began()
        defer {
            deadline.cancel()
            rest.ended()
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                delegate.begin(task, bytesMax: request.responseBytesMax) { outcome in
                    continuation.resume(returning: outcome)
                }
                // Whoever cancelled before this line may have been heard by nobody.
                guard !Task.isCancelled else { return delegate.giveUp(task) }
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }

    func listen(_ request: Request) -> AsyncStream<LiveSignal> {
        // WORKAROUND(docs/workarounds.md#6):
        // signals only say "look again", so losing all but the newest is harmless,
        // and the end is always the newest.
        let (stream, continuation) = AsyncStream.makeStream(
            of: LiveSignal.self, bufferingPolicy: .bufferingNewest(16))
        guard var made = Self.make(request) else {
            continuation.yield(.ended(.network(reason: "address")))
            continuation.finish()
            return stream
        }
        made.timeoutInterval = Limits.liveSilenceSeconds
        let task = session.dataTask(with: made)
        delegate.begin(task, listening: continuation)
        rest.began()
        continuation.onTermination = { [rest] _ in
            rest.ended()
            task.cancel()
        }
        task.resume()
        return stream
    }

    private static func make(_ request: Request) -> URLRequest? {
        guard let url = URL(string: request.server.url(path: request.path)) else { return nil }
        var made = URLRequest(url: url)
        made.httpMethod = request.method.rawValue
        made.timeoutInterval = Double(request.deadlineMilliseconds) / 1_000 + 5
        made.setValue(userAgent, forHTTPHeaderField: "User-Agent")
        // WORKAROUND(docs/workarounds.md#4): what is not compressed is not inflated.
        // Short values in place of the long ones that libcurl would send by itself.
        made.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        made.setValue("th", forHTTPHeaderField: "Accept-Language")
        if let bearer = request.bearer {
            made.setValue("Bearer \(bearer)", forHTTPHeaderField: "Authorization")
        }
        if !request.contentType.isEmpty {
            made.setValue(request.contentType, forHTTPHeaderField: "Content-Type")
        }
        made.setValue(request.accept ?? "*/*", forHTTPHeaderField: "Accept")
        if request.method == .post { made.httpBody = Data(request.body) }
        return made
    }
}

/// Gathers what the session reports about each exchange.
///
/// `@unchecked Sendable` because `NSObject` is not `Sendable`; the stored state of
/// this class is a mutex and an atomic number.
private final class ExchangeDelegate: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private enum Purpose {
        case exchange(@Sendable (TransportOutcome) -> Void)
        case listening(AsyncStream<LiveSignal>.Continuation, LiveLineParser)
    }

    private struct Exchange {
        var purpose: Purpose
        var bytesMax: Int
        var response = Response(status: 0)
        var isTooLarge = false
    }

    private let exchanges = Mutex<[Int: Exchange]>([:])
    private let received = Atomic<Int>(0)

    /// How many bytes of answers have arrived so far.
    var bytesReceived: Int { received.load(ordering: .relaxed) }

    func begin(
        _ task: URLSessionTask, bytesMax: Int,
        completion: @escaping @Sendable (TransportOutcome) -> Void
    ) {
        exchanges.withLock {
            $0[task.taskIdentifier] = Exchange(purpose: .exchange(completion), bytesMax: bytesMax)
        }
    }

    /// Ends an exchange that never began.
    func giveUp(_ task: URLSessionTask) {
        let ended = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        if case .exchange(let completion) = ended?.purpose {
            completion(.notSent(reason: "cancelled"))
        }
    }

    func begin(
        _ task: URLSessionTask, listening continuation: AsyncStream<LiveSignal>.Continuation
    ) {
        exchanges.withLock {
            $0[task.taskIdentifier] = Exchange(
                purpose: .listening(continuation, LiveLineParser()), bytesMax: .max)
        }
    }

    // MARK: - What the session reports

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        // WORKAROUND(docs/workarounds.md#3):
        // following would hand the token to whatever the answer names.
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let head = Self.head(of: response)
        let opened = exchanges.withLock { exchanges -> AsyncStream<LiveSignal>.Continuation? in
            exchanges[dataTask.taskIdentifier]?.response = head
            guard
                case .listening(let continuation, _) = exchanges[dataTask.taskIdentifier]?.purpose,
                head.status == 200, head.contentType == "text/event-stream"
            else { return nil }
            return continuation
        }
        opened?.yield(.opened)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        received.wrappingAdd(data.count, ordering: .relaxed)
        let signals = exchanges.withLock {
            exchanges -> (AsyncStream<LiveSignal>.Continuation, [String])? in
            guard var exchange = exchanges.removeValue(forKey: dataTask.taskIdentifier) else {
                return nil
            }
            defer { exchanges[dataTask.taskIdentifier] = exchange }
            switch exchange.purpose {
            case .exchange:
                guard exchange.response.body.count + data.count <= exchange.bytesMax else {
                    exchange.isTooLarge = true
                    return nil
                }
                exchange.response.body.append(contentsOf: data)
                return nil
            case .listening(let continuation, var parser):
                guard exchange.response.status == 200 else { return nil }
                guard let events = parser.push(data) else {
                    exchange.isTooLarge = true
                    return nil
                }
                exchange.purpose = .listening(continuation, parser)
                return (continuation, events)
            }
        }
        for event in signals?.1 ?? [] {
            signals?.0.yield(.event(event))
        }
        let isTooLarge = exchanges.withLock { $0[dataTask.taskIdentifier]?.isTooLarge ?? false }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let ended = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        guard let ended else { return }
        switch ended.purpose {
        case .exchange(let completion):
            completion(Self.outcome(of: ended.response, ended.isTooLarge, error))
        case .listening(let continuation, _):
            let end: LiveEnd =
                ended.response.status == 0 || ended.response.status == 200
                ? .network(reason: error.map(TransportErrors.reason) ?? "closed")
                : .status(
                    ended.response.status,
                    retryAfterMilliseconds: ended.response.retryAfterMilliseconds)
            continuation.yield(.ended(end))
            continuation.finish()
        }
    }

    // MARK: -

    private static func outcome(
        of response: Response, _ isTooLarge: Bool, _ error: (any Error)?
    ) -> TransportOutcome {
        // WORKAROUND(docs/workarounds.md#5): it may have been sent, even twice.
        let outcome: TransportOutcome
        if isTooLarge {
            outcome = .unknown(reason: "response_too_large")
        } else if let error {
            outcome = TransportErrors.outcome(of: error)
        } else {
            return response.status == 0 ? .unknown(reason: "no_response") : .response(response)
        }
        guard case .unknown(let reason) = outcome, response.status == 200 else { return outcome }
        return .cut(reason: reason)
    }

    private static func head(of response: URLResponse) -> Response {
        guard let http = response as? HTTPURLResponse else { return Response(status: 0) }
        let type = http.value(forHTTPHeaderField: "Content-Type") ?? ""
        return Response(
            status: http.statusCode, contentType: MediaType.essence(of: type),
            retryAfterMilliseconds: http.value(forHTTPHeaderField: "Retry-After")
                .flatMap(RetryAfter.milliseconds))
    }
}

/// Media types as bytes.
enum MediaType {
    /// The type without parameters, in lower case; ASCII only.
    static func essence(of header: String) -> String {
        var bytes: [UInt8] = []
        for byte in header.utf8 {
            if byte == UInt8(ascii: ";") { break }
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { continue }
            bytes.append((65...90).contains(byte) ? byte + 32 : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The seconds of a `Retry-After` header; a date there is not understood.
enum RetryAfter {
    static func milliseconds(_ header: String) -> Int64? {
        let digits = header.utf8.filter { $0 != UInt8(ascii: " ") }
        guard !digits.isEmpty, digits.count <= 6, digits.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self)).map { $0 * 1_000 }
    }
}
