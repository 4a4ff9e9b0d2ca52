import Foundation
import Synchronization
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: in a first sync the person's own data are complete, proven and readable
/// before the catalogue is asked for, and progress tells the whole of it.
@Suite("A first sync")
struct FirstSyncTests {
    private static let catalogue = "public/catalogue"

    private func fill(_ world: TestWorld, own: Int, services: Int) {
        for number in 0..<own { world.server.put("profile", "p\(number)", body: "{}") }
        for number in 0..<services {
            world.server.put("service", "s\(number)", body: "{}", bucket: Self.catalogue)
        }
        world.server.with { $0.buckets[Self.catalogue]?.priority = 5 }
    }

    private func requested(_ world: TestWorld) -> [UInt64] {
        world.server.with { $0.requests }.filter { $0.path == "/v1/sync" }.compactMap { request in
            for case .sync(let sync) in ModelServer.frames(request.body) { return sync.priorityMax }
            return nil
        }
    }

    @Test("shows what is the person's own while the rest still loads")
    func ownFirst() async throws {
        try await inWorld { world in
            fill(world, own: 3, services: 40)
            world.server.with { $0.pageRows = 10 }
            var client = try await world.signedIn()
            // Cut after the first page of the catalogue.
            world.faults.arm(.stageAfter)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            #expect(try await client.rows("profile").count == 3)
            #expect(try await client.rows("service").isEmpty)
            #expect(try await client.status().lastSyncMilliseconds == nil)
            #expect(try await client.doctor().isSound)
            #expect(requested(world) == [4, 9])
            await client.close()
            client = try await world.open()
            let report = try await client.sync()
            // What had come is kept.
            #expect(report.rows == 40)
            #expect(report.pages == 3)
            #expect(try await client.dump() == world.server.confirmed())
            #expect(try await client.status().lastSyncMilliseconds != nil)
            await client.close()
        }
    }

    @Test("honours deletions that come between its pages, before the rest")
    func deletes() async throws {
        try await inWorld { world in
            fill(world, own: 5, services: 40)
            world.server.with { $0.pageRows = 2 }
            let client = try await world.signedIn()
            world.faults.arm(.stageAfter, after: 3)
            let isFirst = Mutex(true)
            await #expect(throws: SyncFailure.self) {
                try await client.sync(progress: { _ in
                    guard
                        isFirst.withLock({ first in
                            defer { first = false }; return first
                        })
                    else { return }
                    world.server.remove("profile", "p0")
                    world.server.put("profile", "p1", body: #"{"changed":1}"#)
                })
            }
            #expect(try await client.rows("profile").map(\.id) == ["p1", "p2", "p3", "p4"])
            #expect(try await client.row("profile", "p1")?.integer("changed") == 1)
            #expect(try await client.rows("service").isEmpty)
            _ = try await client.sync()
            #expect(try await client.dump() == world.server.confirmed())
            await client.close()
        }
    }

    @Test("tells progress that never goes back and never beyond the whole")
    func progress() async throws {
        try await inWorld { world in
            fill(world, own: 5, services: 60)
            world.server.with { $0.pageRows = 4 }
            let client = try await world.signedIn()
            let seen = Mutex<[Double]>([])
            _ = try await client.sync(progress: { progress in
                let count = seen.withLock { seen in
                    seen.append(progress.fraction)
                    return seen.count
                }
                // More comes while it is pulled, and for the first pages more each time.
                guard count < 9 else { return }
                for number in 0..<(count * 2) {
                    world.server.put(
                        "service", "new-\(count)-\(number)", body: "{}", bucket: Self.catalogue)
                }
            })
            let fractions = seen.withLock { $0 }
            #expect(fractions.count > 15)
            #expect(fractions == fractions.sorted())
            #expect(fractions.allSatisfy { $0 > 0 && $0 <= 1 })
            #expect(fractions.last == 1)
            // The catalogue counts from the beginning.
            #expect((fractions.first ?? 1) < 0.2)
            #expect(try await client.dump() == world.server.confirmed())
            await client.close()
        }
    }

    @Test("takes one request where there is nothing beside the person's own")
    func oneRequest() async throws {
        try await inWorld { world in
            fill(world, own: 3, services: 0)
            let client = try await world.signedIn()
            #expect(try await client.sync().requests == 1)
            #expect(try await client.status().lastSyncMilliseconds != nil)
            #expect(requested(world) == [4])
            await client.close()
        }
    }
}
