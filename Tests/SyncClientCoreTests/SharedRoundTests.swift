import Synchronization
import Testing

@testable import SyncClientCore

@Suite("Callers that share a round", .timeLimit(.minutes(5)))
struct SharedRoundTests {
    /// Counts the reports of progress of one caller.
    private final class Progress: Sendable {
        let count = Mutex(0)
        func note(_ progress: SyncProgress) { count.withLock { $0 += 1 } }
        var isTold: Bool { count.withLock { $0 > 0 } }
    }

    @Test("are cancelled alone, and all that stay are told")
    func leaving() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "v1", body: "{}")
            let gate = Gate()
            world.server.fail(.held(gate))
            let progress = [Progress(), Progress()]
            let first = Task { try await client.sync(progress: progress[0].note) }
            await gate.arrived()
            let second = Task { try await client.sync(progress: progress[1].note) }
            // It has joined when the engine has two to tell.
            while try await client.signedIn().engine.callers < 2 { await Task.yield() }
            first.cancel()
            await #expect(throws: SyncFailure.cancelled) { try await first.value }
            await gate.open()
            #expect(try await second.value.rows == 1)
            #expect(progress[1].isTold && !progress[0].isTold)
            #expect(world.server.with { $0.requests.count { $0.path == "/v1/sync" } } == 1)
            await client.close()
        }
    }

    @Test("end it when the last one is cancelled, and the next begins anew")
    func abandoning() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let gate = Gate()
            world.server.fail(.held(gate))
            let only = Task { try await client.sync() }
            await gate.arrived()
            only.cancel()
            await #expect(throws: SyncFailure.cancelled) { try await only.value }
            #expect(try await client.sync().requests == 1)
            await client.close()
        }
    }

    @Test("do not end the live channel when they are cancelled")
    func live() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.signals = [.opened] }
            let gate = Gate()
            world.server.fail(.held(gate))
            let view = Task { try await client.sync() }
            await gate.arrived()
            let events = client.live()
            while try await client.signedIn().engine.callers < 2 { await Task.yield() }
            view.cancel()
            await #expect(throws: SyncFailure.cancelled) { try await view.value }
            await gate.open()
            var isConnected = false
            for await event in events where event == .connected {
                isConnected = true
                break
            }
            #expect(isConnected)
            await client.close()
        }
    }
}
