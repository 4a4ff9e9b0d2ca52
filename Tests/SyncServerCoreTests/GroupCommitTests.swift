import NetworkIO
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Group commit")
struct GroupCommitTests {
    struct Broken: Error {}

    /// A committer on a store of its own, with a loop that takes its answers.
    final class Setup {
        let fixture: TemporaryDirectory
        let store: SQLiteStore
        let metrics: Metrics
        let commits: GroupCommit
        let loops: HTTPTestServer
        let reports: Reports
        let log = Lines()

        final class Lines: Sendable {
            let all = Mutex<[String]>([])
        }

        init(_ change: (inout Limits) -> Void = { _ in }) throws {
            fixture = try TemporaryDirectory()
            store = try SQLiteStore(
                directory: fixture.path, randomBytes: seededSecrets(1).bytes)
            let log = self.log
            let metrics = Metrics(now: { noon }) { line in log.all.withLock { $0.append(line) } }
            self.metrics = metrics
            let reports = try Reports()
            self.reports = reports
            loops = try HTTPTestServer(loops: 1)
            var limits = Limits()
            change(&limits)
            commits = GroupCommit(
                store: store, limits: limits, metrics: metrics,
                wallClock: WallClock(milliseconds: { noon })
            ) { published in reports.add("published \(published.devices.count)") }
        }

        deinit {
            commits.close()
            store.close()
        }

        /// A job that writes a value and reports when it is answered.
        func job(_ name: String, fails: Bool = false, workBytes: Int = 0) -> WriterJob {
            let reports = self.reports
            return WriterJob(
                loop: loops.server.loops[0],
                run: { context in
                    try context.transaction.set(name, [1])
                    context.movedDevices[1] = 1
                    context.workBytes += workBytes
                    if fails { throw Broken() }
                    return { _ in reports.add("done \(name)") }
                },
                failed: { _ in reports.add("failed \(name)") })
        }

        /// What the store holds under a name, seen by a reader of its own.
        func isStored(_ name: String) throws -> Bool {
            let reports = try Reports()
            commits.maintainLater { writer in
                let found = try? writer.transaction { try $0.value(name) }
                reports.add(found == nil ? "no" : "yes")
            }
            return reports.next() == "yes"
        }
    }

    @Test("puts all that waits into one commit, and answers after it")
    func oneCommit() throws {
        let setup = try Setup()
        for index in 0..<50 { #expect(setup.commits.submit(setup.job("v\(index)"))) }
        try setup.commits.start()
        #expect(setup.reports.next() == "published 1")
        for index in 0..<50 { #expect(setup.reports.next() == "done v\(index)") }
        #expect(setup.metrics.commits == (1, 50))
        #expect(try setup.isStored("v49"))
    }

    @Test("takes no more jobs into one commit than it may")
    func groupLimit() throws {
        let setup = try Setup { $0.groupJobsMax = 8 }
        for index in 0..<20 { #expect(setup.commits.submit(setup.job("v\(index)"))) }
        try setup.commits.start()
        setup.commits.close()
        #expect(setup.metrics.commits == (3, 20))
    }

    @Test("takes no more work into one commit than it may, and leaves no job behind")
    func groupWork() throws {
        let setup = try Setup { $0.groupWorkBytesMax = 100 }
        for index in 0..<7 {
            let job = setup.job("v\(index)", fails: index == 3, workBytes: 60)
            #expect(setup.commits.submit(job))
        }
        try setup.commits.start()
        var reports: [String] = []
        while reports.count < 7 {
            let report = try #require(setup.reports.next())
            if !report.hasPrefix("published") { reports.append(report) }
        }
        #expect(
            reports == [
                "done v0", "done v1", "done v2", "failed v3", "done v4", "done v5", "done v6",
            ])
        // Two, then each alone from the group that failed on.
        #expect(setup.metrics.commits == (5, 6))
    }

    @Test("does not let a job that fails take its neighbours with it")
    func failingJob() throws {
        let setup = try Setup()
        for index in 0..<5 {
            #expect(setup.commits.submit(setup.job("v\(index)", fails: index == 2)))
        }
        try setup.commits.start()
        var reports: Set<String> = []
        for _ in 0..<9 { reports.insert(setup.reports.next() ?? "") }
        #expect(
            reports == ["published 1", "done v0", "done v1", "failed v2", "done v3", "done v4"])
        #expect(try !setup.isStored("v2"))
        #expect(try setup.isStored("v4"))
        // The writer was opened anew and goes on.
        #expect(setup.commits.submit(setup.job("later")))
        #expect(setup.reports.next() == "published 1")
        #expect(setup.reports.next() == "done later")
        #expect(setup.metrics.text(extra: []).contains("tangrat_commits_failed_total 2\n"))
    }

    /// What maintenance is told that asks for a check.
    private func verified(_ commits: GroupCommit) throws -> String? {
        let reports = try Reports()
        commits.maintainLater { writer in
            do {
                _ = try writer.verify()
                reports.add("verified")
            } catch {
                reports.add("\(error)")
            }
        }
        return reports.next()
    }

    @Test("says busy when too much waits, and closed when it is closed")
    func busy() throws {
        let setup = try Setup { $0.writerQueueMax = 3 }
        for index in 0..<3 { #expect(setup.commits.submit(setup.job("v\(index)"))) }
        #expect(!setup.commits.submit(setup.job("too much")))
        #expect(setup.commits.offer(setup.job("too much")) == .busy)
        #expect(try verified(setup.commits) == "too much waits for the writer")
        try setup.commits.start()
        for _ in 0..<4 { #expect(setup.reports.next() != nil) }
        #expect(try verified(setup.commits) == "verified")
        setup.commits.close()
        #expect(!setup.commits.submit(setup.job("too late")))
        #expect(setup.commits.offer(setup.job("too late")) == .closed)
        #expect(try verified(setup.commits) == "the store is closed")
    }

    @Test("runs maintenance between groups, in its turn")
    func maintenance() throws {
        let setup = try Setup()
        let reports = setup.reports
        #expect(setup.commits.submit(setup.job("before")))
        setup.commits.maintainLater { writer in
            let before = try? writer.transaction { try $0.value("before") }
            let after = try? writer.transaction { try $0.value("after") }
            reports.add("maintained \(before?.count ?? 0) \(after?.count ?? 0)")
        }
        #expect(setup.commits.submit(setup.job("after")))
        try setup.commits.start()
        var seen: [String] = []
        for _ in 0..<5 { seen.append(setup.reports.next() ?? "") }
        #expect(seen.contains("maintained 1 0"))
        #expect(seen.filter { $0.hasPrefix("done") } == ["done before", "done after"])
        #expect(setup.metrics.commits == (2, 2))
    }

    @Test("finishes what waits when it is closed")
    func closing() throws {
        let setup = try Setup { $0.groupJobsMax = 2 }
        for index in 0..<9 { #expect(setup.commits.submit(setup.job("v\(index)"))) }
        try setup.commits.start()
        setup.commits.close()
        setup.commits.close()
        #expect(setup.metrics.commits.jobs == 9)
        let writer = try setup.store.makeWriter()
        defer { writer.close() }
        for index in 0..<9 {
            #expect(try writer.transaction { try $0.value("v\(index)") } == [1])
        }
    }

    @Test("backs up one moment while jobs come from many threads")
    func backupWhileWriting() async throws {
        let setup = try Setup()
        try setup.commits.start()
        let file = setup.fixture.file("copy.sqlite")
        let commits = setup.commits
        let done = try Reports()
        @Sendable func submit(_ index: Int) -> Bool {
            commits.submit(
                WriterJob(
                    loop: nil,
                    run: { context in
                        let bucket = try context.book.number(named: "public/x", person: 0)
                        try context.book.put(
                            RowRecord(
                                number: 0, bucket: bucket, rev: 0,
                                key: RowKey(table: "vehicle", id: "v\(index)"), scope: 0,
                                owner: "dlt", asOf: 1, sourceVersion: 1, hash: .zero,
                                isAlive: true, body: Array("{}".utf8)),
                            replacing: nil)
                        return { _ in }
                    },
                    failed: { _ in }))
        }
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<3 {
                group.addTask {
                    for index in 0..<100 { _ = submit(part * 1_000 + index) }
                    if part == 1 {
                        commits.maintainLater { writer in
                            do {
                                try writer.backup(to: file)
                                done.add("copied")
                            } catch {
                                done.add("\(error)")
                            }
                        }
                    }
                    for index in 100..<200 { _ = submit(part * 1_000 + index) }
                }
            }
        }
        #expect(done.next() == "copied")
        commits.close()
        let place = setup.fixture.file("restored")
        try StoreKind.sqlite.restore(file, place)
        let restored = try StoreConformance(kind: .sqlite, place: place).session()
        #expect(try restored.writer.verify().isEmpty)
        let count = try restored.writer.transaction { try $0.bucket(named: "public/x")?.count }
        #expect((100...600).contains(count ?? 0))
        let whole = try setup.store.makeWriter()
        defer { whole.close() }
        #expect(try whole.transaction { try $0.bucket(named: "public/x")?.count } == 600)
    }
}
