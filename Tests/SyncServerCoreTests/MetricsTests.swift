import NetworkIO
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Metrics")
struct MetricsTests {
    struct Problem: Error {
        let line: Substring
    }

    /// Reads the text format as Prometheus does, and refuses what it would refuse.
    ///
    /// - Returns: The types by name, and the values by name and labels.
    static func read(_ text: String) throws -> (types: [String: String], values: [String: Double]) {
        var types: [String: String] = [:]
        var values: [String: Double] = [:]
        var declared = ""
        var (below, ends) = (0.0, 0.0)
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            if words.first == "#" {
                guard words.count == 4, words[1] == "TYPE" else { throw Problem(line: line) }
                declared = String(words[2])
                guard types.updateValue(String(words[3]), forKey: declared) == nil,
                    (words[3] == "counter") == declared.hasSuffix("_total"),
                    ["counter", "gauge", "histogram"].contains(words[3])
                else { throw Problem(line: line) }
                continue
            }
            guard words.count == 2, let value = Double(words[1]),
                values.updateValue(value, forKey: String(words[0])) == nil
            else { throw Problem(line: line) }
            let name = words[0].prefix { $0 != "{" }
            guard types[declared] == "histogram" else {
                guard name == declared, name == words[0] else { throw Problem(line: line) }
                continue
            }
            switch name.dropFirst(declared.count) {
            case "_bucket":
                // Ascending, cumulative, and closed by the one that has everything.
                let end = words[0].split(separator: "le=\"").last?.split(separator: "\"").first
                let number = end == "+Inf" ? Double.infinity : Double(end ?? "") ?? -1
                guard number > ends, value >= below else { throw Problem(line: line) }
                (below, ends) = (value, number)
            case "_sum": guard ends == .infinity else { throw Problem(line: line) }
            case "_count":
                guard value == below else { throw Problem(line: line) }
                (below, ends) = (0, 0)
            default: throw Problem(line: line)
            }
        }
        return (types, values)
    }

    @Test("are lines that Prometheus reads, each name once")
    func text() throws {
        let metrics = Metrics(now: { noon }) { _ in }
        metrics.unchanged()
        metrics.watchers(2)
        metrics.fed(FeedTally(applied: 3, unchanged: 2, stale: 1, refused: 4))
        metrics.committed(jobs: 7, auditEntries: 0)
        metrics.committed(jobs: 8, auditEntries: 0)
        metrics.committed(jobs: 1_000, auditEntries: 0)
        metrics.logHolds(pages: 12)
        let values = try Self.read(metrics.text(extra: [("tangrat_connections", 5)])).values
        #expect(values["tangrat_sync_unchanged_total"] == 1)
        #expect(values["tangrat_watchers"] == 2 && values["tangrat_connections"] == 5)
        #expect(values["tangrat_feed_refused_total"] == 4)
        #expect(values["tangrat_commit_jobs_total"] == 1_015)
        #expect(values["tangrat_log_pages"] == 12)
        #expect(values[#"tangrat_commit_group_jobs_bucket{le="4"}"#] == 0)
        #expect(values[#"tangrat_commit_group_jobs_bucket{le="8"}"#] == 2)
        #expect(values[#"tangrat_commit_group_jobs_bucket{le="+Inf"}"#] == 3)
        #expect(values["tangrat_commit_group_jobs_sum"] == 1_015)
    }

    @Test("count every read that failed, and log one in a minute")
    func failedReads() throws {
        let time = Mutex<Int64>(noon)
        let lines = Mutex<[String]>([])
        let metrics = Metrics(now: { time.withLock { $0 } }) { line in
            lines.withLock { $0.append(line) }
        }
        func fail(after milliseconds: Int64) -> Int {
            time.withLock { $0 += milliseconds }
            for _ in 0..<50 { metrics.readFailed(StoreFailure.storage("disk \(milliseconds)")) }
            return lines.withLock { $0.count }
        }
        #expect(fail(after: 0) == 1)
        #expect(lines.withLock { $0[0].contains("store.read_failed") && $0[0].contains("disk 0") })
        #expect(fail(after: 59_999) == 1)
        #expect(fail(after: 1) == 2)
        // A clock that is set back keeps nothing quiet for long.
        #expect(fail(after: -86_400_000) == 3)
        let values = try Self.read(metrics.text(extra: [])).values
        #expect(values["tangrat_reads_failed_total"] == 200)
    }

    @Test("name a device that has a copy, once in a minute, and count each of its pushes")
    func forks() {
        let time = Mutex<Int64>(noon)
        let lines = Mutex<[String]>([])
        let metrics = Metrics(now: { time.withLock { $0 } }) { line in
            lines.withLock { $0.append(line) }
        }
        for pause: Int64 in [0, 59_999, 1] {
            time.withLock { $0 += pause }
            metrics.forked(DeviceID(0xd0_0001))
        }
        let told = lines.withLock { $0 }
        #expect(told.count == 2)
        #expect(
            told.allSatisfy { $0.contains("push.forked") && $0.contains("\(DeviceID(0xd0_0001))") })
    }

    /// Goal: whoever watches 401, 429 and 503 sees each of them, wherever it was decided.
    @Test("count an end that only the transaction sees, and sign-ins for which there is no room")
    func refusals() throws {
        let running = try RunningServer {
            $0.limits.pendingSignInsMax = 1
        }
        func count(_ name: String) throws -> Double? {
            try Self.read(running.request("GET", "/metrics").text).values["tangrat_\(name)_total"]
        }
        let phone = try running.signIn(try running.addPerson())
        #expect(try phone.sync(running, [.sync(SyncRequest())]).status == 200)
        // The session stays in memory, as where rights end while a request is under way.
        let store = try Connection(
            path: running.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        try store.run("UPDATE device SET revoked = 1")
        store.close()
        var device = WritingDevice(
            DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
        let write = device.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
        let refused = try phone.sync(
            running, [.sync(SyncRequest()), .push(PushHeader(baseChain: 77)), .mutation(write)])
        #expect(refused.status == 401)
        #expect(try count("unauthorised") == 1)
        // One that waits leaves no room for another.
        let first = try running.client().post("/v1/oauth/device_authorization", "client_id=test")
        #expect(first.status == 200)
        #expect(try count("busy") == 0)
        let full = try running.client().post("/v1/oauth/device_authorization", "client_id=test")
        #expect(full.status == 503)
        #expect(try count("busy") == 1)
    }

    @Test("put a time into the bucket whose end it does not pass, in seconds")
    func histogram() throws {
        var times = HTTPCounts.emptyTimes
        for milliseconds: Int64 in [0, 1, 2, 3, 250, 251, 60_000, 60_001] {
            times[Int(RequestKind.push.rawValue)].add(milliseconds)
        }
        let metrics = Metrics(now: { noon }) { _ in }
        let values = try Self.read(metrics.text(extra: [], times: times)).values
        func bucket(_ end: String, _ kind: String = "push") -> Double? {
            values["tangrat_request_seconds_bucket{kind=\"\(kind)\",le=\"\(end)\"}"]
        }
        #expect(bucket("0.001") == 2 && bucket("0.002") == 3 && bucket("0.005") == 4)
        #expect(bucket("0.25") == 5 && bucket("0.5") == 6 && bucket("1") == 6)
        #expect(bucket("2.5") == 6 && bucket("60") == 7 && bucket("+Inf") == 8)
        #expect(bucket("+Inf", "pull") == 0)
        #expect(values[#"tangrat_request_seconds_sum{kind="push"}"#] == 120.508)
        #expect(Histogram.seconds(1_010) == "1.01" && Histogram.seconds(7) == "0.007")
    }

    /// Goal: who watches a server finds in the document what it counts, and nothing else.
    @Test("are those that docs/operations.md names")
    func documented() throws {
        let running = try RunningServer()
        let types = try Self.read(try running.request("GET", "/metrics").text).types
        let document = String(
            decoding: try Repository.bytes(of: "docs/operations.md"), as: UTF8.self)
        var named: [String] = []
        let section = try #require(document.split(separator: "\n## Metrics\n").last)
            .split(separator: "\n## ")[0]
        for line in section.split(separator: "\n") where line.hasPrefix("| `tangrat_") {
            let cell = line.split(separator: "|")[0]
            named += cell.split(separator: "`").map(String.init).filter {
                $0.hasPrefix("tangrat_")
            }
        }
        #expect(named.sorted() == types.keys.sorted())
    }

    @Test("count each request under its kind once, and none of the live streams")
    func kinds() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        let phone = try running.signIn(subject)
        var client = SimulatedClient()
        try running.feed(
            key,
            [
                #"{"table":"vehicle","id":"v","subject":"\#(subject)","as_of":1,"#
                    + #""source_version":1,"body":{}}"#
            ])
        try phone.pull(running, &client)
        for _ in 0..<2 { try phone.pull(running, &client) }
        var device = WritingDevice(
            DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
        let mutation = device.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
        _ = try phone.sync(
            running, [.sync(client.request), .push(PushHeader(baseChain: 77)), .mutation(mutation)])
        let bearer = ["Authorization": "Bearer \(phone.token)", "Content-Type": SignedIn.binary]
        _ = try running.request(
            "POST", "/v1/reconcile", bearer,
            AuthorisationScene.body([.reconcile(ReconcileRequest())], lines: false))
        let watcher = try phone.watch(running)
        #expect(try running.request("GET", "/nowhere").status == 404)
        let values = try Self.read(try running.request("GET", "/metrics").text).values
        watcher.close()
        func count(_ kind: String) -> Double? {
            values["tangrat_request_seconds_count{kind=\"\(kind)\"}"]
        }
        #expect(count("feed") == 1 && count("pull") == 1 && count("unchanged") == 2)
        #expect(count("push") == 1 && count("repair") == 1)
        // A sign-in asks for a code, and twice for tokens.
        #expect(count("identity") == 3)
        #expect(count("other") == 1)
        // The stream and this very request have no end yet.
        #expect(values["tangrat_http_requests_total"] == 12)
        #expect(values["tangrat_connections"].map { $0 >= 2 } == true)
        #expect(values["tangrat_log_pages"].map { $0 > 0 } == true)
        #expect(values["tangrat_writer_queue"] == 0 && values["tangrat_watchers"] == 1)
    }

    /// Goal: an operator sees that copies have come to differ, and how far.
    ///
    /// Method: a device claims a row it was never given, as one does after a checkpoint that
    /// did not add up; then one that only signed in anew claims what is there.
    @Test("count where a device's copy differs from the server's")
    func divergence() throws {
        let running = try RunningServer()
        let subject = try running.addPerson()
        let key = try running.addAgency("dlt", ["vehicle"])
        let phone = try running.signIn(subject)
        try running.feed(
            key,
            [
                #"{"table":"vehicle","id":"v","subject":"\#(subject)","as_of":1,"#
                    + #""source_version":1,"body":{}}"#
            ])
        let bucket = "person/\(subject)/transport"
        let hash = RowHash.hash(
            key: RowKey(table: "vehicle", id: "v"), owner: "dlt", asOf: 1, sourceVersion: 1,
            body: Array("{}".utf8))
        func reconcile(_ claim: Frame, mismatch: Bool, goesOn: Bool = false) throws {
            var request = ReconcileRequest()
            request.isMismatch = mismatch
            request.goesOn = goesOn
            let answer = try running.request(
                "POST", "/v1/reconcile",
                ["Authorization": "Bearer \(phone.token)", "Content-Type": SignedIn.binary],
                AuthorisationScene.body([.reconcile(request), claim], lines: false))
            #expect(answer.status == 200)
        }
        func counts() throws -> [Double?] {
            let values = try Self.read(try running.request("GET", "/metrics").text).values
            return ["reported", "buckets", "ranges", "books"].map {
                values["tangrat_divergence_\($0)_total"]
            }
        }
        let right = Frame.sums(
            SumsClaim(
                bucket: bucket, range: .whole, split: 0,
                parts: [RangeSum(count: 1, sum: hash)]))
        try reconcile(right, mismatch: false)
        #expect(try counts() == [0, 0, 0, 0])
        let wrong = Frame.items(ItemsClaim(bucket: bucket, range: .whole, hashes: []))
        try reconcile(wrong, mismatch: true)
        #expect(try counts() == [1, 1, 1, 0])
        // What goes on was counted when it began.
        try reconcile(wrong, mismatch: true, goesOn: true)
        #expect(try counts() == [1, 1, 2, 0])
        try reconcile(wrong, mismatch: false)
        #expect(try counts() == [1, 2, 3, 0])
        // The server's own books: wrong in the file, as a disk would do it.
        let store = try Connection(
            path: running.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        try store.run("UPDATE bucket SET count = count + 1 WHERE count = 1")
        store.close()
        try reconcile(right, mismatch: true)
        // The rows are those of the claim: only the number beside them is not.
        #expect(try counts() == [2, 3, 3, 1])
    }

    @Test("show how much waits for the writer")
    func queue() throws {
        let fixture = try ServerFixture()
        fixture.writer.close()
        let metrics = Metrics(now: { noon }) { _ in }
        let commits = GroupCommit(
            store: fixture.store, limits: Limits(), metrics: metrics,
            wallClock: WallClock(milliseconds: { noon })
        ) { _ in }
        for _ in 0..<3 {
            #expect(commits.submit(WriterJob(loop: nil, run: { _ in { _ in } }, failed: { _ in })))
        }
        #expect(commits.waiting == 3)
        try commits.startStepped()
        #expect(commits.step())
        #expect(commits.waiting == 0)
        let values = try Self.read(metrics.text(extra: [])).values
        #expect(values[#"tangrat_commit_group_jobs_bucket{le="2"}"#] == 0)
        #expect(values[#"tangrat_commit_group_jobs_bucket{le="4"}"#] == 1)
        commits.close()
    }

    @Test("log one JSON object a line, whatever the detail is")
    func log() throws {
        let reports = try Reports()
        let metrics = Metrics(now: { noon }) { reports.add($0) }
        metrics.log(.error, "a.b", "x\n\u{1b}[31m\"\u{2028}" + String(repeating: "ก", count: 5_000))
        let line = try #require(reports.next())
        #expect(!line.utf8.contains(10) && !line.utf8.contains(27))
        #expect(line.utf8.count < 4_096)
        let value = try JSON.parse(Array(line.utf8))
        #expect(value["code"] == "a.b" && value["level"] == "error")
        #expect(value["at_ms"] == .integer(noon))
    }
}
