import Dispatch
import Glibc
import NetworkIO
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// A real store whose disk fails when it is told to.
///
/// A commit that fails has done its work and is undone, as on a disk that is full;
/// what is seen from outside is kept as words.
private final class FailingStore: ReplicaStore {
    enum Fault: Sendable {
        /// The next so many commits fail.
        case commits(Int)
        /// The next so many writers cannot be opened.
        case openings(Int)
        /// The writer of this number has failed unseen.
        case writer(Int)
    }

    private struct State {
        var words: [String] = []
        var commitFaults = 0
        var openingFaults = 0
        var failedWriter = 0
        var writers = 0
    }

    let inner: SQLiteStore
    private let state = Mutex(State())

    init(_ inner: SQLiteStore) { self.inner = inner }

    var lineage: Lineage { inner.lineage }
    var cursorKey: HMACKey { inner.cursorKey }
    var personKey: HMACKey { inner.personKey }

    /// What happened since this was asked last.
    func words() -> [String] {
        state.withLock { state in
            defer { state.words = [] }
            return state.words
        }
    }

    func plan(_ fault: Fault) {
        state.withLock { state in
            switch fault {
            case .commits(let count): state.commitFaults = count
            case .openings(let count): state.openingFaults = count
            case .writer(let number): state.failedWriter = number
            }
        }
    }

    func makeReader() throws -> any StoreReader { try inner.makeReader() }
    func verify() throws -> [String] { try inner.verify() }
    func stopLongReads() { inner.stopLongReads() }

    func makeWriter() throws -> any StoreWriter {
        let number = try state.withLock { state -> Int in
            if state.openingFaults > 0 {
                state.openingFaults -= 1
                state.words.append("no writer")
                throw StoreFailure.storage("planned")
            }
            state.writers += 1
            state.words.append("open \(state.writers)")
            return state.writers
        }
        return FailingWriter(try inner.makeWriter(), number, self)
    }

    func close() {
        add("close")
        inner.close()
    }

    fileprivate func add(_ word: String) { state.withLock { $0.words.append(word) } }

    fileprivate func hasFailed(_ writer: Int) -> Bool {
        state.withLock { $0.failedWriter == writer }
    }

    fileprivate func commitFails() -> Bool {
        state.withLock { state in
            guard state.commitFaults > 0 else { return false }
            state.commitFaults -= 1
            return true
        }
    }
}

private final class FailingWriter: StoreWriter {
    var hasFailed: Bool { inner.hasFailed || store.hasFailed(number) }
    private let inner: any StoreWriter
    private let number: Int
    private let store: FailingStore

    init(_ inner: any StoreWriter, _ number: Int, _ store: FailingStore) {
        self.inner = inner
        self.number = number
        self.store = store
    }

    func transaction<Result>(
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        let fails = store.commitFails()
        store.add("\(fails ? "fail" : "commit") \(number)")
        return try inner.transaction { transaction in
            let result = try body(transaction)
            if fails { throw StoreFailure.storage("planned") }
            return result
        }
    }

    func maintainLog() throws -> LogUpkeep? { try inner.maintainLog() }
    func checkpoint() throws -> Bool {
        store.add("checkpoint \(number)")
        return try inner.checkpoint()
    }
    func markHistory() throws { try inner.markHistory() }
    func beginCopy() throws -> any StoreCopy { try inner.beginCopy() }
    func verify() throws -> [String] { try inner.verify() }
    func scrub() throws -> Bool { try inner.scrub() }
    func close() {
        store.add("close \(number)")
        inner.close()
    }
}

@Suite("A server on another store")
struct OtherStoreTests {
    @Test("serves it, and closes it when it stops")
    func serves() throws {
        let directory = try TemporaryDirectory()
        let store = FailingStore(
            try SQLiteStore(
                directory: directory.file("elsewhere"), randomBytes: seededSecrets(1).bytes))
        var configuration = TangRatServer.Configuration(
            directory: directory.path, address: .tcp(port: 0))
        configuration.loops = 1
        let server = TangRatServer(configuration, store: store)
        try server.start()
        let client = try HTTPTestClient(path: TangRatServer.adminSocket(directory.path))
        let added = try JSON.parse(try client.post("/admin", #"{"command":"person.add"}"#).body)
        #expect(added["rows"]?.items?.count == 1)
        server.stop(drainMilliseconds: 2_000)
        #expect(store.words() == ["open 1", "commit 1", "checkpoint 1", "close 1", "close"])
        // Nothing else was made, and what was written is there.
        #expect(access(directory.file("server.sqlite"), F_OK) != 0)
        let list = try TangRatServer.runAdmin(
            ["command": "person.list"], directory: directory.file("elsewhere"))
        let found = try JSON.parse(list)["rows"]?.items?.map { $0["subject"]?.text }
        #expect(found == [added["rows"]?.items?.first?["subject"]?.text])
    }

    @Test("gives it up when it cannot start")
    func cannotStart() throws {
        let directory = try TemporaryDirectory()
        let store = FailingStore(
            try SQLiteStore(directory: directory.path, randomBytes: seededSecrets(1).bytes))
        store.plan(.openings(1))
        let server = TangRatServer(
            .init(directory: directory.path, address: .tcp(port: 0)), store: store)
        #expect(throws: StoreFailure.storage("planned")) { try server.start() }
        #expect(store.words() == ["no writer", "close"])
        try SQLiteStore(directory: directory.path, randomBytes: seededSecrets(1).bytes).close()
    }
}

/// Goal: a network has the places of the sign-ins that wait, however often a job is tried.
@Suite("The places of sign-ins on a disk that fails")
struct FailedSignInTests {
    private static let path = "/v1/oauth/device_authorization"

    private struct World {
        let store: FailingStore
        let running: RunningServer

        init() throws {
            var made: FailingStore?
            running = try RunningServer(
                {
                    $0.isBehindProxy = true
                    $0.limits.pendingSignInsPerNetworkMax = 1
                },
                store: {
                    let store = FailingStore(
                        try SQLiteStore(directory: $0, randomBytes: seededSecrets(1).bytes))
                    made = store
                    return store
                })
            store = try #require(made)
        }

        func begin(from told: String) throws -> HTTPTestClient {
            let client = try running.client()
            try client.send(
                "POST \(FailedSignInTests.path) HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(told)\r\n"
                    + "Content-Length: 11\r\n\r\nclient_id=t")
            return client
        }
    }

    @Test("are given back by one that was not stored")
    func notTaken() throws {
        let world = try World()
        world.store.plan(.commits(1))
        #expect(try world.begin(from: "192.0.2.1").answer().status == 503)
        #expect(try world.begin(from: "192.0.2.1").answer().status == 200)
        #expect(try world.begin(from: "192.0.2.1").answer().status == 429)
    }

    @Test("are taken once by one whose group was tried again")
    func triedAgain() throws {
        let world = try World()
        let commits = world.running.server.commits
        let mayGoOn = DispatchSemaphore(value: 0)
        commits.maintainLater { _ in mayGoOn.wait() }
        while commits.waiting > 0 { usleep(1_000) }
        let clients = try ["192.0.2.1", "192.0.2.2"].map { try world.begin(from: $0) }
        while commits.waiting < 2 { usleep(1_000) }
        world.store.plan(.commits(1))
        mayGoOn.signal()
        #expect(try clients.map { try $0.answer().status } == [200, 200])
        #expect(world.store.words().contains { $0.hasPrefix("fail") })
    }
}

@Suite("A disk that fails under the writer")
struct StorageFailureTests {
    private final class Setup {
        let directory: TemporaryDirectory
        let store: FailingStore
        let metrics: Metrics
        let commits: GroupCommit
        let loops: HTTPTestServer
        let reports: Reports
        let log = Lines()

        final class Lines: Sendable {
            let all = Mutex<[String]>([])
        }

        init() throws {
            directory = try TemporaryDirectory()
            store = FailingStore(
                try SQLiteStore(directory: directory.path, randomBytes: seededSecrets(1).bytes))
            let log = self.log
            metrics = Metrics(now: { noon }) { line in log.all.withLock { $0.append(line) } }
            reports = try Reports()
            loops = try HTTPTestServer(loops: 1)
            commits = GroupCommit(
                store: store, limits: Limits(), metrics: metrics,
                wallClock: WallClock(milliseconds: { noon })
            ) { _ in }
        }

        deinit {
            commits.close()
            store.inner.close()
        }

        func submit(_ name: String) -> Bool {
            let reports = self.reports
            return commits.submit(
                WriterJob(
                    loop: loops.server.loops[0],
                    run: { context in
                        try context.transaction.set(name, [1])
                        return { _ in reports.add("done \(name)") }
                    },
                    failed: { _ in reports.add("failed \(name)") }))
        }

        func answers(_ count: Int) -> [String] {
            (0..<count).map { _ in reports.next() ?? "nothing" }
        }

        func isStored(_ name: String) -> Bool {
            let reports = self.reports
            commits.maintainLater { writer in
                let found = try? writer.transaction { try $0.value(name) }
                reports.add(found == nil ? "no" : "yes")
            }
            return reports.next() == "yes"
        }

        func logged(_ code: String) -> Int {
            log.all.withLock { $0.count { $0.contains(code) } }
        }
    }

    @Test("closes a connection whose commit failed before anything else, and keeps the jobs")
    func reopens() throws {
        let setup = try Setup()
        setup.store.plan(.commits(1))
        for name in ["a", "b", "c"] { #expect(setup.submit(name)) }
        try setup.commits.start()
        #expect(setup.answers(3) == ["done a", "done b", "done c"])
        setup.commits.close()
        #expect(
            setup.store.words() == [
                "open 1", "fail 1", "close 1", "open 2", "commit 2", "commit 2", "commit 2",
                "checkpoint 2", "close 2",
            ])
        #expect(setup.metrics.commits == (3, 3))
    }

    @Test("is tried once for a group and once for its first job, and then all are refused")
    func givesUp() throws {
        let setup = try Setup()
        setup.store.plan(.commits(1_000))
        for name in ["a", "b", "c", "d"] { #expect(setup.submit(name)) }
        try setup.commits.start()
        #expect(setup.answers(4) == ["failed a", "failed b", "failed c", "failed d"])
        #expect(
            setup.store.words() == ["open 1", "fail 1", "close 1", "open 2", "fail 2", "close 2"])
        #expect(setup.metrics.commits == (0, 0))
        #expect(setup.metrics.text(extra: []).contains("tangrat_commits_failed_total 2\n"))

        // The same failure again is counted, and said once.
        #expect(setup.submit("e"))
        #expect(setup.answers(1) == ["failed e"])
        #expect(setup.logged("store.commit_failed") == 1)

        // And when the disk is there again, so is the writer.
        setup.store.plan(.commits(0))
        #expect(setup.submit("f"))
        #expect(setup.answers(1) == ["done f"])
        #expect(setup.isStored("f"))
        #expect(!setup.isStored("a"))
        #expect(setup.logged("store.commits_again") == 1)
    }

    @Test("that cannot even be opened is tried with the next job")
    func cannotOpen() throws {
        let setup = try Setup()
        try setup.commits.start()
        setup.store.plan(.commits(1))
        setup.store.plan(.openings(2))
        #expect(setup.submit("a"))
        #expect(setup.answers(1) == ["failed a"])
        #expect(setup.submit("b"))
        #expect(setup.answers(1) == ["failed b"])
        #expect(setup.submit("c"))
        #expect(setup.answers(1) == ["failed c"])
        #expect(setup.submit("d"))
        #expect(setup.answers(1) == ["done d"])
        #expect(
            setup.store.words() == [
                "open 1", "fail 1", "close 1", "no writer", "no writer", "open 2", "commit 2",
            ])
    }

    /// A copy or a check can meet the fault first; the connection's next commit would be believed.
    @Test("closes a connection that failed between commits before the next one")
    func betweenCommits() throws {
        let setup = try Setup()
        try setup.commits.start()
        setup.store.plan(.writer(1))
        #expect(setup.isStored("a") == false)
        #expect(setup.submit("a"))
        #expect(setup.answers(1) == ["done a"])
        #expect(setup.store.words() == ["open 1", "commit 1", "close 1", "open 2", "commit 2"])
        #expect(setup.logged("store.commit_failed") == 1)
    }

    @Test("does not keep a committer from closing that was never started")
    func neverStarted() throws {
        let setup = try Setup()
        #expect(setup.submit("a"))
        setup.commits.close()
        #expect(setup.answers(1) == ["failed a"])
        #expect(!setup.submit("b"))
        #expect(throws: StoreFailure.closed) { try setup.commits.start() }
        #expect(setup.store.words() == ["open 1", "close 1"])
    }

    @Test("keeps a committer from starting, which may be tried again")
    func cannotStart() throws {
        let setup = try Setup()
        setup.store.plan(.openings(1))
        #expect(throws: StoreFailure.storage("planned")) { try setup.commits.start() }
        #expect(setup.submit("a"))
        try setup.commits.start()
        #expect(setup.answers(1) == ["done a"])
    }
}
