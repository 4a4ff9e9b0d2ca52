import HTTPWire
import NetworkIO
import SyncProtocol
import Synchronization

@testable import SyncServerCore

/// The service that answers pulls, on one loop, over a fixture's store.
final class PullServer {
    private let server: HTTPServer
    private let client: HTTPTestClient
    private let reports: Reports
    private let lines = Lines()
    private let commits: GroupCommit

    /// The lines of the log so far.
    final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        func add(_ line: String) { all.withLock { $0.append(line) } }
        var text: String { all.withLock { $0.joined(separator: "\n") } }
    }

    init(_ fixture: ServerFixture, _ device: DeviceRecord) throws {
        try fixture.write { context in
            try context.transaction.save(
                TokenRecord(
                    hash: SHA256.hash(Array("tra_x".utf8)), device: device.number, kind: .access,
                    expires: noon + 1))
        }
        reports = try Reports()
        let lines = lines
        let metrics = Metrics(now: { noon }) { lines.add($0) }
        commits = GroupCommit(
            store: fixture.store, limits: Limits(), metrics: metrics,
            wallClock: WallClock(milliseconds: { noon })
        ) { _ in }
        // What is disclosed is written down first.
        try commits.start()
        let anyRates = AddressRates(RequestRate(burst: 1_000, perMinute: 1), buckets: 1)
        let parts = ServiceParts(
            store: fixture.store, commits: commits, heads: HeadCache(peopleMax: 10),
            sessions: SessionCache(sessionsMax: 10),
            indexes: fixture.indexes, metrics: metrics, limits: fixture.limits,
            secrets: seededSecrets(3), now: { noon },
            publicURL: { PublicURL(listening: .unix(path: ""), port: 0) }, isReady: { true },
            holders: HolderLedger(requestsMax: 32, rate: RequestRate(burst: 1_000, perMinute: 1)),
            watchers: WatcherRegistry(watchersMax: 10, perDeviceMax: 2), identity: nil,
            guesses: GuessLedger(limits: Limits()), signInRates: anyRates,
            signInPlaces: SignInPlaces(limits: Limits()), tokenRates: anyRates,
            isBehindProxy: false)
        let store = fixture.store
        server = HTTPServer(configuration: .init(address: .tcp(port: 0), loopCount: 1)) {
            SyncService(parts: parts, context: $0, reader: try store.makeReader())
        }
        try server.start()
        client = try HTTPTestClient(port: server.port)
    }

    var log: String { lines.text }

    func stop() {
        server.stop()
        commits.close()
    }

    func answer(
        _ request: SyncRequest, token: String = "tra_x"
    ) throws -> HTTPTestClient.Answer {
        var body: [UInt8] = []
        BinaryFrames.append(.sync(request), to: &body)
        try client.send(
            Array(
                ("POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: \(BinaryFrames.mediaType)\r\n"
                    + "Content-Length: \(body.count)\r\n\r\n").utf8) + body)
        return try client.answer()
    }

    func pull(_ request: SyncRequest) throws -> [Frame] {
        try decodeFrames(try answer(request).body)
    }

    /// The statements that the loop's reader has run.
    func statementsRun() -> Int {
        let reports = reports
        server.loops[0].execute { context in
            let service = context.handler as? SyncService
            reports.add("\((service?.reader as? SQLiteReader)?.statementsRun ?? -1)")
        }
        return reports.next().flatMap { Int($0) } ?? -1
    }
}
