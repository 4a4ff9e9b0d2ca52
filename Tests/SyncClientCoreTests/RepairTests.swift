import Synchronization
import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncClientCore

/// The mirror of a device that something has gone wrong with, and its repair.
@Suite("A repair of the mirror")
struct RepairTests {
    private func put(
        _ world: TestWorld, _ numbers: Range<Int>, bucket: String = ModelServer.core,
        version: Int64 = 1
    ) {
        let prefix = bucket == ModelServer.core ? "v" : bucket.suffix(3) + "-"
        for number in numbers {
            world.server.put(
                "vehicle", "\(prefix)\(number)", body: #"{"plate":"1กก \#(number)"}"#,
                bucket: bucket, version: version)
        }
    }

    /// Changes the cache as no client would.
    private func damage(_ client: SyncClient, _ sql: String) async throws {
        try await client.signedIn().store.withWriter { try $0.execute(sql) }
    }

    private func expectSame(_ world: TestWorld, _ client: SyncClient) async throws {
        let held = try await client.dump()
        #expect(held == world.server.confirmed())
        #expect(try await client.doctor().isSound)
    }

    /// Goal: a repair costs what differs, and only by its logarithm what is held.
    ///
    /// Method: one row is changed behind the client's back in a mirror of 10,000;
    /// requests and bytes are counted after the answer that shows the damage.
    @Test(
        "finds one bad row among 10,000 in three requests and eight kilobytes",
        arguments: [("row removed", 600), ("row changed", 10_000), ("row invented", 5_000)])
    func oneBadRow(kind: String, rows: Int) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.pageRows = 20_000 }
            put(world, 0..<rows)
            _ = try await client.sync()
            switch kind {
            case "row removed":
                try await damage(
                    client,
                    "DELETE FROM row WHERE id = 'v471'; UPDATE bucket SET count = count - 1")
            case "row changed":
                try await damage(
                    client,
                    """
                    UPDATE row SET body = CAST('{"plate":"?"}' AS BLOB) WHERE id = 'v471';
                    UPDATE bucket SET sum = x'00000000000000000000000000000001'
                    """)
            default:
                try await damage(
                    client,
                    """
                    INSERT INTO row SELECT table_id, 'invented', bucket_id, owner_id, 1, as_of, 1,
                        hash, body FROM row WHERE id = 'v471';
                    UPDATE bucket SET count = count + 1
                    """)
            }
            // The damage shows at the next checkpoint that names the bucket.
            world.server.put("vehicle", "another", body: "{}")
            let bytes = Mutex<[Int: Int]>([:])
            let report = try await client.sync(trace: { event in
                bytes.withLock { $0[event.request, default: 0] += event.bytes }
            })
            #expect(report.repairs == 1)
            // The server is told why, once.
            let told = world.server.with { $0.mismatches }
            #expect(told.first == true && told.count { $0 } == 1)
            #expect(report.requests - 1 <= 3)
            let spent = bytes.withLock { $0.filter { $0.key > 1 }.values.reduce(0, +) }
            #expect(spent <= 8 * 1_024)
            #expect((1...2).contains(report.mended))
            try await expectSame(world, client)
            await client.close()
        }
    }

    @Test("is done by the doctor where no checkpoint shows the damage")
    func deep() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<300)
            _ = try await client.sync()
            try await damage(
                client, "UPDATE row SET body = CAST('{}' AS BLOB) WHERE id IN ('v7', 'v200')")
            #expect(try await client.sync().repairs == 0)
            #expect(try await client.doctor().isSound == false)
            let report = try await client.repair()
            #expect(report.repairs == 1)
            #expect(report.mended == 4)
            #expect(world.server.with { !$0.mismatches.isEmpty && !$0.mismatches.contains(true) })
            try await expectSame(world, client)
            #expect(try await client.repair().mended == 0)
            await client.close()
        }
    }

    @Test("begins from the mirror held when the cursor is refused")
    func lineage() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<500)
            put(world, 500..<900, bucket: "public/catalogue")
            _ = try await client.sync()
            try await client.pin("a")
            world.server.with { state in
                state.lineage = 2
                state.buckets[ModelServer.core]?.rows[RowKey(table: "vehicle", id: "v3")] = nil
                state.buckets[ModelServer.core]?.rows[RowKey(table: "vehicle", id: "v4")]?.body =
                    Array("{}".utf8)
            }
            let report = try await client.sync()
            #expect(report.repairs == 1)
            #expect(report.rows < 20)
            #expect(report.bytesDown + report.bytesUp < 8 * 1_024)
            #expect(world.server.with { $0.applied } == [1])
            try await expectSame(world, client)
            await client.close()
        }
    }

    @Test("keeps the mirror of a person who signs in anew")
    func newDevice() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<500)
            _ = try await client.sync()
            world.server.with { $0.device = DeviceID(7) }
            let prompt = try await client.beginSignIn(
                server: "https://example.test", deviceName: "again")
            _ = try await client.completeSignIn(prompt)
            let report = try await client.sync()
            #expect(report.rows == 0)
            #expect(report.mended == 0)
            #expect(report.bytesDown + report.bytesUp < 1_024)
            try await expectSame(world, client)
            await client.close()
        }
    }

    /// Goal: what a kept page counts on can be damaged, and ends no round for ever.
    ///
    /// Method: the server names a bucket that is held by its number alone. The numbers in the
    /// file are none that the server has, or those of other buckets.
    @Test("puts right the numbers of buckets", arguments: ["number + 7", "3 - number", "1"])
    func numbers(damaged: String) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<50)
            put(world, 0..<50, bucket: "public/catalogue")
            _ = try await client.sync()
            try await damage(client, "UPDATE bucket SET number = \(damaged)")
            put(world, 50..<52)
            let report = try await client.sync()
            #expect(report.repairs == 1)
            try await expectSame(world, client)
            // The next page by number alone is right at once.
            put(world, 52..<54)
            put(world, 50..<54, bucket: "public/catalogue")
            #expect(try await client.sync().repairs == 0)
            try await expectSame(world, client)
            await client.close()
        }
    }

    @Test("goes on though a page that was kept counts on a number that was damaged since")
    func numberBehindPage() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<50)
            _ = try await client.sync()
            try await damage(client, "UPDATE bucket SET count = 49")
            put(world, 50..<52)
            // The repair is begun, the page is kept, and the round ends there.
            world.faults.arm(.repairBefore)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            let kept = try await client.signedIn().store.read { try StageTable.count($0) }
            #expect(kept == 1)
            try await damage(client, "UPDATE bucket SET number = 9")
            _ = try await client.repair()
            try await expectSame(world, client)
            await client.close()
        }
    }

    @Test("shows nothing of a repair that has not come to its end, and goes on with it")
    func unseen() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            put(world, 0..<200)
            _ = try await client.sync()
            try await damage(
                client,
                "DELETE FROM row WHERE id IN ('v1', 'v2', 'v3'); UPDATE bucket SET count = 197")
            world.server.put("vehicle", "another", body: "{}")
            for point in [FaultPoint.repairBefore, .repairAfter, .sendAfter] {
                world.faults.arm(point, after: point == .sendAfter ? 1 : 0)
                await #expect(throws: SyncFailure.self) { try await client.sync() }
                #expect(try await client.rows("vehicle").count == 197)
                await client.close()
                client = try await world.open()
            }
            _ = try await client.sync()
            try await expectSame(world, client)
            await client.close()
        }
    }

    @Test("fetches the mirror anew from a server that cannot repair")
    func oldServer() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<50)
            _ = try await client.sync()
            world.server.with { $0.repairs = false }
            try await damage(
                client, "DELETE FROM row WHERE id = 'v1'; UPDATE bucket SET count = 49")
            world.server.put("vehicle", "another", body: "{}")
            let report = try await client.sync()
            #expect(report.rows == 51)
            try await expectSame(world, client)
            await client.close()
        }
    }

    /// Goal: whatever is wrong on either side, and whatever is lost on the way,
    /// the mirror ends as the server's and no write is lost or doubled.
    ///
    /// Method: from a seed, rows are changed, removed and invented on the device
    /// and on the server, answers are small and some are lost.
    @Test("ends as the server is", arguments: 0..<12 as Range<UInt64>)
    func random(seed: UInt64) async throws {
        try await inWorld { world in
            var random = SeededRandom(seed: seed)
            let buckets = [ModelServer.core, "person/wanna/transport", "public/catalogue"]
            let client = try await world.signedIn()
            for bucket in buckets {
                let count: Int = random.next(in: 0...400)
                put(world, 0..<count, bucket: bucket)
            }
            world.server.with { $0.pageRows = 200 }
            _ = try await client.sync()
            var writes = 0
            for _ in 0..<3 {
                let percent: Int = random.next(in: 0...60)
                try await damage(
                    client,
                    """
                    UPDATE row SET body = CAST('{"x":1}' AS BLOB)
                        WHERE abs(rowid * 7919 % 100) < \(percent / 3);
                    DELETE FROM row WHERE abs(rowid * 104729 % 100) < \(percent / 4);
                    UPDATE row SET bucket_id = 77 WHERE abs(rowid * 31 % 100) < \(percent / 5);
                    UPDATE bucket SET count = count + 3
                    """)
                for bucket in buckets where random.chance(oneIn: 2) {
                    put(world, 0..<random.next(in: 0...30), bucket: bucket, version: 2)
                    world.server.with { state in
                        guard var held = state.buckets[bucket],
                            let key = held.rows.keys.min(by: { $0.id < $1.id })
                        else { return }
                        held.head += 1
                        held.rows[key]?.isGone = true
                        held.rows[key]?.rev = held.head
                        state.buckets[bucket] = held
                    }
                }
                let rows: Int = random.next(in: 1...40)
                let isNew = random.chance(oneIn: 3)
                world.server.with { state in
                    state.repairRows = rows
                    if isNew { state.lineage += 1 }
                }
                if random.chance(oneIn: 2) {
                    try await client.pin("s\(writes)")
                    writes += 1
                }
                if random.chance(oneIn: 2) { world.server.fail(.answerLost, .cut(3)) }
                world.server.put("vehicle", "seen", body: "{}")
                _ = try await client.repair()
                try await expectSame(world, client)
            }
            #expect(world.server.with { $0.applied.count } == writes)
            await client.close()
        }
    }
}
