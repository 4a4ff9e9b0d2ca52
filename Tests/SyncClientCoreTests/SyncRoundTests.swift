import SyncProtocol
import Synchronization
import Testing

@testable import SyncClientCore

@Suite("A round of syncing")
struct SyncRoundTests {
    @Test("mirrors rows, replaces them, and removes what is gone")
    func mirror() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: #"{"plate":"1กก 1"}"#)
            world.server.put("vehicle", "v2", body: #"{"plate":"1กก 2"}"#)
            let first = try await client.sync()
            #expect(first.rows == 2)
            #expect(try await client.row("vehicle", "v1")?.text("plate") == "1กก 1")
            world.server.put("vehicle", "v1", body: #"{"plate":"9ขข 9"}"#, version: 2)
            world.server.remove("vehicle", "v2")
            let second = try await client.sync()
            #expect(second.rows == 1)
            #expect(second.deletes == 1)
            #expect(try await client.rows("vehicle").map(\.json) == [#"{"plate":"9ขข 9"}"#])
            let third = try await client.sync()
            #expect(third.rows == 0)
            #expect(third.requests == 1)
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    @Test("is read by another client of the same directory, which sees later rounds")
    func twoClients() async throws {
        try await inWorld { world in
            let first = try await world.signedIn()
            let second = try await world.open()
            world.server.put("vehicle", "v1", body: "{}")
            _ = try await first.sync()
            #expect(try await second.rows("vehicle").count == 1)
            async let one = first.pin("a")
            async let two = second.pin("b")
            let mids = try await [one.mid, two.mid].sorted()
            #expect(mids == [1, 2])
            async let left = first.sync()
            async let right = second.sync()
            _ = try await (left, right)
            #expect(world.server.with { $0.applied } == [1, 2])
            #expect(try await first.row("pinned", "me")?.texts("services") == ["a", "b"])
            await first.close()
            await second.close()
        }
    }

    @Test("never tells more than a hundred per cent, and never less than before")
    func progress() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.pageRows = 3 }
            for number in 0..<20 { world.server.put("vehicle", "v\(number)", body: "{}") }
            let seen = Mutex<[Double]>([])
            let report = try await client.sync { step in
                seen.withLock { $0.append(step.fraction) }
            }
            #expect(report.pages == 7)
            #expect(report.rows == 20)
            let fractions = seen.withLock { $0 }
            #expect(fractions == fractions.sorted())
            #expect(fractions.last == 1)
            await client.close()
        }
    }

    @Test(
        "resumes after a stop at each step and ends with the same mirror",
        arguments: FaultPoint.allCases, 0..<4)
    func resumes(point: FaultPoint, after: Int) async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.server.with { $0.pageRows = 3 }
            for number in 0..<10 { world.server.put("vehicle", "v\(number)", body: "{}") }
            for service in ["a", "b"] { try await client.pin(service) }
            world.faults.arm(point, after: after)
            _ = try? await client.sync()
            // As after a kill: nothing but the files is left.
            await client.close()
            client = try await world.open()
            world.faults.arm(point, after: 1_000)
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").count == 10)
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "b"])
            #expect(world.server.with { $0.applied } == [1, 2])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    /// The server has given new tokens, which are not stored, or stored and not used.
    @Test(
        "resumes after a stop while tokens are renewed",
        arguments: [FaultPoint.refreshBefore, .refreshAfter])
    func resumesRefresh(point: FaultPoint) async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            try await client.pin("a")
            world.server.with { $0.accessToken = "access-2" }
            world.faults.arm(point)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            await client.close()
            client = try await world.open()
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").count == 1)
            #expect(world.server.with { $0.applied } == [1])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("goes on from the last page kept, and does not start over")
    func staged() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.pageRows = 3 }
            for number in 0..<10 { world.server.put("vehicle", "v\(number)", body: "{}") }
            world.faults.arm(.sendBefore, after: 2)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            #expect(try await client.status().stagedPages == 2)
            #expect(try await client.rows("vehicle").isEmpty)
            let report = try await client.sync()
            #expect(report.requests == 2)
            #expect(report.rows == 10)
            await client.close()
        }
    }

    @Test(
        "uses nothing of an answer that is cut, changed or not an answer",
        arguments: 0..<6)
    func unusable(kind: Int) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: #"{"plate":"1กก 1"}"#)
            let fault: ModelServer.Fault =
                switch kind {
                case 0: .cut(1)
                case 1: .cut(60)
                case 2: .page
                case 3: .frames([.hello(Hello(serverMilliseconds: 0))])
                case 4: .frames([.unchanged(ackedMid: 0)])
                default:
                    .change { bytes in
                        // One letter of a plate number, deep inside a row.
                        var bytes = bytes
                        let plate = Array("กก".utf8)
                        guard
                            let place = bytes.indices.first(where: {
                                bytes[$0...].starts(with: plate)
                            })
                        else {
                            Issue.record("the answer holds no plate")
                            return bytes
                        }
                        bytes[place + 2] ^= 1
                        return bytes
                    }
                }
            world.server.fail(fault, fault, fault)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            #expect(try await client.rows("vehicle").isEmpty)
            #expect(try await client.status().lastSyncMilliseconds == nil)
            #expect(try await client.sync().rows == 1)
            await client.close()
        }
    }

    @Test("never applies rows that do not add up, and says so")
    func verification() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            _ = try await client.sync()
            world.server.put("vehicle", "v2", body: "{}")
            world.server.with { $0.sumError = true }
            await #expect(throws: SyncFailure.verificationFailed(bucket: ModelServer.core)) {
                try await client.sync()
            }
            #expect(try await client.rows("vehicle").map(\.id) == ["v1"])
            world.server.with { $0.sumError = false }
            _ = try await client.sync()
            #expect(try await client.rows("vehicle").map(\.id) == ["v1", "v2"])
            await client.close()
        }
    }

    @Test("replaces the mirror after a restart and keeps what waits")
    func restart() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            world.server.put("vehicle", "v2", body: "{}")
            _ = try await client.sync()
            world.server.with { state in
                state.lineage = 2
                // As after a restore: this row was never there.
                state.buckets[ModelServer.core]?.rows[RowKey(table: "vehicle", id: "v2")] = nil
            }
            try await client.pin("a")
            let report = try await client.sync()
            #expect(report.pushed > 0)
            #expect(try await client.rows("vehicle").map(\.id) == ["v1"])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("removes a bucket that is taken away, and hides one whose lease ran out")
    func rights() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let credit = "person/wanna/credit"
            world.server.put("vehicle", "v1", body: "{}")
            world.server.put("credit_report", "c1", body: "{}", bucket: credit)
            world.server.with { $0.buckets[credit]?.leaseUntil = 1_800_000_100_000 }
            _ = try await client.sync()
            #expect(try await client.rows("credit_report").count == 1)
            try await world.clock.sleep(milliseconds: 200_000)
            #expect(try await client.rows("credit_report").isEmpty)
            #expect(try await client.row("credit_report", "c1") == nil)
            world.server.with { _ = $0.goneBuckets.insert(credit) }
            _ = try await client.sync()
            #expect(try await client.status().buckets.map(\.name) == [ModelServer.core])
            #expect(try await client.doctor().isSound)
            await client.close()
        }
    }

    @Test("renews a refused token and stores the new one")
    func refresh() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.server.with { $0.accessToken = "another" }
            _ = try await client.sync()
            await client.close()
            client = try await world.open()
            #expect(try await client.sync().requests == 1)
            world.server.with { state in
                state.accessToken = "other"
                state.refreshToken = "gone"
            }
            await #expect(throws: SyncFailure.signInExpired) { try await client.sync() }
            #expect(try await client.status().isSignInExpired)
            await client.close()
        }
    }

    @Test("costs few bytes where nothing is new")
    func size() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            _ = try await client.sync()
            let report = try await client.sync()
            let cursor = world.server.with { $0.requests.last?.body.count ?? 0 }
            #expect(report.bytesUp == cursor)
            #expect(report.bytesUp < 64)
            await client.close()
        }
    }
}
