import SyncProtocol
import Testing

@testable import SyncClientCore

@Suite("The outbox")
struct OutboxTests {
    @Test("sends each write once, whatever is lost on the way", arguments: 0..<6)
    func exactlyOnce(kind: Int) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            _ = try await client.sync()
            for number in 0..<5 { try await client.pin("s\(number)") }
            switch kind {
            case 0: world.server.fail(.answerLost)
            case 1: world.server.fail(.requestLost)
            case 2: world.server.fail(.answerLost, .answerLost)
            case 3: world.server.fail(.cut(3))
            case 4: world.server.fail(.status(502, retryAfter: nil))
            default: world.server.fail(.requestLost, .answerLost)
            }
            _ = try await client.sync()
            #expect(world.server.with { $0.applied } == [1, 2, 3, 4, 5])
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.outcomes().map(\.mid) == [5, 4, 3, 2, 1])
            #expect(
                try await client.row("pinned", "me")?.texts("services")
                    == ["s0", "s1", "s2", "s3", "s4"])
            await client.close()
        }
    }

    @Test("sends many writes in several requests, in order")
    func batches() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            for number in 0..<450 { try await client.pin("s\(number)") }
            let report = try await client.sync()
            #expect(report.requests >= 3)
            #expect(report.pushed == 450)
            #expect(world.server.with { $0.applied } == Array(1...450))
            await client.close()
        }
    }

    @Test("sends at once what a server left of a push")
    func parts() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.takesMax = 40 }
            for number in 0..<100 { try await client.pin("s\(number)") }
            let report = try await client.sync()
            #expect(report.requests == 3)
            #expect(report.pushed == 100)
            #expect(report.outcomes.map(\.mid) == Array(1...100))
            #expect(world.server.with { $0.applied } == Array(1...100))
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    @Test("keeps a refusal for the person and goes on with the next write")
    func refusal() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.with { $0.refuses[2] = "row_too_large" }
            try await client.pin("a")
            try await client.pin("b")
            try await client.pin("c")
            let report = try await client.sync()
            #expect(report.outcomes.map(\.status) == [.accepted, .refused, .accepted])
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "c"])
            let refused = try await client.status().refused
            #expect(refused.map(\.mid) == [2])
            #expect(refused.first?.messageEnglish == "The record has grown too large.")
            #expect(try await client.outcome(of: 2)?.status == .refused)
            await client.close()
        }
    }

    @Test("stores nothing where a rule is broken")
    func rules() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            await #expect(
                throws: SyncFailure.writeRefused(
                    code: "value_invalid", detail: "preference/me.language")
            ) { try await client.setPreference("language", to: "de") }
            await #expect(throws: SyncFailure.self) {
                try await client.setPreference("salary", to: 1)
            }
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.pin("a").mid == 1)
            await client.close()
        }
    }

    @Test("survives a stop before and after the commit")
    func crash() async throws {
        try await inWorld { world in
            var client = try await world.signedIn()
            world.faults.arm(.writeBeforeCommit)
            await #expect(throws: SyncFailure.self) { try await client.pin("never") }
            world.faults.arm(.writeAfter)
            await #expect(throws: SyncFailure.self) { try await client.pin("stored") }
            await client.close()
            client = try await world.open()
            #expect(try await client.status().queued.map(\.mid) == [1])
            #expect(try await client.row("pinned", "me")?.texts("services") == ["stored"])
            await client.close()
        }
    }

    @Test("offers again what a restored server has lost")
    func restored() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            try await client.pin("b")
            try await client.pin("c")
            _ = try await client.sync()
            world.server.with { state in
                state = backup
                state.lineage = 9
            }
            _ = try await client.sync()
            #expect(world.server.with { $0.applied } == [1, 2, 3])
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "b", "c"])
            await client.close()
        }
    }

    /// Goal: an outcome is no receipt for what a restored server has lost.
    ///
    /// Method: the outcome comes with the first page, and the server goes back before
    /// the checkpoint does. Nothing else is written, so no gap tells of it.
    @Test("sends again what had an outcome and was lost before its checkpoint")
    func answeredAndLost() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            world.server.with { $0.pageRows = 1 }
            for number in 0..<3 { world.server.put("vehicle", "v\(number)", body: "{}") }
            try await client.pin("a")
            world.server.fail(.change { $0 }, .notSent)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            #expect(world.server.with { $0.applied } == [1])
            world.server.with { state in
                state = backup
                state.lineage = 9
            }
            _ = try await client.sync()
            #expect(world.server.with { $0.applied } == [1])
            #expect(try await client.status().queuedCount == 0)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a"])
            await client.close()
        }
    }

    @Test("fills the gap that a restored server names")
    func gap() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            try await client.pin("b")
            _ = try await client.sync()
            world.server.with { $0 = backup }
            try await client.pin("c")
            _ = try await client.sync()
            #expect(world.server.with { $0.applied } == [1, 2, 3])
            await client.close()
        }
    }

    @Test("stops where the server knows this device by another history")
    func forked() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            world.server.with { state in
                state.lastMid = 0
                state.faults = [
                    .frames([
                        .hello(Hello(serverMilliseconds: 1)),
                        .error(ErrorFrame(code: "push.forked", message: "")),
                    ])
                ]
            }
            await #expect(throws: SyncFailure.deviceCopied) { try await client.sync() }
            #expect(try await client.status().queuedCount == 1)
            await client.close()
        }
    }

    @Test("is renumbered under a new device name, and sends the same things")
    func renumbered() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            try await client.unpin("a")
            try await client.pin("b")
            let session = try await client.signedIn()
            let device = DeviceID(7)
            let before = try await session.store.read { try CacheState.load($0).device }
            try await session.store.write { connection in
                var state = try CacheState.load(connection)
                try OutboxTable.renumber(
                    for: device, nonce: 5, &state, now: 0, connection)
                try state.save(connection)
            }
            let firstNames = try await origins(session)
            #expect(firstNames.map(\.mid) == [1, 2, 3])
            #expect(Set(firstNames.map(\.device)) == [before])
            // Once more, as a copy would after it was told: the first names stay.
            try await session.store.write { connection in
                var state = try CacheState.load(connection)
                try OutboxTable.renumber(
                    for: DeviceID(8), nonce: 6, &state, now: 0, connection)
                try OutboxTable.renumber(
                    for: device, nonce: 5, &state, now: 0, connection)
                try state.save(connection)
            }
            #expect(try await origins(session) == firstNames)
            #expect(try await client.doctor().isSound)
            #expect(try await client.row("pinned", "me")?.texts("services") == ["b"])
            _ = try await client.sync()
            #expect(try await client.row("pinned", "me")?.texts("services") == ["b"])
            await client.close()
        }
    }

    /// The first names of what waits.
    private func origins(_ session: ClientSession) async throws -> [MutationOrigin] {
        try await session.store.read { connection in
            try OutboxTable.entries(connection).compactMap(\.mutation.origin)
        }
    }

    @Test("stamps a write behind what it follows, which a fast clock may have stamped")
    func stampsBehindWhatIsSeen() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            // Another device's clock was 50 s fast: the server takes that as it is.
            let ahead = HybridTime(
                milliseconds: 1_800_000_050_000, device: DeviceID(0xab)
            ).description
            world.server.put(
                "preference", "me",
                body: #"{"fields":{"language":["latest","th","\#(ahead)"]},"touched":"\#(ahead)"}"#,
                owner: "citizen", asOf: 1_800_000_050_000, version: 0)
            _ = try await client.sync()
            try await client.setPreference("language", to: .text("en"))
            #expect(try await client.row("preference", "me")?.text("language") == "en")
            _ = try await client.sync()
            #expect(try await client.row("preference", "me")?.text("language") == "en")
            await client.close()
        }
    }

    /// Goal: a write counts once, under whatever name it was sent.
    ///
    /// Method: its answer is lost, the sign-in ends, and the person signs in again.
    @Test("counts once under a new name what the server has taken under the old one")
    func signedInAgain() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            _ = try await client.write([
                RowOperation(RowKey(table: "annotation", id: "a"), .create),
                RowOperation(
                    RowKey(table: "annotation", id: "a"), .increment(field: "shown", by: 5)),
            ])
            world.server.with { $0.refuses[2] = "row_absent" }
            try await client.pin("refused")
            world.server.fail(.answerLost, .answerLost, .answerLost, .answerLost, .answerLost)
            world.server.fail(.answerLost, .answerLost, .answerLost, .answerLost)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            try await client.pin("later")
            #expect(world.server.with { $0.applied } == [1])
            world.server.with { state in
                state.faults = []
                state.refuses = [:]
                state.device = DeviceID(0x77)
            }
            try await world.signIn(client)
            // Offline it goes on as before; what was taken is still shown.
            world.server.fail(.notSent)
            await #expect(throws: SyncFailure.self) { try await client.sync() }
            #expect(try await client.row("annotation", "a")?.integer("shown") == 5)
            #expect(try await client.status().queuedCount == 3)
            world.server.changesDevice()
            let report = try await client.sync()
            #expect(report.pushed == 3)
            #expect(report.outcomes.map(\.code) == ["taken_before", "", ""])
            #expect(try await client.row("annotation", "a")?.integer("shown") == 5)
            #expect(
                try await client.row("pinned", "me")?.texts("services") == ["later", "refused"])
            #expect(try await client.status().queuedCount == 0)
            await client.close()
        }
    }

    /// Goal: what a restored server has lost comes back under a new name as well.
    ///
    /// Method: the backup lacks the last writes, or the whole device, which a sign-in
    /// under the old name cannot mend; the new name starts at its first write.
    @Test("offers under a new name what a restored server has lost", arguments: [true, false])
    func restoredUnderNewName(knowsDevice: Bool) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            func count(_ id: String) async throws {
                let key = RowKey(table: "annotation", id: id)
                _ = try await client.write([
                    RowOperation(key, .create),
                    RowOperation(key, .increment(field: "shown", by: 1)),
                ])
            }
            let nothing = world.server.with { $0 }
            try await count("a")
            _ = try await client.sync()
            let backup = world.server.with { $0 }
            try await count("a")
            try await count("b")
            _ = try await client.sync()
            try await count("b")
            world.server.with { state in
                state = knowsDevice ? backup : nothing
                state.lineage = 9
                state.device = DeviceID(0x77)
            }
            try await world.signIn(client)
            #expect(try await client.status().queuedCount == 1)
            world.server.changesDevice()
            let report = try await client.sync()
            #expect(report.pushed == 4)
            let before = report.outcomes.filter { $0.code == "taken_before" }.count
            #expect(before == (knowsDevice ? 1 : 0))
            #expect(try await client.row("annotation", "a")?.integer("shown") == 2)
            #expect(try await client.row("annotation", "b")?.integer("shown") == 2)
            // One link is asked for, and all that are kept only where that one differs.
            #expect(world.server.questions == [2, 0])
            await client.close()
        }
    }

    @Test("asks one short question under a new name where nothing was lost")
    func renamedInPeace() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            for id in ["a", "b", "c"] { try await client.pin(id) }
            _ = try await client.sync()
            world.server.with { $0.device = DeviceID(0x77) }
            try await world.signIn(client)
            world.server.changesDevice()
            let report = try await client.sync()
            #expect(report.outcomes.map(\.code) == Array(repeating: "taken_before", count: 3))
            #expect(world.server.questions == [2])
            #expect(try await client.row("pinned", "me")?.texts("services") == ["a", "b", "c"])
            await client.close()
        }
    }

    @Test("stays with its account when another person signs in")
    func accounts() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("hers")
            world.server.with { $0.subject = "somchai" }
            let prompt = try await client.beginSignIn(
                server: "https://example.test", deviceName: "a test")
            #expect(try await client.completeSignIn(prompt).subject == "somchai")
            #expect(try await client.status().queuedCount == 0)
            _ = try await client.sync()
            #expect(world.server.with { $0.applied }.isEmpty)
            await client.close()
            // When she comes back, her write is still there and is sent.
            world.server.with { $0.subject = ModelServer.subject }
            let again = try await world.signedIn()
            #expect(try await again.status().queuedCount == 1)
            _ = try await again.sync()
            #expect(world.server.with { $0.applied } == [1])
            await again.close()
        }
    }

    @Test("is not thrown away by signing out unless asked to")
    func signOut() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            try await client.pin("a")
            await #expect(throws: SyncFailure.unsentWrites(count: 1)) {
                try await client.signOut()
            }
            #expect(try await client.status().queuedCount == 1)
            try await client.signOut(discardingUnsent: true)
            #expect(await client.account == nil)
            #expect(try await client.status().account == nil)
            await #expect(throws: SyncFailure.signedOut) { try await client.sync() }
            await client.close()
        }
    }
}
