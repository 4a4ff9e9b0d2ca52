import SyncProtocol
import Testing

@testable import SyncClientCore

@Suite("Staying in sync")
struct LiveEngineTests {
    /// The first report of a round that something is true of.
    private func report(
        _ events: AsyncStream<LiveEvent>, where isWanted: (SyncReport) -> Bool
    ) async -> SyncReport? {
        for await event in events {
            if case .synced(let report) = event, isWanted(report) { return report }
        }
        return nil
    }

    private func connected(_ events: AsyncStream<LiveEvent>) async {
        for await event in events where event == .connected { return }
    }

    @Test(
        "sends what another program of the person writes, each write once",
        .timeLimit(.minutes(5)))
    func writtenElsewhere() async throws {
        try await inWorld { world in
            let watching = try await world.signedIn()
            let other = try await world.open()
            world.server.with { $0.signals = [.opened] }
            let events = watching.live()
            await connected(events)
            for (number, service) in ["a", "b", "c"].enumerated() {
                try await other.pin(service)
                #expect(await report(events) { $0.pushed > 0 }?.pushed == 1)
                #expect(world.server.with { $0.applied.count } == number + 1)
            }
            await watching.close()
            await other.close()
        }
    }

    @Test("sends what is written here", .timeLimit(.minutes(5)))
    func writtenHere() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.signals = [.opened] }
            let events = client.live()
            await connected(events)
            try await client.pin("a")
            #expect(await report(events) { $0.pushed > 0 }?.pushed == 1)
            await client.close()
        }
    }

    @Test("does not ask again because of what a round itself stored", .timeLimit(.minutes(5)))
    func quiet() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.signals = [.opened] }
            for number in 0..<40 { world.server.put("vehicle", "v\(number)", body: "{}") }
            world.server.with { $0.pageRows = 3 }
            let events = client.live()
            await connected(events)
            _ = await report(events) { _ in true }
            let requests = world.server.with { $0.requests.count }
            // A round for each write; one more for what it stores would never end.
            for service in ["a", "b", "c"] {
                try await client.pin(service)
                #expect(await report(events) { _ in true }?.pushed == 1)
            }
            #expect(world.server.with { $0.requests.count } == requests + 3)
            await client.close()
        }
    }

    /// Goal: that an older sign-in is over does not sign the device out of a newer one.
    ///
    /// Method: one program listens, another signs in anew, and the server ends the stream of
    /// the older token. A round under the new name follows.
    @Test("outlives the sign-in under which it listened", .timeLimit(.minutes(5)))
    func newerSignIn() async throws {
        try await inWorld { world in
            let watching = try await world.signedIn()
            let other = try await world.open()
            world.server.with { $0.signals = [.opened] }
            let events = watching.live()
            await connected(events)
            // The round that follows the opening must not meet the newer sign-in halfway.
            _ = await report(events) { _ in true }
            world.server.with { state in
                state.device = DeviceID(0x77)
                state.accessToken = "access-2"
            }
            try await world.signIn(other)
            world.server.changesDevice()
            world.server.signal(.event("revoked"))
            var told: [LiveEvent] = []
            for await event in events {
                told.append(event)
                if case .waiting = told.dropLast().last { break }
            }
            #expect(!told.contains(.revoked))
            guard case .synced = told.last else {
                Issue.record("no round after the end: \(told)")
                return
            }
            #expect(try await !other.status().isSignInExpired)
            await watching.close()
            await other.close()
        }
    }

    @Test("is told of the end however much happened before", .timeLimit(.minutes(5)))
    func ended() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { state in
                state.signals =
                    [.opened] + Array(repeating: .event("moved"), count: 500)
                    + [.event("revoked")] + Array(repeating: .event("moved"), count: 500)
            }
            let events = client.live()
            var last: LiveEvent?
            for await event in events { last = event }
            #expect(last == .revoked)
            #expect(try await client.status().isSignInExpired)
            await client.close()
        }
    }
}
