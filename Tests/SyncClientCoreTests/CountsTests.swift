import Synchronization
import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Counts that must not grow unseen.
///
/// Goal: what a sync costs follows from what changed, not from what is held.
/// Method: statements and commits of the writer and bytes of the engine are
/// counted in worlds that differ only in the number of rows.
@Suite("What a sync costs in counts")
struct CountsTests {
    /// What the writer did during one sync.
    private struct Cost: Equatable {
        var statements: Int
        var commits: Int
    }

    private func counters(_ client: SyncClient) async throws -> Cost {
        try await client.signedIn().store.withWriter {
            Cost(statements: $0.statementsRun, commits: $0.commits)
        }
    }

    private func cost(
        _ client: SyncClient, _ body: () async throws -> Void
    ) async throws -> Cost {
        let before = try await counters(client)
        try await body()
        let after = try await counters(client)
        return Cost(
            statements: after.statements - before.statements,
            commits: after.commits - before.commits)
    }

    private func put(_ world: TestWorld, _ numbers: Range<Int>, version: Int64 = 1) {
        for number in numbers {
            world.server.put(
                "vehicle", "v\(number)", body: #"{"n":\#(number)}"#, version: version)
        }
    }

    @Test("a new row takes one statement")
    func insertedRow() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<10)
            let ten = try await cost(client) { _ = try await client.sync() }
            try await inWorld { other in
                let second = try await other.signedIn()
                put(other, 0..<510)
                let many = try await cost(second) { _ = try await second.sync() }
                #expect(many.statements - ten.statements == 500)
                #expect(many.commits == ten.commits)
                await second.close()
            }
            await client.close()
        }
    }

    @Test("a row in place of another takes two statements, and so does one beside others")
    func replacedRow() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<200)
            _ = try await client.sync()
            put(world, 0..<10, version: 2)
            let ten = try await cost(client) { _ = try await client.sync() }
            put(world, 10..<110, version: 2)
            let hundred = try await cost(client) { _ = try await client.sync() }
            #expect(hundred.statements - ten.statements == 2 * 90)
            #expect(hundred.commits == 1)
            put(world, 200..<300)
            let new = try await cost(client) { _ = try await client.sync() }
            #expect(new.statements == hundred.statements)
            await client.close()
        }
    }

    @Test("ten changed rows are one transaction of few statements, whatever else is held")
    func delta() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<200)
            for number in 0..<20 {
                world.server.put("rule", "r\(number)", body: "{}", bucket: "public/\(number)")
            }
            _ = try await client.sync()
            put(world, 0..<10, version: 2)
            let ten = try await cost(client) { _ = try await client.sync() }
            #expect(ten.commits == 1)
            // Twenty for the rows; the rest does not grow with what is held.
            #expect(ten.statements <= 20 + 14, "\(ten.statements)")
            await client.close()
        }
    }

    @Test("a round commits once for each page", arguments: [(3, 1), (30, 10)])
    func commits(rows: Int, pages: Int) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.pageRows = 3 }
            put(world, 0..<rows)
            let report = Mutex<SyncReport?>(nil)
            let spent = try await cost(client) {
                let made = try await client.sync()
                report.withLock { $0 = made }
            }
            #expect(report.withLock { $0?.pages } == pages)
            #expect(spent.commits == pages)
            await client.close()
        }
    }

    @Test("a round that changes nothing costs the same however much is held")
    func unchanged() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<10)
            _ = try await client.sync()
            let few = try await cost(client) { _ = try await client.sync() }
            put(world, 10..<1_000)
            _ = try await client.sync()
            let many = try await cost(client) { _ = try await client.sync() }
            #expect(few == many)
            #expect(many.commits == 1)
            // With the two that read what to ask for, which run on the writer too.
            #expect(many.statements <= 9)
            await client.close()
        }
    }

    @Test("a request without writes is under 64 bytes and asks for everything")
    func requestBytes() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, 0..<100)
            _ = try await client.sync()
            let report = try await client.sync()
            #expect(report.requests == 1)
            #expect(report.bytesUp < 64)
            #expect(report.bytesDown < 64)
            await client.close()
        }
    }

    @Test("pages kept on the way leave no space behind")
    func stagedSpace() async throws {
        let size = Mutex<[Int64]>([])
        for pageRows in [20, 1_000] {
            try await inWorld { world in
                let client = try await world.signedIn()
                world.server.with { $0.pageRows = pageRows }
                let filling = String(repeating: "x", count: 3_000)
                for number in 0..<400 {
                    world.server.put("vehicle", "v\(number)", body: #"{"n":"\#(filling)"}"#)
                }
                _ = try await client.sync()
                let pages = try await client.signedIn().store.read { connection in
                    var count: Int64 = 0
                    try connection.run("PRAGMA page_count") { count = $0.int64(0) }
                    return count
                }
                size.withLock { $0.append(pages) }
                #expect(try await client.doctor().isSound)
                await client.close()
            }
        }
        let sizes = size.withLock { $0 }
        // One page of 20 rows and the pages of its own book-keeping may be left over.
        #expect(sizes[0] - sizes[1] < 40)
    }
}
